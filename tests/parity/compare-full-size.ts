// `npm run parity:full`: the networks in Chromium against the references of full_size.py, block by block, in float32 and
// float16; prints the table of docs/exactness.md. Exit status 1 when an error is over its bound.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { oneOf, parseOptions, runMain, UsageError } from "../../scripts/run/arguments.ts";
import {
  browserHelp,
  type ComputeType,
  labDevices,
  type LabMemory,
  megabytes,
  openLab,
} from "../bench/open-lab.ts";
import type { ComparedOutput } from "./full-size.ts";

const help = `Usage: npm run parity:full -- [options]

  --size S         full or mini (default full)
  --references F   what tests/parity/full_size.py has written (mini: the committed ones by default)
  --kernels K      onnxruntime or wgsl (default onnxruntime)
  --device D       hardware, software (Chromium's software WebGPU), wasm (default hardware)
  --types T        f32,f16 in order (default: both where the card has float16)
  --json FILE      writes the figures there too

${browserHelp}`;

/** Bounds of the relative error: float32 as in CI; float16 has 11 bits, and would be over it if sums stayed in float16. */
const bounds = { f32: 1e-4, f16: 6e-3 };

const miniature = fileURLToPath(new URL("goldens/full-size-mini.safetensors", import.meta.url));

type Row = ComparedOutput & { readonly type: ComputeType };

const scientific = (value: number | null | undefined): string =>
  value === null || value === undefined ? "" : value.toExponential(1);

/** Rows by network and output, types as columns. */
function table(rows: readonly Row[], types: readonly ComputeType[]): string {
  const lines = [
    `| network | output | ${types.flatMap((type) => [type, `torch ${type}`]).join(" | ")} |`,
    `|---|---|${"---|---|".repeat(types.length)}`,
  ];
  for (const row of rows.filter(({ type }) => type === types[0])) {
    const cells = types.flatMap((type) => {
      const one = rows.find(
        ({ network, output, type: own }) => network === row.network && output === row.output && own === type,
      );
      return [scientific(one?.error), scientific(one?.torch[type])];
    });
    lines.push(`| ${row.network} | ${row.output} | ${cells.join(" | ")} |`);
  }
  return lines.join("\n");
}

async function main(): Promise<void> {
  const { values } = parseOptions({
    size: { type: "string", default: "full" },
    references: { type: "string" },
    kernels: { type: "string", default: "onnxruntime" },
    device: { type: "string", default: "hardware" },
    types: { type: "string" },
    json: { type: "string" },
    help: { type: "boolean" },
  });
  if (values.help) return console.log(help);
  const size = oneOf("size", values.size, ["full", "mini"]);
  const device = oneOf("device", values.device, labDevices);
  const kernels = oneOf("kernels", values.kernels, ["onnxruntime", "wgsl"]);
  const references = values.references ?? (size === "mini" ? miniature : null);
  if (!references)
    throw new UsageError("--references is needed at full size: run tests/parity/full_size.py first.");

  const rows: Row[] = [];
  let type: ComputeType = "f32";
  const lab = await openLab<ComparedOutput>({
    device,
    ...(references === null ? {} : { references }),
    onRow(row) {
      rows.push({ type, ...row });
      console.log(
        `${type} ${row.network} ${row.output}: ${scientific(row.error)} (norm ${scientific(row.normError)})`,
      );
    },
  });
  try {
    const { machine, adapter } = lab;
    const types =
      values.types?.split(",").map((one) => oneOf("types", one, ["f32", "f16"])) ??
      lab.types.toSorted().reverse(); // f32 first
    const memory: Partial<Record<ComputeType, LabMemory>> = {};
    for (type of types) {
      memory[type] = await lab.run("compare", { type, size, kernels });
    }
    console.log(
      `\n${adapter?.name ?? machine.processor}; Chromium ${machine.browser}, ONNX Runtime Web ${machine.onnxruntime}\n`,
    );
    console.log(table(rows, types));
    for (const [name, most] of Object.entries(memory))
      console.log(`${name}: page at most ${megabytes(most.rendererBytes)} resident`);
    if (values.json)
      writeFileSync(values.json, JSON.stringify({ machine, adapter, size, kernels, memory, rows }, null, 1));
    if (rows.length === 0)
      throw new UsageError("The references are of none of the networks: nothing was compared.");
    const over = rows.filter((row) => !(row.error < bounds[row.type]));
    for (const { type: own, network, output, error } of over)
      console.error(`${own} ${network} ${output}: ${scientific(error)} is over ${bounds[own]}`);
    if (over.length > 0) process.exitCode = 1;
  } finally {
    await lab.close();
  }
}

await runMain(main, help);
