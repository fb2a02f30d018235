import { expect, it } from "vitest";
import { REQUEST } from "../../../tests/fixtures/engine/engine-runs.ts";
import { StylusError } from "../../shared/errors.ts";
import { english, say } from "../../shared/saying.ts";
import type { DeviceReport, DiffusionEvent } from "../../shared/request.ts";
import { generateThroughLosses, throughLoss } from "./through-loss.ts";

const lost = new StylusError("device-lost", say`The worker stopped.`);

/** Work that fails with each of `failures` in turn, then succeeds. */
function work(...failures: StylusError[]) {
  const log: string[] = [];
  return {
    log,
    run: () =>
      throughLoss(
        async () => {
          log.push("work");
          const failure = failures.shift();
          if (failure) throw failure;
          return "done";
        },
        async () => void log.push("prepare"),
      ),
  };
}

it("does lost work once more, after preparing the new worker, and then says so", async () => {
  const once = work(lost);
  expect(await once.run()).toBe("done");
  expect(once.log).toEqual(["work", "prepare", "work"]);
  const twice = work(lost, lost);
  await expect(twice.run()).rejects.toBe(lost);
  expect(twice.log).toEqual(["work", "prepare", "work"]);
  expect(await twice.run()).toBe("done"); // a retry works
  const other = work(new StylusError("bad-file", say`cut off`));
  await expect(other.run()).rejects.toMatchObject({ code: "bad-file" });
  expect(other.log).toEqual(["work"]);
});

const loss = new StylusError("device-lost", say`The graphics device was lost: reset.`);
const gpu: DeviceReport = { kind: "webgpu", name: say`card`, reason: say``, threads: 1, f16: true };
const wasm: DeviceReport = { ...gpu, kind: "wasm", f16: false };

const request = { ...REQUEST, images: [1, 2, 3].map((seed) => ({ seed, adapters: [] })) };

const image = (imageIndex: number, seed: number): DiffusionEvent => ({
  type: "image",
  imageIndex,
  seed,
  width: 1,
  height: 1,
  rgba: new Uint8ClampedArray(4),
});

/**
 * Generates with `cuts[i]` images made before attempt i is cut off; the rest is generated whole.
 * @param options.failure what cuts off @param options.mends whether mending helps
 */
async function generateWith(
  cuts: readonly number[],
  {
    signal = new AbortController().signal,
    device = gpu,
    failure = loss,
    mends = false,
    ownKernels = false,
  } = {},
) {
  let hasOwnKernels = ownKernels;
  const events: DiffusionEvent[] = [];
  const seeds: number[][] = [];
  const reopened: (string | null)[] = [];
  const mended: unknown[] = [];
  await generateThroughLosses(request, {
    async generate({ images }, onEvent) {
      const limit = cuts[seeds.length];
      seeds.push(images.map(({ seed }) => seed));
      for (const [index, { seed }] of images.entries()) {
        if (index === limit) throw failure;
        onEvent(image(index, seed));
      }
    },
    async reopen(substitute) {
      reopened.push(substitute && english(substitute.reason));
      if (substitute) hasOwnKernels = false;
      return substitute?.by === "wasm" ? wasm : device;
    },
    hasOwnKernels: () => hasOwnKernels,
    async mend(error) {
      mended.push(error);
      return mends;
    },
    onEvent: (event) => events.push(event),
    signal,
  });
  const generated = events.flatMap((event) =>
    event.type === "image" ? [[event.imageIndex, event.seed]] : [],
  );
  const told = events.flatMap((event) => (event.type === "device" ? [event] : []));
  return { seeds, reopened, mended, generated, told };
}

const all = [
  [0, 1],
  [1, 2],
  [2, 3],
];

it("reports nothing when the device is not lost", async () => {
  const { generated, told, reopened } = await generateWith([]);
  expect(generated).toEqual(all);
  expect([told, reopened]).toEqual([[], []]);
});

it("generates the rest on the reopened device after one loss", async () => {
  const { seeds, generated, told, reopened } = await generateWith([1]);
  expect(seeds).toEqual([
    [1, 2, 3],
    [2, 3],
  ]);
  expect(generated).toEqual(all);
  expect(reopened).toEqual([null]);
  expect(told.map(({ imageIndex, device }) => [imageIndex, device])).toEqual([
    [1, null],
    [1, gpu],
  ]);
});

it("switches to WebAssembly after the second loss, and says why in a notice", async () => {
  const { seeds, generated, told, reopened } = await generateWith([1, 0]);
  expect(seeds).toEqual([
    [1, 2, 3],
    [2, 3],
    [2, 3],
  ]);
  expect(generated).toEqual(all);
  expect(reopened).toEqual([null, "the GPU was lost more than once"]);
  expect(told.at(-1)).toMatchObject({
    device: wasm,
    message: expect.stringContaining("continues on the CPU"),
  });
});

it("gives our own kernels up after the second loss, and the GPU after the third", async () => {
  const { generated, reopened, told } = await generateWith([0, 1, 0], { ownKernels: true });
  expect(generated).toEqual(all);
  expect(reopened).toEqual([
    null,
    "WGSL kernels: the GPU was lost more than once",
    "the GPU was lost more than once",
  ]);
  expect(told.map(({ device }) => device)).toEqual([null, gpu, null, gpu, null, wasm]);
  expect(told[3]!.message).toContain("continues with ONNX Runtime");
});

it("goes on with ONNX Runtime when our own kernels fail, and with nothing when it fails too", async () => {
  const failure = new StylusError("device", say`The GPU rejects the kernel.`);
  const { seeds, generated, reopened, told } = await generateWith([1], { failure, ownKernels: true });
  expect(seeds).toEqual([
    [1, 2, 3],
    [2, 3],
  ]);
  expect(generated).toEqual(all);
  expect(reopened).toEqual(["WGSL kernels: The GPU rejects the kernel."]);
  expect(told.map(({ message }) => message)).toEqual([
    "The GPU rejects the kernel. Stylus goes on with ONNX Runtime.",
    "The run continues with ONNX Runtime on the GPU. Nothing is lost.",
  ]);
  await expect(generateWith([1, 0], { failure, ownKernels: true })).rejects.toBe(failure);
});

it("a third loss ends the run", async () => {
  await expect(generateWith([0, 0, 0])).rejects.toBe(loss);
});

it("WebAssembly that fails twice does not start a third time", async () => {
  await expect(generateWith([0, 0], { device: wasm })).rejects.toBe(loss);
  const { told } = await generateWith([0], { device: wasm });
  expect(told.at(-1)!.message).toContain("continues on the CPU");
});

it("a run that was stopped is not taken up again", async () => {
  const stop = new AbortController();
  stop.abort();
  await expect(generateWith([0], { signal: stop.signal })).rejects.toMatchObject({ code: "cancelled" });
});

it("a run that fails over damaged files goes on once they are mended, and only once", async () => {
  const failure = new StylusError("bad-file", say`unet.safetensors is cut off.`);
  const { seeds, generated, mended, told } = await generateWith([1], { failure, mends: true });
  expect(seeds).toEqual([
    [1, 2, 3],
    [2, 3],
  ]);
  expect(generated).toEqual(all);
  expect([mended, told]).toEqual([[failure], []]);
  await expect(generateWith([1], { failure })).rejects.toBe(failure);
  await expect(generateWith([1, 1], { failure, mends: true })).rejects.toBe(failure);
});

it("losses are counted from where files were mended", async () => {
  const { reopened, mended, generated } = await generateWith([0, 0, 0, 0, 0], { mends: true });
  expect(reopened).toEqual([
    null,
    "the GPU was lost more than once",
    null,
    "the GPU was lost more than once",
  ]);
  expect([mended, generated]).toEqual([[loss], all]);
});
