// The boundary over a Node message channel: errors, callbacks, abort signals, order, crash and restart.
import { describe, expect, it } from "vitest";
import { stopped, StylusError } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";
import { WorkerClient } from "./client.ts";
import { serve } from "./serve.ts";

interface Options {
  readonly count: number;
  readonly onStep?: (step: number) => void;
  readonly signal?: AbortSignal;
}

class Counter {
  calls = 0;
  async count({ count, onStep, signal }: Options): Promise<number> {
    this.calls += 1;
    for (let step = 1; step <= count; step++) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (signal?.aborted) throw stopped();
      onStep?.(step);
    }
    return this.calls;
  }
  async fail(): Promise<void> {
    throw new StylusError("bad-file", say`broken`, { where: "a/b", remedy: say`mend it` });
  }
  async bug(): Promise<void> {
    throw new TypeError("not a function");
  }
  hang(): Promise<void> {
    return new Promise(() => {});
  }
}

/** A worker whose messages go over a port. */
class PortWorker extends EventTarget implements Worker {
  onmessage: Worker["onmessage"] = null;
  onmessageerror: Worker["onmessageerror"] = null;
  onerror: Worker["onerror"] = null;
  readonly #port: MessagePort;
  readonly terminate: () => void;

  constructor(port: MessagePort, terminate: () => void) {
    super();
    this.#port = port;
    this.terminate = terminate;
    port.addEventListener("message", ({ data }) => this.dispatchEvent(new MessageEvent("message", { data })));
    port.start();
  }
  postMessage(message: unknown, options?: Transferable[] | StructuredSerializeOptions): void {
    this.#port.postMessage(message, Array.isArray(options) ? { transfer: options } : options);
  }
  crash(message: string): void {
    this.dispatchEvent(Object.assign(new Event("error"), { message }));
  }
}

function client() {
  const workers: PortWorker[] = [];
  const counter = new WorkerClient<Counter>(say`counting`, () => {
    const { port1, port2 } = new MessageChannel();
    serve(new Counter(), port2);
    port2.start();
    const worker = new PortWorker(port1, () => {
      port1.close();
      port2.close();
    });
    workers.push(worker);
    return worker;
  });
  return { counter, workers };
}

describe("WorkerClient", () => {
  it("starts the worker on the first call only", async () => {
    const { counter, workers } = client();
    expect(workers).toHaveLength(0);
    await counter.call((service) => service.count({ count: 0 }));
    expect(await counter.call((service) => service.count({ count: 0 }))).toBe(2);
    expect(workers).toHaveLength(1);
    expect(counter.starts).toBe(1);
    counter.terminate();
    expect(counter.alive).toBe(0);
  });

  it("runs every callback before a call resolves", async () => {
    const { counter } = client();
    const steps: number[] = [];
    await counter.call((service) => service.count({ count: 50, onStep: (step) => steps.push(step) }));
    expect(steps).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    counter.terminate();
  });

  it("transfers errors with all their fields", async () => {
    const { counter } = client();
    const error = await counter.call((service) => service.fail()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StylusError);
    expect(error).toMatchObject({ code: "bad-file", message: "broken", where: "a/b", remedy: "mend it" });
    const bug = await counter.call((service) => service.bug()).catch((thrown: unknown) => thrown);
    expect(bug).not.toBeInstanceOf(StylusError);
    expect(bug).toMatchObject({ message: "not a function" });
    counter.terminate();
  });

  it("aborts by message and keeps the worker alive", async () => {
    const { counter } = client();
    const controller = new AbortController();
    const stopped = counter.call((service) =>
      service.count({
        count: 1e6,
        signal: controller.signal,
        onStep: (step) => step === 3 && controller.abort(),
      }),
    );
    await expect(stopped).rejects.toMatchObject({ code: "cancelled" });
    expect(await counter.call((service) => service.count({ count: 1 }))).toBe(2);
    counter.terminate();
  });

  it("rejects pending calls when terminated, then restarts", async () => {
    const { counter } = client();
    const hanging = counter.call((service) => service.hang());
    counter.terminate();
    await expect(hanging).rejects.toMatchObject({ code: "cancelled", message: "Stopped." });
    expect(await counter.call((service) => service.count({ count: 1 }))).toBe(1);
    expect(counter.starts).toBe(2);
    const changed = counter.call((service) => service.hang());
    counter.terminate(say`The count was changed.`);
    await expect(changed).rejects.toMatchObject({ code: "cancelled", message: "The count was changed." });
  });

  it("turns a crash into an error with a remedy, then restarts", async () => {
    const { counter, workers } = client();
    const hanging = counter.call((service) => service.hang());
    workers[0]!.crash("out of memory");
    const error = (await hanging.catch((thrown: unknown) => thrown)) as StylusError;
    expect(error).toMatchObject({ code: "device-lost" });
    expect(error.message).toContain("counting");
    expect(error.remedy).toBeTruthy();
    expect(await counter.call((service) => service.count({ count: 1 }))).toBe(1);
    counter.terminate();
  });
});
