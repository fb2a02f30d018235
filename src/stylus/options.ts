// What can be asked for in one run: by the page, by the command line (window.stylus) and by a recalled picture.
// Plain data; `completeOptions` fills what was left out, `checkOptions` says in plain words what cannot be done.
import type {
  AdapterUse,
  DevicePreference,
  DiffusionRequest,
  SamplerId,
  ScheduleId,
} from "../shared/request.ts";
import { checkRange, refuse } from "./option-checks.ts";
import {
  checkHires,
  checkStart,
  defaultHires,
  defaultMask,
  defaultStrength,
  pictureLimits,
  sizeForPicture,
  type HiresOptions,
  type MaskValues,
  type StartOptions,
  type StartPicture,
} from "./image-options.ts";

export type PresetId = "paper" | "reference" | "balanced";
export type MethodId = "stylus" | "sd" | "retriever" | "reranker" | "random";

/** An adapter named by hand; both of its parts work at `weight` unless a strength of the text part is given. */
export interface ListedAdapter extends Omit<AdapterUse, "unetStrength" | "textStrength"> {
  readonly weight: number;
  readonly textStrength?: number;
}

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
  readonly adapters: "auto" | "none" | readonly ListedAdapter[];
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
  /** A picture to start from; null: from noise. */
  readonly start: StartOptions | null;
  /** A second, larger pass; null: none. Not together with `start`. */
  readonly hires: HiresOptions | null;
  /** The VAE works in squares of this many pixels, to need less memory; null: on the whole picture. */
  readonly vaeTilePixels: number | null;
}

/** Options in which anything but the prompt may be left out. */
export type PartialOptions = Partial<Omit<GenerateOptions, "start" | "hires">> & {
  readonly prompt: string;
  readonly start?:
    | (Partial<Pick<StartOptions, "strength">> & {
        readonly picture: StartPicture;
        readonly mask?: (Partial<MaskValues> & { readonly id: string }) | null;
      })
    | null;
  readonly hires?: Partial<HiresOptions> | null;
};

/** Sampling as one mode of a pack recommends it. */
export interface SamplingDefaults {
  readonly steps: number;
  readonly cfgScale: number;
  readonly sampler: SamplerId;
  readonly schedule: ScheduleId;
}

/** What a pack is good at; see src/app/packs/packs.ts. */
export interface PackDefaults {
  readonly width: number;
  readonly height: number;
  readonly full: SamplingDefaults;
  /** Null when the pack has no few-step adapter. */
  readonly fewStep: SamplingDefaults | null;
  /** Longest side of a picture in pixels, second pass included; see `limits` when absent. */
  readonly maxSide?: number;
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
  /** Of an adapter: sliders are made for up to 5, beyond that a picture breaks. */
  strength: { min: -5, max: 5 },
} as const;

/** Sizes that a pack can paint in one pass, in pixels. */
export const sizeLimits = (defaults?: PackDefaults): { min: number; max: number; step: number } => ({
  ...limits.size,
  max: Math.min(limits.size.max, defaults?.maxSide ?? limits.size.max),
});

/** A prompt this long works, but the text encoder reads it in chunks of 75 tokens and later parts count for less. */
export const longPromptLength = 1_000;

/** Six digits are enough to be new and short enough to note down. */
export const randomSeed = (): number => Math.floor(Math.random() * 1_000_000);

/** Few-step adapters are made for fewer steps than this; asking for more means wanting the full sampler. */
const fewStepMost = 12;

/** The size that is painted when none is asked for: the picture's, if one is painted over; else the model's. */
export function defaultSize(
  start: StartOptions | null,
  defaults: PackDefaults,
): { width: number; height: number } {
  const { width, height } = defaults;
  if (start === null || start.mask?.region === "masked") return { width, height };
  const { min, max } = sizeLimits(defaults);
  return sizeForPicture(start.picture, { width, height, minSide: min, maxSide: max });
}

/** Fills everything that `partial` leaves out. Sampling values come from the mode (few-step or full). */
export function completeOptions(partial: PartialOptions, defaults: PackDefaults): GenerateOptions {
  const given = Object.fromEntries(
    Object.entries(partial).filter(([, value]) => value !== undefined && value !== null),
  ) as Partial<GenerateOptions> & { readonly prompt: string };
  const fewStep = defaults.fewStep !== null && (given.fewStep ?? (given.steps ?? 0) <= fewStepMost);
  const mode = (fewStep ? defaults.fewStep : null) ?? defaults.full;
  const { hires } = partial;
  const start: StartOptions | null = partial.start
    ? {
        strength: defaultStrength,
        ...partial.start,
        mask: partial.start.mask ? { ...defaultMask, ...partial.start.mask } : null,
      }
    : null;
  return {
    negativePrompt: "",
    seed: randomSeed(),
    count: 1,
    ...defaultSize(start, defaults),
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
    vaeTilePixels: null,
    ...given,
    fewStep,
    start,
    hires: hires ? { ...defaultHires, steps: given.steps ?? mode.steps, ...hires } : null,
  };
}

/**
 * Refuses what no engine could do, before any work starts.
 * @param options.defaults of the pack, for the sizes that it can paint
 * @throws StylusError bad-input, `where` naming the option
 */
export function checkOptions(
  options: GenerateOptions,
  { defaults }: { defaults?: PackDefaults | undefined } = {},
): void {
  if (options.prompt.trim() === "") {
    refuse("prompt", "The prompt is empty.", "Describe an image, for example “a fox in the snow”.");
  }
  if (options.prompt.length > limits.promptLength) {
    refuse(
      "prompt",
      `The prompt is ${options.prompt.length.toLocaleString("en")} characters long; the limit is ${limits.promptLength.toLocaleString("en")}.`,
      "Shorten it; the first words count most.",
    );
  }
  if (options.negativePrompt.length > limits.promptLength) {
    refuse("negativePrompt", "The negative prompt is too long.", "Shorten it.");
  }
  checkRange("steps", options.steps, { ...limits.steps, whole: true, name: "Steps" });
  checkRange("count", options.count, { ...limits.count, whole: true, name: "Images" });
  checkRange("cfgScale", options.cfgScale, { ...limits.cfgScale, name: "CFG scale" });
  checkRange("clipSkip", options.clipSkip, { ...limits.clipSkip, whole: true, name: "Clip skip" });
  checkRange("seed", options.seed, { ...limits.seed, whole: true, name: "Seed" });
  for (const field of ["width", "height"] as const) {
    const name = field === "width" ? "Width" : "Height";
    checkRange(field, options[field], { ...sizeLimits(defaults), whole: true, name });
    if (options[field] % limits.size.step !== 0) {
      refuse(
        field,
        `${name} must be a multiple of ${limits.size.step}, not ${options[field]}.`,
        `Use ${Math.round(options[field] / limits.size.step) * limits.size.step}.`,
      );
    }
  }
  const listed = Array.isArray(options.adapters) ? options.adapters : [];
  for (const { id, weight, textStrength = weight } of listed) {
    for (const strength of [weight, textStrength])
      checkRange("adapters", strength, { ...limits.strength, name: `Strength of ${id}` });
  }
  for (const [id, strength] of Object.entries(options.strengths))
    checkRange("strengths", strength, { ...limits.strength, name: `Strength of ${id}` });
  const { start, hires, vaeTilePixels } = options;
  if (start !== null && hires !== null) {
    refuse(
      "hires",
      "Hires fix does not work with an init image.",
      "Remove one of them, or set a larger size for the init image.",
    );
  }
  if (start !== null) checkStart(start);
  if (hires !== null) {
    const maxSide = defaults?.maxSide ?? pictureLimits.hiresSide;
    checkHires(hires, { width: options.width, height: options.height, maxSide });
  }
  if (vaeTilePixels !== null) {
    checkRange("vaeTilePixels", vaeTilePixels, { ...pictureLimits.tile, whole: true, name: "VAE tile" });
    if (vaeTilePixels % limits.size.step !== 0)
      refuse("vaeTilePixels", `VAE tile must be a multiple of 8, not ${vaeTilePixels}.`, "Use 256 or 512.");
  }
}
