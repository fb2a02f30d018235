// The adapters of the hub that fit a checkpoint, as cards: from the lists among the manifests and their refined cards. The files are
// downloaded when an image first needs them. Pure.
import { type AdapterCard, type AdapterCategory, adapterCategories } from "../../retrieval/card.ts";
import { type RefinedCard, withRefined } from "../../refine/refined-card.ts";
import { counted } from "../../shared/words.ts";
import type { AdapterEntry, Manifest, ManifestFile } from "../../storage/manifest.ts";
import { freeId } from "./free-id.ts";

export interface RemoteAdapter {
  readonly card: AdapterCard;
  readonly manifestId: string;
  /** Path in that manifest. */
  readonly path: string;
  readonly pageUrl: string | null;
}

/** The lists' further words for the look of an image. */
const looks: ReadonlySet<string> = new Set(["detail", "line", "graphic"]);

const categoryOf = (word: string): AdapterCategory =>
  adapterCategories.find((category) => category === word) ?? (looks.has(word) ? "style" : "concept");

/** "Cute rounded cartoon, with animals (soft)" → ["Cute rounded cartoon", "with animals"] */
const phrasesOf = (description: string): string[] =>
  description
    .replace(/\([^)]*\)/g, "")
    .split(/[,;:/]/)
    .map((part) => part.trim())
    .filter((part) => part !== "");

/** Files that training scripts name all alike are called by their repository. */
function nameOf(path: string): string {
  const parts = path.split("/");
  const file = parts.at(-1)!;
  return /^(pytorch_lora_weights|adapter_model|lora)\./.test(file) ? `${parts.at(-2)}.safetensors` : file;
}

/** What was not read at the source is not relied on. */
const licenceOf = ({
  license,
  licenseConfirmed,
}: Pick<Manifest, "license" | "licenseConfirmed">): Pick<AdapterCard, "license" | "commercialUse"> =>
  licenseConfirmed ? { license } : { license, commercialUse: null };

/** The card of an entry. Without a refined one its description is all there is to search. */
function cardOf(
  file: ManifestFile,
  { id, baseModel, refined }: { id: string; baseModel: string; refined: RefinedCard | undefined },
): AdapterCard {
  const entry: AdapterEntry = file.adapter!;
  const [title = id, ...others] = phrasesOf(entry.description);
  const card: AdapterCard = {
    id,
    title,
    tags: refined ? [] : others,
    triggerWords: entry.triggerWords,
    description: entry.description,
    refined: {
      description: entry.description,
      category: categoryOf(entry.category),
      weight: entry.weight,
    },
    baseModel,
    file: { path: file.path, sizeBytes: file.sizeBytes, sha256: file.sha256 ?? "" },
    ...licenceOf(entry),
    author: file.path.split("/")[0]!,
    samples: [],
  };
  return refined ? withRefined(card, refined) : card;
}

export interface HubOptions {
  readonly baseModel: string;
  /** Of the checkpoint; null where it is not known: then no adapter is left out. */
  readonly domain: string | null;
  /** Refined cards by the ids of list entries. */
  readonly refined?: ReadonlyMap<string, RefinedCard>;
}

/** Those of an adapter list; ids are file names, as `<lora:name:weight>` of other tools has them. */
function ofList(
  manifest: Manifest,
  { baseModel, domain, refined, taken }: Required<HubOptions> & { taken: Set<string> },
): RemoteAdapter[] {
  return manifest.files.flatMap((file) => {
    const id = freeId(nameOf(file.path), taken);
    taken.add(id); // also when it is left out: an id must mean the same file whatever the checkpoint
    if (file.adapter === undefined) return [];
    const fits = domain === null || ["any", domain].includes(file.adapter.domain);
    if (!fits) return [];
    const card = cardOf(file, { id, baseModel, refined: refined.get(file.adapter.id) });
    return [{ card, manifestId: manifest.id, path: file.path, pageUrl: file.adapter.pageUrl }];
  });
}

function ofFewStep(manifest: Manifest, baseModel: string): RemoteAdapter[] {
  const pageUrl = manifest.source && `https://huggingface.co/${manifest.source.repo}`;
  return manifest.fewStep.map(({ path, ...fewStep }) => {
    const file = manifest.files.find((one) => one.path === path)!;
    const id = manifest.fewStep.length === 1 ? manifest.id : `${manifest.id}-${fewStep.steps}`;
    const description = `Generates in ${counted(fewStep.steps, "step")}.`;
    const card: AdapterCard = {
      id,
      title:
        manifest.fewStep.length === 1
          ? manifest.title
          : `${manifest.title}, ${counted(fewStep.steps, "step")}`,
      tags: [],
      triggerWords: [],
      description,
      refined: { description, category: "concept", weight: 1 },
      baseModel,
      file: { path, sizeBytes: file.sizeBytes, sha256: file.sha256 ?? "" },
      ...licenceOf(manifest),
      author: manifest.source?.repo.split("/")[0] ?? "",
      samples: [],
      fewStep,
    };
    return { card, manifestId: manifest.id, path, pageUrl };
  });
}

const bytesOf = ({ files }: Manifest): number => Math.min(...files.map(({ sizeBytes }) => sizeBytes));

/**
 * Few-step adapters first, the smallest download before the others: it is the one whose settings become the mode's.
 * @param manifests all that the page knows
 */
export function remoteAdapters(
  manifests: readonly Manifest[],
  { baseModel, domain, refined = new Map() }: HubOptions,
): RemoteAdapter[] {
  const taken = new Set<string>();
  return [
    ...manifests
      .filter(({ kind }) => kind === "few-step")
      .sort((a, b) => bytesOf(a) - bytesOf(b))
      .flatMap((manifest) => ofFewStep(manifest, baseModel)),
    ...manifests
      .filter(({ kind }) => kind === "adapters")
      .flatMap((manifest) => ofList(manifest, { baseModel, domain, refined, taken })),
  ];
}
