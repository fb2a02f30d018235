// Plans of a batch: seeds, and adapters of tags.
import { describe, expect, it } from "vitest";
import { card } from "../../tests/fixtures/cards.ts";
import { loadedPack } from "../../tests/fixtures/run-services.ts";
import type { Composition } from "../compose/composition.ts";
import { planBatch } from "./batch-plan.ts";
import { completeOptions } from "./options.ts";

const { defaults } = loadedPack();
const cards = [card("clay", "style"), card("ink", "style", { weight: 0.5 })];
const composition: Composition = {
  tasks: [
    { text: "clay", start: 0, end: 4, picks: [{ id: "clay", reason: "", similarity: 1, weight: 0.8 }] },
  ],
  rejected: [],
  composer: { name: "rules", kind: "rules" },
};
const use = (id: string, strength: number) => ({ id, unetStrength: strength, textStrength: strength });

describe.each(["auto", "none", [{ id: "ink", weight: 0.25 }]] as const)("adapters: %j", (adapters) => {
  const options = completeOptions({ prompt: "clay", seed: 41, count: 4, adapters }, defaults);

  it("image i has seed + i, and is that of a batch of one with its seed", () => {
    const { images } = planBatch(composition, options, { cards, tagged: [] });
    expect(images.map(({ seed }) => seed)).toEqual([41, 42, 43, 44]);
    for (const image of images)
      expect(
        planBatch(composition, { ...options, seed: image.seed, count: 1 }, { cards, tagged: [] }).images,
      ).toEqual([image]);
  });

  it("adapters of tags are in every image, those that are there", () => {
    const tagged = [use("clay", 1.5), use("gone", 1)];
    for (const image of planBatch(composition, options, { cards, tagged }).images) {
      expect(image.adapters.filter(({ id }) => id !== "ink")).toEqual([use("clay", 1.5)]);
      expect(image.formulas["clay"]).toBe("tag in the prompt");
    }
  });
});

it("pins have the strength of their card", () => {
  const options = completeOptions({ prompt: "clay", pins: ["ink"] }, defaults);
  const [image] = planBatch({ ...composition, tasks: [] }, options, { cards, tagged: [] }).images;
  expect(image!.adapters).toEqual([use("ink", 0.5)]);
});
