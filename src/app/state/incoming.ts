// What comes in by drop, paste or file chooser, to where it belongs: init images, adapter files to be examined,
// checkpoints among the models, text files among the wildcards, tables among the styles, archives of images in the gallery.
import { embeddingOfImage } from "../../adapters/files/image-embedding.ts";
import { StylusError, type PlainError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import { sortPick } from "../packs/checkpoint-facts.ts";
import type { DiskFile, DiskPick } from "../packs/disk-files.ts";
import { adapterFilesOf, sortDrop, type SortedDrop } from "../adapters/dropped-files.ts";
import { t } from "../../texts/texts.ts";
import type { GalleryState } from "./gallery.ts";
import type { Intake } from "./intake/intake.ts";
import { manyFrom } from "./intake/many-adapters.ts";
import type { Models } from "./models.ts";
import type { StylesState } from "./prompt/styles.ts";
import type { WildcardsState } from "./prompt/wildcards.ts";
import { explain } from "../explain.ts";
import type { InitImageState } from "./init-image.ts";

/** Names that an error lists. */
const listed = 5;

function withoutRuns(archive: File, names: readonly string[]): StylusError {
  const first = names.slice(0, listed);
  const more = names.length - listed;
  const what = more > 0 ? say`${first} and ${more} more` : say`${first}`;
  return new StylusError(
    "bad-file",
    say`${archive.name} has images without their run, which were left out: ${what}.`,
    {
      where: archive.name,
      remedy: say`Export them again where they come from, or drop them one by one.`,
    },
  );
}

/** A damaged one is refused where adapters are examined. */
const isEmbedding = (file: File): Promise<boolean> =>
  embeddingOfImage(file).then(
    (embedding) => embedding !== null,
    (error: unknown) => error instanceof StylusError,
  );

/** Images, and those that hold textual inversions. */
async function withoutEmbeddings(
  files: readonly File[],
): Promise<{ readonly images: readonly File[]; readonly embeddings: readonly File[] }> {
  const images: File[] = [];
  const embeddings: File[] = [];
  // One after the other: a folder of photographs does not fit into memory.
  for (const file of files) ((await isEmbedding(file)) ? embeddings : images).push(file);
  return { images, embeddings };
}

export function createTaking(context: {
  readonly initImage: Pick<InitImageState, "receive">;
  readonly intake: Pick<Intake, "takeFolders" | "refuseOthers">;
  readonly models: Pick<Models, "takeFromDisk">;
  readonly wildcards: Pick<WildcardsState, "take">;
  readonly styles: Pick<StylesState, "take">;
  readonly gallery: Pick<GalleryState, "unpack">;
  readonly announce: (text: string) => void;
  readonly setInputError: (error: PlainError | null) => void;
}): (pick: DiskPick | Promise<DiskPick>) => Promise<void> {
  const { initImage, intake, models, wildcards, styles, gallery, announce, setInputError } = context;

  async function takeFiles(files: readonly DiskFile[]): Promise<void> {
    const folders = new Map<string, File[]>();
    for (const { path, blob } of files) {
      const folder = path.slice(0, path.lastIndexOf("/") + 1);
      const list = folders.get(folder) ?? [];
      folders.set(folder, list);
      list.push(blob);
    }
    const sorted = [...folders.values()].map(sortDrop);
    const all = <Kind extends keyof SortedDrop>(kind: Kind): readonly File[] =>
      sorted.flatMap((folder) => folder[kind]);
    const sorting = withoutEmbeddings(all("images")).then(({ images, embeddings }) => {
      const withConfigs = sorted.flatMap((folder) => adapterFilesOf(folder.adapters));
      const adapters = [...withConfigs, ...embeddings.flatMap((file) => adapterFilesOf([file]))];
      return { images, adapters, areMany: adapters.length >= manyFrom };
    });
    // At once, so that a run waits for it.
    const first = sorting.then(({ images, areMany }) => (areMany ? null : (images[0] ?? null)));
    const receiving = all("images").length > 0 ? initImage.receive(first) : null;
    receiving?.catch(() => {}); // reported below
    const { images, adapters, areMany } = await sorting;
    const [tables, texts, unknown] = [all("tables"), all("texts"), all("unknown")];
    for (const archive of all("archives")) {
      const { added, known, withoutRun } = await gallery.unpack(archive);
      announce(t.run.gallery.imported(added, known));
      if (withoutRun.length > 0) setInputError(explain(withoutRuns(archive, withoutRun)));
    }
    if (tables.length > 0) await styles.take(tables);
    if (areMany) {
      // Images and texts in a folder of adapters are about them.
      intake.takeFolders(adapters, [...unknown, ...texts, ...images]);
      return;
    }
    if (texts.length > 0) await wildcards.take(texts);
    if (adapters.length > 0) intake.takeFolders(adapters, unknown);
    else if (unknown.length > 0) intake.refuseOthers(unknown);
    await receiving;
  }

  return async (pick) => {
    setInputError(null); // it was about something else
    try {
      const { model, others } = await sortPick(await pick);
      if (others.length > 0) await takeFiles(others);
      if (model.files.length > 0) await models.takeFromDisk(model);
    } catch (error) {
      setInputError(explain(error));
    }
  };
}
