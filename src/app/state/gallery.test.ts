// An archive of images that is imported: what it adds, and what was there.
import { createRoot } from "solid-js";
import { expect, it } from "vitest";
import { keptImage, keptRun } from "../../../tests/fixtures/kept-images.ts";
import type { StoredImage, StoredRun } from "../images/gallery.ts";
import { packImages } from "../images/gallery-archive.ts";
import { memoryInputs } from "../images/input-store.ts";
import { createGalleryState } from "./gallery.ts";

const image = (id: string, runId: string, note: string): StoredImage => keptImage({ id, runId, note });
const archive = async (images: readonly StoredImage[], runs: readonly StoredRun[]): Promise<File> =>
  new File([await packImages(images, runs)], "images.zip");

it("counts what is new, leaves what is there as it is, and names images without their run", async () => {
  const gallery = createRoot(() => createGalleryState({ inputs: Promise.resolve(memoryInputs()) }));
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

it("exports what a run started from, and keeps it again where it is imported", async () => {
  const [here, there] = [memoryInputs(), memoryInputs()];
  const picture = new Blob(["picture"]);
  const id = await here.put(picture);
  const run = keptRun("three");
  const start = { picture: { id, width: 8, height: 8 }, strength: 0.5, mask: null };
  const started = { ...run, options: { ...run.options, start } };

  const from = createRoot(() => createGalleryState({ inputs: Promise.resolve(here) }));
  await from.unpack(
    new File([await packImages([image("d", "three", "")], [started], new Map([[id, picture]]))], "x.zip"),
  );
  const exported = new File([await from.pack(["d"])], "images.zip");
  const to = createRoot(() => createGalleryState({ inputs: Promise.resolve(there) }));
  await to.unpack(exported);
  expect(await (await there.get(id))!.text()).toBe("picture");
});
