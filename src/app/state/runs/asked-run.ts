// What one press of Generate asks for, before it is known which model it meets, and the options that it becomes there.
import {
  checkOptions,
  type CheckedOptions,
  type GenerateOptions,
  type PackDefaults,
} from "../../../stylus/options.ts";
import { licensedPack } from "../../../stylus/licensed-pack.ts";
import type { LoadedPack } from "../../../stylus/loaded-pack.ts";
import type { Plot } from "../../../stylus/plot/axes.ts";
import { readWords } from "../../../stylus/run-words.ts";
import type { ImagePrompt, Wildcards } from "../../../stylus/wildcards/wildcards.ts";
import { choiceOf, type Adjustments, type ChoiceOptions } from "../choice.ts";
import { toOptions } from "../settings/options.ts";
import { type Settings } from "../settings/settings.ts";

/** As plain data. */
export interface AskedRun {
  readonly settings: Settings;
  readonly adjustments: Adjustments;
  /** With their styles. */
  readonly prompts: ImagePrompt;
  /** Null: no plot. */
  readonly plot: Plot | null;
}

/** What the page returns to of a run that was asked for, as plain data. */
export interface AskedEntry {
  readonly runId: string;
  readonly options: GenerateOptions;
  /** Whether the seed was locked. */
  readonly seedLocked: boolean;
}

/** Until a pack is loaded the page shows these; the pack's own replace them. */
export const assumedDefaults: PackDefaults = {
  width: 256,
  height: 256,
  full: { steps: 20, cfgScale: 5, sampler: "dpmpp_2m", schedule: "karras" },
  fewStep: null,
};

export const isSlow = (loaded: LoadedPack | null): boolean => (loaded?.device.kind ?? "wasm") === "wasm";

/** What a run asks for with these settings: steps, sampler and size may be the pack's own. */
export function optionsOf(
  settings: Settings,
  {
    loaded,
    choice,
    prompts,
  }: {
    readonly loaded: LoadedPack | null;
    readonly choice: ChoiceOptions;
    /** With their styles. */
    readonly prompts: ImagePrompt;
  },
): GenerateOptions {
  const defaults = loaded?.defaults ?? assumedDefaults;
  return { ...toOptions(settings, { defaults, slowDevice: isSlow(loaded), prompts }), ...choice };
}

/** @param loaded whole: what the run leaves out of it is its own */
export function optionsOfAskedRun(
  { settings, adjustments, prompts, plot }: AskedRun,
  loaded: LoadedPack | null,
): GenerateOptions {
  const pack = loaded && licensedPack(loaded, settings.commercialOnly);
  const choice = choiceOf(settings, adjustments, pack);
  return { ...optionsOf(settings, { loaded: pack, choice, prompts }), plot };
}

/**
 * All that can be known of it before it starts; of the model in use only once that is loaded.
 * @throws StylusError bad-input; not-found: a VAE of a plot is not downloaded
 */
export function checkAskedRun(
  asked: AskedRun,
  { loaded, wildcards }: { readonly loaded: LoadedPack | null; readonly wildcards: Wildcards },
): CheckedOptions {
  const options = checkOptions(optionsOfAskedRun(asked, loaded), { defaults: loaded?.defaults });
  if (loaded) readWords(options, { pack: licensedPack(loaded, options.commercialOnly), wildcards });
  return options;
}

/** What of a request a user changes beside the images. */
export const choiceKey = ({ strengths, pins, bans, removed, commercialOnly }: GenerateOptions): string =>
  JSON.stringify([
    Object.entries(strengths).sort(([a], [b]) => (a < b ? -1 : 1)),
    [...pins].sort(),
    [...bans].sort(),
    [...removed].sort(),
    commercialOnly,
  ]);
