// `npm run bench:gpu`: times Stable Diffusion 1.5 at full size on this machine's GPU, with random weights.
// Reports without assertions. tests/bench/torch_reference.py does the same in torch.
import { writeFileSync } from "node:fs";
import type { Kernels } from "../../src/shared/request.ts";
import { limits } from "../../src/shared/limits.ts";
import {
  browserHelp,
  type ComputeType,
  labDevices,
  type LabMemory,
  megabytes,
  openLab,
} from "../../tests/bench/open-lab.ts";
import { integer, oneOf, parseOptions, runMain } from "../run/arguments.ts";

const allParts = ["text", "unet", "vae", "image", "adapters"];

const help = `Usage: npm run bench:gpu -- [options]

  --size S      full (Stable Diffusion 1.5, 2.1 GB of random weights on disk) or mini (default full)
  --device D    hardware, software (Chromium's software WebGPU), wasm (default hardware)
  --types T     f16,f32 in order (default: both where the card has float16)
  --parts P     of ${allParts.join(",")} (default all; float32 after float16: text,unet,vae)
  --kernels K   of onnxruntime,wgsl in order (default both on a GPU)
  --repeats N   runs of which the median is taken (default 20)
  --steps N     of the whole image (default 20)
  --json FILE   writes the figures there too

${browserHelp}`;

interface Row {
  readonly part: string;
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly note?: string;
}

function show({ part, what, value, unit, note }: Row): void {
  const digits = unit === "" || value >= 1000 ? 0 : value < 10 ? 2 : 1;
  const text = `${value.toFixed(digits)} ${unit}`.trim();
  console.log(`${part.padEnd(52)} ${what.padEnd(40)} ${text.padStart(12)}  ${note ?? ""}`.trimEnd());
}

function list<const Choice extends string>(name: string, text: string, choices: readonly Choice[]): Choice[] {
  return text.split(",").map((one) => oneOf(name, one, choices));
}

async function main(): Promise<void> {
  const { values } = parseOptions({
    size: { type: "string", default: "full" },
    device: { type: "string", default: "hardware" },
    types: { type: "string" },
    parts: { type: "string" },
    kernels: { type: "string" },
    repeats: { type: "string", default: "20" },
    steps: { type: "string", default: "20" },
    json: { type: "string" },
    help: { type: "boolean" },
  });
  if (values.help) return console.log(help);
  const size = oneOf("size", values.size, ["full", "mini"]);
  const device = oneOf("device", values.device, labDevices);
  const repeats = integer("repeats", values.repeats, { min: 1, max: 1000 });
  const steps = integer("steps", values.steps, limits.steps);
  const wantedTypes = values.types && list("types", values.types, ["f16", "f32"]);
  const parts = values.parts && list("parts", values.parts, allParts);

  const ways: Kernels[] = values.kernels
    ? list("kernels", values.kernels, ["onnxruntime", "wgsl"])
    : device === "wasm"
      ? ["onnxruntime"]
      : ["onnxruntime", "wgsl"];

  const rows: (Row & { type: ComputeType; kernels: Kernels })[] = [];
  let type: ComputeType = "f32";
  let kernels: Kernels = "onnxruntime";
  const onRow = (row: Row): void => {
    rows.push({ type, kernels, ...row });
    show(row);
  };
  const lab = await openLab({ device, onRow });
  try {
    const { machine, adapter } = lab;
    console.log(`${machine.processor}, ${machine.cores} cores, ${machine.system}`);
    console.log(
      `Chromium ${machine.browser}, Node ${machine.node}, ONNX Runtime Web ${machine.onnxruntime}, Stylus Web ${machine.app}`,
    );
    if (adapter) console.log(`${adapter.name}: ${adapter.features.join(" ")}`);
    const types: readonly ComputeType[] = wantedTypes || lab.types;
    const memory: Record<string, LabMemory> = {};
    for (type of types)
      for (kernels of ways) {
        const some = type === "f32" && types[0] === "f16" ? ["text", "unet", "vae"] : allParts;
        console.log(`\n${size} size, ${type}, ${kernels}`);
        const most = await lab.run("benchmark", {
          type,
          kernels,
          size,
          parts: parts ?? some,
          repeats,
          steps,
        });
        memory[`${type}, ${kernels}`] = most;
        console.log(
          `peak memory: page ${megabytes(most.rendererBytes)}, GPU process ${megabytes(most.gpuProcessBytes)}; GPU ${megabytes(most.cardBytes)}`,
        );
      }
    if (values.json)
      writeFileSync(values.json, JSON.stringify({ machine, adapter, size, memory, rows }, null, 1));
  } finally {
    await lab.close();
  }
}

await runMain(main, help);
