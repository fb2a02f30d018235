// Makes the site installable and usable offline, and gives it cross-origin isolation on static hosts that cannot send
// headers. Application code is precached; WASM runtimes and web-llm are cached on first use. The storage worker keeps model
// files, verified, in the origin private file system.
/// <reference lib="webworker" />
import { cleanupOutdatedCaches, createHandlerBoundToURL, matchPrecache, precache } from "workbox-precaching";

declare const self: ServiceWorkerGlobalScope & {
  readonly __WB_MANIFEST: (string | { url: string; revision: string | null })[];
};

const runtimeCache = "stylus-runtime";

precache(self.__WB_MANIFEST);
cleanupOutdatedCaches();
const indexHandler = createHandlerBoundToURL("index.html");

self.addEventListener("install", () => void self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

/** The same response with the headers that cross-origin isolation needs. */
function isolated(response: Response): Response {
  if (response.status === 0 || response.type === "opaqueredirect") return response;
  const headers = new Headers(response.headers);
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Embedder-Policy", "require-corp");
  // The widget's page is for other sites too, where the server says so.
  if (!headers.has("Cross-Origin-Resource-Policy"))
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

async function respond(event: FetchEvent): Promise<Response> {
  const { request } = event;
  const url = new URL(request.url);
  if (request.mode === "navigate" && url.pathname.endsWith("/")) {
    return isolated(await indexHandler({ request, event, url }));
  }
  const precached = await matchPrecache(request);
  if (precached) return isolated(precached);
  if (/\.wasm$|\/web-llm-[^/]*\.js$/.test(url.pathname)) {
    const cache = await caches.open(runtimeCache);
    // A reload replaces a copy that turned out damaged.
    const kept = request.cache === "reload" ? undefined : await cache.match(request);
    if (kept) return isolated(kept);
    const response = await fetch(request);
    const isPage = response.headers.get("content-type")?.startsWith("text/html") === true;
    if (response.status === 200 && !isPage) event.waitUntil(cache.put(request, response.clone()));
    return isolated(response);
  }
  return isolated(await fetch(request));
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.includes("/packs/")) return; // verified and stored by the storage worker
  event.respondWith(respond(event));
});
