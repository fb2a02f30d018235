// A worker that ends or blocks on request.
import { serve } from "../../src/rpc/serve.ts";

class Fragile {
  async echo(value: number): Promise<number> {
    return value;
  }

  /** Ends like a worker that the browser discards: without an error event. */
  end(): Promise<never> {
    self.close();
    return new Promise(() => {});
  }

  /** Keeps the event loop busy, like WebAssembly. */
  async block(milliseconds: number): Promise<string> {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
    return "done";
  }
}

export type { Fragile };
serve(new Fragile());
