// What somebody drops on the page or picks: images bring their settings, adapter files are examined, text files are wildcards, tables styles. Pure.
import { adapterEnding } from "../../adapters/files/file-ending.ts";
import { PEFT_CONFIG_NAME } from "../../adapters/files/peft-config.ts";

export type DroppedKind = "image" | "adapter" | "text" | "table" | "unknown";

export function kindOfFile({ name, type }: { readonly name: string; readonly type: string }): DroppedKind {
  if (adapterEnding.test(name) || name === PEFT_CONFIG_NAME) return "adapter";
  if (type.startsWith("image/") || /\.(?:png|jpe?g|webp)$/i.test(name)) return "image";
  if (/\.txt$/i.test(name)) return "text";
  if (/\.csv$/i.test(name)) return "table";
  return "unknown";
}

/** "a.civitai.info" and "a.preview.png" belong to "a.safetensors". */
const companionEnding = /(?:\.civitai\.info|\.json|(?:\.preview)?\.(?:png|jpe?g|webp))$/i;

export interface SortedDrop {
  readonly images: readonly File[];
  /** Adapter files, and what came with them: PEFT's configuration, sidecars. */
  readonly adapters: readonly File[];
  /** Wildcards for prompts: text files that come alone. Beside other files they are notes. */
  readonly texts: readonly File[];
  /** Prompt styles. */
  readonly tables: readonly File[];
  readonly unknown: readonly File[];
}

/** What to do with each file of a drop. The preview of an adapter is no image to start from. */
export function sortDrop(files: readonly File[]): SortedDrop {
  const isAdapter = (file: File): boolean => kindOfFile(file) === "adapter";
  const stems = new Set(files.filter(isAdapter).map(({ name }) => name.replace(adapterEnding, "")));
  const isCompanion = (file: File): boolean =>
    !isAdapter(file) && companionEnding.test(file.name) && stems.has(file.name.replace(companionEnding, ""));
  const others = files.filter((file) => !isCompanion(file));
  const isText = files.every((file) => kindOfFile(file) === "text");
  const sidecars = files.filter((file) => isCompanion(file) && kindOfFile(file) === "unknown");
  return {
    images: others.filter((file) => kindOfFile(file) === "image"),
    adapters: [...others.filter(isAdapter), ...sidecars],
    tables: others.filter((file) => kindOfFile(file) === "table"),
    texts: isText ? others : [],
    unknown: others.filter((file) => ["unknown", ...(isText ? [] : ["text"])].includes(kindOfFile(file))),
  };
}

/** The sidecar of an adapter file among those that came with it; `.civitai.info` says more than `.json`. */
export function sidecarOf(file: File, files: readonly File[]): File | null {
  const stem = file.name.replace(adapterEnding, "");
  const named = (ending: string): File | undefined => files.find(({ name }) => name === stem + ending);
  return named(".civitai.info") ?? named(".json") ?? null;
}

/** For the file chooser. */
export const imageTypes = "image/png,image/jpeg,image/webp,image/avif,image/gif";
export const adapterExtensions = ".safetensors,.pt,.bin,.ckpt,.pth,.json,.info";
