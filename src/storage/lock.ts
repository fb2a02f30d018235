// A lock per file (Web Locks) keeps two tabs from writing the same one.
import { stopped } from "../shared/errors.ts";
import { isQuotaError, quotaError } from "./quota.ts";

/** Web Locks, as far as they are used. */
export interface FileLocks {
  request<Value>(
    name: string,
    options: { readonly signal: AbortSignal },
    work: () => Promise<Value>,
  ): Promise<Value>;
}

/**
 * Does `work` while no other tab does it for `key`. Where the browser refuses locks, as it may where a page embeds this one, it refuses
 * storage too: files are in this worker's memory, and nobody else writes them.
 * @throws StylusError cancelled, quota; and what `work` throws
 */
export async function locked<Value>(
  key: string,
  {
    signal,
    work,
    locks = navigator.locks,
  }: { signal: AbortSignal; work: () => Promise<Value>; locks?: FileLocks },
): Promise<Value> {
  let isGranted = false;
  const granted = (): Promise<Value> => {
    isGranted = true;
    return work();
  };
  try {
    return await locks.request(`stylus-file-${key}`, { signal }, granted).catch((error: unknown) => {
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
