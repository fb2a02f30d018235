// Downloads in a real browser: OPFS, hashes, resuming, and every server failure.
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { StorageService } from "../../src/storage/service.ts";
import { openTestBrowser, type TestBrowser } from "./harness.ts";

const bytesOf = (seed: number, sizeBytes: number): Buffer => {
  const bytes = Buffer.alloc(sizeBytes);
  for (let i = 0, x = seed; i < sizeBytes; i++)
    bytes[i] = (x = (Math.imul(x, 1103515245) + 12345) >>> 0) >>> 16;
  return bytes;
};

const contents = new Map([
  ["unet/weights.bin", bytesOf(1, 3_000_000)],
  ["vae/weights.bin", bytesOf(2, 200_000)],
  ["empty.txt", Buffer.alloc(0)],
]);

/** Defined by blank.html: imports a source file inside the page. */
// oxlint-disable-next-line typescript/no-explicit-any -- the page's modules are not typed here
declare const load: (path: string) => Promise<any>;

let host: Server;
let hostUrl: string;
let browser: TestBrowser;
let requests: { path: string; range: string | undefined }[] = [];
/** Answers a request instead of the working server and returns true. */
let fault: ((request: IncomingMessage, response: ServerResponse) => boolean) | null = null;

beforeAll(async () => {
  host = createServer((request, response) => {
    const path = decodeURIComponent(request.url!.slice(1));
    requests.push({ path, range: request.headers.range });
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Access-Control-Allow-Headers", "range");
    response.setHeader("Cross-Origin-Resource-Policy", "cross-origin");
    if (request.method === "OPTIONS") return void response.writeHead(204).end();
    if (fault?.(request, response)) return;
    const body = contents.get(path);
    if (!body) return void response.writeHead(404).end();
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, { "Content-Type": "application/octet-stream" });
    response.end(body.subarray(from));
  });
  await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
  hostUrl = `http://127.0.0.1:${(host.address() as AddressInfo).port}/`;
  browser = await openTestBrowser();
});

afterAll(async () => {
  await browser?.close();
  host?.closeAllConnections();
  host?.close();
});

const manifest = (paths = [...contents.keys()]) => ({
  id: "test",
  kind: "checkpoint",
  title: "Test",
  license: "none",
  baseUrl: hostUrl,
  files: paths.map((path) => ({
    path,
    sizeBytes: contents.get(path)!.length,
    sha256: createHash("sha256").update(contents.get(path)!).digest("hex"),
  })),
});

type Outcome =
  | {
      ok: true;
      sizes: Record<string, number>;
      hashes: Record<string, string>;
      downloadedBytes: number;
      persistent: boolean;
    }
  | { ok: false; error: { code: string; message: string; where?: string; remedy?: string } };

/** Opens the pack in the page's storage worker, like the application. */
const openPack = (json: unknown, options: { abortAfterBytes?: number } = {}): Promise<Outcome> =>
  browser.page.evaluate(
    async ([value, abortAfterBytes]): Promise<Outcome> => {
      const { WorkerClient } = await load("/src/rpc/client.ts");
      const { toPlainError } = await load("/src/shared/errors.ts");
      const client = new WorkerClient("storage", () => new Worker("/workers/storage.ts", { type: "module" }));
      const controller = new AbortController();
      const hex = async (blob: Blob): Promise<string> =>
        [...new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()))]
          .map((byte) => byte.toString(16).padStart(2, "0"))
          .join("");
      try {
        const pack = await client.call((service: StorageService) =>
          service.openPack(value, location.href, {
            signal: controller.signal,
            onProgress: ({ receivedBytes }: { receivedBytes: number }) => {
              if (abortAfterBytes !== undefined && receivedBytes >= abortAfterBytes) controller.abort();
            },
          }),
        );
        const sizes: Record<string, number> = {};
        const hashes: Record<string, string> = {};
        for (const [path, blob] of pack.files as Map<string, Blob>) {
          sizes[path] = blob.size;
          hashes[path] = await hex(blob);
        }
        return {
          ok: true,
          sizes,
          hashes,
          downloadedBytes: pack.downloadedBytes,
          persistent: pack.persistent,
        };
      } catch (error) {
        return { ok: false, error: toPlainError(error) };
      } finally {
        client.terminate();
      }
    },
    [json, options.abortAfterBytes] as const,
  );

const removePack = (json: unknown): Promise<void> =>
  browser.page.evaluate(async (value) => {
    const { WorkerClient } = await load("/src/rpc/client.ts");
    const client = new WorkerClient("storage", () => new Worker("/workers/storage.ts", { type: "module" }));
    await client.call((service: StorageService) => service.removePack(value));
    client.terminate();
  }, json);

beforeEach(async () => {
  fault = null;
  await removePack(manifest());
  requests = [];
});

test("a pack downloads completely, and a later visit needs no request", async () => {
  const first = await openPack(manifest());
  expect(first).toMatchObject({ ok: true, downloadedBytes: 3_200_000, persistent: true });
  if (first.ok) {
    for (const file of manifest().files) expect(first.hashes[file.path]).toBe(file.sha256);
  }
  await browser.reopen();
  requests = [];
  expect(await openPack(manifest())).toMatchObject({ ok: true, downloadedBytes: 0 });
  expect(requests).toEqual([]);
});

test("resumes a lost connection at the byte where it stopped", async () => {
  let cuts = 0;
  fault = (request, response) => {
    if (!request.url!.startsWith("/unet") || cuts++ > 0) return false;
    response.writeHead(200, { "Content-Length": 3_000_000 });
    response.write(contents.get("unet/weights.bin")!.subarray(0, 1_000_000), () => {
      setTimeout(() => response.destroy(), 200);
    });
    return true;
  };
  const outcome = await openPack(manifest(["unet/weights.bin"]));
  expect(outcome).toMatchObject({ ok: true, sizes: { "unet/weights.bin": 3_000_000 } });
  expect(requests.filter((request) => request.range).map((request) => request.range)).toEqual([
    "bytes=1000000-",
  ]);
});

test("restarts the file if the server has no ranges", async () => {
  let served = 0;
  fault = (_, response) => {
    const body = contents.get("unet/weights.bin")!;
    response.writeHead(200, { "Content-Length": body.length });
    if (served++ === 0)
      response.write(body.subarray(0, 500_000), () => setTimeout(() => response.destroy(), 200));
    else response.end(body);
    return true;
  };
  expect(await openPack(manifest(["unet/weights.bin"]))).toMatchObject({ ok: true });
});

test("an abort keeps the partial file for the next attempt on another visit", async () => {
  fault = (request, response) => {
    if (request.headers.range) return false;
    response.writeHead(200, { "Content-Length": 3_000_000 });
    response.write(contents.get("unet/weights.bin")!.subarray(0, 2_000_000));
    return true; // and then silence
  };
  expect(await openPack(manifest(["unet/weights.bin"]), { abortAfterBytes: 2_000_000 })).toMatchObject({
    ok: false,
    error: { code: "cancelled" },
  });
  await browser.reopen();
  requests = [];
  expect(await openPack(manifest(["unet/weights.bin"]))).toMatchObject({ ok: true });
  expect(requests.at(-1)?.range).toBe("bytes=2000000-");
});

test("names and rejects a damaged file and downloads it again next time", async () => {
  fault = (request, response) => {
    if (!request.url!.startsWith("/vae")) return false;
    const damaged = Buffer.from(contents.get("vae/weights.bin")!);
    damaged[1000]! ^= 1;
    response.writeHead(200).end(damaged);
    return true;
  };
  const outcome = await openPack(manifest());
  expect(outcome).toMatchObject({ ok: false, error: { code: "bad-file" } });
  if (!outcome.ok) expect(outcome.error.message).toMatch(/^vae\/weights\.bin is damaged: expected SHA-256/);
  fault = null;
  expect(await openPack(manifest())).toMatchObject({ ok: true });
});

test("names a missing file", async () => {
  fault = (request, response) => request.url!.startsWith("/vae") && (response.writeHead(404).end(), true);
  const outcome = await openPack(manifest());
  expect(outcome).toMatchObject({
    ok: false,
    error: { code: "not-found", message: "vae/weights.bin is missing on the server." },
  });
});

test("treats an index page in place of a file as missing", async () => {
  fault = (_, response) => (
    response.writeHead(200, { "Content-Type": "text/html" }).end("<!doctype html>"),
    true
  );
  expect(await openPack(manifest(["vae/weights.bin"]))).toMatchObject({
    ok: false,
    error: { code: "not-found" },
  });
});

test("rejects a manifest whose path leaves the pack, naming the field", async () => {
  const json = manifest(["empty.txt"]);
  json.files[0]!.path = "../empty.txt";
  expect(await openPack(json)).toMatchObject({
    ok: false,
    error: { code: "bad-file", where: "manifest: files[0].path" },
  });
});

test("files live in the worker's memory when there is no file system: stored once, listed, removed, lost with it", async () => {
  const seen = await browser.page.evaluate(async (json) => {
    const { WorkerClient } = await load("/src/rpc/client.ts");
    const client = new WorkerClient(
      "storage",
      () => new Worker("/tests/browser/storage-worker.ts?memory", { type: "module" }),
    );
    const open = async (): Promise<{ sizes: number[]; downloadedBytes: number; persistent: boolean }> => {
      const { files, downloadedBytes, persistent } = await client.call((service: StorageService) =>
        service.openPack(json, location.href),
      );
      const sizes = [...(files as Map<string, Blob>).values()].map(({ size }) => size).sort((a, b) => a - b);
      return { sizes, downloadedBytes, persistent };
    };
    const use = async (): Promise<unknown> => {
      const { usedBytes, fileCount } = await client.call((service: StorageService) => service.use());
      return { usedBytes, fileCount };
    };
    const keepsFiles = await client.call((service: StorageService) => service.keepsFiles());
    const [first, second, full] = [await open(), await open(), await use()];
    await client.call((service: StorageService) => service.removePack(json));
    const [emptied, third] = [await use(), await open()];
    client.terminate();
    const afterwards = await use();
    client.terminate();
    return { keepsFiles, first, second, full, emptied, third, afterwards };
  }, manifest());
  const sizes = [0, 200_000, 3_000_000];
  const nothing = { usedBytes: 0, fileCount: 0 };
  expect(seen).toEqual({
    keepsFiles: false,
    first: { sizes, downloadedBytes: 3_200_000, persistent: false },
    second: { sizes, downloadedBytes: 0, persistent: false },
    full: { usedBytes: 3_200_000, fileCount: 3 },
    emptied: nothing,
    third: { sizes, downloadedBytes: 3_200_000, persistent: false },
    afterwards: nothing,
  });
});

/** Changes stored files of the test pack on the disk, in place. */
const damage = (sha256: string, how: "flip" | "cut" | "delete"): Promise<void> =>
  browser.page.evaluate(
    async ([name, what]) => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("stylus-files");
      if (what === "delete") return folder.removeEntry(name);
      const handle = await folder.getFileHandle(name);
      const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
      bytes[1000]! ^= 1;
      const writable = await handle.createWritable();
      await writable.write(what === "cut" ? bytes.subarray(0, 1000) : bytes);
      return writable.close();
    },
    [sha256, how] as const,
  );

const verify = (
  json: unknown,
  trusted: readonly string[] = [],
): Promise<{ damaged: string[]; missing: string[]; whole: string[] }> =>
  browser.page.evaluate(
    async ([value, hashes]) => {
      const { WorkerClient } = await load("/src/rpc/client.ts");
      const client = new WorkerClient("storage", () => new Worker("/workers/storage.ts", { type: "module" }));
      const found = await client.call((service: StorageService) =>
        service.verify([value], location.href, { trusted: new Set(hashes) }),
      );
      client.terminate();
      return found;
    },
    [json, trusted] as const,
  );

test("a stored file with wrong bytes is found by its hash, deleted, and alone downloaded again", async () => {
  const json = manifest();
  const [unet, vae] = json.files;
  await openPack(json);
  const hashes = json.files.map(({ sha256 }) => sha256);
  const [, ...others] = hashes;
  expect(await verify(json)).toEqual({ damaged: [], missing: [], whole: hashes });
  await damage(unet!.sha256, "flip");
  expect(await verify(json, hashes)).toEqual({ damaged: [], missing: [], whole: [] });
  expect(await verify(json)).toEqual({ damaged: [unet!.path], missing: [], whole: others });
  requests = [];
  const mended = await openPack(json);
  expect(mended).toMatchObject({
    ok: true,
    downloadedBytes: 3_000_000,
    hashes: { [unet!.path]: unet!.sha256 },
  });
  expect(requests.map(({ path }) => path)).toEqual([unet!.path]);

  await damage(vae!.sha256, "delete");
  expect(await verify(json)).toMatchObject({ damaged: [], missing: [vae!.path] });
  expect(await openPack(json)).toMatchObject({ ok: true, downloadedBytes: 200_000 });
});

test("a stored file that was cut short is downloaded again when opened", async () => {
  const json = manifest(["vae/weights.bin"]);
  await openPack(json);
  await damage(json.files[0]!.sha256, "cut");
  expect(await openPack(json)).toMatchObject({
    ok: true,
    downloadedBytes: 200_000,
    hashes: { "vae/weights.bin": json.files[0]!.sha256 },
  });
});
