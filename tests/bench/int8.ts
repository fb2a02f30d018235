// What 8 bits change: `npx tsx tests/bench/int8.ts`, on the CPU in float32 with the weights that the card would have. The U-Net's miniature
// and Pocket's: relative errors of predictions, on the way of a float32 run; Pocket's images. For several sizes of a group.
import path from "node:path";
import { readFileSync } from "node:fs";
import { DiffusionPipeline } from "../../src/engine/pipeline.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { buildUnet } from "../../src/graph/unet.ts";
import { openOrtBackend } from "../../src/ort/backend.ts";
import type { ParameterStore } from "../../src/runtime/backend.ts";
import { int8Values } from "../../src/wgsl/int8/int8-values.ts";
import { int8Bytes } from "../../src/wgsl/kernels/weights.ts";
import { storedParameters, weightMatrix, type WgslParameter } from "../../src/wgsl/parameters.ts";
import { TUNING } from "../../src/wgsl/tuning.ts";
import type { DiffusionRequest } from "../../src/shared/request.ts";
import { packFiles } from "../fixtures/pocket.ts";
import { buildCase, readGoldens, relativeError, runCase } from "../parity/cases.ts";

const GROUPS = [2 ** 20, 128, 64, 32];
/** Those whose images are compared. */
const SHOWN = [2 ** 20, 64];
/** As in Stable Diffusion 1.5 all of Pocket's weights but the first and last layer's are in 8 bits. */
const LEAST = 4096;
const PROMPTS = [
  "a castle at night",
  "a fox reading a book in the forest",
  "a pirate ship in a storm",
  "a red apple on a table",
];

const specsOf = (graph: Graph, group: number, least = LEAST): WgslParameter[] =>
  storedParameters(graph, { int8: true, tuning: { ...TUNING, int8: { group, least } } });

async function quantise(store: ParameterStore, specs: readonly WgslParameter[]): Promise<void> {
  for (const spec of specs)
    if (spec.int8) store.write(spec.name, int8Values(await store.pristine(spec.name), spec));
}

const backend = await openOrtBackend({ preference: "wasm" });
const nameOf = (group: number): string => (group > 10_000 ? "column" : String(group));

const golden = readFileSync(path.join(import.meta.dirname, "../parity/goldens/miniature.safetensors"));
const { cases } = await readGoldens(new Blob([golden]));
for (const [name, parity] of Object.entries(cases).filter(([, { network }]) => network === "unet")) {
  const exact = await runCase(parity, { backend });
  for (const group of GROUPS) {
    const specs = specsOf(buildCase(parity), group, 0);
    const rounded = await runCase(parity, { backend, prepare: (store) => quantise(store, specs) });
    console.log(`miniature ${name}, by ${nameOf(group)}: ${relativeError(rounded, exact).toExponential(2)}`);
  }
}

const pipeline = await DiffusionPipeline.load(packFiles(""), { backend });
const { networks } = pipeline;
const unet = buildUnet(networks.checkpoint.unet.config, { batch: 1, width: 8, height: 8, contextTokens: 77 });
const store = networks.resident.get("unet")!;
const all = specsOf(unet, TUNING.int8.group);
const sizeOf = (specs: readonly WgslParameter[], bytes: (spec: WgslParameter) => number): string =>
  `${(specs.reduce((sum, spec) => sum + bytes(spec), 0) / 1e6).toFixed(2)} MB`;
const elements = (spec: WgslParameter): number => weightMatrix(spec).depth * weightMatrix(spec).columns;
console.log(
  `Pocket's U-Net: ${sizeOf(all, (spec) => 2 * elements(spec))} in float16, ${sizeOf(all, (spec) => (spec.int8 ? int8Bytes(weightMatrix(spec), spec.int8) : 2 * elements(spec)))} with ${all.filter(({ int8 }) => int8).length} of ${all.length} parameters in 8 bits`,
);
for (const group of GROUPS) {
  const errors: number[] = [];
  for (const spec of specsOf(unet, group)) {
    if (!spec.int8) continue;
    const exact = await store.pristine(spec.name);
    errors.push(relativeError(int8Values(exact, spec), exact));
  }
  errors.sort((a, b) => a - b);
  console.log(
    `weights by ${nameOf(group)}: median ${errors[errors.length >> 1]!.toExponential(2)}, worst ${errors.at(-1)!.toExponential(2)}`,
  );
}

type Predict = typeof networks.predict;
const predict: Predict = networks.predict.bind(networks);

interface Seen {
  readonly args: Parameters<Predict>;
  readonly exact: Float32Array;
}

async function images(prompt: string): Promise<{ rgb: Uint8ClampedArray; seen: Seen[] }> {
  const seen: Seen[] = [];
  networks.predict = async (...args) => {
    const results = await predict(...args);
    seen.push({ args, exact: Float32Array.from(results.flatMap((one) => [...one])) });
    return results;
  };
  const request: DiffusionRequest = {
    packId: "pocket",
    prompt,
    negativePrompt: "",
    width: 256,
    height: 256,
    steps: 14,
    cfgScale: 5,
    sampler: "dpmpp_2m",
    schedule: "karras",
    clipSkip: 1,
    noise: "cpu",
    fewStepAdapter: null,
    images: [{ seed: 7, adapters: [] }],
  };
  let rgb = new Uint8ClampedArray();
  for await (const event of pipeline.generate(request)) if (event.type === "image") rgb = event.rgba;
  networks.predict = predict;
  return { rgb, seen };
}

const exact = new Map<string, Awaited<ReturnType<typeof images>>>();
for (const prompt of PROMPTS) exact.set(prompt, await images(prompt));
for (const group of GROUPS) {
  await quantise(store, specsOf(unet, group));
  const byStep = new Map<number, number[]>();
  for (const prompt of PROMPTS) {
    const { rgb, seen } = exact.get(prompt)!;
    for (const [step, { args, exact: expected }] of seen.entries()) {
      if (step % 6 !== 0) continue;
      const rounded = Float32Array.from((await predict(...args)).flatMap((one) => [...one]));
      byStep.set(step, [...(byStep.get(step) ?? []), relativeError(rounded, expected)]);
    }
    if (!SHOWN.includes(group)) continue;
    const { rgb: own } = await images(prompt);
    let [squares, sum] = [0, 0];
    for (let i = 0; i < rgb.length; i++) {
      squares += (rgb[i]! - own[i]!) ** 2;
      sum += Math.abs(rgb[i]! - own[i]!);
    }
    // Alpha is the same everywhere.
    const mean = (value: number): number => value / ((rgb.length * 3) / 4);
    const psnr = 10 * Math.log10(255 ** 2 / mean(squares));
    console.log(`by ${nameOf(group)}, ${prompt}: ${psnr.toFixed(1)} dB, mean ${mean(sum).toFixed(2)} of 255`);
  }
  for (const [step, errors] of byStep)
    console.log(
      `by ${nameOf(group)}, step ${step}: ${errors.map((error) => error.toExponential(1)).join(", ")}`,
    );
}
