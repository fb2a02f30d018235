// Makes the site installable and usable offline, and gives it cross-origin isolation on static hosts that cannot send
// headers. Application code is precached; WASM runtimes and web-llm are cached on first use. The storage worker keeps model
// files, verified, in the origin private file system.
//
// A new version waits until every page of the old one that works is closed or a user asks for it. Then pages of the old one may still be
// open in other tabs: its hashed files stay until they are closed.
/// <reference lib="webworker" />
import { PrecacheController } from "workbox-precaching";
import {
  acceptShared,
  fileNameHeader,
  onPageLoaded,
  onReload,
  pageLockPrefix,
  sharedFilesCache,
  type PageMessage,
} from "../src/shared/site-versions.ts";

declare const self: ServiceWorkerGlobalScope;

const runtimeCache = "stylus-runtime";

/** Large, and each browser needs some of them only. */
const isLarge = (path: string): boolean => /\/ort-[^/]*\.wasm$|\/web-llm-[^/]*\.js$/.test(path);

const files = self.__WB_MANIFEST as { readonly url: string; readonly revision: string | null }[];
const absolute = (url: string): string => new URL(url, self.registration.scope).href;
const largeFiles = new Set(files.map(({ url }) => absolute(url)).filter(isLarge));
const precache = new PrecacheController();
precache.addToCacheList(files.filter(({ url }) => !isLarge(`/${url}`)));
const indexHandler = precache.createHandlerBoundToURL("index.html");

/**
 * What other sites load, and who may: whoever hosts the site changes headers and settings of these at any time, so that they come from
 * the network while there is one.
 */
const changeable = new Set(["widget.html", "stylus-image.js", "widget.json"].map(absolute));

/** "…/ort-wasm-simd-threaded-CxOG5pUO.wasm" without the hash. */
const withoutHash = (url: string): string => url.replace(/-[\w-]{8}(?=\.\w+$)/, "");

/** The new versions of large files that this browser has used, so that an update leaves it usable offline. */
async function renewLargeFiles(): Promise<void> {
  const cache = await caches.open(runtimeCache);
  const kept = (await cache.keys()).map(({ url }) => url);
  const used = new Set(kept.map(withoutHash));
  const missing = [...largeFiles].filter((url) => used.has(withoutHash(url)) && !kept.includes(url));
  await Promise.all(missing.map((url) => cache.add(url)));
}

/** On a first visit, large files may have been loaded before this worker was there: the browser's own cache has them. */
async function keepLoadedFiles(): Promise<void> {
  const cache = await caches.open(runtimeCache);
  for (const url of largeFiles) {
    if (await cache.match(url)) continue;
    const loaded = await fetch(url, { cache: "only-if-cached", mode: "same-origin" }).catch(() => null);
    if (loaded?.status === 200) await cache.put(url, loaded);
  }
}

/** One version at a time adds or deletes files. */
const withFiles = async (change: () => Promise<void>): Promise<void> =>
  (navigator.locks as LockManager | undefined)?.request("stylus-web/site-files", change) ?? change();

/** The main scripts of the pages that are open, of any version; null: the browser doesn't say. */
async function openPages(): Promise<string[] | null> {
  const locks = await (navigator.locks as LockManager | undefined)?.query();
  if (!locks) return null;
  const { held = [], pending = [] } = locks;
  return [...held, ...pending].flatMap(({ name }) =>
    name?.startsWith(pageLockPrefix) ? [name.slice(pageLockPrefix.length)] : [],
  );
}

async function storeFiles(event: ExtendableEvent): Promise<void> {
  await Promise.all([precache.install(event), renewLargeFiles()]);
  // Pages of a version that is broken hold no lock, and could never ask for this one.
  if ((await openPages())?.length === 0) await self.skipWaiting();
}

/** Deletes the files of older versions, unless a page of one is open; and not while there is a newer one, whose files look the same. */
async function deleteOlderFiles(event: ExtendableEvent): Promise<void> {
  if (self.registration.installing || self.registration.waiting) return;
  const pages = await openPages();
  if (!pages || pages.some((script) => precache.getCacheKeyForURL(script) === undefined)) return;
  await precache.activate(event);
  const cache = await caches.open(runtimeCache);
  const old = (await cache.keys()).filter(({ url }) => !largeFiles.has(url));
  await Promise.all(old.map((request) => cache.delete(request)));
}

self.addEventListener("install", (event) => {
  event.waitUntil(withFiles(() => storeFiles(event)));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => {
  switch (event.data as PageMessage) {
    case onReload:
      event.waitUntil(self.skipWaiting());
      break;
    case onPageLoaded:
      event.waitUntil(keepLoadedFiles().then(() => withFiles(() => deleteOlderFiles(event))));
      break;
  }
});

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

async function freshOrKept(request: Request, address: string): Promise<Response> {
  const keep = async (): Promise<Response | undefined> => precache.matchPrecache(address); // with the files that it names
  try {
    const fresh = await fetch(request);
    return isolated((fresh.status >= 500 && (await keep())) || fresh);
  } catch (offline) {
    const kept = await keep();
    if (kept) return isolated(kept);
    throw offline;
  }
}

async function respond(event: FetchEvent): Promise<Response> {
  const { request } = event;
  const url = new URL(request.url);
  const address = url.origin + url.pathname;
  if (changeable.has(address)) return freshOrKept(request, address);
  if (request.mode === "navigate" && url.pathname.endsWith("/")) {
    return isolated(await indexHandler({ request, event, url }));
  }
  // Hashed files of an older version keep their address; what has none is this version's.
  const precached =
    (await precache.matchPrecache(request)) ??
    (await caches.match(request.url, { cacheName: precache.strategy.cacheName }));
  if (precached) return isolated(precached);
  if (isLarge(url.pathname)) {
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

/** Files that another program shared: the page takes them once it is open. */
async function receiveShared(request: Request): Promise<Response> {
  try {
    const cache = await caches.open(sharedFilesCache);
    const files = acceptShared(await request.formData());
    // They take the place of what no page took.
    if (files.length > 0) await Promise.all((await cache.keys()).map((kept) => cache.delete(kept)));
    for (const file of files) {
      const headers = { "Content-Type": file.type, [fileNameHeader]: encodeURIComponent(file.name) };
      await cache.put(absolute(`share/${crypto.randomUUID()}`), new Response(file, { headers }));
    }
  } catch {
    // Not a form, or no room for it: the page opens without.
  }
  return Response.redirect(self.registration.scope, 303);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.method === "POST" && url.href === absolute("share")) {
    event.respondWith(receiveShared(request));
    return;
  }
  if (request.method !== "GET") return;
  if (url.pathname.includes("/packs/")) return; // verified and stored by the storage worker
  event.respondWith(respond(event));
});
