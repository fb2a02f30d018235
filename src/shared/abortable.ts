// Stops waiting as soon as the signal aborts; the work itself may continue.
import { StylusError } from "./errors.ts";
import { say } from "./saying.ts";

/** @throws StylusError cancelled, as soon as `signal` aborts */
export function abortable<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  work.catch(() => {}); // it may fail after the wait has ended
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new StylusError("cancelled", say`Stopped.`));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
