// The content security policy covers every host that a manifest names, and no other.
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { fileUrl, parseManifest } from "../../src/storage/manifest.ts";
import {
  connectSources,
  contentSecurityPolicy,
  contentSecurityPolicyFor,
  headersFor,
  modelServers,
  widgetSecurityPolicy,
} from "./headers.ts";

const folder = new URL("../../model-manifests/", import.meta.url);
const site = "https://example.org/stylus/";

it("lets the page ask every hub for its files", () => {
  const sources = /connect-src ([^;]+)/.exec(contentSecurityPolicy)![1]!.split(" ");
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const wanted = names.flatMap((name) => {
    const manifest = parseManifest(JSON.parse(readFileSync(new URL(name, folder), "utf8")), name);
    return [
      ...manifest.files.map((file) => fileUrl(manifest, file, site)),
      ...manifest.composers.flatMap(({ modelUrl, libraryUrl }) => [modelUrl, libraryUrl]),
    ];
  });
  const origins = new Set(wanted.map((url) => new URL(url).origin));
  origins.delete(new URL(site).origin);
  expect([...origins].filter((origin) => !sources.includes(origin))).toEqual([]);
  expect(sources).toEqual([
    "'self'",
    "blob:",
    "data:",
    "https://files.pythonhosted.org",
    "https://huggingface.co",
    "https://*.huggingface.co",
    "https://*.hf.co",
    "https://raw.githubusercontent.com",
    "https://civitai.com",
    "https://image.civitai.com",
    "https://b2.civitai.com",
    "https://civitai-delivery-worker-prod.5ac0637cfd0766c97916cefa3764fbdf.r2.cloudflarestorage.com",
    "http://localhost:*",
    "http://127.0.0.1:*",
  ]);
});

it("lets the widget ask no site of adapters, and no server of the user's", () => {
  const policy = headersFor("/widget.html")["Content-Security-Policy"];
  for (const host of ["civitai.com", "cloudflarestorage.com", "localhost"])
    expect(policy).not.toContain(host);
});

it("runs scripts of the site only", () => {
  expect(contentSecurityPolicy).toContain("script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; ");
});

it("the headers are made from the manifests", () => {
  const manifest = {
    baseUrl: "packs/x/",
    files: [{ path: "a" }, { path: "b", url: "https://hub.example/owner/x/resolve/main/b" }],
  };
  expect(connectSources([manifest])).toEqual(["https://hub.example"]);
  expect(contentSecurityPolicyFor(["https://hub.example"])).toContain(
    "connect-src 'self' blob: data: https://hub.example;",
  );
});

it("lets every page frame the widget by default, and none the site's pages", () => {
  const policy = (pathname: string) => headersFor(pathname)["Content-Security-Policy"];
  expect(policy("/stylus/widget.html")).toBe(widgetSecurityPolicy);
  for (const pathname of ["/", "/index.html", "/stylus/", "/examples/blog.html", "/my-widget.html"])
    expect(policy(pathname)).toBe(`${contentSecurityPolicy}; frame-ancestors 'self'`);
});

it("leaves isolation to hosts that can send it", () => {
  const names = Object.keys(headersFor("/widget.html", { isolated: false }));
  expect(names).toEqual(["Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"]);
});

it("lets the page ask language-model servers on the user’s computer and those that the host names, the widget none", () => {
  expect(widgetSecurityPolicy).not.toMatch(/localhost|127\.0/);
  expect(modelServers(" https://llm.example.org\n http://10.0.0.5:8000 ")).toEqual([
    "https://llm.example.org",
    "http://10.0.0.5:8000",
  ]);
  for (const wrong of ["llm.example.org", "https://llm.example.org/v1", "*", "https://a; script-src *"])
    expect(() => modelServers(wrong), wrong).toThrow("is no origin");
});
