// `npx tsx tests/bench/merge.ts [gpu | software-gpu]`: times of merging adapters. Reports, asserts nothing. Without an
// argument on the CPU (the path of WASM); with "gpu" in Chromium on the machine's graphics card.
import { cpus, loadavg } from "node:os";
import { makeAdapter, randomWeights } from "../fixtures/adapters/make-adapter.ts";
import { unetParameters } from "../fixtures/adapters/sd-parameters.ts";
import { parseAdapter } from "../../src/adapters/adapter.ts";
import { mergeParameter } from "../../src/adapters/merge.ts";
import { moduleTable } from "../../src/adapters/module-table.ts";
import { planMerge, PRISTINE } from "../../src/adapters/plan.ts";
import { openTestBrowser } from "../browser/harness.ts";
import type { MergeBenchmark } from "./merge-gpu.ts";

/** Defined by blank.html: imports a source file inside the page. */
declare const load: (
  path: string,
) => Promise<{ benchmarkMerge: (options: { scale: number }) => Promise<MergeBenchmark> }>;

/** A UNet of about ten million parameters, the size of the embedded pack's. */
const SMALL = {
  widths: [56, 112, 160, 160],
  layers: 1,
  contextWidth: 128,
  attention: [true, true, true, false],
};

/** Processor time of this process: independent of what else the machine does. */
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
    `${cpus()[0]?.model}, load ${loadavg()[0]!.toFixed(1)}; UNet of ${(size / 1e6).toFixed(1)} million parameters, adapters of rank 16 for every matrix and convolution; processor time`,
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

async function onGpu({ software }: { software: boolean }): Promise<void> {
  const browser = await openTestBrowser({ webgpu: software ? "software" : "hardware" });
  try {
    const result = await browser.page.evaluate(
      async (scale) => (await load("/tests/bench/merge-gpu.ts")).benchmarkMerge({ scale }),
      software ? 0.02 : 1,
    );
    console.log(`${result.adapter}, ${result.dtype}`);
    for (const { what, firstMilliseconds, milliseconds, submitMilliseconds, factorBytes } of result.rows) {
      console.log(
        `${what}: ${milliseconds.toFixed(1)} ms (handing over ${submitMilliseconds.toFixed(1)} ms; first time ${firstMilliseconds.toFixed(0)} ms; factors ${(factorBytes / 1e6).toFixed(0)} MB)`,
      );
    }
  } finally {
    await browser.close();
  }
}

if (process.argv[2] === undefined) await onCpu();
else await onGpu({ software: process.argv[2] === "software-gpu" });
