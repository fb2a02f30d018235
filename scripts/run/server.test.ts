// What the page relies on from the server of `npm start` and the browser tests.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { serve } from "./server.ts";

const parent = mkdtempSync(path.join(tmpdir(), "stylus-web-server-"));
let server: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  mkdirSync(path.join(parent, "site/assets"), { recursive: true });
  writeFileSync(path.join(parent, "secret.txt"), "secret");
  writeFileSync(path.join(parent, "site/index.html"), "<p>page");
  writeFileSync(path.join(parent, "site/widget.html"), "<p>widget");
  writeFileSync(path.join(parent, "site/stylus-image.js"), "");
  writeFileSync(path.join(parent, "site/widget.json"), '{ "allowedOrigins": ["https://blog.example"] }');
  writeFileSync(path.join(parent, "site/assets/a-1234.js"), "export {};");
  writeFileSync(path.join(parent, "site/runtime.wasm"), "wasm");
  writeFileSync(path.join(parent, "site/unet.safetensors"), "0123456789");
  server = await serve(path.join(parent, "site"));
});
afterAll(async () => {
  await server.close();
  rmSync(parent, { recursive: true, force: true });
});

const get = (file: string, init?: RequestInit): Promise<Response> => fetch(server.url + file, init);

test("the page is isolated and obeys the content security policy", async () => {
  const { status, headers } = await get("");
  expect(status).toBe(200);
  expect(headers.get("content-type")).toBe("text/html;charset=utf-8");
  expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
  expect(headers.get("cross-origin-embedder-policy")).toBe("require-corp");
  expect(headers.get("content-security-policy")).toContain("default-src 'self'");
  expect(headers.get("cache-control")).toBe("no-cache");
});

test("no other site frames the page, and those that widget.json names frame the widget", async () => {
  const page = (await get("")).headers;
  expect(page.get("content-security-policy")).toMatch(/; frame-ancestors 'self'$/);
  expect(page.get("cross-origin-resource-policy")).toBe("same-origin");
  const widget = (await get("widget.html?prompt=a#b")).headers;
  expect(widget.get("content-security-policy")).toMatch(/; frame-ancestors 'self' https:\/\/blog.example$/);
  expect(widget.get("document-isolation-policy")).toBe("isolate-and-require-corp");
  expect(widget.get("cross-origin-embedder-policy")).toBe("require-corp");
  for (const file of ["widget.html", "stylus-image.js"])
    expect((await get(file)).headers.get("cross-origin-resource-policy")).toBe("cross-origin");
});

test("a widget.json with a typing error lets nobody frame the widget but the site", async () => {
  const said = vi.spyOn(console, "error").mockImplementation(() => {});
  const folder = path.join(parent, "mistyped");
  mkdirSync(folder);
  writeFileSync(path.join(folder, "widget.html"), "<p>widget");
  writeFileSync(path.join(folder, "widget.json"), '{ "allowedOrigins": [');
  const mistyped = await serve(folder);
  const { headers } = await fetch(`${mistyped.url}widget.html`);
  await mistyped.close();
  expect(headers.get("content-security-policy")).toMatch(/; frame-ancestors 'self'$/);
  expect(said).toHaveBeenCalledOnce();
  said.mockRestore();
});

test("hashed files are cached for good, and types are what browsers insist on", async () => {
  const script = await get("assets/a-1234.js");
  expect(script.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(script.headers.get("content-type")).toBe("text/javascript");
  expect((await get("runtime.wasm")).headers.get("content-type")).toBe("application/wasm");
  expect((await get("unet.safetensors")).headers.get("content-type")).toBe("application/octet-stream");
});

test("a download resumes where it stopped", async () => {
  const rest = await get("unet.safetensors", { headers: { Range: "bytes=4-" } });
  expect([rest.status, await rest.text()]).toEqual([206, "456789"]);
  expect(rest.headers.get("content-range")).toBe("bytes 4-9/10");
  const past = await get("unet.safetensors", { headers: { Range: "bytes=10-" } });
  expect([past.status, past.headers.get("content-range")]).toEqual([416, "bytes */10"]);
});

test("nothing outside the folder, no other methods", async () => {
  expect((await get("nothing.html")).status).toBe(404);
  expect((await get("..%2fsecret.txt")).status).toBe(404);
  expect((await get("%2e%2e/secret.txt")).status).toBe(404);
  expect((await get("", { method: "POST" })).status).toBe(405);
  const head = await get("unet.safetensors", { method: "HEAD" });
  expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "10", ""]);
});
