// Cards as a file: what is written, and what is read again beside an adapter file.
import { expect, it } from "vitest";
import { card } from "../../../tests/fixtures/cards.ts";
import { adapterReport } from "../../../tests/fixtures/run-services.ts";
import { parseCards } from "../../retrieval/cards.ts";
import { cardsFileName, exportedCardOf, exportedCards } from "./exported-cards.ts";
import { draftForm, draftOf } from "./user-card.ts";
import { adapterFilesOf, sortDrop } from "./dropped-files.ts";

const clay = {
  ...card("clay", "style", { tags: ["clay"], phrases: ["Aardman"], notMeant: ["clay court"] }),
  commercialUse: false,
};
const other = { ...card("clay", "style"), file: { path: "x/ink.safetensors", sizeBytes: 1, sha256: "ab" } };

it("is a list of cards with the user's tags, every id once", () => {
  const text = exportedCards([
    { card: clay, tags: ["mine", "clay"] },
    { card: other, tags: [] },
  ]);
  const cards = parseCards(JSON.parse(text), cardsFileName);
  expect(cards).toEqual([{ ...clay, tags: ["clay", "mine"] }, expect.objectContaining({ id: "clay-2" })]);
});

it("is found for a file by its hash, else by its name; a card alone is that of the file beside it", () => {
  const list = [clay, other];
  const hashes = { sha256: "ab", autoV2: "", autoV3: null };
  expect(exportedCardOf(list, { fileName: "renamed.safetensors", hashes })!.file.path).toBe(
    "x/ink.safetensors",
  );
  expect(exportedCardOf(list, { fileName: "CLAY.safetensors", hashes: null })!.refined).toEqual(clay.refined);
  expect(exportedCardOf(list, { fileName: "owl.safetensors", hashes: null })).toBeNull();
  expect(exportedCardOf(clay, { fileName: "owl.safetensors", hashes: null })).toEqual(clay);
});

it("other JSON, and a card of another version, are none", () => {
  const file = { fileName: "clay.safetensors", hashes: null };
  for (const value of [null, 7, {}, [], { ...clay, refined: { category: "mood" } }, { title: "A model" }])
    expect(exportedCardOf(value, file)).toBeNull();
});

it("fills the form of the file that it lies beside", () => {
  const report = adapterReport({ fileName: "clay.safetensors" });
  expect(draftForm(report, [clay])).toEqual(draftOf(clay));
  expect(draftForm(report, [clay])).toMatchObject({
    phrases: "Aardman",
    notMeant: "clay court",
    license: "CC0-1.0",
    commercialUse: false,
    author: "test",
  });
});

it("lies beside every adapter file of a drop that has no sidecar of its own", () => {
  const files = ["a.safetensors", "a.json", "b.safetensors", cardsFileName].map((name) => new File([], name));
  const { adapters, unknown } = sortDrop(files);
  expect(unknown).toEqual([]);
  expect(adapterFilesOf(adapters).map(({ sidecar }) => sidecar?.name)).toEqual(["a.json", cardsFileName]);
  expect(sortDrop([new File([], cardsFileName)]).unknown).toHaveLength(1);
});
