// What counts as said, how it is labelled, and tags of adapters.
import { describe, expect, it } from "vitest";
import {
  isSet,
  listOf,
  loraTag,
  nameIn,
  others,
  parameters,
  sizeOf,
  textOf,
  words,
} from "./setting-values.ts";

it("text, numbers and truth values are text; anything else is none", () => {
  expect([" a ", 0, 1.5, true, false].map(textOf)).toEqual(["a", "0", "1.5", "true", "false"]);
  expect([null, undefined, {}, ["a"]].map(textOf)).toEqual(["", "", "", ""]);
  expect([listOf([1]), listOf("a"), listOf(null)]).toEqual([[1], [], []]);
});

it.each(["", " ", "0", 0, "false", false, "False", "None", "none", null, undefined, []])(
  "%j says nothing",
  (value) => expect(isSet(value)).toBe(false),
);
it.each(["a", "NONE", "nothing", 1, -1, true, "00", {}, [0]])("%j says something", (value) =>
  expect(isSet(value)).toBe(true),
);

describe("tags", () => {
  it.each<[string, unknown[], string]>([
    ["ink", [], "<lora:ink>"],
    ["loras/a b/my ink.safetensors", [0.5], "<lora:my ink:0.5>"],
    ["a\\b/c\\ink.PT", ["0.5", 1], "<lora:ink:0.5:1>"],
    ["a/b\\ink.bin", ["", "x", null, 0.2, Number.NaN], "<lora:ink:0.2>"],
    ["ink.ckpt", ["-1"], "<lora:ink:-1>"],
    ["ink.pth", ["1e-1"], "<lora:ink:1e-1>"],
    ["ink.v2", [], "<lora:ink.v2>"],
    ["a:<b>.pt", [], "<lora:a__b_>"],
    ["folder/", [1], ""],
    [".pt", [1], ""],
    ["", [1], ""],
  ])("%s with %j", (name, strengths, tag) => expect(loraTag(name, strengths)).toBe(tag));
});

it("what is not known keeps its own name, as a label can hold it", () => {
  const settings = {
    known: 1,
    hrf_strength: 0.5,
    "odd!label": "x",
    _: 1,
    é: 1,
    " -a-b ": 1,
    x: "y",
    off: false,
    model: { name: "mse" },
    list: [1],
    object: {},
    ["l".repeat(61)]: 1,
  };
  expect(others(settings, words(" known\n other "))).toEqual([
    ["hrf strength", "0.5"],
    ["odd label", "x"],
    ["setting", "1"],
    ["setting", "1"],
    ["a-b", "1"],
    ["setting x", "y"],
    ["model", "mse"],
    ["list", "set"],
    ["object", "set"],
    ["l".repeat(60), "1"],
  ]);
});

it("a model is named by the first of three fields", () => {
  expect(nameIn({ name: "a", model_name: "b", base_model_name: "c" })).toBe("a");
  expect(nameIn({ name: "", model_name: "b", base_model_name: "c" })).toBe("b");
  expect(nameIn({ base_model_name: "c" })).toBe("c");
  expect([nameIn({}), nameIn("a"), nameIn(null)]).toEqual(["", "", ""]);
});

it("a size needs both sides", () => {
  expect([sizeOf(1, "2"), sizeOf(1, ""), sizeOf(null, 2)]).toEqual(["1x2", "", ""]);
});

it("texts and tags are one prompt, and fields without a value are left out", () => {
  const fields = [
    ["Steps", 5],
    ["Seed", ""],
    ["Model", null],
  ] as const;
  expect(parameters({ prompt: "", negativePrompt: "b", tags: ["<lora:a>", "<lora:b>"] }, fields)).toEqual({
    prompt: "<lora:a> <lora:b>",
    negativePrompt: "b",
    fields: new Map([["Steps", "5"]]),
  });
  expect(parameters({ prompt: "a", negativePrompt: "" }, []).prompt).toBe("a");
});
