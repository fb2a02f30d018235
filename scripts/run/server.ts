// The static server behind `npm start`, `npm run generate` and the browser tests: serves a folder on localhost with the
// headers that the product needs (cross-origin isolation for WASM threads, a content security policy, caching).
import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import sirv from "sirv";
import { readHostSettings } from "../../src/widget/host-settings.ts";
import { contentSecurityPolicyFor, headersFor } from "./headers.ts";

export interface ServerOptions {
  /** 0, the default, selects a free port. */
  readonly port?: number;
  /** False omits the headers that WASM threads need, like many static hosts. */
  readonly isolated?: boolean;
  /** The hosts that the page may contact, instead of the manifests'. */
  readonly connect?: readonly string[];
  /** May answer a request itself and return true: tests inject faults with it. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** Serves `folder` on localhost. */
export async function serve(
  folder: string,
  { port = 0, isolated = true, connect, intercept }: ServerOptions = {},
): Promise<{ url: string; close(): Promise<void> }> {
  const policy = connect ? { policy: contentSecurityPolicyFor(connect) } : {};
  const widgetSettings = path.join(folder, "widget.json");
  const { allowedOrigins } = await readHostSettings(async () =>
    existsSync(widgetSettings)
      ? new Response(readFileSync(widgetSettings, "utf8"))
      : new Response(null, { status: 404 }),
  );
  const headers = (url: string): Readonly<Record<string, string>> =>
    headersFor(url.replace(/[?#].*/su, ""), { isolated, allowedOrigins, ...policy });
  // `dev` reads the disk on every request, because a build may replace the files.
  const files = sirv(folder, {
    dev: true,
    etag: true,
    setHeaders(response, pathname) {
      const hashed = pathname.includes("/assets/");
      response.setHeader("Cache-Control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
      response.setHeader("Accept-Ranges", "bytes");
      if (/\.(?:safetensors|onnx|bin)$/.test(pathname))
        response.setHeader("Content-Type", "application/octet-stream");
    },
  });
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(headers(request.url ?? "/"))) response.setHeader(name, value);
    if (intercept?.(request, response)) return;
    if (request.method !== "GET" && request.method !== "HEAD") return void response.writeHead(405).end();
    files(
      request,
      response,
      () => void response.writeHead(404, { "Content-Type": "text/plain" }).end("Not found"),
    );
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      resolve({
        url: `http://localhost:${(server.address() as AddressInfo).port}/`,
        close: () =>
          new Promise((done) => {
            server.closeAllConnections();
            server.close(() => done());
          }),
      });
    });
  });
}
