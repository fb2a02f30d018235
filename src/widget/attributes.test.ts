// Attributes become settings; those that cannot be used are named and left out.
import { expect, test } from "vitest";
import { readSettings } from "./attributes.ts";

const read = (attributes: Readonly<Record<string, string>>) =>
  readSettings((name) => attributes[name] ?? null);

test("all attributes", () => {
  expect(
    read({
      prompt: "a fox",
      "negative-prompt": "blurry",
      pack: "sd15",
      adapters: "clay:0.8, ink",
      seed: "7",
      steps: "4",
      size: "256x128",
      cfg: "1.5",
      sampler: "lcm",
      theme: "dark",
      accent: "rebeccapurple",
      "nsfw-check": "off",
      "nsfw-threshold": "0.3",
    }),
  ).toEqual({
    settings: {
      prompt: "a fox",
      negativePrompt: "blurry",
      pack: "sd15",
      adapters: [
        { id: "clay", weight: 0.8 },
        { id: "ink", weight: 1 },
      ],
      seed: 7,
      steps: 4,
      width: 256,
      height: 128,
      cfgScale: 1.5,
      sampler: "lcm",
      theme: "dark",
      accent: "rebeccapurple",
      nsfwCheck: false,
      nsfwThreshold: 0.3,
    },
    problems: [],
  });
});

test("gives no settings without attributes", () => {
  expect(read({})).toEqual({ settings: {}, problems: [] });
});

test.each([["auto"], ["none"], [" none "]])("adapters=%j", (adapters) => {
  expect(read({ adapters }).settings).toEqual({ adapters: adapters.trim() });
});

test.each([
  ["seed", "many"],
  ["seed", ""],
  ["steps", "1000"],
  ["size", "256"],
  ["size", "250x250"],
  ["adapters", "clay:strong"],
  ["adapters", ":1"],
  ["theme", "blue"],
  ["sampler", "toString"],
  ["nsfw-check", "maybe"],
  ["nsfw-check", "toString"],
  ["nsfw-threshold", "0"],
  ["nsfw-threshold", ""],
])("%s=%j is named and left out", (name, text) => {
  const { settings, problems } = read({ prompt: "a fox", [name]: text });
  expect(settings).toEqual({ prompt: "a fox" });
  expect(problems).toEqual([expect.stringContaining(`${name}="${text}" cannot be used: `)]);
});
