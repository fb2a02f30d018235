// The worker's side: makes the methods of one service callable from the page.
import { expose } from "comlink";
import "./wire.ts";

/** Arguments may be option objects with callbacks and an AbortSignal; whatever is thrown reaches the caller as it was. */
export function serve(service: object): void {
  expose(service);
}
