// An archive of images that is imported: what it adds, and what was there.
import { createRoot } from "solid-js";
import { expect, it } from "vitest";
import { keptImage, keptRun } from "../../../tests/fixtures/kept-images.ts";
import type { StoredImage, StoredRun } from "../images/gallery.ts";
import { packImages } from "../images/gallery-archive.ts";
import { createGalleryState } from "./gallery.ts";

const image = (id: string, runId: string, note: string): StoredImage => keptImage({ id, runId, note });
const archive = async (images: readonly StoredImage[], runs: readonly StoredRun[]): Promise<File> =>
  new File([await packImages(images, runs)], "images.zip");

it("counts what is new, leaves what is there as it is, and names images without their run", async () => {
  const gallery = createRoot(createGalleryState);
  const first = await archive([image("a", "one", "mine")], [keptRun("one")]);
  expect(await gallery.unpack(first)).toEqual({ added: 1, known: 0, withoutRun: [] });
  const second = await archive(
    [image("a", "one", "theirs"), image("b", "two", ""), image("c", "gone", "")],
    [keptRun("one"), keptRun("two")],
  );
  expect(await gallery.unpack(second)).toEqual({ added: 1, known: 1, withoutRun: ["stylus-7.png"] });
  expect(gallery.images().map(({ id, note }) => [id, note])).toEqual([
    ["a", "mine"],
    ["b", ""],
  ]);
});
