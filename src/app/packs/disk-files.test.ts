// What is dropped, in browsers that give no handles.
import { expect, it } from "vitest";
import { type Drop, type DroppedEntry, pickOfDrop } from "./disk-files.ts";

type Tree = { readonly [name: string]: Tree | string };

/** As browsers give it: the files of a folder some at a time. */
function entryOf(name: string, content: Tree | string, parent = ""): DroppedEntry {
  const fullPath = `${parent}/${name}`;
  const common = { name, fullPath, isFile: typeof content === "string" };
  if (typeof content === "string") {
    const file = (give: (file: File) => void, fail: (error: unknown) => void): void =>
      content === "gone" ? fail(new DOMException("gone", "NotFoundError")) : give(new File([content], name));
    return Object.assign(common, { file });
  }
  const createReader = () => {
    const left = Object.entries(content).map(([below, each]) => entryOf(below, each, fullPath));
    return { readEntries: (give: (some: DroppedEntry[]) => void) => give(left.splice(0, 2)) };
  };
  return Object.assign(common, { createReader });
}

function dropOf(tree: Tree): Drop {
  const items = Object.entries(tree).map(([name, content]) => ({
    kind: "file",
    webkitGetAsEntry: () => entryOf(name, content),
  }));
  const files = Object.keys(tree).map((name) => new File([], name));
  return { items, files };
}

it("reads dropped folders, with those in them", async () => {
  const loras = { "a.safetensors": "a", "b.safetensors": "b", more: { "c.safetensors": "c" }, "a.txt": "t" };
  const { handles, files } = await pickOfDrop(dropOf({ loras, "d.png": "d" }));
  expect(handles).toBeNull();
  expect(await Promise.all(files.map(async ({ path, blob }) => [path, await blob.text()]))).toEqual([
    ["loras/a.safetensors", "a"],
    ["loras/b.safetensors", "b"],
    ["loras/more/c.safetensors", "c"],
    ["loras/a.txt", "t"],
    ["d.png", "d"],
  ]);
});

it("takes files alone as they are", async () => {
  const { files } = await pickOfDrop(dropOf({ "a.png": "a", "b.png": "b" }));
  expect(files.map(({ path }) => path)).toEqual(["a.png", "b.png"]);
});

it("says which folder cannot be read, and which is too large", async () => {
  await expect(pickOfDrop(dropOf({ loras: { "a.pt": "gone" } }))).rejects.toMatchObject({
    code: "not-found",
    where: "loras",
  });
  const large = Object.fromEntries(Array.from({ length: 10_001 }, (_, index) => [`${index}.pt`, "x"]));
  await expect(pickOfDrop(dropOf({ large }))).rejects.toMatchObject({ code: "bad-input", where: "large" });
});
