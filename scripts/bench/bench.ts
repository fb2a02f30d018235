// `npm run bench`: times this machine from opening the page to the image. Reports without assertions.
import { choices } from "../../src/shared/limits.ts";
import { oneOf, parseOptions, runMain } from "../run/arguments.ts";
import { type Measurement, measure } from "./measure.ts";

const help = `Usage: npm run bench -- [options]

  --device D   auto, webgpu, low-vram, wasm (default auto)
  --json       print the figures as JSON`;

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
const short = (milliseconds: number): string =>
  milliseconds < 1000 ? `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms` : seconds(milliseconds);

function show({ machine, device, size, cold, warm, fast, full }: Measurement): void {
  const line = (name: string, value: string, note = ""): void =>
    console.log(`${name.padEnd(34)}${value.padStart(9)}  ${note}`.trimEnd());
  console.log(
    `${machine.processor}, ${machine.cores} cores, ${(machine.memoryBytes / 2 ** 30).toFixed(0)} GiB, ${machine.system}`,
  );
  console.log(`Chromium ${machine.browser}, Node ${machine.node}, Stylus Web ${machine.app}`);
  console.log(`${device.kind}: ${device.name} (${device.reason}); ${device.f16 ? "f16" : "f32"}`);
  if (machine.loadBefore > machine.cores / 2) {
    console.log(
      `The machine was busy at the start (load ${machine.loadBefore.toFixed(1)}); an idle machine is faster.`,
    );
  }
  console.log(
    `\nImages of ${size.width}×${size.height}; times from opening the page include loading the model.\n`,
  );
  line(
    "first image, empty cache",
    seconds(cold.firstImageMs),
    `${(cold.downloadedBytes / 1e6).toFixed(1)} MB fetched`,
  );
  line("first image, warm cache", seconds(warm.firstImageMs), `model ready after ${seconds(warm.loadMs)}`);
  for (const [name, times] of [
    ["few-step", fast],
    ["full", full],
  ] as const) {
    line(
      `following image, ${name}`,
      seconds(times.imageMs),
      `${times.steps} steps of ${times.sampler}, CFG ${times.cfgScale}, median of ${times.runs}`,
    );
    line(`  a step, ${name}`, short(times.stepMs));
  }
  console.log("\nParts of a few-step run (median):");
  for (const [name, milliseconds] of Object.entries(fast.partsMs)) line(`  ${name}`, short(milliseconds));
}

async function main(): Promise<void> {
  const { values } = parseOptions({
    device: { type: "string", default: "auto" },
    json: { type: "boolean" },
    help: { type: "boolean" },
  });
  if (values.help) return console.log(help);
  const figures = await measure({ device: oneOf("device", values.device, choices.device) });
  if (values.json) console.log(JSON.stringify(figures, null, 2));
  else show(figures);
}

await runMain(main, help);
