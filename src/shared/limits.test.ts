// The table is JSON so that the command line can read it before an install; this checks it against the types.
import { expect, it } from "vitest";
import { SAMPLER_LABELS, SCHEDULE_LABELS } from "../formats/generation-parameters.ts";
import { presets } from "../compose/plan/presets.ts";
import { choices, limits } from "./limits.ts";
import type { DevicePreference, DiffusionRequest, HiresFix, InpaintMask } from "./request.ts";
import type { CombineId, ComposerId, MethodId } from "./limits.ts";

/** The type check requires every value of the union and no other. */
const all: {
  readonly [Field in keyof typeof choices]: Readonly<Record<(typeof choices)[Field][number], unknown>>;
} = {
  sampler: SAMPLER_LABELS,
  schedule: SCHEDULE_LABELS,
  preset: presets,
  combine: { merge: 1, switch: 1 } satisfies Record<CombineId, 1>,
  noise: { cpu: 1, nv: 1 } satisfies Record<DiffusionRequest["noise"], 1>,
  device: { auto: 1, webgpu: 1, "low-vram": 1, wasm: 1 } satisfies Record<DevicePreference, 1>,
  composer: { reader: 1, rules: 1, llm: 1 } satisfies Record<ComposerId, 1>,
  method: { stylus: 1, sd: 1, retriever: 1, reranker: 1, random: 1 } satisfies Record<MethodId, 1>,
  maskRegion: { whole: 1, masked: 1 } satisfies Record<InpaintMask["region"], 1>,
  maskFill: { original: 1, noise: 1, nothing: 1 } satisfies Record<InpaintMask["fill"], 1>,
  upscaler: {
    "latent-nearest": 1,
    "latent-nearest-exact": 1,
    "latent-bilinear": 1,
    "latent-bicubic": 1,
    "pixel-nearest": 1,
    "pixel-bicubic": 1,
    "pixel-lanczos": 1,
  } satisfies Record<HiresFix["upscaler"], 1>,
};

it.each(Object.keys(choices) as (keyof typeof choices)[])("%s: the table lists every value once", (field) => {
  expect([...choices[field]].sort()).toEqual(Object.keys(all[field]).sort());
});

it("seeds are 32 bits wide", () => {
  expect(limits.seed).toEqual({ min: 0, max: 2 ** 32 - 1 });
});
