import { expect, it } from "vitest";
import { card } from "../../tests/fixtures/cards.ts";
import { cards as others, defaults } from "../../tests/fixtures/infotext.ts";
import { adapterReport } from "../../tests/fixtures/run-services.ts";
import { parseParameters } from "../formats/generation-parameters.ts";
import { readSettings, writeInfotext } from "./infotext.ts";
import { completeOptions } from "./options.ts";
import type { UserAdapter } from "./loaded-pack.ts";

function inversion(
  fileName: string,
  { name = fileName, digit = "a", license = "CC0-1.0" } = {},
): [string, UserAdapter] {
  const id = fileName.toLowerCase();
  const file = { path: `${fileName}.pt`, sizeBytes: 1, sha256: digit.repeat(64) };
  const report = adapterReport({
    fileName: `${fileName}.pt`,
    embeddings: [{ name, vectors: 2, width: 192 }],
    matched: [],
  });
  return [id, { id, card: { ...card(id, "concept"), file, license }, report, file: new Blob(), addedAt: 0 }];
}

const userAdapters = new Map([
  inversion("EasyNegative", { digit: "a" }),
  inversion("bad-hands-5", { digit: "b", license: "CC-BY-NC-4.0" }),
  inversion("bad", { digit: "c" }),
  inversion("moebius", { name: "mb:one", digit: "d" }),
]);
const cards = new Map([...others, ...[...userAdapters].map(([id, adapter]) => [id, adapter.card] as const)]);

const written = (
  asked: Parameters<typeof completeOptions>[0],
  image: Partial<Parameters<typeof writeInfotext>[0]["image"]> = {},
): string =>
  writeInfotext({
    options: completeOptions({ fewStep: false, ...asked }, defaults),
    image: { seed: 12, adapters: [], ...image },
    cards,
    userAdapters,
    model: "Pocket",
    version: "1.0.0",
  });
const hashesIn = (text: string): string | undefined => parseParameters(text).fields.get("TI hashes");

it("names the textual inversions of prompt and negative prompt as AUTOMATIC1111 does, and reads them back", () => {
  const text = written({ prompt: "a fox, (moebius:1.2)", negativePrompt: "easynegative, bad-hands-5" });
  expect(text).toContain(
    ', TI hashes: "EasyNegative: aaaaaaaaaaaa, bad-hands-5: bbbbbbbbbbbb, moebius: dddddddddddd", ',
  );
  expect(readSettings(parseParameters(text), cards)).toMatchObject({
    options: { prompt: "a fox, (moebius:1.2)", negativePrompt: "easynegative, bad-hands-5" },
    missing: [],
    dropped: [],
  });
  expect(readSettings(parseParameters(text), others).missing).toEqual([
    "EasyNegative",
    "bad-hands-5",
    "moebius",
  ]);
});

it.each([
  ["a fox", undefined],
  ["badly EasyNegatives <lora:bad:1>", undefined],
  ["bad-hands-5", "bad-hands-5: bbbbbbbbbbbb"],
  ["bad hands", "bad: cccccccccccc"],
  ["bad, bad-hands-5, bad", "bad-hands-5: bbbbbbbbbbbb, bad: cccccccccccc"],
  ["in the style of mb:one", "mbone: dddddddddddd"],
])("of “%s”: %s", (prompt, expected) => {
  expect(hashesIn(written({ prompt }))).toBe(expected);
});

it("reads the words that the image has: of its template, its regions and its details", () => {
  expect(hashesIn(written({ prompt: "{bad|a} fox" }, { prompt: "a fox" }))).toBe(undefined);
  const area = { x: 0, y: 0, width: 0.5, height: 0.5, prompt: "EASYNEGATIVE" };
  expect(hashesIn(written({ prompt: "a fox", regions: { areas: [area] } }))).toBe(
    "EasyNegative: aaaaaaaaaaaa",
  );
  expect(hashesIn(written({ prompt: "a fox", details: { areas: [area] } }))).toBe(
    "EasyNegative: aaaaaaaaaaaa",
  );
});

it("those that the setting on commercial use leaves out did nothing", () => {
  expect(hashesIn(written({ prompt: "bad, bad-hands-5", commercialOnly: true }))).toBe("bad: cccccccccccc");
});
