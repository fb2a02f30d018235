// What an image's `parameters` text says, and settings out of such a text: ours, AUTOMATIC1111's and its relatives'. Pure.
import {
  formatParameters,
  type GenerationParameters,
  parseParameters,
  readSampler,
  SAMPLER_LABELS,
  SCHEDULE_LABELS,
} from "../formats/generation-parameters.ts";
import { namedEmbeddings } from "../formats/named-embeddings.ts";
import { say, type Saying } from "../shared/saying.ts";
import type { AdapterCard } from "../retrieval/card.ts";
import { promptTags, replaceTags, withoutTags } from "../shared/prompt-syntax.ts";
import { elided } from "../shared/untrusted-text.ts";
import { missingEmbeddings } from "./adapter-names.ts";
import { detailFields, detailLabels, readDetails } from "./details/details.ts";
import { formatLoraTag, readLoraTags } from "./lora-tags.ts";
import { type GenerateOptions, type PartialOptions } from "./options.ts";
import {
  droppedHires,
  numberIn,
  imageFields,
  readHires,
  readSize,
  readInitImageValues,
  readTile,
} from "./infotext-images.ts";
import { readCacheInterval, readInterval, samplingFields, samplingLabels } from "./infotext-sampling.ts";
import { embeddingFields } from "./infotext-embeddings.ts";
import type { LoadedPack } from "./loaded-pack.ts";
import { promptsOf } from "./regions.ts";
import {
  adapterIdsAnywhere,
  foreignRegionLabels,
  readRegions,
  regionFields,
  regionLabels,
  regionsOfImage,
  takeForeignRegions,
  type WordsWithRegions,
} from "./region-text.ts";
import type { PlotAxis } from "./plot/axes.ts";
import { plotFields, plotLabels, readPlot } from "./plot/fields.ts";
import { limits } from "../shared/limits.ts";
import type { AdapterUse } from "../shared/request.ts";
import type { PlannedImage } from "./run-types.ts";

export interface ImageInfo {
  readonly options: GenerateOptions;
  readonly image: Pick<
    PlannedImage,
    | "seed"
    | "variationSeed"
    | "adapters"
    | "prompt"
    | "negativePrompt"
    | "sampling"
    | "regions"
    | "detailAdapters"
  > & {
    /** It shows all images of a plot: its text is that of the plot, while theirs say nothing of it. */
    readonly sheet?: true;
  };
  readonly cards: ReadonlyMap<string, AdapterCard>;
  /** With the textual inversions that its words may name. */
  readonly userAdapters: LoadedPack["userAdapters"];
  /** Name of the checkpoint. */
  readonly model: string;
  readonly version: string;
}

/** AutoV2 of a file: the first ten digits of its SHA-256. */
const shortHash = (card: AdapterCard | undefined): string => card?.file.sha256.slice(0, 10) ?? "";

/** In the text of a plot whose images choose their own adapters. */
const CHOSEN_LABEL = "Adapters";

/** Whether images of a plot have prompts or presets of their own: the prompt has to be there as it was written, tags too. */
export const staysWritten = ({ plot }: Pick<GenerateOptions, "plot">): boolean =>
  Object.values(plot ?? {}).some(
    (axis: PlotAxis | null) => axis?.kind === "prompt" || axis?.kind === "preset",
  );

/** Whether such images choose their adapters, so that none belong to all. */
export const choosesAgain = (options: Pick<GenerateOptions, "plot" | "method">): boolean =>
  staysWritten(options) && options.method !== "sd";

/** The adapters that all of a plot's images are made of, as the settings of the whole name them. */
export function adaptersOfPlot(
  options: Pick<GenerateOptions, "plot">,
  images: readonly Pick<PlannedImage, "adapters">[],
): AdapterUse[] {
  if (staysWritten(options)) return [];
  const ids = new Set<string>();
  return images.flatMap(({ adapters }) => {
    const fresh = adapters.filter(({ id }) => !ids.has(id));
    for (const { id } of fresh) ids.add(id);
    return fresh;
  });
}

/** The same of each region; nothing where images choose their own. */
export function regionsOfPlot(
  options: Pick<GenerateOptions, "plot">,
  images: readonly Pick<PlannedImage, "regions">[],
): Pick<PlannedImage, "regions"> {
  const count = Math.max(0, ...images.map(({ regions = [] }) => regions.length));
  if (count === 0 || staysWritten(options)) return {};
  const regions = Array.from({ length: count }, (_, index) => {
    const ofIt = images.flatMap((image) => image.regions?.[index] ?? []);
    return { adapters: adaptersOfPlot(options, ofIt), masked: [], formulas: {} };
  });
  return { regions };
}

/** An image of a plot as one of its own; others as they are. */
function alone({
  options,
  image,
}: Pick<ImageInfo, "options" | "image">): Pick<ImageInfo, "options" | "image"> {
  if (options.plot === null) return { options, image };
  const { prompt = options.prompt, negativePrompt = options.negativePrompt, sampling, ...rest } = image;
  return { options: { ...options, ...sampling, prompt, negativePrompt, plot: null }, image: rest };
}

/**
 * The adapters stand as tags in the prompt, so that the text alone generates the same image again; that of a plot all of its images,
 * with the adapters of `adaptersOfPlot`.
 */
export function writeInfotext({ cards, userAdapters, model, version, ...info }: ImageInfo): string {
  const { options, image } = info.image.sheet ? info : alone(info);
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
  const { prompt = options.prompt, negativePrompt = options.negativePrompt } = image;
  const regions = staysWritten(options) ? options.regions : regionsOfImage(options.regions, image);
  const texts = [prompt, negativePrompt, ...promptsOf(regions), ...promptsOf(options.details)];
  const words = (staysWritten(options) ? prompt : withoutTags(prompt)).trim();
  const hashes = Object.fromEntries(
    [...used.map(({ id }) => id), ...adapterIdsAnywhere({ ...image, adapters: [] })]
      .map((id) => [`lora:${id}`, shortHash(cards.get(id))])
      .filter(([, hash]) => hash !== ""),
  );
  return formatParameters({
    prompt: [words, ...used.map(formatLoraTag)].join(" "),
    negativePrompt: negativePrompt.trim(),
    fields: new Map<string, string>([
      ["Steps", String(options.steps)],
      ["Sampler", SAMPLER_LABELS[options.sampler]],
      ["Schedule type", SCHEDULE_LABELS[options.schedule]],
      ["CFG scale", String(options.cfgScale)],
      ...samplingFields(options),
      ["Seed", String(image.seed)],
      ["Size", `${options.width}x${options.height}`],
      ["Model", model],
      ...variationFields({ options, image }),
      ...imageFields(options),
      ...regionFields(regions),
      ...detailFields(options.details),
      ["Clip skip", options.clipSkip === 1 ? "" : String(options.clipSkip)],
      ["RNG", options.noise === "nv" ? "NV" : "CPU"],
      ["Combine", options.combine === "switch" ? "switch" : ""],
      ["Low VRAM", options.device === "low-vram" ? "True" : ""],
      ["Hashes", Object.keys(hashes).length === 0 ? "" : JSON.stringify(hashes)],
      ...embeddingFields(texts, userAdapters, options),
      ...templateFields({ options, image }),
      ...(options.plot === null ? [] : plotFields(options.plot)),
      [CHOSEN_LABEL, choosesAgain(options) ? "chosen" : ""],
      ["Version", `Stylus Web ${version}`],
    ]),
  });
}

/** Label and value pairs under AUTOMATIC1111's labels; none without a variation. */
export const variationFields = ({
  options: { variation },
  image: { variationSeed },
}: {
  readonly options: Pick<GenerateOptions, "variation">;
  readonly image: Pick<PlannedImage, "variationSeed">;
}): [string, string][] =>
  variation === null
    ? []
    : [
        ["Variation seed", String(variationSeed ?? variation.seed)],
        ["Variation seed strength", String(variation.strength)],
      ];

/** As AUTOMATIC1111's extension Dynamic Prompts names them. */
const TEMPLATE_LABELS = ["Template", "Negative Template"] as const;

function templateFields({ options, image }: Pick<ImageInfo, "options" | "image">): [string, string][] {
  // Both as soon as one was drawn: the other one stands in the text with its adapters' tags, and is not as it was written.
  if (image.prompt === undefined && image.negativePrompt === undefined) return [];
  const [label, negativeLabel] = TEMPLATE_LABELS;
  return [
    [label, options.prompt],
    [negativeLabel, options.negativePrompt],
  ];
}

export interface ReadSettings {
  readonly options: PartialOptions;
  /** The values that the image was generated over another one with; null when it was generated from words only. */
  readonly start: ReturnType<typeof readInitImageValues>;
  /** Of the checkpoint; empty if the text does not say. */
  readonly model: string;
  /** Ids, or names, of adapters that its tags ask for, or whose textual inversions it used, and that are not there. */
  readonly missing: readonly string[];
  /** What the prompts were drawn from: with the same seed and files it gives them again. Null when they were written as they are. */
  readonly template: WordsWithRegions | null;
  /** What the text says and the options do not: "Sampler DPM2 a", "Variation seed 99". */
  readonly dropped: readonly (string | Saying)[];
}

const ownVersion = /^Stylus Web\b/u;

/** Writers whose noise comes from the CPU though they do not say so: AUTOMATIC1111 leaves out its own default, the GPU. */
const cpuVersion = /^(?:Stylus Web|ComfyUI|SwarmUI|InvokeAI|NovelAI|Fooocus)/u;

function readNoise(fields: ReadonlyMap<string, string>): GenerateOptions["noise"] | undefined {
  const source = fields.get("RNG")?.toUpperCase() ?? "";
  if (source === "NV" || source === "GPU") return "nv";
  if (source === "CPU") return "cpu";
  if (source !== "" || fields.size === 0) return undefined;
  const version = fields.get("Version") ?? "";
  if (version !== "") return cpuVersion.test(version) ? "cpu" : "nv";
  // Civitai's own generator and nodes that save A1111's text are ComfyUI; its names of samplers have no capitals.
  const isCivitai = fields.has("Civitai resources") || fields.has("Civitai metadata");
  return isCivitai || /^[a-z\d_]+$/u.test(fields.get("Sampler") ?? "") ? "cpu" : "nv";
}

/** Generators take the low 32 bits of larger and negative seeds. −1 stands for a random one. */
function readSeed(fields: ReadonlyMap<string, string>, label = "Seed"): number | undefined {
  const [, digits] = /^([+-]?\d{1,30})(?:\.0*)?$/u.exec(fields.get(label)?.trim() ?? "") ?? [];
  return digits === undefined || digits === "-1" ? undefined : Number(BigInt.asUintN(32, BigInt(digits)));
}

function readVariation(fields: ReadonlyMap<string, string>): GenerateOptions["variation"] {
  const seed = readSeed(fields, "Variation seed");
  const strength = numberIn(fields, "Variation seed strength", limits.variationStrength);
  return seed === undefined || !strength ? null : { seed, strength };
}

/** ComfyUI counts layers from the end, as −2. */
const withoutMinus = (fields: ReadonlyMap<string, string>, label: string): ReadonlyMap<string, string> =>
  new Map([[label, (fields.get(label) ?? "").replace(/^-/u, "")]]);

/** What some tools write where AUTOMATIC1111 leaves a field out. */
const isNothing = (fields: ReadonlyMap<string, string>, label: string): boolean =>
  ["", "None", "False", "false", ...(label === "Clip skip" ? ["0"] : [])].includes(fields.get(label) ?? "");

/** Labels that `readSettings` reads, or that describe the file and change no image. */
const silent: ReadonlySet<string> = new Set(
  `Steps,Sampler,Schedule type,CFG scale,Seed,Variation seed,Variation seed strength,Size,Clip skip,RNG,Model,Version,VAE tile,Combine,Low VRAM,First pass size,Hires upscale,Hires resize,Hires upscaler,
  Hires steps,Denoising strength,Mask blur,Masked content,Inpaint area,Masked area padding,Model hash,VAE hash,Hashes,Lora hashes,TI hashes,TI,
  Template,Negative Template,Adapters,Batch size,Batch pos,Created Date,Civitai resources,Civitai metadata,App,Backend,Operations,Parser,User,Software,Inpaint mask,
  width,height,quantity,workflow`
    .split(",")
    .map((label) => label.trim())
    .concat(plotLabels, regionLabels, foreignRegionLabels, samplingLabels, detailLabels),
);

/**
 * Settings out of an image's text; what it does not say, or says wrongly, is left out. Adapters named by tags are used exactly as they
 * stand and none are chosen besides; the same holds for a file of ours without any.
 * @param cards null: not known yet, so that all tags are kept
 */
export function readSettings(
  { prompt, negativePrompt, fields }: GenerationParameters,
  cards: ReadonlyMap<string, AdapterCard> | null,
): ReadSettings {
  const isOwn = ownVersion.test(fields.get("Version") ?? "");
  const { sampler, schedule } = fields.get("Sampler")
    ? readSampler(fields, { automaticIsUniform: isOwn })
    : { sampler: null, schedule: null };
  const listed = [...(cards?.values() ?? [])];
  const tags = readLoraTags(prompt, listed);
  const isKnown = (id: string): boolean => cards === null || cards.has(id);
  const ids = new Map(tags.tags.map(({ start, id }) => [start, id]));
  const ownTags = replaceTags(prompt, (tag) => {
    const id = ids.get(tag.start);
    if (id === undefined || !isKnown(id) || cards?.get(id)?.fewStep) return "";
    return id === tag.name ? tag.text : `<${[tag.kind, id, ...tag.parts].join(":")}>`;
  });
  const regions = readRegions(fields);
  const foreign = regions === null ? takeForeignRegions({ prompt: ownTags, negativePrompt, fields }) : null;
  const words: WordsWithRegions = foreign?.words ?? { prompt: ownTags.trim(), negativePrompt };
  const details = readDetails(fields);
  const inParts = readLoraTags([...promptsOf(regions), ...promptsOf(details)].join(" "), listed).tags;
  const size = readSize(fields);
  const { plot, unread: unreadOfPlot } = readPlot(fields);
  const given = {
    noise: readNoise(fields),
    steps: numberIn(fields, "Steps", { ...limits.steps, whole: true }),
    cfgScale: numberIn(fields, "CFG scale", limits.cfgScale),
    guidanceInterval: readInterval(fields),
    cacheInterval: readCacheInterval(fields),
    seed: readSeed(fields),
    variation: readVariation(fields) ?? undefined,
    clipSkip: numberIn(withoutMinus(fields, "Clip skip"), "Clip skip", { ...limits.clipSkip, whole: true }),
    width: size?.width,
    height: size?.height,
    sampler: sampler ?? undefined,
    schedule: schedule ?? undefined,
    hires: readHires(fields),
    vaeTilePixels: readTile(fields),
    combine: fields.get("Combine") === "switch" ? "switch" : undefined,
    plot: plot ?? undefined,
    regions: regions ?? undefined,
    details: details ?? undefined,
  };
  const unread: readonly (readonly [label: string, isRead: boolean])[] = [
    ["Sampler", sampler !== null],
    ["Schedule type", schedule !== null],
    ["Steps", given.steps !== undefined],
    ["CFG scale", given.cfgScale !== undefined],
    ["Guidance interval", given.guidanceInterval !== undefined],
    ["DeepCache interval", given.cacheInterval !== undefined],
    ["Seed", given.seed !== undefined],
    ["Variation seed", given.variation !== undefined],
    ["Variation seed strength", given.variation !== undefined],
    ["Size", size !== undefined],
    ["Clip skip", given.clipSkip !== undefined],
    ["RNG", given.noise !== undefined],
    ["Combine", given.combine !== undefined],
    ["VAE tile", given.vaeTilePixels !== undefined],
    ["Regions", given.regions !== undefined],
    ["Details", given.details !== undefined],
  ];
  const others = [...fields.keys()].filter((label) => !silent.has(label));
  const labels = [
    ...unread.filter(([, isRead]) => !isRead).map(([label]) => label),
    ...droppedHires(fields),
    ...unreadOfPlot,
    ...(foreign?.unread ?? []),
    ...others,
  ];
  const noTags = promptTags(prompt).filter(({ kind }) => kind !== "lora" && kind !== "lyco");
  return {
    options: {
      ...words,
      fewStep: tags.adapters.some(({ id }) => cards?.get(id)?.fewStep),
      method: (isOwn ? fields.get(CHOSEN_LABEL) === "chosen" : tags.adapters.length === 0) ? "stylus" : "sd",
      ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    },
    start: readInitImageValues(fields),
    template: readTemplate({ prompt: words.prompt, negativePrompt, fields }),
    model: fields.get("Model") ?? "",
    missing: [
      ...new Set([
        ...[...tags.tags, ...inParts].map(({ id }) => id).filter((id) => !isKnown(id)),
        ...(cards === null ? [] : missingEmbeddings(namedEmbeddings(fields), listed)),
      ]),
    ],
    dropped: [
      ...labels.filter((label) => !isNothing(fields, label)).map((label) => `${label} ${fields.get(label)!}`),
      ...noTags.map(({ text }) => text),
      ...(foreign?.dropped ?? []),
    ],
  };
}

/** Whether an image's text says what its prompts were drawn from. */
export const hasTemplate = (text: string): boolean => readTemplate(parseParameters(text)) !== null;

function readTemplate({ prompt, negativePrompt, fields }: GenerationParameters): WordsWithRegions | null {
  const [template = "", negative = ""] = TEMPLATE_LABELS.map((label) => fields.get(label));
  if (template === "" && negative === "") return null;
  const words = { prompt: template || prompt, negativePrompt: negative || negativePrompt };
  return takeForeignRegions({ ...words, fields })?.words ?? words;
}

/** The options of `readSettings`, out of a `parameters` text. */
export const readInfotext = (text: string, cards: ReadonlyMap<string, AdapterCard> | null): PartialOptions =>
  readSettings(parseParameters(text), cards).options;

const told = { entries: 8, length: 60 };

/** What of an image's settings was not loaded, as a sentence; null when all was. */
export function describeDropped(dropped: readonly string[]): Saying | null {
  if (dropped.length === 0) return null;
  const named = dropped.slice(0, told.entries).map((entry) => elided(entry, told.length));
  const more = dropped.length - named.length;
  return more > 0 ? say`Not loaded: ${named} and ${more} more.` : say`Not loaded: ${named}.`;
}
