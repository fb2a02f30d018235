// `npm run generate -- "prompt"`: the built app in a headless browser, from prompt to PNG files and a JSON report.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { AutomationOptions } from "../../src/app/automation.ts";
import { choices, limits, type Range } from "../../src/shared/limits.ts";
import {
  adapters,
  detail,
  integer,
  number,
  oneOf,
  parseOptions,
  imageFile,
  region,
  requires,
  runMain,
  size,
  UsageError,
} from "./arguments.ts";
import { describeRun } from "./describe-run.ts";
import { openModel, openSite, runInPage } from "./site.ts";

const range = ({ min, max }: Range): string => `${min} to ${max}`;

const help = `Usage: npm run generate -- "prompt" [options]

  --model M            a Stable Diffusion 1.x checkpoint: a .safetensors file, a diffusers folder, or the
                       id of a model of the hub (model-manifests/), which is downloaded: with --profile
                       once. It needs a GPU (default: pocket)
  --seed N             first seed; image i uses seed + i (default 1)
  --variation-seed N   turns the noise towards that of this seed; image i uses N + i, and all the same seed
  --variation S        how far, ${range(limits.variationStrength)}: 0 keeps the image (default 0.1)
  --count N            images (default 1)
  --steps N            sampling steps (default: the pack's)
  --size WxH           pixels, multiples of 8 (default: the pack's, with --init the image's proportions)
  --cfg N              guidance scale (default: the pack's)
  --negative TEXT      negative prompt
  --sampler ID         euler, euler_a, dpmpp_2m, dpmpp_sde, dpmpp_2m_sde, ddim, unipc, lcm
  --schedule ID        uniform, karras, exponential, sgm_uniform, simple, beta, ays, trailing, lcm
  --few-step on|off    the pack's few-step adapter (default on)
  --preset P           balanced, paper, reference
  --combine C          merge, switch: adapters take turns step by step (default merge)
  --method M           stylus, sd, retriever, reranker, random
  --composer C         reader, rules (default reader)
  --adapters A         auto, none, or name:weight,name:weight
  --clip-skip N        text encoder layers left out, counted as A1111 does (default 1: none)
  --noise N            cpu, nv (default cpu)
  --init FILE          init image: PNG, JPEG or WebP
  --strength S         0 keeps the image, 1 forgets it (default 0.75)
  --mask FILE          of the init image's size; white is regenerated
  --mask-blur N        pixels of the image, ${range(limits.maskBlur)} (default 4)
  --mask-region R      whole, masked: cropped, generated at full size and pasted back (default whole)
  --mask-padding N     pixels around the masked region (default 32)
  --mask-fill F        original, noise, nothing (default original)
  --hires SCALE        hires fix, SCALE times larger, ${range(limits.hiresScale)}
  --hires-strength S   denoising strength of hires fix (default 0.4)
  --hires-steps N      steps of hires fix (default: as the first pass)
  --hires-upscaler U   latent-bilinear, latent-bicubic, latent-nearest, latent-nearest-exact,
                       pixel-lanczos, pixel-bicubic, pixel-nearest (default pixel-lanczos)
  --region R           a part of the image with a prompt of its own, as "left: a cat": left, right, top,
                       bottom, centre, left,top,width,height in percent, or an image file that is
                       white there; up to ${limits.regions}
  --region-base S      share of the prompt inside regions, ${range(limits.baseWeight)} (default 0.2)
  --region-prompts P   added, alone: whether the prompt's words follow those of regions (default added)
  --detail D           generates a part of the finished image once more, enlarged, as "centre" or
                       "40,10,20,25: a detailed face"; places as of --region, the prompt may be left out;
                       up to ${limits.details}
  --detail-strength S  denoising strength of the detail pass (default 0.4)
  --detail-padding N   pixels around an area that are generated with it (default 32)
  --detail-edge N      soft edge inside of an area, in pixels, ${range(limits.detailFeather)} (default 4)
  --vae-tile N         tiled VAE with tiles of N pixels, to save memory
  --nsfw-check         says how likely each image is not safe for work, 0 to 1 (docs/nsfw.md); downloads
                       22 MB, with --profile once
  --device D           auto, webgpu, wasm
  --out DIR            where the PNG files go (default out)
  --json FILE          report (default DIR/report.json)
  --profile DIR        keeps the browser's storage between calls`;

const spec = {
  model: { type: "string" },
  seed: { type: "string", default: "1" },
  "variation-seed": { type: "string" },
  variation: { type: "string" },
  count: { type: "string", default: "1" },
  steps: { type: "string" },
  size: { type: "string" },
  cfg: { type: "string" },
  negative: { type: "string", default: "" },
  sampler: { type: "string" },
  schedule: { type: "string" },
  "few-step": { type: "string" },
  preset: { type: "string", default: "balanced" },
  combine: { type: "string", default: "merge" },
  method: { type: "string", default: "stylus" },
  composer: { type: "string", default: "reader" },
  adapters: { type: "string", default: "auto" },
  "clip-skip": { type: "string" },
  noise: { type: "string" },
  init: { type: "string" },
  strength: { type: "string" },
  mask: { type: "string" },
  "mask-blur": { type: "string" },
  "mask-region": { type: "string" },
  "mask-padding": { type: "string" },
  "mask-fill": { type: "string" },
  hires: { type: "string" },
  "hires-strength": { type: "string" },
  "hires-steps": { type: "string" },
  "hires-upscaler": { type: "string" },
  region: { type: "string", multiple: true },
  "region-base": { type: "string" },
  "region-prompts": { type: "string" },
  detail: { type: "string", multiple: true },
  "detail-strength": { type: "string" },
  "detail-padding": { type: "string" },
  "detail-edge": { type: "string" },
  "vae-tile": { type: "string" },
  "nsfw-check": { type: "boolean" },
  device: { type: "string", default: "auto" },
  out: { type: "string", default: "out" },
  json: { type: "string" },
  profile: { type: "string" },
  help: { type: "boolean" },
} as const;

type Values = ReturnType<typeof parseOptions<typeof spec>>["values"];

/** The value of an option from `read`; nothing if absent. */
type Given = <Value extends object>(
  name: keyof Values,
  read: (text: string) => Value,
) => Value | Record<never, never>;

/** Init image, mask and hires fix; each option needs the one that it modifies. */
function readInitImage(values: Values, given: Given) {
  requires(values, "variation-seed", ["variation"]);
  requires(values, "init", ["strength", "mask"]);
  requires(values, "mask", ["mask-blur", "mask-region", "mask-padding", "mask-fill"]);
  requires(values, "hires", ["hires-strength", "hires-steps", "hires-upscaler"]);
  if (values.init !== undefined && values.hires !== undefined) {
    throw new UsageError("--hires does not work with --init. Remove one of them, or set a larger --size.");
  }
  const mask = (file: string) => ({
    mask: {
      file,
      ...given("mask-blur", (text) => ({ blur: number("mask-blur", text, limits.maskBlur) })),
      ...given("mask-region", (text) => ({ region: oneOf("mask-region", text, choices.maskRegion) })),
      ...given("mask-padding", (text) => ({ padding: integer("mask-padding", text, limits.maskPadding) })),
      ...given("mask-fill", (text) => ({
        fill: oneOf("mask-fill", text, choices.maskFill),
      })),
    },
  });
  return {
    ...given("init", (init) => ({
      start: {
        file: imageFile("init", init),
        ...given("strength", (text) => ({ strength: number("strength", text, limits.denoisingStrength) })),
        ...given("mask", (file) => mask(imageFile("mask", file))),
      },
    })),
    ...given("hires", (scale) => ({
      hires: {
        scale: number("hires", scale, limits.hiresScale),
        ...given("hires-strength", (text) => ({
          strength: number("hires-strength", text, limits.hiresStrength),
        })),
        ...given("hires-steps", (text) => ({ steps: integer("hires-steps", text, limits.steps) })),
        ...given("hires-upscaler", (text) => ({ upscaler: oneOf("hires-upscaler", text, choices.upscaler) })),
      },
    })),
    ...given("vae-tile", (text) => ({
      vaeTilePixels: integer("vae-tile", text, limits.tile),
    })),
  };
}

function readRegions(values: Values, given: Given) {
  requires(values, "region", ["region-base", "region-prompts"]);
  if (values.region === undefined) return {};
  return {
    regions: {
      areas: values.region.map((text) => region("region", text)),
      ...given("region-base", (text) => ({ baseWeight: number("region-base", text, limits.baseWeight) })),
      ...given("region-prompts", (text) => ({
        addPrompt: oneOf("region-prompts", text, ["added", "alone"]) === "added",
      })),
    },
  };
}

function readDetails(values: Values, given: Given) {
  requires(values, "detail", ["detail-strength", "detail-padding", "detail-edge"]);
  if (values.detail === undefined) return {};
  return {
    details: {
      areas: values.detail.map((text) => detail("detail", text)),
      ...given("detail-strength", (text) => ({
        strength: number("detail-strength", text, limits.denoisingStrength),
      })),
      ...given("detail-padding", (text) => ({
        padding: integer("detail-padding", text, limits.maskPadding),
      })),
      ...given("detail-edge", (text) => ({ feather: number("detail-edge", text, limits.detailFeather) })),
    },
  };
}

/** Options for `window.stylus.run` from the command line; missing ones use the page's defaults. */
function readOptions(): { values: Values; request: AutomationOptions } {
  const { values, positionals } = parseOptions(spec);
  if (values.help) {
    console.log(help);
    process.exit(0);
  }
  const [prompt, ...others] = positionals;
  if (prompt === undefined) throw new UsageError("The prompt is missing.");
  if (others.length > 0) throw new UsageError("Put the prompt in quotes.");
  if (values.model !== undefined && /[/\\.]/.test(values.model) && !existsSync(values.model)) {
    throw new UsageError(`--model: there is no file or folder ${values.model}.`);
  }
  const given: Given = (name, read) => {
    const text = values[name];
    return typeof text === "string" ? read(text) : {};
  };
  return {
    values,
    request: {
      prompt,
      negativePrompt: values.negative,
      seed: integer("seed", values.seed, limits.seed),
      count: integer("count", values.count, limits.count),
      preset: oneOf("preset", values.preset, choices.preset),
      combine: oneOf("combine", values.combine, choices.combine),
      method: oneOf("method", values.method, choices.method),
      composer: oneOf("composer", values.composer, ["reader", "rules"]),
      adapters: adapters("adapters", values.adapters),
      device: oneOf("device", values.device, choices.device),
      ...(values["nsfw-check"] && { nsfwCheck: true }),
      ...given("steps", (text) => ({ steps: integer("steps", text, limits.steps) })),
      ...given("size", (text) => size("size", text)),
      ...given("cfg", (text) => ({ cfgScale: number("cfg", text, limits.cfgScale) })),
      ...given("sampler", (text) => ({ sampler: oneOf("sampler", text, choices.sampler) })),
      ...given("schedule", (text) => ({ schedule: oneOf("schedule", text, choices.schedule) })),
      ...given("clip-skip", (text) => ({ clipSkip: integer("clip-skip", text, limits.clipSkip) })),
      ...given("variation-seed", (text) => ({
        variation: {
          seed: integer("variation-seed", text, limits.seed),
          strength: number("variation", values.variation ?? "0.1", limits.variationStrength),
        },
      })),
      ...given("noise", (text) => ({ noise: oneOf("noise", text, choices.noise) })),
      ...readInitImage(values, given),
      ...readRegions(values, given),
      ...readDetails(values, given),
      ...given("few-step", (text) => ({ fewStep: oneOf("few-step", text, ["on", "off"]) === "on" })),
    },
  };
}

async function main(): Promise<void> {
  const { values, request } = readOptions();
  const site = await openSite(values.profile ? { profile: path.resolve(values.profile) } : {});
  try {
    const model = values.model === undefined ? {} : { model: await openModel(site.page, values.model) };
    const { report, images, titles, notes } = await runInPage(site.page, { ...request, ...model });
    for (const line of [...notes, ...describeRun(report, titles)]) console.log(line);
    mkdirSync(values.out, { recursive: true });
    for (const image of images) {
      const file = path.join(values.out, image.fileName);
      writeFileSync(file, image.png);
      console.log(file);
    }
    const reportFile = values.json ?? path.join(values.out, "report.json");
    mkdirSync(path.dirname(path.resolve(reportFile)), { recursive: true });
    writeFileSync(reportFile, `${JSON.stringify(report, null, 2)}\n`);
    console.log(`The full report is in ${reportFile}`);
  } finally {
    await site.close();
  }
}

await runMain(main, help);
