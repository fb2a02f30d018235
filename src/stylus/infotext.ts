// What a picture's `parameters` text says, and settings out of such a text: ours, AUTOMATIC1111's and its relatives'. Pure.
import {
  formatParameters,
  parseParameters,
  readSampler,
  SAMPLER_LABELS,
  SCHEDULE_LABELS,
} from "../formats/generation-parameters.ts";
import type { AdapterCard } from "../retrieval/card.ts";
import type { AdapterUse } from "../shared/request.ts";
import { formatLoraTag, readLoraTags, withoutTags } from "./lora-tags.ts";
import { type GenerateOptions, type PartialOptions } from "./options.ts";
import { imageFields, readHires, readTile } from "./infotext-images.ts";
import { limits } from "../shared/limits.ts";

export interface ImageInfo {
  readonly options: GenerateOptions;
  readonly image: { readonly seed: number; readonly adapters: readonly AdapterUse[] };
  readonly cards: ReadonlyMap<string, AdapterCard>;
  /** Name of the checkpoint. */
  readonly model: string;
  readonly version: string;
}

/** AutoV2 of a file: the first ten digits of its SHA-256. */
const shortHash = (card: AdapterCard | undefined): string => card?.file.sha256.slice(0, 10) ?? "";

/** The adapters stand as tags in the prompt, so that the text alone brings the same picture again. */
export function writeInfotext({ options, image, cards, model, version }: ImageInfo): string {
  const fewStep = options.fewStep ? [...cards.values()].find((card) => card.fewStep) : undefined;
  const used = [
    ...image.adapters,
    ...(fewStep
      ? [
          {
            id: fewStep.id,
            unetStrength: fewStep.refined.weight,
            textStrength: fewStep.refined.weight,
          },
        ]
      : []),
  ];
  const words = withoutTags(options.prompt).trim();
  const hashes = Object.fromEntries(
    used.map(({ id }) => [`lora:${id}`, shortHash(cards.get(id))]).filter(([, hash]) => hash !== ""),
  );
  return formatParameters({
    prompt: [words, ...used.map(formatLoraTag)].join(" "),
    negativePrompt: options.negativePrompt.trim(),
    fields: new Map([
      ["Steps", String(options.steps)],
      ["Sampler", SAMPLER_LABELS[options.sampler]],
      ["Schedule type", SCHEDULE_LABELS[options.schedule]],
      ["CFG scale", String(options.cfgScale)],
      ["Seed", String(image.seed)],
      ["Size", `${options.width}x${options.height}`],
      ["Model", model],
      ...imageFields(options),
      ["Clip skip", options.clipSkip === 1 ? "" : String(options.clipSkip)],
      ["RNG", options.noise === "nv" ? "NV" : "CPU"],
      ["Hashes", Object.keys(hashes).length === 0 ? "" : JSON.stringify(hashes)],
      ["Version", `Stylus Web ${version}`],
    ]),
  });
}

/**
 * Options out of a `parameters` text; what it does not say, or says wrongly, is left out. Adapters named by tags are used
 * exactly as they stand, nobody chooses more.
 * @param cards null: not known yet, so that all tags are kept
 */
export function readInfotext(text: string, cards: ReadonlyMap<string, AdapterCard> | null): PartialOptions {
  const { prompt, negativePrompt, fields } = parseParameters(text);
  const number = (
    label: string,
    range: { readonly min: number; readonly max: number },
  ): number | undefined => {
    const value = Number(fields.get(label));
    return fields.has(label) && value >= range.min && value <= range.max ? value : undefined;
  };
  const { sampler, schedule } = fields.has("Sampler")
    ? readSampler(fields)
    : { sampler: null, schedule: null };
  const size = /^(\d+)x(\d+)$/.exec(fields.get("Size") ?? "");
  const tags = readLoraTags(prompt, [...(cards?.values() ?? [])]);
  const fewStep = tags.adapters.some(({ id }) => cards?.get(id)?.fewStep);
  const kept = tags.adapters.filter(({ id }) => !cards || (cards.has(id) && !cards.get(id)!.fewStep));
  const given = {
    steps: number("Steps", limits.steps),
    cfgScale: number("CFG scale", limits.cfgScale),
    seed: number("Seed", limits.seed),
    clipSkip: number("Clip skip", limits.clipSkip),
    width: size ? Number(size[1]) : undefined,
    height: size ? Number(size[2]) : undefined,
    sampler: sampler ?? undefined,
    schedule: schedule ?? undefined,
    hires: readHires(fields),
    vaeTilePixels: readTile(fields),
  };
  return {
    prompt: [tags.text.trim(), ...kept.map(formatLoraTag)].join(" ").trim(),
    negativePrompt,
    fewStep,
    noise: fields.get("RNG") === "NV" ? "nv" : "cpu",
    method: tags.adapters.length > 0 ? "sd" : "stylus",
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
}
