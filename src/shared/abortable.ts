// Waiting that ends at once when the user stops; the work itself may go on.
import { StylusError } from "./errors.ts";

/** @throws StylusError cancelled, as soon as `signal` aborts */
export function abortable<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  work.catch(() => {}); // it may fail after nobody waits for it any more
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new StylusError("cancelled", "Stopped."));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
