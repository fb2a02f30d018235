// The settings that the page keeps between visits: everything of GenerateOptions but the prompt's own choices.
// Sampling values are kept per mode, so that switching few-step on and off loses nothing.
import { createEffect, createRoot } from "solid-js";
import { createStore, type SetStoreFunction } from "solid-js/store";
import * as v from "valibot";
import type { DevicePreference } from "../../shared/request.ts";
import { defaultNsfwThreshold } from "../images/nsfw.ts";
import { modelOf, pocketId } from "../packs/packs.ts";
import {
  completeOptions,
  defaultOptions,
  defaultSize,
  randomSeed,
  type GenerateOptions,
  type PackDefaults,
  type PartialOptions,
  type SamplingDefaults,
} from "../../stylus/options.ts";
import {
  defaultHires,
  defaultMask,
  defaultStrength,
  type HiresOptions,
  type MaskValues,
  type InitImage,
} from "../../stylus/image-options.ts";
import { defaultDetails, detailsFrom, type Detail, type DetailOptions } from "../../stylus/details.ts";
import { defaultBaseWeight, hasPrompt, regionsFrom, type Region } from "../../stylus/regions.ts";
import { plotFrom, type Plot } from "../../stylus/plot/axes.ts";
import type { ImagePrompt } from "../../stylus/wildcards.ts";
import { storedStartSchema } from "../../storage/records/init-image.ts";
import { withoutTags } from "../../shared/prompt-syntax.ts";
import {
  choices,
  limits,
  type CombineId,
  type ComposerId,
  type MethodId,
  type PresetId,
} from "../../shared/limits.ts";
import { browserLanguage, isLanguage, type Language } from "../../texts/texts.ts";

export type Appearance = "system" | "light" | "dark";

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
  full: Partial<SamplingDefaults>;
  fast: Partial<SamplingDefaults>;
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
}

function initialSettings(): Settings {
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
  };
}

/** Users have this in their browsers: a change of shape needs another name and a migration, as in `readRules`. */
const storageKey = "stylus-web/settings/1";
const historyLength = 50;

function read(): Settings {
  try {
    return settingsFrom(JSON.parse(localStorage.getItem(storageKey) ?? "{}") as Record<string, unknown>);
  } catch {
    return initialSettings(); // damaged, or storage refused: start afresh
  }
}

/** Settings from what was stored, of an earlier version too. @throws when it is damaged */
export function settingsFrom(saved: Readonly<Record<string, unknown>>): Settings {
  const initial = initialSettings();
  const known = Object.entries(saved).filter(([key, value]) => {
    const expected = initial[key as keyof Settings];
    return (
      Object.hasOwn(initial, key) && (expected === null || value === null || typeof value === typeof expected)
    );
  });
  const read = { ...initial, ...(Object.fromEntries(known) as Partial<Settings>) };
  return {
    ...read,
    start: v.is(storedStartSchema, read.start) ? read.start : null,
    styles: Array.isArray(read.styles) ? read.styles.filter((name) => typeof name === "string") : [],
    language: isLanguage(read.language) ? read.language : null,
    regions: regionsFrom(read.regions),
    regionValues: { ...initial.regionValues, ...read.regionValues },
    details: detailsFrom(read.details),
    detailValues: { ...initial.detailValues, ...read.detailValues },
    plot: plotFrom(read.plot),
    variation: { ...initial.variation, ...read.variation },
    startValues: { ...initial.startValues, ...read.startValues },
    hiresValues: { ...initial.hiresValues, ...read.hiresValues },
    restored: isRestored(read.restored)
      ? { ...read.restored, combine: read.restored.combine ?? read.combine } // those of before have none
      : null,
    adapters: readRules(saved, read.model),
  };
}

/** Before they were kept by model, pins and bans stood in the settings themselves: they were those of the model in use. */
function readRules({ adapters, ...old }: Record<string, unknown>, model: string): Settings["adapters"] {
  const ids = (list: unknown): string[] =>
    Array.isArray(list) ? list.filter((id) => typeof id === "string") : [];
  const rules = (value: unknown): AdapterRules => {
    const { pins, bans } = (value ?? {}) as Record<string, unknown>;
    return { pins: ids(pins), bans: ids(bans) };
  };
  const byModel = typeof adapters === "object" && adapters !== null ? adapters : { [modelOf(model)]: old };
  return Object.fromEntries(Object.entries(byModel).map(([id, value]) => [id, rules(value)]));
}

function isRestored(value: unknown): value is RestoredChooser {
  const { words, pins, method, composer, preset, combine, languageModel, temperature } = (value ??
    {}) as Partial<RestoredChooser>;
  const isOneOf = (list: readonly string[], entry: unknown): boolean => list.includes(entry as string);
  return (
    typeof words === "string" &&
    (pins === null || (Array.isArray(pins) && pins.every((id) => typeof id === "string"))) &&
    isOneOf(choices.method, method) &&
    isOneOf(choices.composer, composer) &&
    isOneOf(choices.preset, preset) &&
    (combine === undefined || isOneOf(choices.combine, combine)) &&
    (languageModel === null || typeof languageModel === "string") &&
    typeof temperature === "number"
  );
}

/** What was brought back, while the prompt has the words of then. */
export const restoredOf = ({ restored, prompt }: Settings): RestoredChooser | null =>
  restored?.words === wordsOf(prompt) ? restored : null;

const wordsOf = (prompt: string): string => withoutTags(prompt).trim();

const chooserKeys = ["method", "composer", "languageModel", "temperature", "preset", "combine"] as const;

export const withoutChooser = (asked: Partial<Settings>): Partial<Settings> =>
  Object.fromEntries(
    Object.entries(asked).filter(([key]) => !(chooserKeys as readonly string[]).includes(key)),
  );

/**
 * The settings that `fromOptions` answers, with their chooser for one run only; the user's own is kept.
 * @param pins of that run; null: the user's own hold
 */
export function forOneRun(
  asked: Partial<Settings>,
  own: Settings,
  pins: readonly string[] | null,
): Partial<Settings> {
  const { method, composer, languageModel, temperature, preset, combine } = { ...own, ...asked };
  const chooser: Chooser = { method, composer, languageModel, temperature, preset, combine };
  const isOwn =
    chooserKeys.every((key) => chooser[key] === own[key]) &&
    (pins === null || JSON.stringify(pins) === JSON.stringify(rulesOf(own).pins));
  const rest = withoutChooser(asked);
  const words = wordsOf(asked.prompt ?? own.prompt);
  return { ...rest, restored: isOwn ? null : { ...chooser, words, pins } };
}

/** What of `asked` is still wanted: what the user has changed since `then` stays as it is. */
export const unlessChanged = (asked: Partial<Settings>, then: Settings, now: Settings): Partial<Settings> =>
  Object.fromEntries(
    Object.entries(asked).filter(([key]) => {
      const [before, after] = [then, now].map((all) => JSON.stringify(all[key as keyof Settings]));
      return before === after;
    }),
  );

export type SettingsStore = readonly [Settings, SetStoreFunction<Settings>];

export function createSettings(): SettingsStore {
  return createRoot(() => {
    const [settings, setSettings] = createStore<Settings>(read());
    createEffect(() => {
      const text = JSON.stringify(settings);
      try {
        localStorage.setItem(storageKey, text);
      } catch {
        // Storage refused (private window): settings last as long as the page.
      }
    });
    return [settings, setSettings] as const;
  });
}

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

function initImageOf({ start, startValues }: Settings): PartialOptions["start"] {
  if (start === null) return null;
  const mask = start.mask === null ? null : { id: start.mask, ...maskValuesOf(startValues) };
  return { picture: { ...start.picture }, strength: startValues.strength, mask };
}

const variationOf = ({ variation: { seed, strength } }: Settings): GenerateOptions["variation"] =>
  strength === 0 ? null : { seed, strength };

/** There is no second pass after an init image. */
function hiresOf({ start, hires, hiresValues }: Settings): PartialOptions["hires"] {
  if (!hires || start !== null) return null;
  const { steps, ...values } = hiresValues;
  return steps === null ? values : { ...values, steps };
}

const regionsOf = ({ regions, regionValues }: Settings): PartialOptions["regions"] => ({
  ...regionValues,
  areas: regions.filter(hasPrompt).map((region) => ({ ...region })),
});

const detailsOf = ({ detailPass, details, detailValues }: Settings): PartialOptions["details"] =>
  detailPass ? { ...detailValues, areas: details.map((area) => ({ ...area })) } : null;

const tileOf = ({ width, height }: PackDefaults): number => Math.max(limits.size.min, width, height);

/** What the page asks for with these settings; the choice of adapters is left to the method. */
export function toOptions(
  settings: Settings,
  context: {
    readonly defaults: PackDefaults;
    readonly slowDevice: boolean;
    /** Prompts with their styles; those of the settings when left out. */
    readonly prompts?: ImagePrompt;
  },
): GenerateOptions {
  const { defaults, prompts = settings } = context;
  const fewStep = usesFewStep(settings, context.slowDevice) && defaults.fewStep !== null;
  const { preset, combine, method, composer, languageModel, temperature } = restoredOf(settings) ?? settings;
  return completeOptions(
    {
      prompt: prompts.prompt,
      negativePrompt: prompts.negativePrompt,
      seed: settings.seed,
      variation: variationOf(settings),
      count: settings.count,
      ...settings.size,
      ...(fewStep ? settings.fast : settings.full),
      clipSkip: settings.clipSkip,
      noise: settings.noise,
      preset,
      combine,
      method,
      composer,
      languageModel: composer === "llm" && languageModel !== null ? { id: languageModel, temperature } : null,
      device: settings.device,
      fewStep,
      start: initImageOf(settings),
      hires: hiresOf(settings),
      vaeTilePixels: settings.lowMemory ? tileOf(defaults) : null,
      regions: regionsOf(settings),
      details: detailsOf(settings),
    },
    defaults,
  );
}

/** The settings that would ask for `options` again, seed locked; pins, bans and sliders are the choice's own. */
export function fromOptions(options: GenerateOptions, defaults: PackDefaults): Partial<Settings> {
  const { steps, cfgScale, sampler, schedule, start, hires } = options;
  const sampling = { steps, cfgScale, sampler, schedule };
  const own = defaultSize(start, defaults);
  const isOwn = options.width === own.width && options.height === own.height;
  return {
    prompt: options.prompt,
    negativePrompt: options.negativePrompt,
    styles: [], // they are in the prompts
    ...(options.plot === null ? {} : { plot: plotFrom(options.plot) }), // the run keeps its own
    seed: options.seed,
    seedLocked: true,
    variation: options.variation
      ? { ...options.variation, locked: true }
      : { seed: options.seed, strength: 0, locked: false },
    count: options.count,
    size: isOwn ? null : { width: options.width, height: options.height },
    fewStep: options.fewStep,
    ...(options.fewStep ? { fast: sampling } : { full: sampling }),
    clipSkip: options.clipSkip,
    noise: options.noise,
    ...(start === null
      ? { start: null }
      : {
          start: { picture: { ...start.picture }, name: "", mask: start.mask?.id ?? null },
          startValues: { strength: start.strength, ...maskValuesOf(start.mask ?? defaultMask) },
        }),
    hires: hires !== null,
    ...(hires === null
      ? {}
      : { hiresValues: { ...hires, steps: hires.steps === options.steps ? null : hires.steps } }),
    lowMemory: options.vaeTilePixels !== null,
    regions: options.regions?.areas.map((area) => ({ ...area })) ?? [],
    ...(options.regions
      ? {
          regionValues: {
            baseWeight: options.regions.baseWeight,
            addPrompt: options.regions.addPrompt,
          },
        }
      : {}),
    detailPass: options.details !== null,
    ...(options.details ? detailSettings(options.details) : {}),
    preset: options.preset,
    combine: options.combine,
    method: options.adapters === "none" ? "sd" : options.method,
    composer: options.composer,
    ...(options.languageModel
      ? { languageModel: options.languageModel.id, temperature: options.languageModel.temperature }
      : {}),
  };
}

const detailSettings = ({
  areas,
  ...detailValues
}: DetailOptions): Pick<Settings, "details" | "detailValues"> => ({
  details: areas.map((area) => ({ ...area })),
  detailValues,
});

const maskValuesOf = ({ blur, region, padding, fill }: MaskValues): MaskValues => ({
  blur,
  region,
  padding,
  fill,
});
