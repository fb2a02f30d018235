// Runs in a page: times merging on its GPU at the full size of Stable Diffusion 1.5.
import type { Delta } from "../../src/adapters/delta.ts";
import type { MergeTarget } from "../../src/adapters/gpu/chain.ts";
import { GpuMerger, type MergeJob } from "../../src/adapters/gpu/merger.ts";
import type { MergeSource } from "../../src/adapters/merging/merge.ts";
import type { ParameterShape } from "../../src/adapters/names/module-table.ts";
import { stableDiffusion15Table } from "../../src/adapters/names/stable-diffusion-15.ts";
import { type AdapterTensor, tensorMatrix } from "../../src/adapters/files/tensor.ts";

export interface MergeBenchmarkOptions {
  /** 1 for SD 1.5; a smaller value uses that share of its modules, for a quick check. */
  readonly scale: number;
  /** Merges for the median, after the first. */
  readonly repeats: number;
  /** Type of the weights. */
  readonly dtype: "f16" | "f32";
}

export interface MergeBenchmark {
  readonly adapter: string;
  readonly rows: readonly {
    readonly what: string;
    readonly parameters: number;
    readonly factorBytes: number;
    /** Includes uploading the factors and compiling the kernels. */
    readonly firstMilliseconds: number;
    /** Median of the later merges. */
    readonly milliseconds: number;
    /** Of that, until the work is submitted to the GPU. */
    readonly submitMilliseconds: number;
    /** Median GPU time; null if unavailable. */
    readonly kernelMilliseconds: number | null;
  }[];
}

export async function benchmarkMerge({
  scale,
  repeats,
  dtype,
}: MergeBenchmarkOptions): Promise<MergeBenchmark> {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw new Error("no GPU");
  const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredFeatures: adapter.features.has("timestamp-query") ? ["timestamp-query"] : [],
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage },
  });
  const weights = stableDiffusion15Table().modules.flatMap(({ network, path, weight }) =>
    network === "unet" && weight ? [{ path, ...weight }] : [],
  );
  const share = <T>(list: readonly T[]): T[] => list.slice(0, Math.ceil(list.length * scale));
  const linear = share(weights.filter(({ path, shape }) => path.includes("attentions") && shape.length > 1));
  const convolutions = share(weights.filter(({ shape }) => shape.length === 4 && shape[2] === 3));

  const targets = new Map<ParameterShape, MergeTarget>();
  const targetOf = (parameter: ParameterShape): MergeTarget => {
    let target = targets.get(parameter);
    if (!target) {
      const { shape } = parameter;
      const size = Math.ceil((count(shape) * (dtype === "f16" ? 2 : 4)) / 16) * 16;
      const buffer = (): GPUBuffer => device.createBuffer({ size, usage: GPUBufferUsage.STORAGE });
      const layout = shape.length === 2 || shape[2] === 1 ? "transpose" : "same";
      target = { shape, layout, dtype, pristine: buffer(), live: buffer() };
      targets.set(parameter, target);
    }
    return target;
  };

  const passTimes = device.features.has("timestamp-query") ? timePasses(device) : null;
  const rows: MergeBenchmark["rows"][number][] = [];
  const measure = async (what: string, jobs: readonly MergeJob[]): Promise<void> => {
    const merger = new GpuMerger(device);
    const run = async (): Promise<[submit: number, whole: number]> => {
      const start = performance.now();
      await merger.merge(jobs);
      const submit = performance.now() - start;
      await device.queue.onSubmittedWorkDone();
      return [submit, performance.now() - start];
    };
    const [, firstMilliseconds] = await run();
    await passTimes?.take();
    const times: [number, number][] = [];
    const kernels: number[] = [];
    for (let i = 0; i < repeats; i++) {
      times.push(await run());
      if (passTimes) kernels.push(await passTimes.take());
    }
    rows.push({
      what,
      parameters: jobs.length,
      factorBytes: merger.sizeBytes,
      firstMilliseconds,
      milliseconds: median(times.map(([, whole]) => whole)),
      submitMilliseconds: median(times.map(([submit]) => submit)),
      kernelMilliseconds: kernels.length > 0 ? median(kernels) : null,
    });
    merger.dispose();
  };
  const jobs = (parameters: readonly ParameterShape[], adapters: number, rank: number): MergeJob[] => {
    const files = Array.from({ length: adapters }, () => adapterFile(parameters, rank));
    return parameters.map((parameter, i) => ({
      target: targetOf(parameter),
      contributions: files.map((updates) => ({ update: updates[i]!, strength: 0.7 })),
    }));
  };
  for (const [adapters, rank] of [
    [1, 8],
    [1, 32],
    [3, 32],
    [8, 32],
    [1, 128],
    [3, 128],
  ] as const) {
    await measure(
      `${linear.length} transformer modules, ${adapters} × rank ${rank}`,
      jobs(linear, adapters, rank),
    );
  }
  for (const [adapters, rank] of [
    [1, 32],
    [3, 32],
  ] as const) {
    await measure(
      `${convolutions.length} 3×3 convolutions, ${adapters} × rank ${rank}`,
      jobs(convolutions, adapters, rank),
    );
  }
  device.destroy();
  const { vendor, architecture, description } = adapter.info;
  return { adapter: [vendor, architecture, description].filter(Boolean).join(" "), rows };
}

/** Records the start and end of every compute pass; Chromium rounds these times to 0.1 ms. */
function timePasses(device: GPUDevice): { take: () => Promise<number> } {
  const most = 256; // passes between two calls of `take`
  const querySet = device.createQuerySet({ type: "timestamp", count: 2 * most });
  const size = 2 * most * BigUint64Array.BYTES_PER_ELEMENT;
  const resolved = device.createBuffer({
    size,
    usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
  });
  const mapped = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const createEncoder = device.createCommandEncoder.bind(device);
  let passes = 0;
  device.createCommandEncoder = (descriptor) => {
    const encoder = createEncoder(descriptor);
    const begin = encoder.beginComputePass.bind(encoder);
    encoder.beginComputePass = () => {
      const [beginningOfPassWriteIndex, endOfPassWriteIndex] = [2 * passes, 2 * passes + 1];
      passes++;
      return begin({ timestampWrites: { querySet, beginningOfPassWriteIndex, endOfPassWriteIndex } });
    };
    return encoder;
  };
  return {
    /** Milliseconds of all passes since the last call. */
    async take() {
      const encoder = createEncoder();
      encoder.resolveQuerySet(querySet, 0, 2 * passes, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, mapped, 0, size);
      device.queue.submit([encoder.finish()]);
      await mapped.mapAsync(GPUMapMode.READ);
      const times = new BigUint64Array(mapped.getMappedRange());
      let nanoseconds = 0;
      for (let i = 0; i < passes; i++) nanoseconds += Number(times[2 * i + 1]! - times[2 * i]!);
      mapped.unmap();
      passes = 0;
      return nanoseconds / 1e6;
    },
  };
}

/** The updates of a float16 LoRA from one file. All factors are 0.01. */
function adapterFile(parameters: readonly ParameterShape[], rank: number): MergeSource[] {
  const sizes = parameters.map(({ shape: [out = 1, ...rest] }) => [out, count(rest)] as const);
  const halves = new Uint16Array(sizes.reduce((sum, [out, columns]) => sum + rank * (out + columns), 0));
  halves.fill(0x211f);
  let at = 0;
  const tensor = (rows: number, columns: number): AdapterTensor => {
    const bytes = new Uint8Array(halves.buffer, 2 * at, 2 * rows * columns);
    at += rows * columns;
    return { dtype: "F16", shape: [rows, columns], bytes };
  };
  return sizes.map(([out, columns]) => {
    const stored = { scale: 1, up: tensor(out, rank), down: tensor(rank, columns) };
    const delta = (): Delta => ({
      kind: "low-rank",
      scale: 1,
      up: tensorMatrix(stored.up),
      down: tensorMatrix(stored.down),
    });
    return { delta, magnitude: null, stored };
  });
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
