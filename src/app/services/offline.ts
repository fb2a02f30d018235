// The service worker: a second visit works without a network, and static hosts that send no isolation headers get them
// from it, which needs one reload. Never in development, where it would serve yesterday's code. A new version of the site is
// loaded beside the one in use and waits until the user asks for it.
import { onPageLoaded, onReload, pageLockPrefix, type PageMessage } from "../../shared/site-versions.ts";

const reloadedKey = "stylus-web/reloaded-for-isolation";
const hour = 3_600_000;

/** Calls `onWaiting` when there is a worker that waits, now or later. */
function watchVersions(registration: ServiceWorkerRegistration, onWaiting: () => void): void {
  const watch = (): void => {
    const worker = registration.installing;
    worker?.addEventListener("statechange", () => {
      // Without one in use it is the first: it doesn't wait.
      if (worker.state === "installed" && registration.active) onWaiting();
    });
  };
  if (registration.waiting && registration.active) onWaiting();
  watch();
  registration.addEventListener("updatefound", watch);
  // Browsers look for a new version when a page is opened; tabs of this one stay open for days.
  let asked = performance.now();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible" || performance.now() - asked < hour) return;
    asked = performance.now();
    registration.update().catch(() => {}); // offline
  });
}

function tell(worker: ServiceWorker | null, message: PageMessage): void {
  // oxlint-disable-next-line require-post-message-target-origin -- a window's, not a worker's
  worker?.postMessage(message);
}

/** Reloads the page with the version that waits; other tabs stay as they are. */
function applyVersion({ waiting }: ServiceWorkerRegistration): void {
  const reload = (): void => location.reload();
  if (!waiting) return reload(); // another tab has asked for it
  navigator.serviceWorker.addEventListener("controllerchange", reload, { once: true });
  tell(waiting, onReload);
}

const canStore = (): boolean => import.meta.env.PROD && "serviceWorker" in navigator;

/** As long as the page is there, the service worker keeps this version's files. @param script address of its main script */
export function holdVersion(script: string): void {
  if (!canStore()) return;
  (navigator.locks as LockManager | undefined)
    ?.request(pageLockPrefix + script, { mode: "shared" }, () => new Promise(() => {}))
    .catch(() => {}); // refused: the page's files may be deleted under it, and it works nevertheless
}

const register = (): Promise<ServiceWorkerRegistration> =>
  navigator.serviceWorker.register(new URL("service-worker.js", document.baseURI));

/**
 * Stores the site for a page of it that has done its work, such as the widget: it works offline from then on. New versions are stored,
 * too, and take over when no page of the old one is open.
 */
export async function storeSite(): Promise<void> {
  if (!canStore()) return;
  try {
    const registration = await register();
    const { active } = await navigator.serviceWorker.ready;
    tell(registration.active ?? active, onPageLoaded);
  } catch {
    // Refused, as in some frames: it works, only not offline.
  }
}

/**
 * @param options.script address of the page's main script, which names its version
 * @param options.loaded resolves when the page has loaded what it needs to generate
 * @param options.onVersion there is a new version; `apply` reloads the page with it
 */
export async function keepOffline({
  script,
  loaded,
  onVersion,
}: {
  readonly script: string;
  readonly loaded: Promise<void>;
  readonly onVersion: (apply: () => void) => void;
}): Promise<void> {
  if (!canStore()) return;
  try {
    holdVersion(script);
    const registration = await register();
    watchVersions(registration, () => onVersion(() => applyVersion(registration)));
    const { active } = await navigator.serviceWorker.ready;
    if (!crossOriginIsolated && sessionStorage.getItem(reloadedKey) === null) {
      sessionStorage.setItem(reloadedKey, "yes");
      location.reload();
      return;
    }
    await loaded;
    tell(registration.active ?? active, onPageLoaded);
  } catch {
    // Refused (private window, plain HTTP): the page works, only not offline and with one thread.
  }
}
