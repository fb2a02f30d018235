// The service worker: a second visit works without a network, and static hosts that send no isolation headers get them
// from it, which needs one reload. Never in development, where it would serve yesterday's code.

const reloadedKey = "stylus-web/reloaded-for-isolation";

export async function keepOffline(): Promise<void> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register(new URL("service-worker.js", document.baseURI));
    if (crossOriginIsolated || sessionStorage.getItem(reloadedKey) !== null) return;
    await navigator.serviceWorker.ready;
    sessionStorage.setItem(reloadedKey, "yes");
    location.reload();
  } catch {
    // Refused (private window, plain HTTP): the page works, only not offline and with one thread.
  }
}
