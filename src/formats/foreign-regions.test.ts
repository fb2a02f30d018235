// Regions in texts of AUTOMATIC1111's extensions: where each lies and what it says.
import { describe, expect, it } from "vitest";
import { parseParameters } from "./generation-parameters.ts";
import { readLatentCouple } from "./latent-couple.ts";
import { readRegionalPrompter } from "./regional-prompter.ts";

const read = (prompt: string, fields: string) => {
  const text = `${prompt}\nSteps: 20, Sampler: Euler a, Seed: 1, Size: 512x512, ${fields}`;
  return readRegionalPrompter(parseParameters(text)) ?? readLatentCouple(parseParameters(text));
};

/** Left, top, width and height in percent, then the words; the weight where it is not 1. */
const areasOf = (prompt: string, fields: string): string[] =>
  read(prompt, fields)!.areas.map(({ x, y, width, height, prompt: words, weight }) =>
    [
      ...[x, y, width, height].map((side) => Math.round(side * 100)),
      words,
      ...(weight === 1 ? [] : [`×${weight}`]),
    ].join(" "),
  );

describe("Regional Prompter", () => {
  const fields = (mode: string, ratios: string, more = ""): string =>
    `RP Active: True, RP Divide mode: Matrix, RP Matrix submode: ${mode}, RP Mask submode: Mask, RP Prompt submode: Prompt, RP Calc Mode: Attention, RP Ratios: ${/[,;]/u.test(ratios) ? `"${ratios}"` : ratios}, RP Base Ratios: 0.2, ${more}RP LoRA Stop Step: 0, RP Flip: False`;

  // The examples of its documentation, the image of the second as it shows it.
  it.each<[string, string, string, readonly string[]]>([
    [
      "green hair twintail BREAK\nred blouse BREAK\nblue skirt",
      "Vertical",
      "1,1,1",
      ["0 0 100 33 green hair twintail", "0 33 100 33 red blouse", "0 67 100 33 blue skirt"],
    ],
    [
      "(blue sky:1.2) ADDCOL\ngreen hair twintail ADDCOL\n(aquarium:1.3) ADDROW\n(messy desk:1.2) ADDCOL\norange dress and sofa",
      "Columns",
      "1,2,1,1;2,4,6",
      [
        "0 0 50 33 (blue sky:1.2)",
        "50 0 25 33 green hair twintail",
        "75 0 25 33 (aquarium:1.3)",
        "0 33 40 67 (messy desk:1.2)",
        "40 33 60 67 orange dress and sofa",
      ],
    ],
    // Rows go first to columns.
    ["a ADDROW b ADDCOL c", "Rows", "1;1;3,2;1", ["0 0 33 25 a", "0 25 33 75 b", "33 0 67 100 c"]],
    ["a BREAK b BREAK c", "Horizontal", "3,1,1", ["0 0 60 100 a", "60 0 20 100 b", "80 0 20 100 c"]],
    [
      "a BREAK b BREAK c BREAK d",
      "Columns",
      "1,1,1;1,1;2",
      ["0 0 50 25 a", "50 0 50 25 b", "0 25 100 25 c", "0 50 100 50 d"],
    ],
    ["a BREAK b", "Columns", "1,1,1", ["0 0 50 100 a", "50 0 50 100 b"]],
    ["a ADDROW b", "Columns", "1,3", ["0 0 100 25 a", "0 25 100 75 b"]],
    ["a AND b", "Rows", "1,1", ["0 0 100 50 a", "0 50 100 50 b"]],
    ["a BREAK BREAK c", "Rows", "1,1,1", ["0 0 100 33 a", "0 67 100 33 c"]],
  ])("%j, %s of %s", (prompt, mode, ratios, areas) => {
    expect(areasOf(prompt, fields(mode, ratios))).toEqual(areas);
  });

  it("words of all regions become the prompt, whose words follow those of each", () => {
    const found = read(
      "2girls,forest,\nADDCOMM mint braid <lora:clay:0.5>, \nADDCOL brown hair,",
      fields("Horizontal", "1,1", "RP Use Common: True, "),
    );
    expect(found).toMatchObject({
      prompt: "2girls,forest <lora:clay:0.5>", // tags work everywhere
      addPrompt: true,
      baseWeight: 0,
      areas: [{ prompt: "mint braid" }, { prompt: "brown hair" }],
      unread: [],
    });
  });

  it("a base becomes the prompt with its share; beside common words each region has those itself", () => {
    const base = fields("Columns", "1,1", "RP Use Base: True, ");
    expect(read("a girl BREAK red hair BREAK green dress", base)).toMatchObject({
      prompt: "a girl",
      addPrompt: false,
      baseWeight: 0.2,
      areas: [{ prompt: "red hair" }, { prompt: "green dress" }],
    });
    const both = read("best ADDCOMM a girl BREAK red hair BREAK green dress", base);
    expect(both).toMatchObject({
      prompt: "best, a girl",
      addPrompt: false,
      areas: [{ prompt: "best, red hair" }, { prompt: "best, green dress" }],
    });
  });

  it("shares of the base that differ are weights, where weights can say them", () => {
    const shares = (ratios: string) => {
      const found = read("x ADDBASE a ADDCOL b", fields("Columns", "1,1").replace("0.2", `"${ratios}"`))!;
      const own = found.areas.map(({ weight }) => (1 - found.baseWeight) * weight);
      return [
        own.map((weight) => Number((found.baseWeight / (found.baseWeight + weight)).toFixed(3))),
        found.unread,
      ];
    };
    expect(shares("0.2,0.5")).toEqual([[0.2, 0.5], []]);
    expect(shares("0.2,0")).toEqual([[0.2, 0.2], ["RP Base Ratios"]]);
  });

  it("without either the words of all are the prompt, which counts nowhere", () => {
    expect(read("a BREAK b <lora:clay:1>", fields("Columns", "1,1"))).toMatchObject({
      prompt: "a, b <lora:clay:1>",
      baseWeight: 0,
      addPrompt: false,
    });
    const latent = fields("Columns", "1,1").replace("Attention", "Latent");
    expect(read("a BREAK b <lora:clay:1>", latent)).toMatchObject({
      prompt: "a, b",
      areas: [{ prompt: "a" }, { prompt: "b <lora:clay:1>" }],
    });
  });

  it.each([
    ["RP Flip: True", "1;1", ["0 0 50 100 a", "50 0 50 100 b"]],
    ["RP Options: disable convert 'AND' to 'BREAK'", "1,1", ["0 0 50 100 a", "50 0 50 100 b AND c"]],
    ["RP Change AND: True", "1,1", ["0 0 50 100 a", "50 0 50 100 b AND c"]],
    ["RP Options: Comment Out `#`", "1,1", ["0 0 50 100 a", "50 0 50 100 b"]],
  ])("%s", (option, ratios, areas) => {
    const prompt = option.includes("#")
      ? "a # d\nADDCOL b # e"
      : option.includes("AND")
        ? "a BREAK b AND c"
        : "a BREAK b";
    expect(
      areasOf(prompt, `${option}, ${fields("Columns", ratios).replace(", RP Flip: False", "")}`),
    ).toEqual(areas);
  });

  it("BREAK stays one of the prompt where it is asked to; words may change places", () => {
    const options = (which: string): string => fields("Columns", "1,1", `RP Options: ${which}, `);
    expect(areasOf("a BREAK b ADDCOL c", options("Use BREAK to change chunks"))).toEqual([
      "0 0 50 100 a BREAK b",
      "50 0 50 100 c",
    ]);
    expect(areasOf("x ADDCOMM a BREAK b", options("Flip prompts"))).toEqual([
      "0 0 50 100 b",
      "50 0 50 100 a",
    ]);
  });

  it.each([
    ["RP Divide mode: Mask", "RP Divide mode"],
    ["RP Divide mode: Prompt", "RP Divide mode"],
    ["RP Divide mode: Matrix, RP Matrix submode: Random", "RP Matrix submode"],
  ])("%s has no regions here", (mode, unread) => {
    expect(read("a ADDCOL b", `RP Active: True, ${mode}, RP Ratios: 1`)).toMatchObject({
      prompt: "a BREAK b",
      areas: [],
      unread: [unread],
    });
  });

  it("names what has no counterpart, and reads a region of all as none", () => {
    const latent = fields("Columns", "1,1", "RP Options: Disabled in Hires Fix, ").replace(
      "Attention",
      "Latent",
    );
    const found = read("a BREAK b\nNegative prompt: c ADDCOL d", latent.replace("Step: 0", "Step: 8"));
    expect(found).toMatchObject({
      negativePrompt: "c BREAK d",
      negativeByRegion: true,
      unread: ["RP Options", "RP LoRA Stop Step"],
    });
    expect(read("a fox BREAK", fields("Columns", "1"))).toMatchObject({ prompt: "a fox", areas: [] });
    expect(read("a BREAK b", fields("Columns", "1,1").replace("True", "False"))).toBeNull();
  });
});

describe("Latent Couple", () => {
  const field = (text: string): string => `Latent Couple: "${text}"`;
  const usual = "divisions=1:1,1:2,1:2 positions=0:0,0:0,0:1 weights=0.2,0.8,0.8 end at step=20";

  it("the part of the whole image is the prompt, its share is what it counts beside the first region", () => {
    const found = read(
      "2girls\nAND 2girls, black hair <lora:clay:0.5>\nAND 2girls, blonde hair",
      field(usual),
    );
    expect(found).toMatchObject({
      prompt: "2girls <lora:clay:0.5>",
      baseWeight: 0.2,
      addPrompt: false,
      unread: [],
    });
    expect(areasOf("2girls AND black hair AND blonde hair", field(usual))).toEqual([
      "0 0 50 100 black hair",
      "50 0 50 100 blonde hair",
    ]);
  });

  it.each([
    // Rows stand before columns; a position may span several.
    ["divisions=2:1,4:4 positions=1:0,1-3:0-4 weights=1,1", ["0 50 100 50 a", "0 25 100 50 b"]],
    ["divisions=1:2,1:2;positions=0:0,0:1.5;weights=0.4,0.8", ["0 0 50 100 a", "75 0 25 100 b ×2"]],
  ])("%s", (text, areas) => {
    expect(areasOf("a AND b", field(text))).toEqual(areas);
  });

  it("counts the weights of the prompt’s parts, and has no share without a part of the whole image", () => {
    const text = "divisions=1:2,1:2 positions=0:0,0:1 weights=0.8,0.8";
    expect(areasOf("a AND b :0.5", field(text))).toEqual(["0 0 50 100 a", "50 0 50 100 b ×0.5"]);
    expect(read("a AND b", field(text))).toMatchObject({ prompt: "a, b", baseWeight: 0 });
  });

  it("names itself where it ends before the last step, and where it cannot be read", () => {
    expect(read("a AND b AND c", field(usual.replace("=20", "=13")))!.unread).toEqual(["Latent Couple"]);
    for (const text of [
      "divisions=1",
      "divisions=x:y positions=0:0 weights=1",
      "divisions=1:1 positions=: weights=1",
    ])
      expect(read("a AND b", field(text))).toMatchObject({
        prompt: "a AND b",
        areas: [],
        unread: ["Latent Couple"],
      });
    expect(read("a AND b", "Version: v1")).toBeNull();
  });

  it("is read or refused at once, whatever its blanks", () => {
    const blanks = " ".repeat(242);
    const endless = `divisions=${blanks}positions=${blanks}weights=${blanks}${blanks}x`;
    expect(read("a AND b", field(endless))!.unread).toEqual(["Latent Couple"]);
    const spaced = usual.replaceAll(" ", blanks.slice(0, 90));
    expect(read("a AND b AND c", field(spaced))).toEqual(read("a AND b AND c", field(usual)));
  });
});
