// What the page knows of the packs beyond their file lists: which adapters fit them and how they sample best; and where the
// manifests are. A pack's id is the model's, or "model+vae" where another VAE takes the place of the model's own.
import type { AdapterCard } from "../../retrieval/card.ts";
import { parseRefinedCards, type RefinedCard } from "../../refine/refined-card.ts";
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import { limits } from "../../shared/limits.ts";
import { parseManifest, type Manifest } from "../../storage/manifest.ts";
import { fewStepDefaults } from "../../stylus/licensed-pack.ts";
import type { PackDefaults, SamplingDefaults } from "../../stylus/options.ts";

export interface PackInfo {
  /** Base models whose adapters fit, as cards name them. */
  readonly baseModels: readonly string[];
  /** Width of the text features that the U-Net reads: adapters of another width do not fit. */
  readonly contextWidth: number;
  readonly width: number;
  readonly height: number;
  /** Longest side of an image in pixels, second pass included. */
  readonly maxSide: number;
  /** Layers of the text encoder. */
  readonly textLayers: number;
  readonly full: SamplingDefaults;
}

/** The model that is part of the site. */
export const pocketId = "pocket";

/** The one of the full-size models that everybody knows. */
export const fullSizeId = "sd15";

/** What of the pocket pack a run needs; the rest is for measuring. */
const pocketPrefixes = [
  "model_index.json",
  "preview.json",
  "text_encoder/",
  "unet/",
  "vae/",
  "tokenizer/",
  "scheduler/",
  "adapters/",
  "embedder/",
  "index/",
] as const;

const isOfPocketPack = ({ path }: { readonly path: string }): boolean =>
  pocketPrefixes.some((prefix) => path.startsWith(prefix));

const pocket: PackInfo = {
  baseModels: ["Pocket"],
  contextWidth: 192,
  width: 256,
  height: 256,
  maxSide: 768,
  textLayers: 6,
  full: { steps: 20, cfgScale: 5, sampler: "dpmpp_2m", schedule: "karras" },
};

const stableDiffusion15: PackInfo = {
  baseModels: ["SD 1.5"],
  contextWidth: 768,
  width: 512,
  height: 512,
  maxSide: limits.finishedSide,
  textLayers: 12,
  full: { steps: 25, cfgScale: 7, sampler: "dpmpp_2m", schedule: "karras" },
};

/** The base model whose adapters have text features of this width, as cards name it; null where none here has. */
export const baseModelOfWidth = (width: number | null): string | null =>
  [pocket, stableDiffusion15].find(({ contextWidth }) => contextWidth === width)?.baseModels[0] ?? null;

export const infoOfPack = (packId: string): PackInfo => (packId === pocketId ? pocket : stableDiffusion15);

/** "sd15+vae-ft-mse" → the model "sd15" with the VAE "vae-ft-mse"; null: the model's own. */
export function splitPackId(packId: string): { readonly modelId: string; readonly vaeId: string | null } {
  const [modelId = "", vaeId] = packId.split("+");
  return { modelId, vaeId: vaeId ?? null };
}

export const packIdOf = (modelId: string, vaeId: string | null): string =>
  vaeId === null ? modelId : `${modelId}+${vaeId}`;

/** The model of a pack: with another VAE it stays the same, and so do its adapters. */
export const modelOf = (packId: string): string => splitPackId(packId).modelId;

/** A file of its own each in the build, read only when needed. */
const manifestFiles = (): Record<string, () => Promise<{ default: unknown }>> =>
  import.meta.glob<{ default: unknown }>("../../../model-manifests/*.json");

/** Part of Pocket's files, but loaded when the first prompt is typed, and by every model. */
export const readerId = "reader";
const readerPrefix = "reader/";

/** The cross-encoder of the method "reranker". */
export const rerankerId = "ms-marco-minilm-l6";

/** The NSFW check of generated images. */
export const nsfwId = "open-nsfw";

/** The reader as a manifest of its own, out of Pocket's; null when this build has none. */
export function readerManifest<File extends { readonly path: string }>({
  license,
  baseUrl,
  files,
}: {
  readonly license: string;
  readonly baseUrl: string;
  readonly files: readonly File[];
}): object | null {
  const own = files.filter(({ path }) => path.startsWith(readerPrefix));
  if (own.length === 0) return null;
  return { id: readerId, kind: "reader", title: "Reader", license, baseUrl, files: own };
}

export interface ReadManifest {
  readonly json: unknown;
  readonly manifest: Manifest;
}

/**
 * Of Pocket's manifest what a run needs.
 * @throws StylusError not-found: this build of the site does not have it
 */
export async function readManifest(id: string): Promise<ReadManifest> {
  const load = manifestFiles()[`../../../model-manifests/${id === readerId ? pocketId : id}.json`];
  const all = (await load?.())?.default as Parameters<typeof readerManifest>[0] | undefined;
  const found = all && id === readerId ? readerManifest(all) : all;
  if (!found) {
    throw new StylusError("not-found", say`This build of the site has no model “${id}”.`, {
      where: `model-manifests/${id}.json`,
      remedy: say`Choose another model, or rebuild the site from a complete checkout.`,
    });
  }
  const json = id === pocketId ? { ...all, files: all!.files.filter(isOfPocketPack) } : found;
  return { json, manifest: parseManifest(json, `model-manifests/${id}.json`) };
}

export async function readManifests(): Promise<ReadManifest[]> {
  const ids = Object.keys(manifestFiles()).map((path) => path.replace(/^.*\/|\.json$/g, ""));
  const manifests = await Promise.all(ids.sort().map(readManifest));
  const reader = await readManifest(readerId).catch((error: unknown) => {
    if (error instanceof StylusError && error.code === "not-found") return null;
    throw error;
  });
  return reader ? [...manifests, reader] : manifests;
}

const refinedFiles = (): Record<string, () => Promise<{ default: unknown }>> =>
  import.meta.glob<{ default: unknown }>("../../../model-manifests/refined/*.json");

/** The refined cards of the adapter lists `manifestIds`, by the ids of their entries; lists that were not refined have none. */
export async function readRefinedCards(
  manifestIds: readonly string[],
): Promise<ReadonlyMap<string, RefinedCard>> {
  const read = manifestIds.map(async (id) => {
    const load = refinedFiles()[`../../../model-manifests/refined/${id}.json`];
    return load ? parseRefinedCards((await load()).default, `model-manifests/refined/${id}.json`) : [];
  });
  return new Map((await Promise.all(read)).flatMap((cards) => [...cards]));
}

export function packDefaults(info: PackInfo, cards: readonly AdapterCard[]): PackDefaults {
  const { width, height, maxSide, textLayers, full } = info;
  return { width, height, maxSide, textLayers, full, fewStep: fewStepDefaults(cards) };
}
