import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { growth, hardTexts, linear, propertyRuns } from "../../tests/fixtures/properties.ts";
import { withoutTags } from "../shared/prompt-syntax.ts";
import { checkUse } from "../shared/request-check.ts";
import type { AdapterUse } from "../shared/request.ts";
import type { AdapterCard } from "../retrieval/card.ts";
import {
  checkLoraTags,
  describeUnknownTags,
  formatLoraTag,
  readLoraTags,
  tagsOfNegative,
} from "./lora-tags.ts";
import { english, say } from "../shared/saying.ts";

const use = (id: string, weight: number, rest: Partial<AdapterUse> = {}): AdapterUse => ({
  id,
  unetStrength: weight,
  textStrength: weight,
  ...rest,
});

const card = (id: string, { title, file }: { title: string; file: string }): AdapterCard =>
  ({ id, title, file: { path: file } }) as AdapterCard;

describe("readLoraTags", () => {
  it.each<[prompt: string, text: string, adapters: AdapterUse[]]>([
    ["a fox", "a fox", []],
    ["a fox <lora:clay:0.8>", "a fox ", [use("clay", 0.8)]],
    ["<lora:clay>a fox<lora:ink:-0.5>", "a fox", [use("clay", 1), use("ink", -0.5)]],
    ["a <lora:clay:te=0.3:unet=0.8> fox", "a  fox", [use("clay", 0.8, { textStrength: 0.3 })]],
    ["<lora:clay:0.3:0.8>", "", [use("clay", 0.8, { textStrength: 0.3 })]],
    ["<lora:clay:unet=0>", "", [use("clay", 0, { textStrength: 1 })]],
    ["<lora:clay:0.25> <lora:clay:0.5>", " ", [use("clay", 0.75)]],
    [
      "<lora:clay:0.25><lora:clay:1:stop=5><lora:clay:-0.5>",
      "",
      [use("clay", -0.25), use("clay", 1, { steps: { start: 0, end: 5 } })],
    ],
    ["<lora:clay:5><lora:clay:-5>", "", [use("clay", 0)]],
    ["<lora:zoom_slider:7>", "", [use("zoom_slider", 7)]],
    ["<lora:zoom_slider:-15>", "", [use("zoom_slider", -15)]],
    [
      "<lora:clay:0.7:lbw=IN04=0.5,OUT11=0>",
      "",
      [use("clay", 0.7, { blockWeights: { IN04: 0.5, OUT11: 0 } })],
    ],
    ["<lora:clay:1:start=5>", "", [use("clay", 1, { steps: { start: 5 } })]],
    ["<lora:clay:1:stop=15>", "", [use("clay", 1, { steps: { start: 0, end: 15 } })]],
    ["<lora:clay:1:step=5-15>", "", [use("clay", 1, { steps: { start: 5, end: 15 } })]],
    ["<lyco:clay:1:1:dyn=8>", "", [use("clay", 1)]],
    ["a <b> < c: d <3:", "a <b> < c: d <3:", []],
  ])("%s", (prompt, text, adapters) => {
    const tags = readLoraTags(prompt);
    expect(tags.text).toBe(text);
    expect(tags.adapters).toEqual(adapters);
    expect(tags.problems.map(english)).toEqual([]);
    expect(() => checkLoraTags(tags)).not.toThrow();
  });

  it("reads lists and presets of block weights", () => {
    const weights = (text: string) => readLoraTags(`<lora:clay:1:lbw=${text}>`).adapters[0]!.blockWeights!;
    expect(weights("1,0,0,0,0,0,0,0,0.5,1,1,1,1,1,1,1,1")).toMatchObject({ BASE: 1, IN01: 0, OUT03: 0.5 });
    expect(weights("outall")).toMatchObject({ BASE: 1, M00: 0, OUT03: 1 });
  });

  it("reads block weights without a word before them, as the extension's first versions wrote them", () => {
    const named = readLoraTags("<lora:clay:0.5:lbw=0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0>");
    const bare = readLoraTags("<lora:clay:0.5:0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0>");
    expect(bare).toMatchObject({ adapters: named.adapters, problems: [] });
    expect(readLoraTags("<lora:clay:1:OUTALL>").adapters[0]!.blockWeights).toMatchObject({
      IN01: 0,
      OUT03: 1,
    });
  });

  it("names a tag with spaces where none may be", () => {
    for (const tag of ["< lora:clay:1>", "<lora :clay:1>", "< lyco : clay>"])
      expect(readLoraTags(`a ${tag} b`).problems.map(english)).toEqual([
        `${tag}: write <lora: without spaces.`,
      ]);
  });

  it.each([
    ["<lora:clay:much>", "“much” is not a number."],
    ["<lora:clay:te=x>", "“x” is not a number."],
    ["<lora:clay:1:lwb=NONE>", "“lwb” is not a tag option"],
    ["<lora:clay:1:lbw=1,2,3>", "3 numbers instead of 17 or 26"],
    ["<lora:clay:1:lbw=0.5>", "1 number instead of 17 or 26"],
    ["<lora:clay:1:lbw=UP=1>", "not a block and a number"],
    ["<lora:clay:1:lbw=IN12=0.5>", "not a block and a number"],
    ["<lora:clay:1:start=0.5>", "whole numbers"],
    ["<lora:clay:1:step=8-5>", "stop comes after start"],
  ])("%s is reported, not guessed", (prompt, problem) => {
    const tags = readLoraTags(prompt);
    expect(tags.adapters).toEqual([use("clay", 1)]);
    expect(tags.problems.map(english).join()).toContain(problem);
    expect(() => checkLoraTags(tags)).toThrow(problem);
  });

  it.each([
    ["<lora:>", "the adapter’s name is missing"],
    ["<lora: :0.8>", "the adapter’s name is missing"],
    ["<hypernet:anime:0.5>", "Stylus does not support hypernetworks"],
    ["<loar:clay:0.5>", "this tag does not exist"],
  ])("%s leaves the prompt and is reported", (tag, problem) => {
    const tags = readLoraTags(`a ${tag} fox`);
    expect(tags).toMatchObject({ text: "a  fox", adapters: [] });
    expect(tags.problems.map(english).join()).toContain(`${tag}: ${problem}`);
    expect(() => checkLoraTags(tags)).toThrow(problem);
  });

  it("reports each tag in a negative prompt once", () => {
    expect(tagsOfNegative("blurry, <lora:clay:0.8>, <ugly:1> <lora:clay:0.8>, a <b>")).toEqual([
      "<lora:clay:0.8>",
      "<ugly:1>",
    ]);
    expect(tagsOfNegative("blurry")).toEqual([]);
  });

  it("reports an unclosed tag", () => {
    expect(readLoraTags("a fox <lora:clay:0.8, in the snow <lora:ink:1>")).toMatchObject({
      adapters: [use("ink", 1)],
      problems: [say`${"<lora:clay:0.8, in the snow "}: it lacks the closing “>”.`],
    });
  });

  it.each([
    ["<lora:clay:80>", "a strength of 80 would"],
    ["<lora:clay:0.5:-21>", "a strength of -21 would"],
    ["<lora:clay:13><lora:clay:13>", "a strength of 26 would"],
  ])("%s is too strong", (prompt, problem) => {
    const tags = readLoraTags(prompt);
    expect(tags.problems).toHaveLength(1);
    expect(english(tags.problems[0]!)).toContain(problem);
    expect(english(tags.problems[0]!)).toContain("from -20 to 20");
  });

  it("finds adapters by id, file and title in any case; reports an ambiguous name", () => {
    const cards = [
      card("My-LoRA", { title: "Paper collage", file: "my_lora_v2.safetensors" }),
      card("clay", { title: "Clay look", file: "adapters/clay.safetensors" }),
      card("clay-2", { title: "Clay look", file: "clay.pt" }),
    ];
    const ids = (name: string): string[] =>
      readLoraTags(`<lora:${name}:1>`, cards).adapters.map(({ id }) => id);
    for (const name of ["My-LoRA", "my lora", "MY_LORA", "My_Lora_v2.safetensors", "PAPER collage"])
      expect(ids(name)).toEqual(["My-LoRA"]);
    expect(ids("CLAY")).toEqual(["clay"]); // an id goes before files and titles
    expect(ids("nobody")).toEqual(["nobody"]);
    expect(readLoraTags("<lora:clay look:1>", cards).problems.map(english)).toEqual([
      "<lora:clay look:1>: “clay look” may be “clay” or “clay-2”: write one of them.",
    ]);
    // Two spellings of one adapter are one adapter.
    expect(readLoraTags("<lora:my-lora:0.5> <lora:paper collage:0.25>", cards).adapters).toEqual([
      use("My-LoRA", 0.75),
    ]);
  });

  it("maps spans back to the prompt", () => {
    const prompt = "<lora:a:1>a castle <lora:b:1>on a hill <lora:c:1>";
    const tags = readLoraTags(prompt);
    for (const words of ["a castle", "on a hill"]) {
      const start = tags.text.indexOf(words);
      const from = tags.toPrompt(start);
      expect(prompt.slice(from, tags.toPrompt(start + words.length - 1) + 1)).toBe(words);
    }
  });

  it("writes what it reads", () => {
    expect(formatLoraTag(use("clay", 0.6400001))).toBe("<lora:clay:0.6400001>");
    expect(formatLoraTag(use("clay", 0.8, { textStrength: 1 / 3 }))).toBe(
      "<lora:clay:0.3333333333333333:0.8>",
    );
    for (const tag of [
      "<lora:clay:0.64>",
      "<lora:clay:0.3:0.8>",
      "<lora:clay:1:lbw=1,0,0,0,0,0,0,0,0.5,1,1,1,1,1,1,1,1>",
      "<lora:clay:-0.5:start=5:stop=15>",
      "<lora:clay:1:start=0:stop=4>",
    ])
      expect(readLoraTags(tag).adapters.map(formatLoraTag)).toEqual([tag]);
  });
});

describe("any prompt", () => {
  const piece = fc.constantFrom(
    "<",
    ">",
    "lora",
    "LYCO",
    "hypernet",
    ":",
    "clay",
    " ",
    "=",
    "te",
    "lbw",
    "step",
    "-",
    "1",
    "0.5",
    ",",
    "a",
    "é",
    "/",
    "__proto__",
  );
  it("is read without an error and as a run accepts it; words keep their places, and text without tags is as everywhere", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const prompt = pieces.join("");
        const tags = readLoraTags(prompt);
        expect(tags.text).toBe(withoutTags(prompt));
        for (let at = 0; at < tags.text.length; at++) expect(prompt[tags.toPrompt(at)]).toBe(tags.text[at]);
        for (const tag of tags.tags) expect(prompt.slice(tag.start, tag.end)).toBe(tag.text);
        if (tags.problems.length > 0) return;
        for (const read of tags.adapters) expect(() => checkUse(read)).not.toThrow();
        expect(readLoraTags(tags.adapters.map(formatLoraTag).join("")).adapters).toEqual(
          tags.adapters.map((use) => ({
            ...use,
            textStrength: use.textStrength + 0,
            unetStrength: use.unetStrength + 0,
          })),
        );
      }),
      propertyRuns(1000),
    );
  });
  it.each(hardTexts)("takes time in proportion to its length: %s", (_, make) => {
    const cards = Array.from({ length: 50 }, (_none, i) =>
      card(`a${i}`, { title: `A ${i}`, file: `a${i}.pt` }),
    );
    const read = (prompt: string): unknown => {
      const tags = readLoraTags(prompt, cards);
      for (let at = 0; at < tags.text.length; at += 10) tags.toPrompt(at);
      return describeUnknownTags(tags, { title: "Pocket", cards, leftOut: [] }).map(english);
    };
    expect(growth(read, make)).toBeLessThan(linear);
  });
  it("says of an adapter that is left out that its licence is why", () => {
    const leftOut = [card("clay", { title: "Clay look", file: "clay.pt" })];
    const tags = readLoraTags("<lora:Clay look:1>", []);
    expect(describeUnknownTags(tags, { title: "Pocket", cards: [], leftOut }).map(english)).toEqual([
      "<lora:Clay look:1> does nothing: the licence of “Clay look” isn’t known to allow commercial use.",
    ]);
  });
  it("tells each unknown adapter once, with the nearest name", () => {
    const cards = [card("clay", { title: "Clay look", file: "clay.pt" })];
    const tags = readLoraTags("<lora:clai:1> <lora:clay:1> <lora:clai:2>", cards);
    expect(describeUnknownTags(tags, { title: "Pocket", cards, leftOut: [] }).map(english)).toEqual([
      "<lora:clai:2> does nothing: Pocket has no adapter “clai”. Did you mean “clay”?",
    ]);
  });
});
