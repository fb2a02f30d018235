import { describe, expect, test } from "vitest";
import { card, exampleCards } from "../../../tests/fixtures/cards.ts";
import { hashedEmbedder } from "../../../tests/fixtures/hashed-embedder.ts";
import { readHeader, readTensor, type TensorData, writeSafetensors } from "../../formats/safetensors.ts";
import { openIndex } from "./index-file.ts";
import { embedAdapter, writeIndex } from "./index-writer.ts";
import type { EmbeddedAdapter } from "../embedded-adapter.ts";

const { model, dims, embed } = hashedEmbedder;
const cards = [
  ...exampleCards,
  card("aardman", "style", {
    title: "Stop Motion Puppets",
    phrases: ["claymation", "aardman", "wallace and gromit", "nick park", "plasticine puppet", "morph"],
    notMeant: ["clay tennis court", "clay pot"],
  }),
];
const embedded = (): Promise<EmbeddedAdapter[]> =>
  Promise.all(cards.map((each) => embedAdapter(each, embed)));
const build = async (options: { residentRows?: number } = {}) =>
  writeIndex(await embedded(), { model, dims, ...options });

test("the same adapters give the same bytes", async () => expect(await build()).toEqual(await build()));

describe.each([undefined, 1, 2, 4])("with %s vectors of an adapter in memory", (residentRows) => {
  test("every card comes back with all its vectors", async () => {
    const index = await openIndex(new Blob([await build(residentRows ? { residentRows } : {})]), "index");
    expect(index.model).toEqual(model);
    expect(index.facts.map(({ id }) => id)).toEqual(cards.map(({ id }) => id));
    for (const [number, adapter] of (await embedded()).entries())
      expect(await index.read(number)).toEqual(adapter);
    const owned = cards.map((_, number) => index.owners.filter((owner) => owner === number).length);
    const names = (await embedded()).map(({ texts }) => texts.filter((t) => t.source !== "notMeant").length);
    expect(owned).toEqual(names.map((count) => Math.min(count, residentRows ?? count)));
  });
});

describe("damaged files are refused by name", () => {
  interface Parts {
    tensors: Map<string, TensorData>;
    metadata: Record<string, string>;
  }
  async function damaged(damage: (parts: Parts) => void): Promise<Blob> {
    const file = await readHeader(new Blob([await build({ residentRows: 4 })]), { fileName: "index" });
    const tensors = new Map<string, TensorData>();
    for (const [name, source] of file.tensors)
      tensors.set(name, { name, dtype: source.dtype, shape: source.shape, bytes: await readTensor(source) });
    const parts = { tensors, metadata: Object.fromEntries(file.metadata) };
    damage(parts);
    return new Blob([writeSafetensors([...parts.tensors.values()], parts.metadata)]);
  }
  const change =
    (name: string, values: (bytes: Uint8Array) => void) =>
    ({ tensors }: Parts): void =>
      values(tensors.get(name)!.bytes);
  const u32 = (bytes: Uint8Array): Uint32Array =>
    new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);

  const tensorNames = [
    "vectors scales row_starts row_items further_vectors further_starts terms term_counts posting_starts postings",
    "ids base_models sample_counts flags cards card_starts",
  ].flatMap((names) => names.split(" "));
  test.each(tensorNames)("without its tensor %s", async (name) => {
    const blob = await damaged(({ tensors }) => void tensors.delete(name));
    await expect(openIndex(blob, "index")).rejects.toMatchObject({ code: "bad-file", where: "index" });
    await expect(openIndex(blob, "index")).rejects.toThrow(`its tensor ${name} is missing`);
  });

  test.each<[string, (parts: Parts) => void, RegExp]>([
    ["another format", ({ metadata }) => void (metadata["format"] = "pt"), /is not an index/],
    [
      "another version",
      ({ metadata }) => void (metadata["version"] = "1"),
      /has version 1, this program reads version 3/,
    ],
    [
      "base models that are no list",
      ({ metadata }) => void (metadata["base_models"] = "{}"),
      /base_models must be/,
    ],
    ["a scale of zero", change("scales", (bytes) => bytes.fill(0)), /the scale of row 0 is 0/],
    ["a scale that is no number", change("scales", (bytes) => bytes.fill(0xff)), /the scale of row 0 is NaN/],
    [
      "rows that go back",
      change("row_starts", (bytes) => (u32(bytes)[1] = 1e9)),
      /row_starts does not ascend/,
    ],
    [
      "cards beyond the end",
      change("card_starts", (bytes) => u32(bytes).fill(7)),
      /card_starts does not ascend/,
    ],
    [
      "an unknown base model",
      change("base_models", (bytes) => bytes.fill(9)),
      /clay has an unknown base model/,
    ],
    ["ids that repeat", change("ids", (bytes) => bytes.fill(0x0a)), /ids must hold 9 different lines/],
    ["terms without end", change("terms", (bytes) => bytes.fill(0x61)), /terms and postings do not belong/],
    [
      "a term of a million adapters",
      change("term_counts", (bytes) => bytes.fill(0x7f)),
      /term 0 has no postings/,
    ],
  ])("%s", async (_, damage, message) => {
    await expect(openIndex(await damaged(damage), "index")).rejects.toThrow(message);
  });

  test.each<[string, (parts: Parts) => void, RegExp]>([
    ["cards that are no JSON", change("cards", (bytes) => bytes.fill(0x20)), /card 0 is not valid JSON/],
    [
      "the card of another adapter",
      change("ids", (bytes) => void (bytes[0] = 0x78)),
      /card 0 is that of clay, expected xlay/,
    ],
    ["items in another order", change("row_items", (bytes) => bytes.fill(0xff)), /rows in the wrong order/],
  ])("when read: %s", async (_, damage, message) => {
    const index = await openIndex(await damaged(damage), "index");
    await expect(index.read(0)).rejects.toThrow(message);
  });

  test("a cut file", async () => {
    const bytes = await build();
    await expect(openIndex(new Blob([bytes.subarray(0, -1)]), "index")).rejects.toMatchObject({
      code: "bad-file",
    });
    await expect(openIndex(new Blob(["{}"]), "index")).rejects.toMatchObject({ where: "index" });
  });
});
