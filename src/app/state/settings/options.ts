// Settings as what a run asks for, and back.
import {
  completeOptions,
  defaultSize,
  type GenerateOptions,
  type PackDefaults,
  type PartialOptions,
} from "../../../stylus/options.ts";
import { defaultMask, type MaskValues } from "../../../stylus/image-options.ts";
import { type DetailOptions } from "../../../stylus/details/details.ts";
import { hasPrompt } from "../../../stylus/regions.ts";
import { plotFrom } from "../../../stylus/plot/axes.ts";
import type { ImagePrompt } from "../../../stylus/wildcards/wildcards.ts";
import { limits } from "../../../shared/limits.ts";
import { type Settings, usesFewStep } from "./settings.ts";
import { restoredOf } from "./one-run.ts";

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
      commercialOnly: settings.commercialOnly,
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
  const { steps, cfgScale, sampler, schedule, guidanceInterval, cacheInterval, start, hires } = options;
  const sampling = { steps, cfgScale, sampler, schedule, guidanceInterval, cacheInterval };
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
