// What an adapter file is: refused and why, known already, or fit to be added with a card made of what it says and what lies beside it.
import { embeddingOfImage } from "../../../adapters/files/image-embedding.ts";
import { withPeftConfig } from "../../../adapters/files/peft-config.ts";
import type { AdapterReport } from "../../../adapters/report.ts";
import type { AdapterCard } from "../../../retrieval/card.ts";
import { sidecarCard } from "../../../refine/listings.ts";
import { StylusError } from "../../../shared/errors.ts";
import { say } from "../../../shared/saying.ts";
import type { LoadedPack } from "../../../stylus/loaded-pack.ts";
import { t } from "../../../texts/texts.ts";
import type { AdapterFiles } from "../../adapters/dropped-files.ts";
import { cardsFileName, exportedCardOf } from "../../adapters/exported-cards.ts";
import { draftForm, type CardDraft } from "../../adapters/user-card.ts";
import { textOfFile } from "../../text-file.ts";
import { thumbnailOf } from "../../images/thumbnail.ts";
import type { AdapterServices } from "../../services/ports.ts";
import { otherModelOf } from "./kept-adapters.ts";
import { explainNeverOffered, explainRefusal, explainUnreadable, type Refusal } from "./refusal.ts";
import { explain } from "../../explain.ts";

/** Larger files are checkpoints; an adapter of all weights of SD 1.5 has 1.7 GB at most. */
const maxSizeBytes = 2e9;
const maxSidecarBytes = 4e6;
/** Of thousands of cards. */
const maxCardsBytes = 2e8;

export type Finding =
  | { readonly kind: "refused"; readonly refusal: Refusal; readonly report: AdapterReport | null }
  | { readonly kind: "known"; readonly card: AdapterCard; readonly report: AdapterReport }
  | {
      readonly kind: "fits";
      /** With the scale of its configuration. */
      readonly file: File;
      readonly preview: Blob | null;
      readonly report: AdapterReport;
      readonly draft: CardDraft;
      /** As for `draftForm`. */
      readonly sidecar: unknown;
      /** The base model that it is kept for, as cards name it, where that is not the loaded one; `refusal` says why. */
      readonly keptFor: string | null;
      readonly refusal: Refusal | null;
    };

/** The file with the scale of the configuration that came with it. */
async function withConfig(file: File, config: File): Promise<File> {
  const { name, type } = file;
  if (config.size > maxSidecarBytes)
    throw new StylusError(
      "bad-file",
      say`Its adapter_config.json is larger than ${maxSidecarBytes / 1e6} MB.`,
      {
        where: name,
        remedy: say`Download that file again, or add the adapter without it.`,
      },
    );
  let parsed: unknown;
  try {
    parsed = JSON.parse(await config.text());
  } catch (cause) {
    throw new StylusError("bad-file", say`Its adapter_config.json is not valid JSON.`, {
      where: name,
      remedy: say`Download that file again, or add the adapter without it.`,
      cause,
    });
  }
  return new File([await withPeftConfig(file, parsed, { fileName: name })], name, { type });
}

/** What was read of a file that lies beside many. */
const sidecars = new WeakMap<File, Promise<unknown>>();

function readJson(file: File): Promise<unknown> {
  const read = sidecars.get(file) ?? textOfFile(file).then((text) => JSON.parse(text) as unknown);
  sidecars.set(file, read);
  return read;
}

/** One that is too large, or cannot be read, says nothing: the adapter itself is what counts. */
async function readBeside(
  file: File | null,
  { most, read }: { readonly most: number; readonly read: (file: File) => Promise<unknown> },
): Promise<unknown> {
  return file && file.size <= most ? read(file).catch(() => null) : null;
}

/**
 * What lies beside a LoRA: the list of cards that the page exported, if it has one of it; else, as in other programs' folders, a sidecar
 * or a text.
 */
async function readSidecar({ sidecar, notes }: AdapterFiles, report: AdapterReport): Promise<unknown> {
  if (sidecar?.name === cardsFileName) {
    const cards = await readBeside(sidecar, { most: maxCardsBytes, read: readJson });
    if (exportedCardOf(cards, report)) return cards;
  } else if (sidecar) return readBeside(sidecar, { most: maxSidecarBytes, read: readJson });
  const read = async (file: File): Promise<unknown> => ({ description: await textOfFile(file) });
  return readBeside(notes, { most: maxSidecarBytes, read });
}

/** The adapter that is the same file. */
export const sameFile = (loaded: LoadedPack, report: AdapterReport): AdapterCard | undefined =>
  report.hashes
    ? [...loaded.cards, ...loaded.otherAdapters.map(({ card }) => card)].find(
        ({ file }) => file.sha256 === report.hashes?.sha256,
      )
    : undefined;

export async function examineFiles(
  files: AdapterFiles,
  {
    services,
    loaded,
    sidecarOf,
  }: {
    readonly services: Pick<AdapterServices, "inspectAdapter">;
    readonly loaded: () => Promise<LoadedPack>;
    /** What a site says of the file with this hash, where nothing lies beside it. */
    readonly sidecarOf?: (sha256: string) => unknown;
  },
): Promise<Finding> {
  try {
    const pack = await loaded();
    if (files.file.size > maxSizeBytes)
      return { kind: "refused", refusal: t.adapters.refusal.tooLarge, report: null };
    const embedding = await embeddingOfImage(files.file);
    const file = embedding ?? (files.config ? await withConfig(files.file, files.config) : files.file);
    const report = await services.inspectAdapter(file);
    const refusal = explainRefusal(report, pack);
    const keptFor = refusal && otherModelOf(report, pack);
    if (refusal && keptFor === null) return { kind: "refused", refusal, report };
    const card = sameFile(pack, report);
    if (card) return { kind: "known", card, report };
    const sidecar = (await readSidecar(files, report)) ?? sidecarOf?.(report.hashes?.sha256 ?? "") ?? null;
    const never = sidecarCard(sidecar, file.name)?.refused;
    if (never) return { kind: "refused", refusal: explainNeverOffered(never), report };
    const draft = draftForm(report, sidecar);
    const image = files.preview ?? (embedding && files.file);
    const preview = image && (await thumbnailOf(image));
    return { kind: "fits", file, preview, report, draft, sidecar, keptFor, refusal };
  } catch (error) {
    return { kind: "refused", refusal: explainUnreadable(explain(error)), report: null };
  }
}
