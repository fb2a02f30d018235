// `npm run generate -- "prompt"`: the built app in a headless browser, from prompt to PNG files and a JSON report.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { adapters, integer, number, oneOf, parseOptions, runMain, size, UsageError } from "./arguments.mjs";

const help = `Usage: npm run generate -- "prompt" [options]

  --seed N             first seed; image i uses seed + i (default 1)
  --count N            images (default 1)
  --steps N            sampling steps (default: the pack's)
  --size WxH           pixels, multiples of 8 (default 256x256)
  --cfg N              guidance scale (default: the pack's)
  --negative TEXT      negative prompt
  --sampler ID         euler, euler_a, dpmpp_2m, dpmpp_sde, dpmpp_2m_sde, ddim, unipc, lcm
  --schedule ID        uniform, karras, exponential, sgm_uniform, simple, beta, ays, trailing, lcm
  --few-step on|off    the pack's few-step adapter (default on)
  --preset P           balanced, paper, reference
  --method M           stylus, sd, retriever, reranker, random
  --adapters A         auto, none, or name:weight,name:weight
  --device D           auto, webgpu, wasm
  --out DIR            where the PNG files go (default out)
  --json FILE          report (default DIR/report.json)
  --profile DIR        keep the browser's storage there between calls`;

const spec = {
  seed: { type: "string", default: "1" },
  count: { type: "string", default: "1" },
  steps: { type: "string" },
  size: { type: "string" },
  cfg: { type: "string" },
  negative: { type: "string", default: "" },
  sampler: { type: "string" },
  schedule: { type: "string" },
  "few-step": { type: "string" },
  preset: { type: "string", default: "balanced" },
  method: { type: "string", default: "stylus" },
  adapters: { type: "string", default: "auto" },
  device: { type: "string", default: "auto" },
  out: { type: "string", default: "out" },
  json: { type: "string" },
  profile: { type: "string" },
  help: { type: "boolean" },
};

const samplers = ["euler", "euler_a", "dpmpp_2m", "dpmpp_sde", "dpmpp_2m_sde", "ddim", "unipc", "lcm"];
const schedules = [
  "uniform",
  "karras",
  "exponential",
  "sgm_uniform",
  "simple",
  "beta",
  "ays",
  "trailing",
  "lcm",
];

/** The options that `window.stylus.run` takes, from the command line; what is left out is the page's default. */
function readOptions() {
  const { values, positionals } = parseOptions(spec);
  if (values.help) {
    console.log(help);
    process.exit(0);
  }
  if (positionals.length !== 1) {
    throw new UsageError(positionals.length === 0 ? "The prompt is missing." : "Put the prompt in quotes.");
  }
  const given = (name, read) => (values[name] === undefined ? {} : read(values[name]));
  return {
    values,
    request: {
      prompt: positionals[0],
      negativePrompt: values.negative,
      seed: integer("seed", values.seed, { min: 0, max: 2 ** 32 - 1 }),
      count: integer("count", values.count, { min: 1, max: 64 }),
      preset: oneOf("preset", values.preset, ["balanced", "paper", "reference"]),
      method: oneOf("method", values.method, ["stylus", "sd", "retriever", "reranker", "random"]),
      adapters: adapters("adapters", values.adapters),
      device: oneOf("device", values.device, ["auto", "webgpu", "wasm"]),
      ...given("steps", (text) => ({ steps: integer("steps", text, { min: 1, max: 150 }) })),
      ...given("size", (text) => size("size", text)),
      ...given("cfg", (text) => ({ cfgScale: number("cfg", text, { min: 0, max: 30 }) })),
      ...given("sampler", (text) => ({ sampler: oneOf("sampler", text, samplers) })),
      ...given("schedule", (text) => ({ schedule: oneOf("schedule", text, schedules) })),
      ...given("few-step", (text) => ({ fewStep: oneOf("few-step", text, ["on", "off"]) === "on" })),
    },
  };
}

async function main() {
  const { values, request } = readOptions();
  const { openSite, runInPage } = await import("./site.mjs");
  const site = await openSite(values.profile ? { profile: path.resolve(values.profile) } : {});
  try {
    const { report, images } = await runInPage(site.page, request);
    mkdirSync(values.out, { recursive: true });
    for (const image of images) {
      const file = path.join(values.out, image.fileName);
      writeFileSync(file, image.png);
      console.log(file);
    }
    const reportFile = values.json ?? path.join(values.out, "report.json");
    mkdirSync(path.dirname(path.resolve(reportFile)), { recursive: true });
    writeFileSync(reportFile, `${JSON.stringify(report, null, 2)}\n`);
    console.log(reportFile);
  } finally {
    await site.close();
  }
}

await runMain(main, help);
