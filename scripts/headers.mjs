// The response headers of the site, in one place for the development server, `npm start` and the built page's meta tag.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const manifestFolder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../model-manifests");

/** Hosts that a hub sends browsers on to for the bytes of large files; which one it is changes with region and time. */
const contentHosts = {
  "https://huggingface.co": ["https://*.huggingface.co", "https://*.hf.co"],
};

/**
 * Where the files of the manifests come from: every hub they name, and its content hosts. Relative addresses are the site's own.
 * @param {readonly unknown[]} manifests parsed files of model-manifests/
 * @returns {string[]} sources for `connect-src`
 */
export function connectSources(manifests) {
  const addresses = manifests.flatMap(({ baseUrl, files = [], composers = [] }) => [
    baseUrl,
    ...files.flatMap(({ url }) => (url === undefined ? [] : [url])),
    ...composers.flatMap(({ modelUrl, libraryUrl }) => [modelUrl, libraryUrl]),
  ]);
  const origins = new Set(
    addresses.filter((address) => /^https?:/.test(address)).map((address) => new URL(address).origin),
  );
  return [...origins].sort().flatMap((origin) => [origin, ...(contentHosts[origin] ?? [])]);
}

/** @returns {unknown[]} every file of model-manifests/, parsed */
function readManifests() {
  return readdirSync(manifestFolder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(path.join(manifestFolder, name), "utf8")));
}

/**
 * Everything comes from the own origin; model files may come from the hubs that manifests name.
 * @param {readonly string[]} sources see connectSources
 */
export const contentSecurityPolicyFor = (sources) =>
  [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval' blob:", // blob: the thread workers of ONNX Runtime
    "worker-src 'self' blob:",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    `connect-src ${["'self'", "blob:", "data:", ...sources].join(" ")}`,
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'none'",
  ].join("; ");

export const contentSecurityPolicy = contentSecurityPolicyFor(connectSources(readManifests()));

/** Cross-origin isolation: without it there is no SharedArrayBuffer and WebAssembly has one thread. */
export const isolationHeaders = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

export const securityHeaders = {
  ...isolationHeaders,
  "Content-Security-Policy": contentSecurityPolicy,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};
