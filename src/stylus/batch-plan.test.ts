// Plans of a batch: seeds, and adapters of tags.
import { describe, expect, it } from "vitest";
import { card } from "../../tests/fixtures/cards.ts";
import { adapterReport, loadedPack } from "../../tests/fixtures/run-services.ts";
import type { Composition } from "../compose/composition.ts";
import { planBatch } from "./batch-plan.ts";
import type { UserAdapter } from "./loaded-pack.ts";
import { completeOptions } from "./options.ts";

const { defaults, userAdapters } = loadedPack();
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
    const { images } = planBatch(composition, options, { cards, userAdapters, tagged: [] });
    expect(images.map(({ seed }) => seed)).toEqual([41, 42, 43, 44]);
    for (const image of images)
      expect(
        planBatch(
          composition,
          { ...options, seed: image.seed, count: 1 },
          { cards, userAdapters, tagged: [] },
        ).images,
      ).toEqual([image]);
  });

  it("adapters of tags are in every image, those that are there", () => {
    const tagged = [use("clay", 1.5), use("gone", 1)];
    for (const image of planBatch(composition, options, { cards, userAdapters, tagged }).images) {
      expect(image.adapters.filter(({ id }) => id !== "ink")).toEqual([use("clay", 1.5)]);
      expect(image.formulas["clay"]).toBe("tag in the prompt");
    }
  });
});

it("pins have the strength of their card", () => {
  const options = completeOptions({ prompt: "clay", pins: ["ink"] }, defaults);
  const [image] = planBatch({ ...composition, tasks: [] }, options, {
    cards,
    userAdapters,
    tagged: [],
  }).images;
  expect(image!.adapters).toEqual([use("ink", 0.5)]);
});

describe("adapters that take turns", () => {
  const lcm = {
    ...card("lcm", "style"),
    fewStep: { steps: 6, cfgScale: 1.5, sampler: "lcm", schedule: "lcm" },
  } as const;
  const turn = (index: number, count: number) => ({ steps: { start: 0, turn: { index, count, hold: 1 } } });
  const plan = (
    change: Partial<Parameters<typeof completeOptions>[0]>,
    tagged: ReturnType<typeof use>[] = [],
  ) => {
    const options = completeOptions({ prompt: "clay", combine: "switch", ...change }, defaults);
    return planBatch(composition, options, { cards: [...cards, lcm], userAdapters, tagged }).images[0]!
      .adapters;
  };

  it("picks, then pins, then tags, each at its full strength; a few-step adapter works all the time", () => {
    const fox = card("fox", "animal");
    const options = completeOptions({ prompt: "clay", combine: "switch", pins: ["ink"] }, defaults);
    const { images } = planBatch(composition, options, {
      cards: [...cards, fox, lcm],
      userAdapters,
      tagged: [use("fox", 1.2), use("lcm", 1)],
    });
    expect(images[0]!.adapters).toEqual([
      { ...use("clay", 0.8), ...turn(0, 3) },
      { ...use("ink", 0.5), ...turn(1, 3) },
      { ...use("fox", 1.2), ...turn(2, 3) },
      use("lcm", 1),
    ]);
  });

  it("a file that leaves the U-Net alone takes no turn", () => {
    const of = (id: string, unet: number): [string, UserAdapter] => [
      id,
      {
        id,
        card: card(id, "style"),
        report: adapterReport({ matched: [{ network: "unet", modules: unet, of: 9 }] }),
        file: new Blob(),
        addedAt: 0,
      },
    ];
    const options = completeOptions({ prompt: "clay", combine: "switch" }, defaults);
    const { images } = planBatch(composition, options, {
      cards: [...cards, card("words", "style"), card("fox", "style")],
      userAdapters: new Map([of("words", 0), of("fox", 4)]),
      tagged: [use("words", 1), use("fox", 1)],
    });
    expect(images[0]!.adapters).toEqual([
      { ...use("clay", 0.8), ...turn(0, 2) },
      use("words", 1),
      { ...use("fox", 1), ...turn(1, 2) },
    ]);
  });

  it("an adapter alone, and adapters that are merged, have no turns", () => {
    expect(plan({})).toEqual([use("clay", 0.8)]);
    expect(plan({ combine: "merge", pins: ["ink"] })).toEqual([use("clay", 0.8), use("ink", 0.5)]);
  });

  it("take turns in their order when listed by hand or by the tags of a restored image", () => {
    const expected = [
      { ...use("ink", 0.25), ...turn(0, 2) },
      { ...use("clay", 1), ...turn(1, 2) },
    ];
    const listed = [
      { id: "ink", weight: 0.25 },
      { id: "clay", weight: 1 },
    ];
    expect(plan({ adapters: listed })).toEqual(expected);
    expect(plan({ adapters: "none" }, [use("ink", 0.25), use("clay", 1)])).toEqual(expected);
  });
});
