// The settings that the page keeps between visits: everything of GenerateOptions but the prompt's own choices.
// Sampling values are kept per mode, so that switching few-step on and off loses nothing.
import type { DevicePreference } from "../../../shared/request.ts";
import { defaultNsfwThreshold } from "../../images/nsfw.ts";
import { modelOf, pocketId } from "../../packs/packs.ts";
import { defaultOptions, randomSeed, type SamplingSettings } from "../../../stylus/options.ts";
import {
  defaultHires,
  defaultMask,
  defaultStrength,
  type HiresOptions,
  type MaskValues,
  type InitImage,
} from "../../../stylus/image-options.ts";
import { defaultDetails, type Detail, type DetailOptions } from "../../../stylus/details/details.ts";
import { defaultBaseWeight, type Region } from "../../../stylus/regions.ts";
import { plotFrom, type Plot } from "../../../stylus/plot/axes.ts";
import { type CombineId, type ComposerId, type MethodId, type PresetId } from "../../../shared/limits.ts";
import { browserLanguage, type Language } from "../../../texts/texts.ts";

export const appearances = ["system", "light", "dark"] as const;
export type Appearance = (typeof appearances)[number];

/** The init image, by its id in the input store. */
export interface InitImageSettings {
  readonly picture: InitImage;
  /** Name of the file, for display. */
  readonly name: string;
  /** Id of the mask; null: the whole image is regenerated. */
  readonly mask: string | null;
}

/** Adapters that are in every image, and adapters that are never chosen. */
export interface AdapterRules {
  readonly pins: readonly string[];
  readonly bans: readonly string[];
}

/** Who chooses the adapters, and how. */
export type Chooser = Pick<
  Settings,
  "method" | "composer" | "languageModel" | "temperature" | "preset" | "combine"
>;

/** Of a run or a file that was brought back: its chooser, for the next run of the same words. */
export interface RestoredChooser extends Chooser {
  /** The prompt's words, without tags. */
  readonly words: string;
  /** Null: those of the user hold. */
  readonly pins: readonly string[] | null;
}

export interface Settings {
  /** Id of the pack in use: see src/app/packs/packs.ts. */
  model: string;
  prompt: string;
  negativePrompt: string;
  seed: number;
  /** When false every run draws a new seed. */
  seedLocked: boolean;
  /** Strength 0: none. When not locked every run draws a new variation seed. */
  variation: { seed: number; strength: number; locked: boolean };
  count: number;
  /** Null: the pack's own size. */
  size: { width: number; height: number } | null;
  fewStep: boolean | null; // null: on where the device is slow
  full: Partial<SamplingSettings>;
  fast: Partial<SamplingSettings>;
  clipSkip: number;
  noise: "cpu" | "nv";
  start: InitImageSettings | null;
  /** Kept from one image to the next. */
  startValues: { strength: number } & MaskValues;
  hires: boolean;
  /** Steps null: as many as the first pass. */
  hiresValues: Omit<HiresOptions, "steps"> & { steps: number | null };
  /** Tiled VAE, with tiles of the model's own size. */
  lowMemory: boolean;
  preset: PresetId;
  combine: CombineId;
  method: MethodId;
  composer: ComposerId;
  /** Id of the language model that is asked when the composer is one. */
  languageModel: string | null;
  temperature: number;
  /** Takes the place of the chooser above for one run; null: nothing was brought back. */
  restored: RestoredChooser | null;
  device: DevicePreference;
  /** Only adapters whose licence is known to allow commercial use. */
  commercialOnly: boolean;
  /** By the id of the model. */
  adapters: Record<string, AdapterRules>;
  /** Names of the prompt styles that runs apply, in order. */
  styles: string[];
  /** Parts of the image with prompts of their own; none: the prompt has all of it. */
  regions: Region[];
  regionValues: { baseWeight: number; addPrompt: boolean };
  /** Whether `details` are generated once more. */
  detailPass: boolean;
  details: Detail[];
  detailValues: Omit<DetailOptions, "areas">;
  /** The axes of the X/Y/Z plot, as the form has them. */
  plot: Plot;
  /** The prompt box offers words while one types. */
  suggestWords: boolean;
  /** Finished images are checked, and blurred where they may not be safe for work. */
  nsfwCheck: boolean;
  /** The probability from which they are blurred. */
  nsfwThreshold: number;
  /** The page offers to install itself, where the browser can. */
  offerInstall: boolean;
  appearance: Appearance;
  /** Null: the first of the browser's languages that the page speaks. */
  language: Language | null;
  history: string[];
  /** The prompt that an image, a link or a file put in the field last: nobody typed it. */
  putPrompt: string;
}

export function initialSettings(): Settings {
  const { negativePrompt, count, clipSkip, noise, preset, combine, method, composer, device } =
    defaultOptions;
  return {
    model: pocketId,
    prompt: "",
    negativePrompt,
    seed: randomSeed(),
    seedLocked: false,
    variation: { seed: randomSeed(), strength: 0, locked: false },
    count,
    size: null,
    fewStep: null,
    full: {},
    fast: {},
    clipSkip,
    noise,
    start: null,
    startValues: { strength: defaultStrength, ...defaultMask },
    hires: false,
    hiresValues: { ...defaultHires, steps: null },
    lowMemory: false,
    preset,
    combine,
    method,
    composer,
    languageModel: null,
    temperature: 0,
    restored: null,
    device,
    commercialOnly: false,
    adapters: {},
    styles: [],
    regions: [],
    regionValues: { baseWeight: defaultBaseWeight, addPrompt: true },
    detailPass: false,
    details: [],
    detailValues: { ...defaultDetails },
    plot: plotFrom(null),
    suggestWords: true,
    nsfwCheck: false,
    nsfwThreshold: defaultNsfwThreshold,
    offerInstall: true,
    appearance: "system",
    language: null,
    history: [],
    putPrompt: "",
  };
}

/** What of `asked` is still wanted: what the user has changed since `then` stays as it is. */
export const unlessChanged = (asked: Partial<Settings>, then: Settings, now: Settings): Partial<Settings> =>
  Object.fromEntries(
    Object.entries(asked).filter(([key]) => {
      const [before, after] = [then, now].map((all) => JSON.stringify(all[key as keyof Settings]));
      return before === after;
    }),
  );

const historyLength = 50;

/** Newest first, each prompt once. */
export const withPrompt = (history: readonly string[], prompt: string): string[] =>
  [prompt, ...history.filter((entry) => entry !== prompt)].slice(0, historyLength);

export const languageOf = (settings: Settings): Language => settings.language ?? browserLanguage;

export const ruleKey = ({ model }: Settings): string => modelOf(model);

const noRules: AdapterRules = { pins: [], bans: [] };

/** Pins and bans of the model in use. */
export const rulesOf = (settings: Settings): AdapterRules => {
  const key = ruleKey(settings);
  return Object.hasOwn(settings.adapters, key) ? settings.adapters[key]! : noRules;
};

/** Few-step is on by default where a full run would take minutes. */
export const usesFewStep = (settings: Settings, slowDevice: boolean): boolean =>
  settings.fewStep ?? slowDevice;
