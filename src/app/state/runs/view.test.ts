import { createStore } from "solid-js/store";
import { afterEach, expect, it } from "vitest";
import { loadedPack } from "../../../../tests/fixtures/run-services.ts";
import { card } from "../../../../tests/fixtures/cards.ts";
import type { Composition } from "../../../compose/composition.ts";
import { planBatch } from "../../../stylus/batch-plan.ts";
import { completeOptions } from "../../../stylus/options.ts";
import { speak } from "../../../texts/texts.ts";
import { createEventFolder, formulaOf, optionsOfImage, sheetImage, startRun } from "./view.ts";
import { say } from "../../../shared/saying.ts";

afterEach(() => speak(() => "en"));

const { defaults } = loadedPack();

it("images that wait have the seeds they will be generated with, until a plan says otherwise", () => {
  const options = completeOptions({ prompt: "a fox", seed: 2 ** 32 - 2, count: 3 }, defaults);
  const [run, set] = createStore(startRun(options, "run"));
  expect(run.images.map(({ id, seed }) => [id, seed])).toEqual([
    ["run-0", 4294967294],
    ["run-1", 4294967295],
    ["run-2", 0],
  ]);
  const fold = createEventFolder(set);
  const planned = { seed: 7, adapters: [], masked: [], formulas: {} };
  fold({ type: "plan", images: [planned] });
  expect(run.images[0]!.seed).toBe(7);
});

it("says what a run does without", () => {
  const [run, set] = createStore(startRun(completeOptions({ prompt: "a fox" }, defaults), "run"));
  createEventFolder(set)({ type: "notes", notes: [say`One.`, say`Two.`] });
  expect(run.notice).toBe("One. Two.");
});

it.each([
  ["0.8 ÷ 2 × 0.75 (budget)", "0.8 ÷ 2 × 0.75 (한도)"],
  ["set by you", "직접 설정함"],
  ["tag in the prompt", "프롬프트의 태그"],
])("says in the user's language how a strength came about: %s", (formula, korean) => {
  const image = { formulas: { clay: formula } };
  expect([formulaOf(image, "clay"), formulaOf(image, "toString")]).toEqual([formula, ""]);
  speak(() => "ko");
  expect(formulaOf(image, "clay")).toBe(korean);
});

it("the sheet of a plot has the adapters of each region that any of its images has", () => {
  const area = { x: 0, y: 0, width: 0.5, height: 1 };
  const areas = [
    { ...area, prompt: "a {red|blue} cat" },
    { ...area, prompt: "a fox" },
  ];
  const use = (id: string) => ({ id, unetStrength: 1, textStrength: 1 });
  const region = (ids: readonly string[], prompt?: string) => ({
    adapters: ids.map(use),
    masked: [],
    formulas: {},
    ...(prompt === undefined ? {} : { prompt }),
  });
  const sheet = (kind: "adapter" | "prompt", values: string) => {
    const plot = { x: { kind, values }, y: null, z: null };
    const options = completeOptions({ prompt: "a meadow", regions: { areas }, plot }, defaults);
    const run = startRun(options, "run");
    const planned = [
      [region(["clay"], "a red cat"), region([])],
      [region(["ink", "clay"], "a blue cat"), region(["fog"])],
    ];
    const images = run.images.map((image, index) => ({ ...image, regions: planned[index]! }));
    const encoded = { png: new Blob(), url: "" };
    return sheetImage({ ...run, images }, { encoded, width: 1, height: 1 });
  };
  expect(sheet("adapter", "clay, ink").regions).toEqual([region(["clay", "ink"]), region(["fog"])]);
  expect(sheet("prompt", "fox, owl").regions).toBeUndefined();
});

it("an image of a batch of variations is planned like the single image with its seeds", () => {
  const { userAdapters } = loadedPack();
  const cards = ["clay", "ink", "fog"].map((id) => card(id, "style"));
  const picks = cards.map(({ id }) => ({ id, reason: "", similarity: 1, weight: 0.8 }));
  const composition: Composition = {
    tasks: [{ text: "clay", start: 0, end: 4, picks }],
    rejected: [],
    composer: { name: "rules", kind: "rules" },
  };
  const context = { cards, userAdapters, tagged: [] };
  const options = completeOptions(
    { prompt: "clay", seed: 41, count: 8, preset: "paper", variation: { seed: 7, strength: 0.2 } },
    defaults,
  );
  const { images } = planBatch(composition, options, context);
  expect(images.map(({ seed, variationSeed }) => [seed, variationSeed])).toEqual(
    [7, 8, 9, 10, 11, 12, 13, 14].map((seed) => [41, seed]),
  );
  for (const image of images) {
    const alone = optionsOfImage(image, { options });
    expect(planBatch(composition, alone, context).images).toEqual([image]);
  }
});
