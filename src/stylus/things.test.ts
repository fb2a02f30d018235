// The thing nearest to a word that the model has never read.
import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, expect, it } from "vitest";
import { drawnCount, nearWords, thingNames, thingsFile } from "../../scripts/build/pocket-things.ts";
import { sha256 } from "../shared/sha256.ts";
import { readHeader } from "../formats/safetensors.ts";
import {
  nearestByMeaning,
  nearestByName,
  readThings,
  surelyMeant,
  thingsPath,
  withNearest,
  type Things,
} from "./things.ts";

const pack = path.join(import.meta.dirname, "../../public/packs/pocket");
const blobOf = (file: string): Blob => new Blob([readFileSync(path.join(pack, file))]);

let things: Things;
beforeAll(async () => {
  things = (await readThings(new Map([[thingsPath, blobOf(thingsPath)]])))!;
});

it("the pack’s file has the things of the training data, and vectors of the pack’s embedder", async () => {
  expect([things.names, things.drawn]).toEqual([thingNames(), drawnCount()]);
  expect(Object.fromEntries(things.near)).toEqual(nearWords(things.names));
  const { metadata } = await readHeader(blobOf(thingsPath), { fileName: thingsPath });
  expect(metadata.get("embedder")).toBe(await sha256(blobOf("embedder/onnx/model_quantized.onnx")));
});

it.each([
  ["cathedral", "castle"],
  ["casle", "castle"],
  ["cas", null],
  ["pengiun", "penguin"],
  ["democracy", null],
  ["constructor", null],
])("%s: %s by name or spelling", (word, thing) => {
  expect(nearestByName(word, things)).toBe(thing);
});

it.each([
  ["cathedral", "castle"], // listed
  ["mermiad", "mermaid"],
  ["racoon", "raccoon"],
  ["bannana", "banana"],
  ["elephamt", "elephant"],
  ["manatee", "seal"],
  ["hello", null], // a wrong letter: no cello
])("%s: %s beyond doubt", (word, thing) => {
  expect(surelyMeant(word, things)).toBe(thing);
});

it("finds the nearest one by meaning, and none that is far or from another embedder", async () => {
  const [fox, car, far] = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ].map((row) => Float32Array.from(row));
  const bytes = thingsFile(["fox", "car"], [fox!, car!], { drawn: 2, near: {}, model: "" });
  const two = (await readThings(new Map([[thingsPath, new Blob([bytes])]])))!;
  expect(nearestByMeaning(Float32Array.from([0.6, 0.8, 0]), two)).toBe("car");
  expect(nearestByMeaning(far!, two)).toBe(null);
  expect(nearestByMeaning(Float32Array.from([1, 0]), two)).toBe(null);
});

it("a pack without the file, or with a damaged one, has none", async () => {
  expect(await readThings(new Map())).toBe(null);
  expect(await readThings(new Map([[thingsPath, new Blob(["{"])]]))).toBe(null);
});

it.each<[string, Record<string, string | null>, string]>([
  ["an alpaca by a lighthouse", { alpaca: "llama", lighthouse: "red tower" }, "a llama by a red tower"],
  ["A submarine, a submarine", { submarine: "ship" }, "A ship, a ship"],
  ["A cabin in Nowhere", { cabin: "igloo", Nowhere: null }, "An igloo in Nowhere"],
  ["banana alpaca", { alpaca: "owl" }, "banana owl"],
])("%s", (prompt, nearest: Readonly<Record<string, string | null>>, expected) => {
  const words = [...prompt.matchAll(/\w+/g)].flatMap(({ 0: text, index }) =>
    Object.hasOwn(nearest, text) ? [{ start: index, end: index + text.length, nearest: nearest[text]! }] : [],
  );
  expect(withNearest(prompt, words)).toBe(expected);
});
