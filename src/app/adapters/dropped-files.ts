// What somebody drops on the page or picks: images bring their settings, adapter files are examined, text files are wildcards, tables styles. Pure.
import { adapterEnding } from "../../adapters/files/file-ending.ts";
import { cardsFileName } from "./exported-cards.ts";
import { PEFT_CONFIG_NAME } from "../../adapters/files/peft-config.ts";

export type DroppedKind = "image" | "adapter" | "text" | "table" | "archive" | "unknown";

export function kindOfFile({ name, type }: { readonly name: string; readonly type: string }): DroppedKind {
  if (adapterEnding.test(name) || name === PEFT_CONFIG_NAME) return "adapter";
  if (type.startsWith("image/") || /\.(?:png|jpe?g|webp)$/i.test(name)) return "image";
  if (/\.txt$/i.test(name)) return "text";
  if (/\.csv$/i.test(name)) return "table";
  if (/\.zip$/i.test(name)) return "archive";
  return "unknown";
}

/** "a.civitai.info", "a.txt" and "a.preview.png" belong to "a.safetensors". */
const companionEnding =
  /(?:\.civitai\.info|(?:\.metadata|\.cm-info)?\.json|\.txt|(?:\.preview)?\.(?:png|jpe?g|webp))$/i;

const stemOf = (name: string, ending: RegExp): string => name.replace(ending, "").toLowerCase();

export interface SortedDrop {
  readonly images: readonly File[];
  /** Adapter files, and what came with them: PEFT's configuration, sidecars, notes, previews. */
  readonly adapters: readonly File[];
  /** Wildcards for prompts: text files that come alone. Beside other files they are notes. */
  readonly texts: readonly File[];
  /** Prompt styles. */
  readonly tables: readonly File[];
  /** Exported images. */
  readonly archives: readonly File[];
  readonly unknown: readonly File[];
}

/** What to do with each file of a drop. The preview of an adapter is no image to start from. */
export function sortDrop(files: readonly File[]): SortedDrop {
  const isAdapter = (file: File): boolean => kindOfFile(file) === "adapter";
  const stems = new Set(files.filter(isAdapter).map(({ name }) => stemOf(name, adapterEnding)));
  const isCompanion = (file: File): boolean =>
    !isAdapter(file) &&
    ((companionEnding.test(file.name) && stems.has(stemOf(file.name, companionEnding))) ||
      (file.name === cardsFileName && stems.size > 0));
  const others = files.filter((file) => !isCompanion(file));
  const isText = files.every((file) => kindOfFile(file) === "text");
  return {
    images: others.filter((file) => kindOfFile(file) === "image"),
    adapters: [...others.filter(isAdapter), ...files.filter(isCompanion)],
    tables: others.filter((file) => kindOfFile(file) === "table"),
    archives: others.filter((file) => kindOfFile(file) === "archive"),
    texts: isText ? others : [],
    unknown: others.filter((file) => ["unknown", ...(isText ? [] : ["text"])].includes(kindOfFile(file))),
  };
}

/** An adapter file and what came with it. */
export interface AdapterFiles {
  readonly file: File;
  /** PEFT's `adapter_config.json`. */
  readonly config: File | null;
  /** `.civitai.info`, which says more, `.metadata.json`, `.cm-info.json`, `.json`, or the cards of all that the page exported. */
  readonly sidecar: File | null;
  readonly notes: File | null;
  readonly preview: File | null;
}

/** @param files the adapters of `sortDrop`, all of one folder */
export function adapterFilesOf(files: readonly File[]): AdapterFiles[] {
  const byName = new Map(files.map((file) => [file.name.toLowerCase(), file]));
  const adapters = files.filter(({ name }) => adapterEnding.test(name));
  // Beside several files, the configuration is that of the one that PEFT wrote with it.
  const hasConfig = ({ name }: File): boolean => adapters.length === 1 || /^adapter_model\./i.test(name);
  return (adapters.length > 0 ? adapters : files).map((file) => {
    const stem = stemOf(file.name, adapterEnding);
    const first = (...endings: string[]): File | null =>
      endings.map((ending) => byName.get(stem + ending)).find((found) => found !== undefined) ?? null;
    return {
      file,
      config: (adapters.length > 0 && hasConfig(file) && byName.get(PEFT_CONFIG_NAME)) || null,
      sidecar:
        first(".civitai.info", ".metadata.json", ".cm-info.json", ".json") ??
        byName.get(cardsFileName) ??
        null,
      notes: first(".txt"),
      preview: first(...imageEndings.map((ending) => `.preview${ending}`), ...imageEndings),
    };
  });
}

const imageEndings = [".png", ".jpg", ".jpeg", ".webp"];

/** For the file chooser. */
export const imageTypes = "image/png,image/jpeg,image/webp,image/avif,image/gif";
export const adapterExtensions = ".safetensors,.pt,.bin,.ckpt,.pth,.json,.info,.txt,.png,.jpg,.jpeg,.webp";
