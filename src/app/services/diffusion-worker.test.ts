// What a new diffusion worker is asked for after a run has failed in the one before.
import { beforeAll, afterAll, expect, it, vi } from "vitest";
import { REQUEST } from "../../../tests/fixtures/engine/engine-runs.ts";
import { serve } from "../../rpc/serve.ts";
import { type ErrorCode, StylusError } from "../../shared/errors.ts";
import type { DeviceReport, Kernels } from "../../shared/request.ts";
import { say } from "../../shared/saying.ts";
import { createDiffusionWorker } from "./diffusion-worker.ts";

interface Asked {
  readonly kernels?: Kernels;
  readonly tune?: boolean;
}

/** Of every worker, in order. */
const asked: Asked[] = [];
/** Codes with which the next runs fail. */
const failures: ErrorCode[] = [];
const ports: MessagePort[] = [];

const report = { kind: "webgpu", name: say`card`, reason: say``, threads: 1, f16: true } as const;

const service = {
  async load(_pack: unknown, options: Asked) {
    asked.push({ ...("kernels" in options && { kernels: options.kernels! }), tune: options.tune! });
    const device: DeviceReport = {
      ...report,
      ...(options.kernels !== "onnxruntime" && { kernels: "wgsl" }),
    };
    return { device, sizeBytes: 0, milliseconds: { device: 0, parameters: 0 }, latentScale: 8 };
  },
  async generate() {
    const code = failures.shift();
    if (code) throw new StylusError(code, say`It failed.`);
  },
};

/** A worker whose service is in this process. */
function StandInWorker(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  serve(service, port1);
  return Object.assign(port2, { terminate: () => port2.close() });
}

beforeAll(() => {
  vi.stubGlobal("Worker", StandInWorker);
  vi.stubGlobal("location", { search: "" });
});
afterAll(() => {
  for (const port of ports) port.close();
  vi.unstubAllGlobals();
});

/** Generates twice; the first run fails with these codes in turn. @returns the code that it ends with */
async function runTwice(...codes: ErrorCode[]): Promise<string | null> {
  asked.length = 0;
  failures.push(...codes);
  const worker = createDiffusionWorker();
  const load = () => worker.load({ id: "pack", files: new Map() }, "auto");
  const run = () =>
    worker.generate(REQUEST, {
      async reopen(substitute) {
        if (substitute) worker.takeOver("auto", substitute);
        worker.terminate();
        return (await load()).device;
      },
      mend: async () => false,
      onEvent: () => {},
      signal: new AbortController().signal,
    });
  await load();
  const end = await run().then(
    () => null,
    ({ code }: StylusError) => code,
  );
  worker.terminate();
  await load();
  await run();
  worker.terminate();
  return end;
}

it("tunes no more once the device was lost in a run", async () => {
  expect(await runTwice("device-lost")).toBeNull();
  expect(asked).toEqual([{ tune: true }, { tune: false }, { tune: false }]);
});

it("keeps our own kernels when an image has no room, and gives them up when they fail", async () => {
  expect(await runTwice("memory")).toBe("memory");
  expect(asked).toEqual([{ tune: true }, { tune: true }]);
  expect(await runTwice("device")).toBeNull();
  expect(asked.map(({ kernels }) => kernels)).toEqual([undefined, "onnxruntime", "onnxruntime"]);
});
