// `npm run bench:backends`: the networks of Stable Diffusion 1.5 with random weights on ONNX Runtime and on our own kernels, on the
// same GPU in the same run: times, closeness, and a profile by kernel. Reports without assertions.
import { writeFileSync } from "node:fs";
import type { BackendsRow } from "../../tests/bench/backends-benchmark.ts";
import { browserHelp, labDevices, openLab } from "../../tests/bench/open-lab.ts";
import { integer, oneOf, parseOptions, runMain } from "../run/arguments.ts";

const allEngines = ["onnxruntime", "wgsl", "matrices"];

const help = `Usage: npm run bench:backends -- [options]

  --size S      full (Stable Diffusion 1.5, 2.1 GB of random weights on disk) or mini (default full)
  --device D    hardware, software (Chromium's software WebGPU) (default hardware)
  --type T      f16 or f32 (default: float16 where the card has it)
  --engines E   of ${allEngines.join(",")} (default all); the first is what the others are compared with
  --variants    also times a step with other tunings of our own kernels
  --tune        instead times the tuner of our own kernels, and a step with what it chooses
  --repeats N   runs of which the median is taken (default 20)
  --json FILE   writes the figures and every dispatch's time there

${browserHelp}`;

function show(row: BackendsRow): void {
  if (!("dispatches" in row)) {
    const text = `${row.value.toFixed(row.value >= 1000 ? 0 : 2)} ${row.unit}`.trim();
    console.log(
      `${row.part.padEnd(32)} ${row.what.padEnd(40)} ${text.padStart(12)}  ${row.note ?? ""}`.trimEnd(),
    );
    return;
  }
  const kernels = new Map<string, { count: number; milliseconds: number; operations: number }>();
  for (const { kernel, milliseconds, operations } of row.dispatches) {
    const sum = kernels.get(kernel) ?? { count: 0, milliseconds: 0, operations: 0 };
    sum.count++;
    sum.milliseconds += milliseconds;
    sum.operations += operations;
    kernels.set(kernel, sum);
  }
  const all = row.dispatches.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  console.log(`${row.part}: ${row.dispatches.length} dispatches, ${all.toFixed(2)} ms on the device`);
  for (const [name, { count, milliseconds, operations }] of [...kernels].toSorted(
    ([, a], [, b]) => b.milliseconds - a.milliseconds,
  ))
    console.log(
      `  ${String(count).padStart(3)} × ${milliseconds.toFixed(2).padStart(7)} ms ${(operations / milliseconds / 1e9).toFixed(1).padStart(6)} TFLOP/s  ${name}`,
    );
}

async function main(): Promise<void> {
  const { values } = parseOptions({
    size: { type: "string", default: "full" },
    device: { type: "string", default: "hardware" },
    type: { type: "string" },
    engines: { type: "string", default: allEngines.join(",") },
    repeats: { type: "string", default: "20" },
    variants: { type: "boolean" },
    tune: { type: "boolean" },
    json: { type: "string" },
    help: { type: "boolean" },
  });
  if (values.help) return console.log(help);
  const size = oneOf("size", values.size, ["full", "mini"]);
  const device = oneOf("device", values.device, labDevices);
  const repeats = integer("repeats", values.repeats, { min: 1, max: 1000 });
  const engines = values.engines.split(",").map((one) => oneOf("engines", one, allEngines));
  const rows: BackendsRow[] = [];
  const lab = await openLab<BackendsRow>({
    device,
    onRow(row) {
      rows.push(row);
      show(row);
      if (values.json) writeFileSync(values.json, JSON.stringify({ machine, adapter, type, size, rows }));
    },
  });
  const { machine, adapter } = lab;
  const type = values.type ? oneOf("type", values.type, ["f16", "f32"]) : lab.types[0]!;
  try {
    if (adapter) console.log(`${adapter.name}: ${adapter.features.join(" ")}`);
    console.log(`Chromium ${machine.browser}, ${size} size, ${type}`);
    await lab.run("backends", {
      type,
      size,
      repeats,
      engines,
      variants: values.variants === true,
      tune: values.tune === true,
    });
  } finally {
    await lab.close();
  }
}

await runMain(main, help);
