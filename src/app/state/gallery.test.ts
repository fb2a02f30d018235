// An archive of images that is imported: what it adds, and what was there.
import { createRoot } from "solid-js";
import { expect, it } from "vitest";
import { gradient } from "../../../tests/e2e/image-file.ts";
import { loadedPack } from "../../../tests/fixtures/run-services.ts";
import { completeOptions } from "../../stylus/options.ts";
import type { StoredImage, StoredRun } from "../images/gallery.ts";
import { packImages } from "../images/gallery-archive.ts";
import { createGalleryState } from "./gallery.ts";

const run = (id: string): StoredRun =>
  ({
    id,
    createdAt: 5,
    options: completeOptions({ prompt: "a fox", seed: 7 }, loadedPack().defaults),
    composition: { tasks: [], rejected: [], composer: { name: "rules", kind: "rules" } },
    candidates: [],
    report: { pack: { id: "pocket", title: "Pocket" }, stages: [] },
  }) as unknown as StoredRun;
const image = (id: string, runId: string, note: string): StoredImage => ({
  id,
  runId,
  note,
  index: 0,
  createdAt: 5,
  seed: 7,
  width: 8,
  height: 8,
  adapters: [],
  masked: [],
  formulas: {},
  png: new Blob([Uint8Array.from(gradient(8, 8))], { type: "image/png" }),
});
const archive = async (images: readonly StoredImage[], runs: readonly StoredRun[]): Promise<File> =>
  new File([await packImages(images, runs)], "images.zip");

it("counts what is new, leaves what is there as it is, and names images without their run", async () => {
  const gallery = createRoot(createGalleryState);
  const first = await archive([image("a", "one", "mine")], [run("one")]);
  expect(await gallery.unpack(first)).toEqual({ added: 1, known: 0, withoutRun: [] });
  const second = await archive(
    [image("a", "one", "theirs"), image("b", "two", ""), image("c", "gone", "")],
    [run("one"), run("two")],
  );
  expect(await gallery.unpack(second)).toEqual({ added: 1, known: 1, withoutRun: ["stylus-7.png"] });
  expect(gallery.images().map(({ id, note }) => [id, note])).toEqual([
    ["a", "mine"],
    ["b", ""],
  ]);
});
