// What the engine takes out of a pack's files.
import { expect, it } from "vitest";
import { miniaturePack } from "../../tests/fixtures/engine/miniature-pack.ts";
import { modelFilesOf, readPackFiles } from "./pack-files.ts";

const blob = (text = ""): Blob => new Blob([text]);
const tokenizer = [...miniaturePack()].filter(([path]) => path.startsWith("tokenizer/"));
const packOf = (files: Readonly<Record<string, string>>): Map<string, Blob> =>
  new Map([...tokenizer, ...Object.entries(files).map(([path, text]) => [path, blob(text)] as const)]);
const read = (files: Readonly<Record<string, string>>) => readPackFiles(packOf(files), { latentChannels: 4 });

it("takes networks by folder, and single files from the top alone", () => {
  const taken = ["unet/a/b.json", "text_encoder/x", "vae/x", "scheduler/x", "m.safetensors", "m.sft"];
  taken.push("m.ckpt", "m.pt", "m.pth", "m.bin");
  const left = ["unet", "unet/", "my-unet/x", "adapters/m.safetensors", "m.bin.txt", "notes.md"];
  const files = new Map([...taken, ...left].map((path) => [path, blob(path)]));
  expect(modelFilesOf(files).map(({ path }) => path)).toEqual(taken);
  expect(modelFilesOf(files)[0]!.blob).toBe(files.get("unet/a/b.json"));
});

it("a pack without list and previews has none", async () => {
  const pack = await read({});
  expect(pack.adapters).toEqual([]);
  expect(pack.preview.bias).toEqual([0, 0, 0]);
  expect(pack.preview.factors).toHaveLength(4);
});

it("takes the adapters of the list whose files are there, then the embeddings", async () => {
  const cards = [
    { id: "a", file: { path: "a.safetensors" } },
    { id: "b", file: { path: "more/b.safetensors" } },
    { id: "gone", file: { path: "gone.safetensors" } },
    { id: 5, file: { path: "a.safetensors" } },
    { id: "c", file: { path: 5 } },
    { id: "c" },
    null,
  ];
  const pack = await read({
    "adapters/cards.json": JSON.stringify(cards),
    "adapters/a.safetensors": "a",
    "more/b.safetensors": "b",
    "embeddings/e.pt": "e",
    "embeddings/e.txt": "",
    "embeddings/deep/e.pt": "",
    "preview.json": JSON.stringify({ factors: [0, 1, 2, 3].map(() => [1, 2, 3]), bias: [4, 5, 6] }),
  });
  expect(pack.preview.bias).toEqual([4, 5, 6]);
  const found = pack.adapters.map(({ id, fileName, isEmbedding }) => [id, fileName, isEmbedding]);
  expect(found).toEqual([
    ["a", "a.safetensors", false],
    ["b", "more/b.safetensors", false],
    ["embeddings/e.pt", "embeddings/e.pt", true],
  ]);
  expect(await Promise.all(pack.adapters.map(({ blob: file }) => file.text()))).toEqual(["a", "b", "e"]);
});

it.each([
  ["{", "The list of adapters is not JSON."],
  ["{}", "The list of adapters is not a list of cards."],
])("names a damaged list: %s", async (text, message) => {
  await expect(read({ "adapters/cards.json": text })).rejects.toMatchObject({ code: "bad-file", message });
});

it.each(["tokenizer/vocab.json", "tokenizer/merges.txt"])("names a missing %s", async (path) => {
  const files = packOf({});
  files.delete(path);
  await expect(readPackFiles(files, { latentChannels: 4 })).rejects.toMatchObject({
    code: "not-found",
    where: path,
    message: `The pack has no file ${path}.`,
  });
});
