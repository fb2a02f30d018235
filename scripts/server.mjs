// The static server behind `npm start`, `npm run generate` and the browser tests: serves a folder on localhost with the
// headers that the product needs (cross-origin isolation for WASM threads, a content security policy, ranges, caching).
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { contentSecurityPolicyFor, isolationHeaders, securityHeaders } from "./headers.mjs";

const contentTypes = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".webp": "image/webp",
  ".ico": "image/x-icon",
  ".txt": "text/plain; charset=utf-8",
  ".woff2": "font/woff2",
};

/** First and last byte of a `Range: bytes=a-b` header, or null when there is none or it cannot be met. */
function parseRange(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return null;
  const first = match[1] === "" ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const last = match[1] === "" || match[2] === "" ? size - 1 : Math.min(Number(match[2]), size - 1);
  return first <= last ? { first, last } : null;
}

/**
 * Serves `folder` on localhost.
 * @param {string} folder
 * @param {{port?: number, isolated?: boolean, connect?: readonly string[], intercept?: (request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse) => boolean}} options
 *   port 0 (the default) takes a free one; `isolated: false` leaves out the headers that WASM threads need, as many static hosts
 *   do; `connect` are the hosts that the page may ask, in place of those of the manifests; `intercept` may answer a request itself and return true (tests inject faults with it).
 * @returns {Promise<{url: string, close(): Promise<void>}>}
 */
export function serve(folder, { port = 0, isolated = true, connect, intercept } = {}) {
  const base = path.resolve(folder);
  const policy = connect ? { "Content-Security-Policy": contentSecurityPolicyFor(connect) } : {};
  const headers = Object.entries({ ...securityHeaders, ...policy }).filter(
    ([name]) => isolated || !(name in isolationHeaders),
  );
  const server = createServer((request, response) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    if (intercept?.(request, response)) return;
    if (request.method !== "GET" && request.method !== "HEAD") return void response.writeHead(405).end();
    let pathname;
    try {
      pathname = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    } catch {
      return void response.writeHead(400).end();
    }
    let file = path.join(base, pathname);
    if (file !== base && !file.startsWith(base + path.sep)) return void response.writeHead(403).end();
    if (existsSync(file) && statSync(file).isDirectory()) file = path.join(file, "index.html");
    if (!existsSync(file))
      return void response.writeHead(404, { "Content-Type": "text/plain" }).end("Not found");
    const { size } = statSync(file);
    const hashed = pathname.includes("/assets/");
    response.setHeader("Content-Type", contentTypes[path.extname(file)] ?? "application/octet-stream");
    response.setHeader("Cache-Control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
    response.setHeader("Accept-Ranges", "bytes");
    const range = parseRange(request.headers.range, size);
    if (request.headers.range && !range) {
      return void response.writeHead(416, { "Content-Range": `bytes */${size}` }).end();
    }
    const { first, last } = range ?? { first: 0, last: size - 1 };
    response.writeHead(range ? 206 : 200, {
      "Content-Length": last - first + 1,
      ...(range ? { "Content-Range": `bytes ${first}-${last}/${size}` } : {}),
    });
    if (request.method === "HEAD" || size === 0) return void response.end();
    createReadStream(file, { start: first, end: last }).pipe(response);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      resolve({
        url: `http://localhost:${server.address().port}/`,
        close: () =>
          new Promise((done) => {
            server.closeAllConnections();
            server.close(() => done());
          }),
      });
    });
  });
}
