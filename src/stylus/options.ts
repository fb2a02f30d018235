// What can be asked for in one run: by the page, by the command line (window.stylus) and by a recalled image.
// Plain data; `completeOptions` fills what was left out, `checkOptions` says in plain words what cannot be done.
import {
  choices,
  limits,
  type CombineId,
  type ComposerId,
  type MethodId,
  type PresetId,
} from "../shared/limits.ts";
import { say } from "../shared/saying.ts";
import type { AdapterUse, DevicePreference, SamplerId, ScheduleId, Variation } from "../shared/request.ts";
import {
  checkDetails,
  checkInitImage,
  checkOneOf,
  checkRange,
  checkRegions,
  checkSampling,
  checkSeed,
  checkStrength,
  checkTile,
  checkUse,
  checkVariation,
  refuse,
  type Sampling,
  type SizeRange,
} from "../shared/request-check.ts";
import {
  checkHires,
  defaultHires,
  defaultMask,
  defaultStrength,
  sizeForImage,
  type HiresOptions,
  type MaskValues,
  type InitImageOptions,
  type InitImage,
} from "./image-options.ts";
import { completeDetails, type DetailOptions, type PartialDetails } from "./details.ts";
import { plotFrom, type Plot } from "./plot/axes.ts";
import { expandPlot } from "./plot/cells.ts";
import { completeRegions, hasPrompt, type PartialRegions, type RegionOptions } from "./regions.ts";

/** An adapter named by hand; both of its parts work at `weight` unless a strength of the text part is given. */
export interface ListedAdapter extends Omit<AdapterUse, "unetStrength" | "textStrength"> {
  readonly weight: number;
  readonly textStrength?: number;
}

/** The engine's form of an adapter named by hand. */
export const useOf = ({ weight, textStrength = weight, ...listed }: ListedAdapter): AdapterUse => ({
  ...listed,
  unetStrength: weight,
  textStrength,
});

/** The way back: an adapter of a finished image, to be asked for by hand. */
export const listedOf = ({ unetStrength, ...use }: AdapterUse): ListedAdapter => ({
  ...use,
  weight: unetStrength,
});

export interface GenerateOptions extends Sampling {
  /** Image i of a batch uses seed + i: see src/shared/seeds.ts. */
  readonly seed: number;
  /** Turns the noise of every image towards that of another seed, seed + i for image i, which then share their own; null: none. */
  readonly variation: Variation | null;
  readonly count: number;
  /** Which reading of the Stylus rules: docs/stylus.md. */
  readonly preset: PresetId;
  /** Whether an image's adapters are merged all together or take turns. */
  readonly combine: CombineId;
  /** Who chooses the adapters; all but "stylus" are the baselines of the paper. */
  readonly method: MethodId;
  /** Who composes for the method "stylus"; the reader takes the place of a language model that cannot, rules that of a reader. */
  readonly composer: ComposerId;
  /** Which one the composer "llm" asks, by its id in the manifests; temperature 0: the same answer for each seed. Null: none is chosen. */
  readonly languageModel: { readonly id: string; readonly temperature: number } | null;
  /** "auto": the method chooses. "none": no adapters. A list: exactly these, at these strengths. */
  readonly adapters: "auto" | "none" | readonly ListedAdapter[];
  readonly device: DevicePreference;
  /** Uses the pack's few-step adapter; steps, CFG scale, sampler and schedule default to what its card says. */
  readonly fewStep: boolean;
  /** Ids that are in every image, whatever the method chose. */
  readonly pins: readonly string[];
  /** Ids that are not even candidates. */
  readonly bans: readonly string[];
  /** Ids that may be chosen, but are left out of the images; nothing takes their place. */
  readonly removed: readonly string[];
  /** Strengths set by hand, by id; they replace the refined weight and its division. */
  readonly strengths: Readonly<Record<string, number>>;
  /** An init image; null: from noise. */
  readonly start: InitImageOptions | null;
  /** A second, larger pass; null: none. Not together with `start`. */
  readonly hires: HiresOptions | null;
  /** Side of the tiles of a tiled VAE, in pixels; null: the VAE works on the whole image. */
  readonly vaeTilePixels: number | null;
  /** One image for each combination of values, instead of `count`; the adapters are chosen once for each prompt. Null: none. */
  readonly plot: Plot | null;
  /** Parts of the image with words of their own; each chooses its adapters. Null: none. */
  readonly regions: RegionOptions | null;
  /** Parts of the finished image that are generated once more, enlarged. Null: none. */
  readonly details: DetailOptions | null;
}

declare const checked: unique symbol;

/** Options that `checkOptions` has let pass. */
export type CheckedOptions = GenerateOptions & { readonly [checked]: true };

/** Options in which anything but the prompt may be left out. */
export type PartialOptions = Partial<Omit<GenerateOptions, "start" | "hires" | "regions" | "details">> & {
  readonly prompt: string;
  readonly start?:
    | (Partial<Pick<InitImageOptions, "strength">> & {
        readonly picture: InitImage;
        readonly mask?: (Partial<MaskValues> & { readonly id: string }) | null;
      })
    | null;
  readonly hires?: Partial<HiresOptions> | null;
  readonly regions?: PartialRegions | null;
  readonly details?: PartialDetails | null;
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
  /** Longest side of an image in pixels, second pass included; `limits.finishedSide` when absent. */
  readonly maxSide?: number;
}

/** Sizes that a pack can generate in one pass, in pixels. */
export const sizeLimits = (defaults?: PackDefaults): SizeRange => ({
  ...limits.size,
  max: Math.min(limits.size.max, defaults?.maxSide ?? limits.size.max),
});

/** A prompt this long works, but the text encoder reads it in chunks of 75 tokens and later parts count for less. */
export const longPromptLength = 1_000;

/** Six digits are enough to be new and short enough to note down. */
export const randomSeed = (): number => Math.floor(Math.random() * 1_000_000);

/** Few-step adapters are made for fewer steps than this; asking for more means wanting the full sampler. */
const fewStepMost = 12;

/** The size when none is asked for: the init image's if there is one, else the model's. */
export function defaultSize(
  start: InitImageOptions | null,
  defaults: PackDefaults,
): { width: number; height: number } {
  const { width, height } = defaults;
  if (start === null || start.mask?.region === "masked") return { width, height };
  const { min, max } = sizeLimits(defaults);
  return sizeForImage(start.picture, { width, height, minSide: min, maxSide: max });
}

/** What is asked for where nothing is said, whatever the pack. */
export const defaultOptions = {
  negativePrompt: "",
  variation: null,
  count: 1,
  clipSkip: 1,
  noise: "cpu",
  preset: "balanced",
  combine: "merge",
  method: "stylus",
  composer: "reader",
  languageModel: null,
  adapters: "auto",
  device: "auto",
  vaeTilePixels: null,
  plot: null,
  regions: null,
  details: null,
} satisfies Partial<GenerateOptions>;

/** Fills everything that `partial` leaves out. Sampling values come from the mode (few-step or full). */
export function completeOptions(partial: PartialOptions, defaults: PackDefaults): GenerateOptions {
  const given = Object.fromEntries(
    Object.entries(partial).filter(([, value]) => value !== undefined && value !== null),
  ) as Partial<GenerateOptions> & { readonly prompt: string };
  const fewStep = defaults.fewStep !== null && (given.fewStep ?? (given.steps ?? 0) <= fewStepMost);
  const mode = (fewStep ? defaults.fewStep : null) ?? defaults.full;
  const { hires } = partial;
  const start: InitImageOptions | null = partial.start
    ? {
        strength: defaultStrength,
        ...partial.start,
        mask: partial.start.mask ? { ...defaultMask, ...partial.start.mask } : null,
      }
    : null;
  return {
    ...defaultOptions,
    pins: [],
    bans: [],
    removed: [],
    strengths: {},
    seed: randomSeed(),
    ...defaultSize(start, defaults),
    steps: mode.steps,
    cfgScale: mode.cfgScale,
    sampler: mode.sampler,
    schedule: mode.schedule,
    ...given,
    fewStep,
    start,
    plot: given.plot ? plotFrom(given.plot) : null,
    regions: completeRegions(partial.regions),
    details: completeDetails(partial.details),
    hires: hires ? { ...defaultHires, steps: given.steps ?? mode.steps, ...hires } : null,
  };
}

/** What can be refused before a pack is loaded. @throws StylusError bad-input */
export function checkBeforeLoading({
  prompt,
  device = "auto",
}: Pick<PartialOptions, "prompt" | "device">): void {
  if (typeof prompt !== "string" || prompt.trim() === "") {
    refuse("prompt", say`The prompt is empty.`, say`Describe an image, for example “a fox in the snow”.`);
  }
  checkOneOf("device", device, { among: choices.device, name: say`Device` });
}

/**
 * Refuses what no engine could do, before any work starts.
 * @param options.defaults of the pack, for the sizes that it can generate
 * @throws StylusError bad-input, `where` naming the option
 */
export function checkOptions(
  options: GenerateOptions,
  { defaults }: { defaults?: PackDefaults | undefined } = {},
): CheckedOptions {
  checkBeforeLoading(options);
  checkSampling(options, sizeLimits(defaults));
  checkRange("count", options.count, { ...limits.count, step: 1, name: say`Images` });
  checkSeed(options.seed);
  if (options.variation !== null) checkVariation(options.variation);
  checkOneOf("preset", options.preset, { among: choices.preset, name: say`Preset` });
  checkOneOf("combine", options.combine, { among: choices.combine, name: say`Combine` });
  checkOneOf("method", options.method, { among: choices.method, name: say`Method` });
  checkOneOf("composer", options.composer, { among: choices.composer, name: say`Composer` });
  if (options.languageModel !== null)
    checkRange("languageModel", options.languageModel.temperature, {
      ...limits.temperature,
      name: say`Temperature`,
    });
  for (const field of ["pins", "bans", "removed"] as const) checkIds(field, options[field]);
  checkAdapters(options.adapters);
  for (const [id, strength] of Object.entries(options.strengths)) checkStrength("strengths", id, strength);
  const { start, hires, vaeTilePixels, regions, details } = options;
  if (start !== null) checkInitImage("start", start);
  if (hires !== null) {
    const maxSide = defaults?.maxSide ?? limits.finishedSide;
    const { width, height } = options;
    checkHires(hires, { width, height, maxSide, overImage: start !== null });
  }
  if (vaeTilePixels !== null) checkTile(vaeTilePixels, limits.size.step);
  if (regions !== null) {
    checkRegions(regions, { maskedOnly: start?.mask?.region === "masked" });
    const empty = regions.areas.findIndex((area) => !hasPrompt(area));
    if (empty >= 0)
      refuse(
        "regions",
        say`Region ${empty + 1} has no prompt.`,
        say`Describe what belongs there, or remove the region.`,
      );
  }
  if (details !== null) checkDetails(details);
  if (options.plot !== null) expandPlot(options.plot, options);
  return options as CheckedOptions;
}

function checkIds(field: string, ids: readonly string[]): void {
  if (!Array.isArray(ids) || ids.some((id) => typeof id !== "string"))
    refuse(field, say`Adapters are named by a list of ids.`, say`Give a list, which may be empty.`);
}

function checkAdapters(adapters: GenerateOptions["adapters"]): void {
  if (adapters === "auto" || adapters === "none") return;
  if (!Array.isArray(adapters) || adapters.some((listed) => typeof listed?.id !== "string"))
    refuse("adapters", say`Adapters must be “auto”, “none” or a list.`, say`List them as { id, weight }.`);
  for (const listed of adapters) checkUse(useOf(listed));
}
