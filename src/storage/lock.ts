// Locks (Web Locks) keep two tabs from doing the same thing at once.
import { stopped } from "../shared/errors.ts";
import { isQuotaError, quotaError } from "./quota.ts";

/** Web Locks, as far as they are used. */
export interface Locks {
  request<Value>(
    name: string,
    options: { readonly signal?: AbortSignal },
    work: () => Promise<Value>,
  ): Promise<Value>;
}

/**
 * Does `work` while no other tab holds the lock `name`. Where the browser refuses locks, as it may where a page embeds this one, it refuses
 * storage too: files are in this worker's memory, and nobody else writes them.
 * @throws StylusError cancelled, quota; and what `work` throws
 */
export async function locked<Value>(
  name: string,
  {
    signal,
    work,
    locks = navigator.locks,
  }: { signal?: AbortSignal | undefined; work: () => Promise<Value>; locks?: Locks },
): Promise<Value> {
  let isGranted = false;
  const granted = (): Promise<Value> => {
    isGranted = true;
    return work();
  };
  try {
    return await locks
      .request(`stylus-${name}`, signal ? { signal } : {}, granted)
      .catch((error: unknown) => {
        const isRefused = !isGranted && error instanceof DOMException && error.name === "SecurityError";
        if (isRefused) return work();
        throw error;
      });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") {
      throw stopped(error);
    }
    throw isQuotaError(error) ? quotaError(error) : error;
  }
}
