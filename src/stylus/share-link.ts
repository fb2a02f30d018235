// An image's prompt and settings in the fragment of an address, which browsers send to no server: "#prompt=a+fox&seed=3". Adapters
// stand as tags in the prompt, values as in an image's `parameters` text, which also reads them. Images are never part of it.
import { SAMPLER_LABELS, SCHEDULE_LABELS } from "../formats/generation-parameters.ts";
import type { AdapterCard } from "../retrieval/card.ts";
import { StylusError } from "../shared/errors.ts";
import { type Saying } from "../shared/saying.ts";
import { promptTags, replaceTags, withoutTags } from "../shared/prompt-syntax.ts";
import { detailFields, withoutTagsOf as detailsWithout } from "./details/details.ts";
import { imageFields } from "./infotext-images.ts";
import { choosesAgain, readSettings, staysWritten, variationFields } from "./infotext.ts";
import { samplingFields } from "./infotext-sampling.ts";
import { formatLoraTag } from "./lora-tags.ts";
import { withoutAdapters } from "./plot/axes.ts";
import { plotFields } from "./plot/fields.ts";
import { regionFields, regionsOfImage } from "./region-text.ts";
import { withoutEmpty } from "./regions.ts";
import {
  checkOptions,
  completeOptions,
  type GenerateOptions,
  type PackDefaults,
  type PartialOptions,
} from "./options.ts";
import type { PlannedImage } from "./run-types.ts";

/** Keys of an address and the labels of their values in a `parameters` text. */
const labels: ReadonlyMap<string, string> = new Map([
  ["seed", "Seed"],
  ["variation-seed", "Variation seed"],
  ["variation", "Variation seed strength"],
  ["size", "Size"],
  ["steps", "Steps"],
  ["sampler", "Sampler"],
  ["schedule", "Schedule type"],
  ["cfg", "CFG scale"],
  ["guidance", "Guidance interval"],
  ["cache-interval", "DeepCache interval"],
  ["clip-skip", "Clip skip"],
  ["noise", "RNG"],
  ["combine", "Combine"],
  ["hires-scale", "Hires upscale"],
  ["hires-steps", "Hires steps"],
  ["hires-upscaler", "Hires upscaler"],
  ["denoising", "Denoising strength"],
  ["vae-tile", "VAE tile"],
  ["regions", "Regions"],
  ["region-base", "Region base weight"],
  ["region-prompts", "Region prompts"],
  ["details", "Details"],
  ["detail-strength", "Detail strength"],
  ["detail-padding", "Detail padding"],
  ["detail-edge", "Detail edge"],
  ["model", "Model"],
  ["x-type", "X Type"],
  ["x-values", "X Values"],
  ["y-type", "Y Type"],
  ["y-values", "Y Values"],
  ["z-type", "Z Type"],
  ["z-values", "Z Values"],
]);
const keyOf = new Map([...labels].map(([key, label]) => [label, key]));

/** Longer addresses are cut off by other programs. Nothing that the page writes comes near. */
const longestFragment = 60_000;

export interface SharedImage {
  readonly options: GenerateOptions;
  readonly image: Pick<
    PlannedImage,
    "seed" | "variationSeed" | "adapters" | "prompt" | "negativePrompt" | "regions"
  >;
  /** Name of the checkpoint; empty: not in the link. */
  readonly model: string;
  /** Not generated yet: the words as they were written, and adapters are chosen for them. */
  readonly isAsked?: boolean;
}

/** Whether the link has the prompts as they were written, tags and all, and not what became of them. */
const hasWritten = ({ options, isAsked = false }: Pick<SharedImage, "options" | "isAsked">): boolean =>
  isAsked || staysWritten(options);

/** The fragment, with its "#". Without the adapters `left`: ids, and names in tags, that say what the user's own files are called. */
export function writeLink(shared: SharedImage, left: ReadonlySet<string>): string {
  const { options, image, model, isAsked = false } = shared;
  const { prompt = options.prompt, negativePrompt = options.negativePrompt } = image;
  const tags = image.adapters.filter(({ id }) => !left.has(id)).map(formatLoraTag);
  const fields = new Map([
    ["Seed", String(image.seed)],
    ...variationFields({ options, image }),
    ["Size", `${options.width}x${options.height}`],
    ["Steps", String(options.steps)],
    ["Sampler", SAMPLER_LABELS[options.sampler]],
    ["Schedule type", SCHEDULE_LABELS[options.schedule]],
    ["CFG scale", String(options.cfgScale)],
    ...samplingFields(options),
    ["Clip skip", options.clipSkip === 1 ? "" : String(options.clipSkip)],
    ["RNG", options.noise === "nv" ? "NV" : ""],
    ["Combine", options.combine === "switch" ? "switch" : ""],
    ...imageFields({ ...options, start: null }),
    ...regionFields(regionsOfLink(shared, left)),
    ...detailFields(detailsWithout(options.details, (name) => left.has(name))),
    ["Model", model],
    ...(options.plot === null ? [] : plotFields(withoutAdapters(options.plot, left))),
  ]);
  const words = hasWritten(shared) ? withoutTagsOf(left, prompt) : withoutTags(prompt);
  const entries = [
    ["prompt", [words.trim(), ...tags].join(" ")],
    // A tag there does nothing, and may name a file.
    ["negative", withoutTags(negativePrompt).trim()],
    ...[...fields].flatMap(([label, value]) => (keyOf.has(label) ? [[keyOf.get(label)!, value]] : [])),
    ["few-step", options.fewStep ? "yes" : ""],
    ["adapters", (isAsked ? options.method !== "sd" : choosesAgain(options)) ? "chosen" : "listed"],
  ].filter(([, value]) => value !== "");
  return `#${new URLSearchParams(entries as [string, string][])}`;
}

const withoutTagsOf = (left: ReadonlySet<string>, prompt: string): string =>
  replaceTags(prompt, ({ name, text }) => (left.has(name) ? "" : text));

/** The regions without tags of adapters that are left out. */
function regionsOfLink(shared: SharedImage, left: ReadonlySet<string>): GenerateOptions["regions"] {
  const { options, image } = shared;
  if (!hasWritten(shared)) return regionsOfImage(options.regions, image, (id) => left.has(id));
  return (
    options.regions &&
    withoutEmpty({
      ...options.regions,
      areas: options.regions.areas.map((area) => ({
        ...area,
        prompt: withoutTagsOf(left, area.prompt),
      })),
    })
  );
}

export interface ReadLink {
  readonly options: GenerateOptions;
  /** Name of the checkpoint; empty if the link does not say. */
  readonly model: string;
  readonly missing: readonly string[];
  /** What cannot be taken over: "steps 9000", or why the model in use cannot. */
  readonly dropped: readonly (string | Saying)[];
}

/** Without what the checks refuse, field by field. */
function dropRefused(
  asked: PartialOptions,
  defaults: PackDefaults,
): { readonly options: GenerateOptions; readonly dropped: readonly Saying[] } {
  const left: Record<string, unknown> = { ...asked };
  const dropped: Saying[] = [];
  for (;;) {
    const options = completeOptions(left as PartialOptions, defaults);
    try {
      // Without a prompt there is something to write yet, nothing to refuse.
      checkOptions(options.prompt === "" ? { ...options, prompt: "a" } : options, { defaults });
      return { options, dropped };
    } catch (error) {
      const [field = ""] = (error instanceof StylusError ? (error.where ?? "") : "").split(".");
      if (!(error instanceof StylusError) || !Object.hasOwn(left, field)) throw error;
      dropped.push(error.said.message);
      if (field === "prompt") left[field] = "";
      else delete left[field];
      if (field === "width") delete left["height"];
      if (field === "height") delete left["width"];
    }
  }
}

/**
 * The settings of a fragment; null when it has none. As with images, adapters named by tags are used as they stand and none are
 * chosen besides; where a link says nothing of adapters they are chosen.
 * @param cards null: not known yet, so that all tags are kept
 */
export function readLink(
  fragment: string,
  {
    cards,
    defaults,
  }: { readonly cards: ReadonlyMap<string, AdapterCard> | null; readonly defaults: PackDefaults },
): ReadLink | null {
  if (fragment.length > longestFragment) return null;
  const entries = new Map(new URLSearchParams(fragment.replace(/^#/, "")));
  if (!entries.has("prompt")) return null;
  const take = (key: string): string => {
    const value = entries.get(key) ?? "";
    entries.delete(key);
    return value;
  };
  const [prompt, negativePrompt] = [take("prompt"), take("negative")];
  const [fewStep, adapters] = [take("few-step"), take("adapters")];
  const known = [...entries].filter(([key]) => labels.has(key));
  const unknown = [...entries].filter(([key]) => !labels.has(key));
  const fields = new Map(known.map(([key, value]) => [labels.get(key)!, value]));
  // Values are written as in images of ours: what they leave out is our default.
  fields.set("Version", "Stylus Web");
  const read = readSettings({ prompt, negativePrompt, fields }, cards);
  const { method, noise, fewStep: tagged, ...given } = read.options;
  const chosen = adapters === "chosen" || (adapters === "" && promptTags(read.options.prompt).length === 0);
  const asked: PartialOptions = {
    ...given,
    ...(chosen ? {} : { method: method! }),
    ...(fields.has("RNG") && noise ? { noise } : {}),
    ...(fewStep === "yes" || tagged
      ? { fewStep: true }
      : given.steps !== undefined
        ? { fewStep: false }
        : {}),
  };
  const { options, dropped } = dropRefused(asked, defaults);
  return {
    options,
    model: read.model,
    missing: read.missing,
    dropped: [...read.dropped, ...unknown.map(([key, value]) => `${key} ${value}`), ...dropped],
  };
}
