// Templates and what is drawn from them.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyRuns } from "../../../tests/fixtures/properties.ts";
import {
  expandBatch,
  expandTemplate,
  isWildcardName,
  parseWildcards,
  wildcardName,
  type Wildcards,
} from "./wildcards.ts";
import { english } from "../../shared/saying.ts";

const none: Wildcards = new Map();
const files: Wildcards = new Map([
  ["colours", ["red", "green", "blue"]],
  ["animals/cats", ["{big|small} cat"]],
  ["animals/dogs", ["__colours__ dog"]],
  ["weighted", ["0::never", "always"]],
  ["loop", ["x __loop__"]],
  ["twice", ["__twice__ __twice__"]],
  ["empty", []],
]);

/** What a hundred seeds draw, each once, sorted. */
const drawn = (template: string, from: Wildcards = files): string[] =>
  [
    ...new Set(
      Array.from({ length: 100 }, (_, seed) => expandTemplate(template, { seed, files: from }).text),
    ),
  ].sort();

describe("a template", () => {
  it.each<[string, string[]]>([
    ["a {red|blue} fox", ["a blue fox", "a red fox"]],
    ["{ a | b }", ["a", "b"]],
    ["x{|y}", ["x", "xy"]],
    ["{a|{b|c} d}", ["a", "b d", "c d"]],
    ["{0::a|b}", ["b"]],
    ["{0::a|0::b}", ["a", "b"]],
    ["{2$$a|b}", ["a, b", "b, a"]],
    ["{2$$ and $$a|b}", ["a and b", "b and a"]],
    ["{5$$a|b}", ["a, b", "b, a"]],
    ["{0-1$$a|b}", ["", "a", "b"]],
    ["{1-$$a|b}", ["a", "a, b", "b", "b, a"]],
    ["__colours__", ["blue", "green", "red"]],
    ["__Colours.txt__", ["blue", "green", "red"]],
    ["__animals/*__", ["big cat", "blue dog", "green dog", "red dog", "small cat"]],
    [
      "{3$$__colours__}",
      [
        "blue, green, red",
        "blue, red, green",
        "green, blue, red",
        "green, red, blue",
        "red, blue, green",
        "red, green, blue",
      ],
    ],
    ["{__colours__|x}", ["blue", "green", "red", "x"]],
    ["__weighted__", ["always"]],
    ["a__empty__b", ["ab"]],
    ["{<lora:clay:0.5>|<lora:ink:1>} fox", ["<lora:clay:0.5> fox", "<lora:ink:1> fox"]],
  ])("%s", (template, expected) => {
    expect(drawn(template)).toEqual(expected);
  });

  it.each([
    "{emphasis} and {{more}}",
    String.raw`\{a|b\}`,
    String.raw`\{a|b}`,
    String.raw`\__colours__`,
    "[a|b] (c:1.2) [d:e:0.5]",
    "{a|b",
    "a|b}",
    "a snake_case __ word",
    "__no such file__",
  ])("%s is text", (text) => {
    expect(drawn(text)).toEqual([text]);
  });

  it("keeps escaped bars as parts of an option", () => {
    expect(drawn(String.raw`{a\|b|c}`)).toEqual([String.raw`a\|b`, "c"]);
  });

  it("draws by weight", () => {
    const draws = Array.from(
      { length: 400 },
      (_, seed) => expandTemplate("{3::a|b}", { seed, files: none }).text,
    );
    expect(draws.filter((text) => text === "a").length).toBe(301);
  });

  it("gives the same words for the same seed, and other streams other ones", () => {
    const template = "{a|b|c|d|e|f} __colours__ {2$$g|h|i|j}";
    const words = (seed: number, stream: string) => expandTemplate(template, { seed, files, stream }).text;
    expect(words(7, "prompt")).toBe(words(7, "prompt"));
    expect(new Set([words(7, "prompt"), words(8, "prompt"), words(7, "negative")]).size).toBe(3);
  });

  it("names what no file has, and files without end", () => {
    const { text, unknown, endless } = expandTemplate("__colour__ __loop__", { seed: 1, files });
    expect(unknown).toEqual(["colour"]);
    expect(endless).toEqual(["loop"]);
    expect(text).toMatch(/^__colour__ x x .*__loop__$/);
    expect(expandTemplate("__twice__", { seed: 1, files }).endless).toEqual(["twice"]);
  });

  it("names files whose lines draw several of themselves", () => {
    for (const reference of ["{2$$__pair__}", "{1-$$__pair__}"]) {
      const pair = ["a", `${reference} b`, reference];
      const { text, endless } = expandTemplate("{2$$__pair__}", {
        seed: 3,
        files: new Map([["pair", pair]]),
      });
      expect(endless).toEqual(["pair"]);
      expect(text).toContain(reference);
    }
  });

  it("draws at most 1,000 lines for a prompt, as far as it can be in one go", () => {
    const lines = Array.from({ length: 50_000 }, (_, i) => `line${i}`);
    const count = (template: string): number =>
      expandTemplate(template, { seed: 1, files: new Map([["many", lines]]) }).text.match(/line/gu)!.length;
    expect(count("{9999$$__many__}")).toBe(1_000);
    expect(count("{600$$__many__} {600$$__many__} {600$$__many__}")).toBe(1_200);
    expect(count("__many__ ".repeat(1_100))).toBe(1_000);
    expect(count("{2$$__many*__}")).toBe(2);
  });

  it("never throws, and what was drawn is no template", () => {
    const piece = fc.constantFrom(
      "{",
      "}",
      "|",
      "\\",
      "__",
      "colours",
      "$$",
      "2$$",
      "0.5::",
      " ",
      "a",
      "-",
      "_",
    );
    const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(text, fc.nat(1000), (template, seed) => {
        const once = expandTemplate(template, { seed, files: none }).text;
        // Words that meet may make new names; braces that were drawn are gone.
        expect(expandTemplate(once, { seed: seed + 1, files: none }).text.length).toBeLessThanOrEqual(
          once.length,
        );
      }),
      propertyRuns(200),
    );
  });
});

it("reads files: no comments, no empty lines", () => {
  expect(parseWildcards("\uFEFFred\r\n# a comment\n\n  green \n")).toEqual(["red", "green"]);
  expect(wildcardName("Hair Colours.TXT")).toBe("hair colours");
});

describe("a batch", () => {
  const options = { prompt: "{a|b|c|d} fox", negativePrompt: "{x|y}", seed: 5, count: 4 };

  it("draws image i by seed + i", () => {
    const { images, notes } = expandBatch(options, none);
    expect(notes).toEqual([]);
    for (const [index, image] of images.entries())
      expect(expandBatch({ ...options, seed: 5 + index, count: 1 }, none).images).toEqual([image]);
    expect(new Set(images.map(({ prompt }) => prompt)).size).toBeGreaterThan(1);
  });

  it("says which files are missing, once", () => {
    const { notes } = expandBatch({ ...options, prompt: "a __hat__ and __scarf__ {b|c}" }, none);
    expect(notes.map(english)).toEqual([
      "__hat__, __scarf__ stayed as written: there is no wildcard file with that name. Add one, or correct the name.",
    ]);
  });
});

it("a name is the same however its accents are stored, and one that no prompt can refer to is reported", () => {
  const files = new Map([[wildcardName("Ide\u0301es.txt"), ["sea"]]]);
  expect([...files.keys()]).toEqual(["id\u00e9es"]);
  for (const prompt of ["__id\u00e9es__", "__ide\u0301es__"])
    expect(expandTemplate(prompt, { seed: 1, files }).text).toBe("sea");
  const names = ["hair/long-2", "_own", "हिन्दी", "colour (warm)", "a__b", "end_", "a*", ""];
  expect(names.map(isWildcardName)).toEqual([true, true, true, false, false, false, false, false]);
});
