// A miniature model hub on two origins, like the real one: the hub serves small files itself and redirects large ones (Git
// LFS) to a content host, which serves ranges. A test can answer a request instead of either.
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface HubRequest {
  readonly host: "hub" | "content";
  readonly method: string;
  /** "resolve" or "raw" on the hub. */
  readonly route: string;
  readonly revision: string;
  readonly path: string;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly hasRange: boolean;
  readonly body: Buffer;
}

export type Fault = (request: HubRequest, response: ServerResponse) => boolean;

export interface StubHub {
  readonly url: string;
  /** Of the local host with the large files. */
  readonly contentAddress: string;
  readonly commit: string;
  /** Every request so far, with the `sentBytes` of the body that the working server sent. */
  readonly requests: (HubRequest & { sentBytes: number })[];
  /** Peak of concurrent content requests. */
  readonly peakOpen: number;
  readonly put: (path: string, body: Buffer, options?: { lfs: boolean }) => void;
  fault: Fault | null;
  clear(): void;
  close(): void;
}

export const sha256Of = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** A valid safetensors file of the given tensors with random bytes. */
export function randomSafetensors(tensors: Record<string, readonly number[]>, seed: number): Buffer {
  let end = 0;
  const header: Record<string, unknown> = {};
  for (const [name, shape] of Object.entries(tensors)) {
    const start = end;
    end += 2 * shape.reduce((product, size) => product * size, 1);
    header[name] = { dtype: "F16", shape, data_offsets: [start, end] };
  }
  let text = JSON.stringify(header);
  text += " ".repeat((8 - (text.length % 8)) % 8);
  const bytes = Buffer.alloc(8 + text.length + end);
  bytes.writeBigUInt64LE(BigInt(text.length));
  bytes.write(text, 8);
  let state = seed;
  for (let i = 8 + text.length; i + 2 <= bytes.length; i += 2) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes.writeUInt16LE((state >>> 16) & 0xbbff, i); // exponent below 2^-1: small finite numbers
  }
  return bytes;
}

const listen = (server: Server): Promise<string> =>
  new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
  });

/** @param options.contentHost host name of the content host in the browser, if not its address */
export async function openStubHub(
  repo: string,
  options: { readonly contentHost?: string } = {},
): Promise<StubHub> {
  const files = new Map<string, { body: Buffer; lfs: boolean; sha256: string }>();
  const requests: StubHub["requests"] = [];
  const commit = "c0ffee".repeat(7).slice(0, 40);
  let open = 0;
  let peakOpen = 0;
  let contentUrl = "";
  let hub: StubHub;

  function sendBody(request: HubRequest, response: ServerResponse): void {
    const { body, from, to, hasRange } = request;
    if (from >= body.length && body.length > 0) return void response.writeHead(416).end();
    response.setHeader("Content-Type", "application/octet-stream");
    if (hasRange) response.setHeader("Content-Range", `bytes ${from}-${to - 1}/${body.length}`);
    response.setHeader("Content-Length", to - from);
    response.writeHead(hasRange ? 206 : 200);
    if (request.method === "HEAD") response.end();
    else response.end(body.subarray(from, to));
  }

  function answer(host: "hub" | "content", request: IncomingMessage, response: ServerResponse): void {
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Access-Control-Allow-Headers", "range");
    response.setHeader(
      "Access-Control-Expose-Headers",
      "X-Repo-Commit, X-Linked-Size, X-Linked-Etag, ETag, Content-Range",
    );
    response.setHeader("Cross-Origin-Resource-Policy", "cross-origin");
    if (request.method === "OPTIONS") return void response.writeHead(204).end();
    const [, route = "", revision = "", path = ""] =
      new RegExp(`^/${repo}/(resolve|raw)/([^/]+)/(.+)$`).exec(decodeURIComponent(request.url!)) ?? [];
    const file = files.get(path);
    if (!file || !["main", commit].includes(revision)) return void response.writeHead(404).end();
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${file.sha256}\nsize ${file.body.length}\n`;
    const body = route === "raw" && file.lfs ? Buffer.from(pointer) : file.body;
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    const seen = {
      host,
      method: request.method!,
      route,
      revision,
      path,
      from: Number(range?.[1] ?? 0),
      to: Math.min(body.length, range?.[2] ? Number(range[2]) + 1 : body.length),
      hasRange: range !== null,
      body,
      sentBytes: 0,
    };
    requests.push(seen);
    if (host === "content") {
      peakOpen = Math.max(peakOpen, ++open);
      response.on("close", () => open--);
    } else {
      response.setHeader("X-Repo-Commit", commit);
    }
    if (hub.fault?.(seen, response)) return;
    if (host === "hub" && file.lfs && route === "resolve") {
      response.setHeader("X-Linked-Size", file.body.length);
      response.setHeader("X-Linked-Etag", `"${file.sha256}"`);
      return void response.writeHead(302, { Location: contentUrl + request.url! }).end();
    }
    if (request.method !== "HEAD") seen.sentBytes = seen.to - seen.from;
    sendBody(seen, response);
  }

  const hubServer = createServer((request, response) => answer("hub", request, response));
  const contentServer = createServer((request, response) => answer("content", request, response));
  const contentAddress = await listen(contentServer);
  contentUrl = options.contentHost ? `http://${options.contentHost}` : contentAddress;
  const url = await listen(hubServer);
  hub = {
    url,
    contentAddress,
    commit,
    requests,
    get peakOpen() {
      return peakOpen;
    },
    put: (path, body, { lfs } = { lfs: true }) => void files.set(path, { body, lfs, sha256: sha256Of(body) }),
    fault: null,
    clear() {
      hub.fault = null;
      requests.length = 0;
      peakOpen = 0;
    },
    close() {
      for (const server of [hubServer, contentServer]) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
  return hub;
}
