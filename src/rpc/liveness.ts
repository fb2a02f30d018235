// How the page learns that a worker has ended without an error event: the worker holds a lock (Web Locks) as long as it
// lives, also while WebAssembly keeps its event loop busy, and the browser releases the lock with the worker.
import { say, type Saying } from "../shared/saying.ts";

/** Worker → page, beside comlink's messages. */
interface LifeMessage {
  /** Null: the browser refuses locks, as it may where a page embeds this one; the worker lives all the same. */
  readonly stylusLock: string | null;
}

/** Longest time from the start of a worker to its first message: its script may come over a slow connection. */
const startMilliseconds = 120_000;

const locks = (): LockManager | undefined => globalThis.navigator?.locks;

/** In the worker: holds its lock and names it to the page. */
export function showLife(): void {
  const name = `stylus-worker-${crypto.randomUUID()}`;
  locks()
    ?.request(name, () => {
      postMessage({ stylusLock: name } satisfies LifeMessage);
      return new Promise(() => {});
    })
    .catch(() => postMessage({ stylusLock: null } satisfies LifeMessage));
}

const isLifeMessage = (data: unknown): data is LifeMessage =>
  typeof data === "object" && data !== null && "stylusLock" in data;

/**
 * On the page: calls `onEnd` once, when the worker has ended or has not started in time.
 * @returns stops watching
 */
export function watchLife(
  worker: Pick<Worker, "addEventListener">,
  onEnd: (what: Saying) => void,
  { startLimit = startMilliseconds }: { readonly startLimit?: number } = {},
): () => void {
  const manager = locks();
  if (!manager) return () => {};
  const stopped = new AbortController();
  const { signal } = stopped;
  const timer = setTimeout(() => onEnd(say`it did not start in time`), startLimit);
  const watch = ({ data }: MessageEvent<unknown>): void => {
    if (signal.aborted || !isLifeMessage(data)) return;
    clearTimeout(timer);
    if (data.stylusLock === null) return;
    manager
      .request(data.stylusLock, { signal }, () => {
        if (!signal.aborted) onEnd(say`it ended unexpectedly`);
      })
      .catch(() => {}); // stopped watching
  };
  worker.addEventListener("message", watch as EventListener, { signal });
  return () => {
    clearTimeout(timer);
    stopped.abort();
  };
}
