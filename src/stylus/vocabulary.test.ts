import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { authorCards } from "../../scripts/build/author-cards.ts";
import { packCard } from "../../scripts/build/pocket-cards.ts";
import { card } from "../../tests/fixtures/cards.ts";
import { adapterReport } from "../../tests/fixtures/run-services.ts";
import type { UserAdapter } from "./loaded-pack.ts";
import { readThings, thingsPath } from "./things.ts";
import { hasOtherScript, readableText, readVocabulary, unservedWords } from "./vocabulary.ts";

const file = path.join(import.meta.dirname, "../../public/packs/pocket/tokenizer/vocab.json");
const cards = Object.keys(authorCards).map((id) =>
  packCard(id, { path: "", sizeBytes: 0, sha256: "0".repeat(64) }),
);
const files = new Map([["tokenizer/vocab.json", new Blob([readFileSync(file)])]]);

it.each([
  ["a cathedral by the sea, oil painting", ["cathedral"]],
  ["two capybaras and a starship in the snow <lora:nonesuch:0.5>", ["capybaras", "starship"]],
  ["a castle on a hill at night, clay render", []],
  ["three foxes, (a t-rex:1.2) BREAK wearing a party hat", []],
  ["masterpiece, best quality, a cat", []],
  ["🐕 7 ok", []],
  ["고양이와 강아지, a castle", []],
  ["", []],
])("%s", async (prompt, words) => {
  const vocabulary = await readVocabulary(files);
  expect(unservedWords(prompt, { vocabulary, cards, userAdapters: new Map() }, [])).toEqual(words);
});

it("a word that an adapter was chosen for, in any of the prompts, is that adapter's to bring", async () => {
  const pack = {
    vocabulary: await readVocabulary(files),
    cards,
    userAdapters: new Map<string, UserAdapter>(),
  };
  const chosenFor = (text: string) => ({
    tasks: [
      { text, start: 0, end: text.length, picks: [{ id: "a", reason: "", similarity: 0.9, weight: 1 }] },
    ],
  });
  const prompt = "a cathedral, two capybaras and a starship";
  expect(unservedWords(prompt, pack, [chosenFor("a Cathedral"), chosenFor("capybaras")])).toEqual([
    "starship",
  ]);
});

it.each([
  ["a café in Łódź, 3 naïve dogs 🐕 №7 <lora:한복:0.8>", false],
  ["", false],
  ["숲속의 성", true],
  ["a castle, 城", true],
  ["замок", true],
  ["ネコ", true],
])("%j has letters that are not Latin: %j", (prompt, expected) => {
  expect(hasOtherScript(prompt)).toBe(expected);
});

it("a large vocabulary, one of letters, a damaged one, and none say nothing", async () => {
  const large = new Blob([
    JSON.stringify(Object.fromEntries(Array.from({ length: 49_408 }, (_, i) => [`token${i}`, i]))),
  ]);
  const letters = new Blob([JSON.stringify({ "a</w>": 0, "b</w>": 1 })]);
  for (const blob of [large, letters, new Blob(["{"])])
    expect(await readVocabulary(new Map([["tokenizer/vocab.json", blob]]))).toBe(null);
  expect(await readVocabulary(new Map())).toBe(null);
  expect(unservedWords("a cathedral", { vocabulary: null, cards, userAdapters: new Map() }, [])).toEqual([]);
});

it.each([
  ["an ink drawing of two koi circling each other", "an ink drawing of two koi  each other"],
  ["a house by a lake with montains behind", "a house by a lake with mountains behind"],
  ["two cathedrals (by the sea:1.2)", "two castles (by the sea:1.2)"],
  ["a stop sign that says HELLO", "a stop sign that says "],
  ["(steampunk:1.3) robot", "(:1.3) robot"],
  ["Aardman", "Aardman"],
  ["two puffins on a rock", "two penguins on a rock"],
  ["a castle on a hill, clay render", "a castle on a hill, clay render"],
])("%j is read as %j", async (prompt, expected) => {
  const folder = path.join(import.meta.dirname, "../../public/packs/pocket");
  const things = await readThings(
    new Map([[thingsPath, new Blob([readFileSync(path.join(folder, thingsPath))])]]),
  );
  const vocabulary = await readVocabulary(files);
  const userAdapters = new Map<string, UserAdapter>();
  expect(readableText(prompt, { vocabulary, cards, things, userAdapters })).toBe(expected);
  expect(readableText(prompt, { vocabulary: null, cards, things: null, userAdapters })).toBe(prompt);
});

it("the words of the user's textual inversions are read as they stand", async () => {
  const own = card("own", "concept", { title: "My hands" });
  const embeddings = [{ name: "<easyneg>", vectors: 2, width: 192 }];
  const report = adapterReport({ fileName: "EasyNegative.pt", embeddings, matched: [] });
  const userAdapters = new Map([["own", { id: "own", card: own, report, file: new Blob(), addedAt: 0 }]]);
  const pack = { vocabulary: await readVocabulary(files), things: null, cards: [own], userAdapters };
  expect(readableText("a fox, EasyNegative, easyneg", pack)).toBe("a fox, EasyNegative, easyneg");
  expect(readableText("a fox, EasyNegative", { ...pack, cards: [] })).toBe("a fox, ");
});
