// How one run differs from another, in a few words.
import { SAMPLER_LABELS } from "../../../formats/generation-parameters.ts";
import type { GenerateOptions } from "../../../stylus/options.ts";
import { t } from "../../../texts/texts.ts";

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What of `options` is not as in `base`, but for the prompt and the seed, which differ anyway. */
export function differencesOf(options: GenerateOptions, base: GenerateOptions): string[] {
  const { without } = t.run.queue;
  const words: readonly (readonly [readonly (keyof GenerateOptions)[], string])[] = [
    [["plot"], options.plot === null ? without.plot : t.plot.title],
    [["count"], t.run.stages.images(options.count)],
    [["width", "height"], t.prompt.initImage.size(options.width, options.height)],
    [["steps"], t.prompt.bar.fastSteps(options.steps)],
    [["cfgScale"], t.run.queue.cfgScale(options.cfgScale)],
    [["sampler"], SAMPLER_LABELS[options.sampler]],
    [["schedule"], t.names.schedules[options.schedule]],
    [["clipSkip"], t.run.queue.clipSkip(options.clipSkip)],
    [["negativePrompt"], options.negativePrompt === "" ? without.negativePrompt : t.settings.negativePrompt],
    [["start"], options.start === null ? without.initImage : t.prompt.bar.addInitImage],
    [["hires"], options.hires === null ? without.hires : t.settings.hires.label],
    [["details"], options.details === null ? without.details : t.settings.details.label],
    [
      ["method", "composer", "languageModel", "preset", "combine", "adapters", "pins", "bans", "removed"],
      t.settings.selection,
    ],
    [["variation"], options.variation === null ? without.variation : t.settings.variation.section],
    [["strengths"], t.run.queue.strengths],
    [["noise"], t.settings.noise],
    [["vaeTilePixels"], options.vaeTilePixels === null ? without.tiledVae : t.settings.tiledVae],
    [["device"], t.names.devices[options.device]],
  ];
  return words
    .filter(([fields]) => fields.some((field) => !isSame(options[field], base[field])))
    .map(([, text]) => text);
}
