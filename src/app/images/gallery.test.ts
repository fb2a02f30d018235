// The gallery without IndexedDB, as in Node: a run lives as long as one of its images.
import { expect, it } from "vitest";
import { keptImage, keptRun as run } from "../../../tests/fixtures/kept-images.ts";
import { openGallery, type StoredImage } from "./gallery.ts";

const image = (id: string, runId: string, index: number): StoredImage => keptImage({ id, runId, index });

it("keeps a run until its last image is removed, and no run without an image", async () => {
  const gallery = await openGallery();
  expect(gallery.persistent).toBe(false);
  await gallery.add(run("empty"), []);
  await gallery.add(run("two"), [image("a", "two", 0), image("b", "two", 1)]);
  await gallery.add(run("one"), [image("c", "one", 0)]);
  const runs = async (): Promise<string[]> => (await gallery.runs()).map(({ id }) => id).sort();
  expect(await runs()).toEqual(["one", "two"]);
  await gallery.remove("a");
  expect(await runs()).toEqual(["one", "two"]);
  expect((await gallery.run("two"))!.images.map(({ id }) => id)).toEqual(["b"]);
  await gallery.remove("b");
  expect(await runs()).toEqual(["one"]);
  await gallery.remove("unknown");
  expect(await runs()).toEqual(["one"]);
});

it("adds what is new and leaves what is there as it is", async () => {
  const gallery = await openGallery();
  await gallery.add(run("one"), [image("a", "one", 0)]);
  await gallery.mark("a", { note: "mine" });
  const other = { ...run("one"), createdAt: 9 };
  expect(await gallery.addNew(other, [image("a", "one", 0), image("b", "one", 1)])).toBe(1);
  const stored = (await gallery.run("one"))!;
  expect(stored.run).toEqual(run("one"));
  expect(stored.images.map(({ id, note }) => [id, note])).toEqual([
    ["a", "mine"],
    ["b", undefined],
  ]);
  expect(await gallery.addNew(run("two"), [])).toBe(0);
  expect(await gallery.addNew(run("one"), stored.images)).toBe(0);
  expect((await gallery.runs()).map(({ id }) => id)).toEqual(["one"]);
});
