// What is said of a queued run beside another.
import { expect, it } from "vitest";
import { loadedPack } from "../../../../tests/fixtures/run-services.ts";
import { completeOptions, type PartialOptions } from "../../../stylus/options.ts";
import { differencesOf } from "./differences.ts";

const options = (change: Omit<PartialOptions, "prompt">) =>
  completeOptions({ prompt: "a fox", seed: 1, ...change }, loadedPack().defaults);

const plain = options({});
const rich = options({
  negativePrompt: "blurry",
  hires: { scale: 1.5 },
  variation: { seed: 3, strength: 0.2 },
  vaeTilePixels: 64,
  guidanceInterval: { start: 0.2, end: 0.8 },
  cacheInterval: 2,
});

it("says what a run has that the other has not, and what it is without", () => {
  expect(differencesOf(rich, plain)).toEqual([
    "Guide in an interval only",
    "Reuse deep features",
    "Negative prompt",
    "Hires fix",
    "Seed variations",
    "Tiled VAE (less memory)",
  ]);
  expect(differencesOf(plain, rich)).toEqual([
    "guided in every step",
    "no reused features",
    "no negative prompt",
    "no hires fix",
    "no seed variations",
    "no tiled VAE",
  ]);
  const picture = { id: "0".repeat(64), width: plain.width, height: plain.height };
  expect(differencesOf(plain, options({ start: { picture } }))).toContain("no init image");
  expect(differencesOf({ ...plain, prompt: "a robot", seed: 2 }, plain)).toEqual([]);
});
