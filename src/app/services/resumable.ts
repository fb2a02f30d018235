// A request that can be continued after a fault: images that are done are not asked for again, and events keep the numbers that the
// images have in the whole request.
import type { DiffusionEvent, DiffusionRequest } from "../../shared/request.ts";

export type Generate = (request: DiffusionRequest, onEvent: (event: DiffusionEvent) => void) => Promise<void>;

export interface Resumable {
  /** Images that are done. */
  readonly done: number;
  /** Generates those that are not. @throws whatever `generate` throws; then it may be called again */
  rest(generate: Generate): Promise<void>;
}

export function resumable(request: DiffusionRequest, onEvent: (event: DiffusionEvent) => void): Resumable {
  let done = 0;
  return {
    get done() {
      return done;
    },
    rest(generate) {
      const first = done;
      return generate({ ...request, images: request.images.slice(first) }, (event) => {
        if (event.type === "image") done++;
        onEvent({ ...event, imageIndex: event.imageIndex + first });
      });
    },
  };
}
