// Benchmarks the adapter library: file to GPU, and merging again after strength changes. The files are kohya LoRAs of
// deterministic float16 noise on disk.

import type { DiffusionPipeline } from "../../src/engine/pipeline.ts";
import type { AdapterUse } from "../../src/shared/request.ts";
import { noiseFile, type Shaped } from "../parity/noise-file.ts";
import { type BenchmarkOptions, type Figure, median } from "./figures.ts";
import { keepInOpfs } from "./opfs.ts";

interface Plan {
  readonly modules: "transformers" | "convolutions";
  readonly rank: number;
  /** Adapters merged at once. */
  readonly counts: readonly number[];
}

const PLANS: readonly Plan[] = [
  { modules: "transformers", rank: 8, counts: [1, 3, 8] },
  { modules: "transformers", rank: 32, counts: [1, 3, 8] },
  { modules: "transformers", rank: 128, counts: [1, 3] },
  { modules: "convolutions", rank: 8, counts: [1, 3] },
  { modules: "convolutions", rank: 32, counts: [1, 3] },
];

export async function* adapterFigures(
  pipeline: DiffusionPipeline,
  { size, repeats }: BenchmarkOptions,
): AsyncGenerator<Figure> {
  const { networks, adapters } = pipeline;
  const unet = networks.resident.get("unet")!;
  const { gpu } = unet;
  const queue = gpu?.device.queue;
  const settled = async (): Promise<unknown> => {
    queue?.submit([]); // the next submission flushes buffer writes
    return queue?.onSubmittedWorkDone();
  };
  const sessionsBefore = networks.sessions.created;
  const keep = keepInOpfs(`adapters-${size}`);
  for (const { modules, rank, counts } of PLANS) {
    const chosen = [...unet.specs.values()].filter((spec) => isOf(spec, modules));
    const part = `adapters, rank ${rank}, ${chosen.length} ${modules}, ${gpu?.dtype ?? "f32"}`;
    const file = `${modules}-${rank}.safetensors`;
    const blob = await keep(file, () => noiseFile(chosen.flatMap((spec) => factors(spec, rank))));
    const uses: AdapterUse[] = [];
    for (let i = 0; i < Math.max(...counts); i++) {
      const id = `${file}-${i}`;
      adapters.register(id, blob, { fileName: file });
      uses.push({ id, unetStrength: 0.1, textStrength: 0 });
    }
    const [reads, loads]: [number[], number[]] = [[], []];
    for (const { id } of uses) {
      const begin = performance.now();
      await adapters.report(id);
      reads.push(performance.now() - begin);
      await settled();
      loads.push(performance.now() - begin);
    }
    yield {
      part,
      what: `file of ${(blob.size / 1e6).toFixed(1)} MB to the device`,
      value: median(loads),
      unit: "ms",
      note: `read after ${median(reads).toFixed(0)}; the first of ${loads.length} after ${loads[0]!.toFixed(0)}`,
    };
    const begin = performance.now();
    await adapters.apply(uses.slice(0, 1));
    await settled();
    const first = performance.now() - begin;
    yield { part, what: "merging it, pristine weights not yet copied", value: first, unit: "ms" };
    for (const count of counts) {
      const [times, submits]: [number[], number[]] = [[], []];
      for (let i = 0; i < Math.min(repeats, 9); i++) {
        const strength = 0.2 + 0.05 * i; // changes each time; otherwise there is nothing to merge
        const start = performance.now();
        await adapters.apply(uses.slice(0, count).map((use) => ({ ...use, unetStrength: strength })));
        submits.push(performance.now() - start);
        await settled();
        times.push(performance.now() - start);
      }
      const note = `submitted after ${median(submits).toFixed(1)}`;
      yield { part, what: `merging ${count} again`, value: median(times), unit: "ms", note };
    }
    const start = performance.now();
    await adapters.apply([]);
    await settled();
    yield { part, what: "removing all", value: performance.now() - start, unit: "ms" };
    for (const { id } of uses) adapters.remove(id);
  }
  const built = networks.sessions.created - sessionsBefore;
  yield { part: "adapters", what: "sessions built during this", value: built, unit: "" };
}

function isOf({ name, shape }: Shaped, modules: Plan["modules"]): boolean {
  if (!name.endsWith(".weight")) return false;
  return modules === "transformers"
    ? name.includes("attentions") && shape.length >= 2
    : shape.length === 4 && shape[2] === 3;
}

function factors({ name, shape }: Shaped, rank: number): Shaped[] {
  const module = `lora_unet_${name.slice(0, -".weight".length).replaceAll(".", "_")}`;
  const [out, ...rest] = shape as [number, ...number[]];
  return [
    { name: `${module}.lora_down.weight`, shape: [rank, ...rest] },
    { name: `${module}.lora_up.weight`, shape: [out, rank, ...rest.slice(1).map(() => 1)] },
  ];
}
