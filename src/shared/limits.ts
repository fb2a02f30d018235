// The one table of what can be asked for: limits and choices of the page, of window.stylus, of the command line
// (scripts/run/generate.ts reads the same JSON) and of the engine.
import type {
  DevicePreference,
  DiffusionRequest,
  HiresFix,
  InpaintMask,
  SamplerId,
  ScheduleId,
} from "./request.ts";
import table from "./request-limits.json";

export interface Range {
  readonly min: number;
  readonly max: number;
}

/**
 * Sizes in pixels, the prompt in UTF-16 units. `size` limits the first pass, `finishedSide` the longest side of any pass;
 * a pack may set narrower limits. Slider adapters support strengths up to 5; beyond that an image breaks.
 */
export const limits: {
  readonly promptLength: number;
  readonly steps: Range;
  readonly count: Range;
  readonly cfgScale: Range;
  readonly size: Range & { readonly step: number };
  readonly clipSkip: Range;
  readonly seed: Range;
  readonly adapterStrength: Range;
  readonly denoisingStrength: Range;
  readonly variationStrength: Range;
  readonly maskBlur: Range;
  readonly maskPadding: Range;
  readonly hiresScale: Range;
  readonly hiresStrength: Range;
  readonly finishedSide: number;
  readonly tile: Range;
  /** Of a language model that chooses adapters. */
  readonly temperature: Range;
  /** Of the probability from which an image is blurred. */
  readonly nsfwThreshold: Range;
  /** Of one image. */
  readonly regions: number;
  /** Least width and height of a region, in shares of the image's. */
  readonly regionSide: number;
  readonly regionWeight: Range;
  /** Share of the prompt inside regions. */
  readonly baseWeight: Range;
  /** Areas of the detail pass in one image. */
  readonly details: number;
  readonly detailFeather: Range;
} = table.limits;

/** How adapters are chosen from the candidates; see src/compose/plan/presets.ts. */
export type PresetId = "paper" | "reference" | "balanced";
/** Adapters of an image: merged all together, or in turns (LoRA Switch); see `inTurns` of src/shared/adapter-uses.ts. */
export type CombineId = "merge" | "switch";
/** What chooses the adapters; all but "stylus" are the paper's baselines. */
export type MethodId = "stylus" | "sd" | "retriever" | "reranker" | "random";

/** Who assigns candidates to the parts of a prompt for the method "stylus". */
export type ComposerId = "reader" | "rules" | "llm";

/** What may stand in an option with a fixed set of values. */
export const choices = table.choices as {
  readonly sampler: readonly SamplerId[];
  readonly schedule: readonly ScheduleId[];
  readonly noise: readonly DiffusionRequest["noise"][];
  readonly device: readonly DevicePreference[];
  readonly preset: readonly PresetId[];
  readonly combine: readonly CombineId[];
  readonly composer: readonly ComposerId[];
  readonly method: readonly MethodId[];
  readonly maskRegion: readonly InpaintMask["region"][];
  readonly maskFill: readonly InpaintMask["fill"][];
  readonly upscaler: readonly HiresFix["upscaler"][];
};
