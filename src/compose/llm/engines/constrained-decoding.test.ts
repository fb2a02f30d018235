// Whatever a model prefers, the text that is decoded is JSON under the schema.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { propertyRuns } from "../../../../tests/fixtures/properties.ts";
import type { JsonSchema } from "../language-model.ts";
import { ConstrainedDecoding, tokenBytes } from "./constrained-decoding.ts";
import { startOf, stepAll } from "./json-grammar.ts";

const schema: JsonSchema = {
  type: "object",
  required: ["tasks"],
  additionalProperties: false,
  properties: {
    tasks: {
      type: "array",
      maxItems: 2,
      items: {
        type: "object",
        required: ["text", "adapters"],
        additionalProperties: false,
        properties: {
          text: { type: "string", enum: ["red fox", "red", 'a "quoted" é'] },
          adapters: { type: "array", maxItems: 1, items: { type: "string", maxLength: 5 } },
        },
      },
    },
  },
};

const accepts = (text: string): boolean => stepAll(startOf(schema), new TextEncoder().encode(text)) === null;

describe("the grammar", () => {
  test.each([
    `{"tasks":[]}`,
    `{"tasks": []}`,
    `{"tasks":[{"text":"red","adapters":[]}]}`,
    `{"tasks": [{"text": "red fox", "adapters": ["a\\"b"]}, {"text": "a \\"quoted\\" é", "adapters": ["éééé🦊"]}]}`,
  ])("accepts %s", (text) => expect(accepts(text)).toBe(true));

  test.each([
    ["a text that is not listed", `{"tasks":[{"text":"red f","adapters":[]}]}`],
    ["a key that is not in the schema", `{"notes":[]}`],
    ["keys in another order", `{"tasks":[{"adapters":[],"text":"red"}]}`],
    ["an item too many", `{"tasks":[{"text":"red","adapters":["a","b"]}]}`],
    ["a text that is too long", `{"tasks":[{"text":"red","adapters":["123456"]}]}`],
    ["a line break in a text", `{"tasks":[{"text":"red","adapters":["a\n"]}]}`],
    ["two spaces", `{"tasks":  []}`],
    ["a comma at the end", `{"tasks":[{"text":"red","adapters":[]},]}`],
    ["more than the text", `{"tasks":[]} `],
    ["less than the text", `{"tasks":[]`],
  ])("refuses %s", (_, text) => expect(accepts(text)).toBe(false));

  test("a character is as many bytes as UTF-8 gives it", () => {
    const state = (bytes: readonly number[]) =>
      stepAll(startOf({ type: "string", maxLength: 1 }), Uint8Array.of(0x22, ...bytes));
    for (const point of [0x20, 0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x1_0000, 0x10_ffff]) {
      const bytes = [...new TextEncoder().encode(String.fromCodePoint(point))];
      expect(state([...bytes, 0x22]), `U+${point.toString(16)}`).toBeNull(); // the whole text
      expect(state([...bytes, 0x61]), `U+${point.toString(16)}`).toBe("no"); // a second character
      if (bytes.length > 1) expect(state([...bytes.slice(0, -1), 0x22])).toBe("no");
    }
    for (const byte of [0x1f, 0x80, 0xbf, 0xc1, 0xf5, 0xff])
      expect(state([byte]), byte.toString(16)).toBe("no");
  });
});

/** Every byte, some of longer tokens, and one that ends. */
const merged = ['{"', "tasks", '":', 'Ġ["', '"}', "red", "Ġfox", "]}", '{"tasks":', "Ã©", "<end>", "<other>"];
const characters = Array.from({ length: 256 }, (_, byte) => {
  const own = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  const shifted = [...Array(byte).keys()].filter(
    (at) => !((at >= 0x21 && at <= 0x7e) || (at >= 0xa1 && at <= 0xac) || at >= 0xae),
  );
  return String.fromCharCode(own ? byte : 0x100 + shifted.length);
});
const vocabulary = new Map([...characters, ...merged].map((token, id) => [token, id]));
const [end, other] = [vocabulary.get("<end>")!, vocabulary.get("<other>")!];
const tokens = tokenBytes(vocabulary, new Set([end, other]));

/** Greedy decoding of a model whose logits are `logitsAt(step)`. */
function decode(logitsAt: (step: number) => Float32Array, most = 300): string {
  const decoding = new ConstrainedDecoding(schema, tokens, [end]);
  const bytes: number[] = [];
  for (let step = 0; step < most; step++) {
    const logits = logitsAt(step);
    decoding.mask(logits);
    const best = logits.indexOf(Math.max(...logits));
    if (best === end) break;
    bytes.push(...tokens.bytes[best]!);
    decoding.take(best);
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

test("bytes of byte-level tokens", () => {
  for (let byte = 0; byte < 256; byte++) expect(tokens.bytes[byte]).toEqual(Uint8Array.of(byte));
  expect(tokens.byFirst[0x20]).toEqual([0x20, vocabulary.get('Ġ["'), vocabulary.get("Ġfox")]);
  expect(tokens.byFirst).toHaveLength(256);
  expect(tokens.byFirst.flat()).toHaveLength(vocabulary.size - 2);
  const odd = tokenBytes(
    [
      ["", 0],
      ["漢", 1],
      ["a漢", 2],
      ["a", 3],
    ],
    new Set(),
  );
  expect(odd.bytes).toEqual([null, null, null, Uint8Array.of(0x61)]);
  expect(odd.byFirst.flat()).toEqual([3]);
  expect(tokens.bytes[vocabulary.get("Ġfox")!]).toEqual(new TextEncoder().encode(" fox"));
  expect(tokens.bytes[vocabulary.get("Ã©")!]).toEqual(new TextEncoder().encode("é"));
  expect(tokens.bytes[end]).toBeNull();
});

test("a model that wants to end, or to write prose, writes JSON", () => {
  const only = (id: number) => () =>
    new Float32Array(vocabulary.size).fill(-10).map((value, i) => (i === id ? 10 : value));
  expect(JSON.parse(decode(only(end)))).toEqual({ tasks: expect.any(Array) });
  expect(JSON.parse(decode(only(vocabulary.get("red")!)))).toEqual({ tasks: expect.any(Array) });
});

test("what is allowed and preferred is taken as it is", () => {
  const wanted = [`{"tasks":`, `Ġ["`].map((token) => vocabulary.get(token)!);
  const decoding = new ConstrainedDecoding(schema, tokens, [end]);
  const logits = new Float32Array(vocabulary.size).map((_, id) => (id === wanted[0] ? 5 : id / 1000));
  decoding.mask(logits);
  expect(logits[wanted[0]!]).toBe(5);
  expect(logits[wanted[1]!]).toBe(-Infinity); // a list of objects does not begin with a text
  expect(logits[end]).toBe(-Infinity);
});

test("keeps the allowed ones of the 64 likeliest tokens", () => {
  fc.assert(
    fc.property(
      fc.array(fc.float({ noNaN: true }), { minLength: vocabulary.size, maxLength: vocabulary.size }),
      (list) => {
        const values = list.map((value, id) => Math.fround(value + id)); // rarely equal
        fc.pre(new Set(values).size === values.length);
        const likeliest = [...values.keys()].sort((a, b) => values[b]! - values[a]!).slice(0, 64);
        const decoding = new ConstrainedDecoding({ type: "string", maxLength: 99 }, tokens, [end]);
        decoding.take('"'.charCodeAt(0));
        const logits = Float32Array.from(values);
        decoding.mask(logits);
        for (const id of likeliest)
          if (id < 0x80) expect([id, logits[id] === values[id]]).toEqual([id, id >= 0x20]); // a byte: all but control characters
        for (const id of values.keys()) if (!likeliest.includes(id)) expect(logits[id]).toBe(-Infinity);
      },
    ),
    propertyRuns(50),
  );
});

test("random models", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      let state = seed | 1;
      const random = (): number =>
        ((state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0) / 2 ** 32;
      const text = decode(() => Float32Array.from({ length: vocabulary.size }, random));
      const { tasks } = JSON.parse(text) as { tasks: { text: string; adapters: string[] }[] };
      expect(tasks.length).toBeLessThanOrEqual(2);
      for (const task of tasks) {
        expect(["red fox", "red", 'a "quoted" é']).toContain(task.text);
        expect(task.adapters.length).toBeLessThanOrEqual(1);
      }
    }),
    propertyRuns(200),
  );
});
