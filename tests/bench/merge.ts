// `npx tsx tests/bench/merge.ts [full | gpu | software-gpu]`: times adapter merging. Reports without
// assertions. Without an argument it runs on the CPU (as on WASM) at the embedded pack's size, with "full" at Stable
// Diffusion 1.5's; with "gpu" in Chromium on the machine's GPU.
import { cpus, loadavg } from "node:os";
import { makeAdapter, randomWeights } from "../fixtures/adapters/make-adapter.ts";
import { unetParameters } from "../fixtures/adapters/sd-parameters.ts";
import { parseAdapter } from "../../src/adapters/adapter.ts";
import { stableDiffusion15Table } from "../../src/adapters/names/stable-diffusion-15.ts";
import { mergeParameter } from "../../src/adapters/merging/merge.ts";
import { moduleTable } from "../../src/adapters/names/module-table.ts";
import { planMerge, PRISTINE } from "../../src/adapters/merging/merge-plan.ts";
import { openTestBrowser } from "../browser/harness.ts";
import type { MergeBenchmark, MergeBenchmarkOptions } from "./merge-gpu.ts";

/** Defined by blank.html: imports a source file inside the page. */
declare const load: (
  path: string,
) => Promise<{ benchmarkMerge: (options: MergeBenchmarkOptions) => Promise<MergeBenchmark> }>;

/** A U-Net with about ten million parameters, the size of the embedded pack's. */
const SMALL = {
  widths: [56, 112, 160, 160],
  layers: 1,
  contextWidth: 128,
  attention: [true, true, true, false],
};

/** CPU time of this process, independent of other load. */
function processorMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function onCpu(): Promise<void> {
  const parameters = unetParameters(SMALL);
  const table = moduleTable({ unet: parameters });
  const weights = randomWeights(new Map(parameters.map(({ name, shape }) => [name, shape])), 1);
  const size = [...weights.values()].reduce((sum, values) => sum + values.length, 0);
  console.log(
    `${cpus()[0]?.model}, load ${loadavg()[0]!.toFixed(1)}; UNet of ${(size / 1e6).toFixed(1)} million parameters, adapters of rank 16 for every matrix and convolution; CPU time`,
  );
  for (const kind of ["lora", "loha", "lokr", "dora", "full", "glora"] as const) {
    const file = new Blob([makeAdapter(table, { kind, seed: 1, rank: 16, dtype: "F16" })]);
    const parse: number[] = [];
    const merge: number[] = [];
    let modules = 0;
    for (let i = 0; i < 7; i++) {
      const start = processorMilliseconds();
      const { updates } = await parseAdapter(file, { fileName: kind, table });
      const parsed = processorMilliseconds();
      const { writes } = planMerge(PRISTINE, [{ id: kind, updates, unetStrength: 0.8, textStrength: 0 }]);
      for (const { name, shape, contributions } of writes)
        mergeParameter(weights.get(name)!, shape, contributions);
      parse.push(parsed - start);
      merge.push(processorMilliseconds() - parsed);
      modules = writes.length;
    }
    console.log(
      `${kind.padEnd(6)} ${modules} modules: read ${Math.min(...parse).toFixed(0)} ms, merge ${Math.min(...merge).toFixed(0)} ms`,
    );
  }
}

/** The 192 modules that kohya trains in the UNet. Modules of the same shape take the same time, so each shape is timed once. */
async function atFullSize(): Promise<void> {
  const rank = 32;
  const shapes = new Map<string, { shape: readonly number[]; count: number }>();
  for (const { network, path, weight } of stableDiffusion15Table().modules) {
    if (network !== "unet" || !weight || !path.includes("attentions") || weight.shape.length < 2) continue;
    const shape = weight.shape.slice(0, 2);
    const known = shapes.get(shape.join());
    shapes.set(shape.join(), { shape, count: (known?.count ?? 0) + 1 });
  }
  const modules = [...shapes.values()].reduce((sum, { count }) => sum + count, 0);
  const values = [...shapes.values()].reduce(
    (sum, { shape, count }) => sum + count * shape[0]! * shape[1]!,
    0,
  );
  console.log(
    `${cpus()[0]?.model}, load ${loadavg()[0]!.toFixed(1)}; ${modules} transformer modules of SD 1.5, ${(values / 1e6).toFixed(0)} million weights, adapters of rank ${rank} in f16; CPU time`,
  );
  for (const adapters of [1, 3, 8]) {
    let milliseconds = 0;
    for (const { shape, count } of shapes.values()) {
      const name = "mid_block.attentions.0.proj_in.weight";
      const table = moduleTable({ unet: [{ name, shape }] });
      const weights = randomWeights(new Map([[name, shape]]), 1).get(name)!;
      const files = await Promise.all(
        Array.from({ length: adapters }, (_, i) =>
          parseAdapter(new Blob([makeAdapter(table, { kind: "lora", seed: i + 1, rank, dtype: "F16" })]), {
            fileName: "adapter",
            table,
          }),
        ),
      );
      const contributions = files.map(({ updates }) => ({ update: updates[0]!, strength: 0.8 }));
      const start = processorMilliseconds();
      mergeParameter(weights, shape, contributions);
      milliseconds += count * (processorMilliseconds() - start);
    }
    console.log(`${adapters} at once: ${(milliseconds / 1000).toFixed(1)} s`);
  }
}

async function onGpu({ software }: { software: boolean }): Promise<void> {
  const browser = await openTestBrowser({ webgpu: software ? "software" : "hardware" });
  try {
    for (const dtype of ["f16", "f32"] as const) {
      const result = await browser.page.evaluate(
        async (options) => (await load("/tests/bench/merge-gpu.ts")).benchmarkMerge(options),
        { scale: software ? 0.005 : 1, repeats: software ? 1 : 9, dtype },
      );
      console.log(`${result.adapter}, weights in ${dtype}`);
      for (const row of result.rows) {
        const { what, milliseconds, submitMilliseconds, kernelMilliseconds, firstMilliseconds, factorBytes } =
          row;
        const kernels = kernelMilliseconds === null ? "" : `kernels ${kernelMilliseconds.toFixed(1)} ms, `;
        console.log(
          `${what}: ${milliseconds.toFixed(1)} ms (${kernels}submitting ${submitMilliseconds.toFixed(1)} ms; first time ${firstMilliseconds.toFixed(0)} ms; factors ${(factorBytes / 1e6).toFixed(0)} MB)`,
        );
      }
    }
  } finally {
    await browser.close();
  }
}

const mode = process.argv[2];
if (mode === undefined) await onCpu();
else if (mode === "full") await atFullSize();
else await onGpu({ software: mode === "software-gpu" });
