// What can be asked for in one run: by the page, by the command line (window.stylus) and by a recalled picture.
// Plain data; `completeOptions` fills what was left out, `checkOptions` says in plain words what cannot be done.
import type { DevicePreference, DiffusionRequest, SamplerId, ScheduleId } from "../shared/request.ts";
import { StylusError } from "../shared/errors.ts";

export type PresetId = "paper" | "reference" | "balanced";
export type MethodId = "stylus" | "sd" | "retriever" | "reranker" | "random";

/** What the engine is asked for as it stands. */
type Sampling = Pick<
  DiffusionRequest,
  | "prompt"
  | "negativePrompt"
  | "width"
  | "height"
  | "steps"
  | "cfgScale"
  | "sampler"
  | "schedule"
  | "clipSkip"
  | "noise"
>;

export interface GenerateOptions extends Sampling {
  /** Image i of a batch uses seed + i. */
  readonly seed: number;
  readonly count: number;
  /** Which reading of the Stylus rules: docs/stylus.md. */
  readonly preset: PresetId;
  /** Who chooses the adapters; the others than "stylus" are the baselines of the paper. */
  readonly method: MethodId;
  /** "auto": the method chooses. "none": no adapters. A list: exactly these, at these strengths. */
  readonly adapters: "auto" | "none" | readonly { readonly id: string; readonly weight: number }[];
  readonly device: DevicePreference;
  /** Uses the pack's few-step adapter; steps, CFG scale, sampler and schedule default to what its card says. */
  readonly fewStep: boolean;
  /** Ids that are in every image, whatever the method chose. */
  readonly pins: readonly string[];
  /** Ids that are not even candidates. */
  readonly bans: readonly string[];
  /** Ids that may be chosen, but are left out of the pictures; nothing takes their place. */
  readonly removed: readonly string[];
  /** Strengths set by hand, by id; they replace the refined weight and its division. */
  readonly strengths: Readonly<Record<string, number>>;
}

/** Sampling as one mode of a pack recommends it. */
export interface SamplingDefaults {
  readonly steps: number;
  readonly cfgScale: number;
  readonly sampler: SamplerId;
  readonly schedule: ScheduleId;
}

/** What a pack is good at; see src/app/packs.ts. */
export interface PackDefaults {
  readonly width: number;
  readonly height: number;
  readonly full: SamplingDefaults;
  /** Null when the pack has no few-step adapter. */
  readonly fewStep: SamplingDefaults | null;
}

/** Limits of one request. Sizes in pixels; the prompt in UTF-16 units. */
export const limits = {
  promptLength: 10_000,
  steps: { min: 1, max: 150 },
  count: { min: 1, max: 16 },
  cfgScale: { min: 0, max: 30 },
  size: { min: 64, max: 1024, step: 8 },
  clipSkip: { min: 1, max: 12 },
  seed: { min: 0, max: 2 ** 32 - 1 },
  strength: { min: -1, max: 2 },
} as const;

/** A prompt this long works, but the text encoder reads it in chunks of 75 tokens and later parts count for less. */
export const longPromptLength = 1_000;

/** Six digits are enough to be new and short enough to note down. */
export const randomSeed = (): number => Math.floor(Math.random() * 1_000_000);

/** Few-step adapters are made for fewer steps than this; asking for more means wanting the full sampler. */
const fewStepMost = 12;

/** Fills everything that `partial` leaves out. Sampling values come from the mode (few-step or full). */
export function completeOptions(
  partial: Partial<GenerateOptions> & { readonly prompt: string },
  defaults: PackDefaults,
): GenerateOptions {
  const given = Object.fromEntries(
    Object.entries(partial).filter(([, value]) => value !== undefined && value !== null),
  ) as Partial<GenerateOptions> & { readonly prompt: string };
  const fewStep = given.fewStep ?? (defaults.fewStep !== null && (given.steps ?? 0) <= fewStepMost);
  const mode = (fewStep ? defaults.fewStep : null) ?? defaults.full;
  return {
    negativePrompt: "",
    seed: randomSeed(),
    count: 1,
    width: defaults.width,
    height: defaults.height,
    steps: mode.steps,
    cfgScale: mode.cfgScale,
    sampler: mode.sampler,
    schedule: mode.schedule,
    clipSkip: 1,
    noise: "cpu",
    preset: "balanced",
    method: "stylus",
    adapters: "auto",
    device: "auto",
    pins: [],
    bans: [],
    removed: [],
    strengths: {},
    ...given,
    fewStep,
  };
}

const fail = (field: string, message: string, remedy: string): never => {
  throw new StylusError("bad-input", message, { where: field, remedy });
};

const checkRange = (
  field: string,
  value: number,
  range: { readonly min: number; readonly max: number; readonly whole?: boolean; readonly name: string },
): void => {
  if (!Number.isFinite(value) || value < range.min || value > range.max) {
    fail(
      field,
      `${range.name} must be between ${range.min} and ${range.max}, not ${value}.`,
      `Set ${range.name.toLowerCase()} within that range.`,
    );
  }
  if (range.whole && !Number.isInteger(value)) {
    fail(field, `${range.name} must be a whole number, not ${value}.`, "Round it up or down.");
  }
};

/**
 * Refuses what no engine could do, before any work starts.
 * @throws StylusError bad-input, `where` naming the option
 */
export function checkOptions(options: GenerateOptions): void {
  if (options.prompt.trim() === "") {
    fail("prompt", "The prompt is empty.", "Write what you want to see, for example “a fox in the snow”.");
  }
  if (options.prompt.length > limits.promptLength) {
    fail(
      "prompt",
      `The prompt has ${options.prompt.length.toLocaleString("en")} characters; the limit is ${limits.promptLength.toLocaleString("en")}.`,
      "Shorten it: what stands first counts most.",
    );
  }
  if (options.negativePrompt.length > limits.promptLength) {
    fail("negativePrompt", "The negative prompt is too long.", "Shorten it.");
  }
  checkRange("steps", options.steps, { ...limits.steps, whole: true, name: "Steps" });
  checkRange("count", options.count, { ...limits.count, whole: true, name: "The number of images" });
  checkRange("cfgScale", options.cfgScale, { ...limits.cfgScale, name: "CFG scale" });
  checkRange("clipSkip", options.clipSkip, { ...limits.clipSkip, whole: true, name: "Clip skip" });
  checkRange("seed", options.seed, { ...limits.seed, whole: true, name: "The seed" });
  for (const field of ["width", "height"] as const) {
    const name = field === "width" ? "Width" : "Height";
    checkRange(field, options[field], { ...limits.size, whole: true, name });
    if (options[field] % limits.size.step !== 0) {
      fail(
        field,
        `${name} must be a multiple of ${limits.size.step}, not ${options[field]}.`,
        `Use ${Math.round(options[field] / limits.size.step) * limits.size.step}.`,
      );
    }
  }
}
