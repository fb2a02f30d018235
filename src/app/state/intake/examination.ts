// What an adapter file is: refused and why, known already, or fit to be added with a card made of what it says and what lies beside it.
import { withPeftConfig } from "../../../adapters/files/peft-config.ts";
import type { AdapterReport } from "../../../adapters/report.ts";
import type { AdapterCard } from "../../../retrieval/card.ts";
import { StylusError } from "../../../shared/errors.ts";
import { say } from "../../../shared/saying.ts";
import type { LoadedPack } from "../../../stylus/loaded-pack.ts";
import { t } from "../../../texts/texts.ts";
import type { AdapterFiles } from "../../adapters/dropped-files.ts";
import { draftForm, type CardDraft } from "../../adapters/user-card.ts";
import { thumbnailOf } from "../../images/thumbnail.ts";
import type { AdapterServices } from "../../services/ports.ts";
import { otherModelOf } from "./kept-adapters.ts";
import { explainRefusal, explainUnreadable, type Refusal } from "./refusal.ts";
import { explain } from "../runs/runs.ts";

/** Larger files are checkpoints; an adapter of all weights of SD 1.5 has 1.7 GB at most. */
const maxSizeBytes = 2e9;
const maxSidecarBytes = 4e6;

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

/**
 * What lies beside a LoRA in other programs' folders: a sidecar, or else a text. One that cannot be read says nothing: the file itself
 * is what counts.
 */
async function readSidecar({ sidecar, notes }: AdapterFiles): Promise<unknown> {
  try {
    const file = sidecar ?? notes;
    if (!file || file.size > maxSidecarBytes) return null;
    const text = await file.text();
    return file === notes ? { description: text } : JSON.parse(text);
  } catch {
    return null;
  }
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
    const file = files.config ? await withConfig(files.file, files.config) : files.file;
    const report = await services.inspectAdapter(file);
    const refusal = explainRefusal(report, pack);
    const keptFor = refusal && otherModelOf(report, pack);
    if (refusal && keptFor === null) return { kind: "refused", refusal, report };
    const card = sameFile(pack, report);
    if (card) return { kind: "known", card, report };
    const sidecar = (await readSidecar(files)) ?? sidecarOf?.(report.hashes?.sha256 ?? "") ?? null;
    const draft = draftForm(report, sidecar);
    const preview = files.preview && (await thumbnailOf(files.preview));
    return { kind: "fits", file, preview, report, draft, sidecar, keptFor, refusal };
  } catch (error) {
    return { kind: "refused", refusal: explainUnreadable(explain(error)), report: null };
  }
}
