// What a run asks of the engine: one request for each pass, with the words that it encodes and the adapters that it merges. Pure.
import { withoutTags } from "../shared/prompt-syntax.ts";
import type { DiffusionRequest, ImageJob, ImageRegions, ImageToImage } from "../shared/request.ts";
import { adaptersInRegion } from "./batch-plan.ts";
import { detailPass } from "./details/request.ts";
import { hiresFix } from "./image-options.ts";
import type { LoadedPack } from "./loaded-pack.ts";
import type { LoraTags } from "./lora-tags.ts";
import type { GenerateOptions } from "./options.ts";
import type { PlannedImage } from "./run-types.ts";
import { readableText } from "./vocabulary.ts";
import type { ImageWords } from "./wildcards/wildcards.ts";

/** An image's words as the text encoder reads them: no tags, nothing that the pack does not know. */
export function readableWords(
  { prompt, negativePrompt, regions }: ImageWords,
  {
    options,
    pack,
    tagsOf,
  }: {
    readonly options: Pick<GenerateOptions, "regions">;
    readonly pack: LoadedPack;
    readonly tagsOf: ReadonlyMap<string, LoraTags>;
  },
): ImageWords {
  const readable = (text: string): string => readableText(tagsOf.get(text)!.text, pack);
  return {
    prompt: readable(prompt),
    negativePrompt: readableText(withoutTags(negativePrompt), pack),
    regions: regions.map((own) =>
      [own, ...(options.regions?.addPrompt ? [prompt] : [])]
        .map((text) => readable(text).trim())
        .filter((text) => text !== "")
        .join(", "),
    ),
  };
}

interface AskedImages {
  readonly pack: LoadedPack;
  /** Of each image, as `readableWords`. */
  readonly texts: readonly ImageWords[];
  readonly images: readonly PlannedImage[];
  readonly imageToImage: ImageToImage | null;
}

/** What the engine is asked for: the few-step adapter comes on top of each image's own. */
export function diffusionRequest(options: GenerateOptions, asked: AskedImages): DiffusionRequest {
  const { width, height, guidanceInterval, cacheInterval, hires, vaeTilePixels } = options;
  const { pack, texts, images, imageToImage } = asked;
  const fewStep = options.fewStep ? pack.cards.find((card) => card.fewStep) : undefined;
  const strength = fewStep?.refined.weight ?? 0;
  const leftOut = pack.leftOut.map(({ id }) => id).filter((id) => pack.userAdapters.has(id));
  return {
    packId: pack.id,
    prompt: texts[0]!.prompt,
    negativePrompt: texts[0]!.negativePrompt,
    width,
    height,
    steps: options.steps,
    cfgScale: options.cfgScale,
    ...(guidanceInterval === null ? {} : { guidanceInterval }),
    ...(cacheInterval === 1 ? {} : { cacheInterval }),
    sampler: options.sampler,
    schedule: options.schedule,
    clipSkip: options.clipSkip,
    noise: options.noise,
    fewStepAdapter: fewStep ? { id: fewStep.id, unetStrength: strength, textStrength: strength } : null,
    ...(leftOut.length === 0 ? {} : { leftOut }),
    images: images.map((_, index) => imageJob(options, asked, index)),
    ...(imageToImage === null ? {} : { imageToImage }),
    ...(hires === null ? {} : { hires: hiresFix(hires, { width, height }) }),
    ...(vaeTilePixels === null ? {} : { vaeTilePixels }),
  };
}

function imageJob(options: GenerateOptions, { pack, texts, images }: AskedImages, index: number): ImageJob {
  const { variation } = options;
  const [text, image] = [texts[index]!, images[index]!];
  const { seed, variationSeed, adapters } = image;
  const regions = regionsOfJob(options, { pack, text, image });
  return {
    seed,
    ...(variation === null || variationSeed === undefined
      ? {}
      : { variation: { ...variation, seed: variationSeed } }),
    adapters,
    ...(image.prompt === undefined && text.prompt === texts[0]!.prompt ? {} : { prompt: text.prompt }),
    ...(image.negativePrompt === undefined && text.negativePrompt === texts[0]!.negativePrompt
      ? {}
      : { negativePrompt: text.negativePrompt }),
    ...(regions && { regions }),
    ...(options.details && {
      details: detailPass(options.details, { pack, combine: options.combine, image }),
    }),
  };
}

const regionsOfJob = (
  { regions, combine }: GenerateOptions,
  {
    pack,
    text,
    image,
  }: { readonly pack: LoadedPack; readonly text: ImageWords; readonly image: PlannedImage },
): ImageRegions | null =>
  regions && {
    baseWeight: regions.baseWeight,
    areas: regions.areas.map((area, index) => ({
      ...area,
      prompt: text.regions[index]!,
      adapters: adaptersInRegion(image, image.regions![index]!, { ...pack, combine }),
    })),
  };

/** Adapters of a request whose files come from a hub, those that are here already too: the engine may not know them yet. */
export function remoteAdaptersOf(
  { images, fewStepAdapter }: DiffusionRequest,
  { remote }: Pick<LoadedPack, "remote">,
): string[] {
  const inParts = images.flatMap(({ regions, details }) => [
    ...(regions?.areas ?? []),
    ...(details?.areas ?? []),
  ]);
  const ofImages = [...images, ...inParts].flatMap(({ adapters = [] }) => adapters);
  const uses = [...ofImages, ...(fewStepAdapter ? [fewStepAdapter] : [])];
  return [...new Set(uses.map(({ id }) => id))].filter((id) => remote.has(id));
}
