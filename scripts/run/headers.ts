// The response headers of the site, in one place for the development server, `npm start` and the built page's meta tag.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { civitaiContent, civitaiUrl, hubUrl } from "../../src/app/adapters/sources/hosts.ts";

const manifestFolder = path.resolve(import.meta.dirname, "../../model-manifests");

/** Hosts to which a hub redirects browsers for large files; they vary with region and time. */
const contentHosts: Readonly<Record<string, readonly string[]>> = {
  "https://huggingface.co": ["https://*.huggingface.co", "https://*.hf.co"],
};

/** The fields of a model-manifests/ file that name hosts; src/storage/manifest.ts checks the whole file. */
interface ManifestAddresses {
  readonly baseUrl: string;
  readonly files?: readonly { readonly url?: string }[];
  readonly composers?: readonly { readonly modelUrl: string; readonly libraryUrl: string }[];
}

/**
 * The sources of the manifests' files: every hub and its content hosts. Relative addresses belong to the site.
 * @param manifests parsed files of model-manifests/
 * @returns sources for `connect-src`
 */
export function connectSources(manifests: readonly ManifestAddresses[]): string[] {
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

/** Every file in model-manifests/, parsed. */
function readManifests(): ManifestAddresses[] {
  return readdirSync(manifestFolder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(path.join(manifestFolder, name), "utf8")));
}

/**
 * Everything comes from the site's origin; model files may come from the manifests' hubs.
 * @param sources see connectSources
 */
export const contentSecurityPolicyFor = (sources: readonly string[]): string =>
  [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    `connect-src ${["'self'", "blob:", "data:", ...sources].join(" ")}`,
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'none'",
  ].join("; ");

/** Language-model servers on the user's own computer. A policy cannot name [::1]. */
const loopback = ["http://localhost:*", "http://127.0.0.1:*"];

/**
 * The language-model servers elsewhere that whoever hosts the site allows its users, besides those on their own computers.
 * @param text of the environment variable STYLUS_MODEL_SERVERS: origins, separated by spaces
 */
export function modelServers(text: string): string[] {
  const origins = text.split(/\s+/u).filter((part) => part !== "");
  for (const origin of origins) {
    if (!/^https?:\/\/(?:\*\.)?[\w.-]+(?::(?:\d+|\*))?$/u.test(origin))
      throw new Error(
        `STYLUS_MODEL_SERVERS: "${origin}" is no origin. Write a scheme, a host and perhaps a port: https://llm.example.org`,
      );
  }
  return origins;
}

const manifestSources = connectSources(readManifests());
const allowedServers = modelServers(process.env["STYLUS_MODEL_SERVERS"] ?? "");

/** Sites that adapters are downloaded from by their address: nothing is asked of them unless the user asks for it. */
const adapterSites = [
  civitaiUrl,
  ...civitaiContent,
  ...[hubUrl, ...(contentHosts[hubUrl] ?? [])].filter((source) => !manifestSources.includes(source)),
];

export const contentSecurityPolicy = contentSecurityPolicyFor([
  ...manifestSources,
  ...adapterSites,
  ...loopback,
  ...allowedServers,
]);

/** The widget asks no server of the user's, and takes no adapters. */
export const widgetSecurityPolicy = contentSecurityPolicyFor(manifestSources);

/** Cross-origin isolation: without it there is no SharedArrayBuffer and WebAssembly has one thread. */
export const isolationHeaders: Readonly<Record<string, string>> = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/**
 * The widget's page is embedded by other sites: in Chromium it is isolated whatever the page around it is, elsewhere if that is.
 * Its own files come from its own origin.
 */
const widgetHeaders: Readonly<Record<string, string>> = {
  ...isolationHeaders,
  "Cross-Origin-Resource-Policy": "cross-origin",
  "Document-Isolation-Policy": "isolate-and-require-corp",
};

/** What other sites load, below any path. */
const isForOthers = (pathname: string): boolean => /\/(?:widget\.html|stylus-image\.js)$/.test(pathname);

/**
 * The headers of a file.
 * @param pathname begins with a slash
 * @param options.isolated false omits those of cross-origin isolation, like many static hosts
 * @param options.allowedOrigins of widget.json: who may frame the widget; nobody else than the site frames its pages
 */
export function headersFor(
  pathname: string,
  {
    isolated = true,
    policy,
    allowedOrigins = ["*"],
  }: {
    readonly isolated?: boolean;
    readonly policy?: string;
    readonly allowedOrigins?: readonly string[];
  } = {},
): Readonly<Record<string, string>> {
  const forOthers = isForOthers(pathname);
  const mayFrame = forOthers ? allowedOrigins : [];
  // A page that is a file has no origin, and `*` would leave it out.
  const framing = mayFrame.includes("*") ? "" : `; frame-ancestors ${["'self'", ...mayFrame].join(" ")}`;
  return {
    ...(isolated ? (forOthers ? widgetHeaders : isolationHeaders) : {}),
    "Content-Security-Policy":
      (policy ?? (forOthers ? widgetSecurityPolicy : contentSecurityPolicy)) + framing,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
  };
}
