// The worker's side: exposes the methods of one service to the page.
import { expose, type Endpoint } from "comlink";
import { showLife } from "./liveness.ts";
import { endHooks } from "./wire.ts";

/** Arguments may be option objects with callbacks and an AbortSignal; errors reach the caller unchanged. */
export function serve(service: object, endpoint?: Endpoint): void {
  const watched = new Proxy(service, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return async (...values: unknown[]): Promise<unknown> => {
        try {
          return await (member as (...given: unknown[]) => unknown).apply(target, values);
        } finally {
          endHooks(values);
        }
      };
    },
  });
  expose(watched, endpoint);
  if (!endpoint) showLife();
}
