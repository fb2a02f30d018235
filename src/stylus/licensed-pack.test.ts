// Only adapters whose licence allows commercial use: what is left of a pack, and what a run makes of the rest.
import { expect, it } from "vitest";
import { card } from "../../tests/fixtures/cards.ts";
import { adapterReport, loadedPack } from "../../tests/fixtures/run-services.ts";
import { standInServices } from "../../tests/fixtures/stand-in-services.ts";
import { english } from "../shared/saying.ts";
import type { StylusError } from "../shared/errors.ts";
import { countLeftOut, licensedPack } from "./licensed-pack.ts";
import { run } from "./run.ts";

const fewStep = { steps: 4, cfgScale: 1, sampler: "lcm", schedule: "lcm" } as const;
const free = card("clay", "style");
const selfish = { ...card("ink", "style"), license: "cc-by-nc-4.0" };
const silent = { ...card("mosaic", "style"), license: "" };
const quick = { ...card("lcm", "style"), license: "see its page", fewStep };
const pack = loadedPack({
  cards: [quick, free, selfish, silent],
  defaults: { ...loadedPack().defaults, fewStep },
});

it("leaves a pack as it is unless it is asked for, or where nothing is left out", () => {
  expect(licensedPack(pack, false)).toBe(pack);
  const allowed = loadedPack({ cards: [free] });
  expect(licensedPack(allowed, true)).toBe(allowed);
});

it("leaves out what is not allowed and what nobody knows, the few-step mode too, however often it is asked", () => {
  const once = licensedPack(pack, true);
  expect(once.cards).toEqual([free]);
  expect(once.leftOut).toEqual([quick, selfish, silent]);
  expect(once.defaults.fewStep).toBeNull();
  expect(countLeftOut(once)).toEqual({ refused: 1, unknown: 2 });
  expect(licensedPack(once, true)).toBe(once);
  const second = { ...card("turbo", "style"), fewStep: { ...fewStep, steps: 8 } };
  const other = licensedPack({ ...pack, cards: [quick, second] }, true);
  expect(other.defaults.fewStep?.steps).toBe(8);
});

/** A run on this pack, with the option that the search got. */
function commercialRun(options: Partial<Parameters<typeof run>[0]>) {
  const { services, requests } = standInServices();
  const asked: boolean[] = [];
  const search: typeof services.search = (text, all) => {
    asked.push(all.commercialOnly);
    return services.search(text, all);
  };
  const work = run(
    { prompt: "a fox", commercialOnly: true, ...options },
    { ...services, load: async () => pack, search },
  );
  return { work, requests, asked };
}

it("the search gets the option; a tag for one that is left out does nothing, and the run says why", async () => {
  const { work, requests, asked } = commercialRun({ prompt: "clay <lora:ink:1> <lora:clay:0.4>" });
  const { notes } = await work;
  expect(asked).toEqual([true]);
  expect(notes.map(english)).toEqual([
    "<lora:ink:1> does nothing: the licence of “ink” isn’t known to allow commercial use.",
  ]);
  expect(requests[0]!.images[0]!.adapters).toEqual([{ id: "clay", unetStrength: 0.4, textStrength: 0.4 }]);
  expect(requests[0]!.fewStepAdapter).toBeNull();
});

it("the words of textual inversions that are left out do nothing", async () => {
  const own = { id: "mosaic", card: silent, report: adapterReport(), file: new Blob(), addedAt: 0 };
  const { services, requests } = standInServices();
  const load = async () =>
    loadedPack({ cards: [free, selfish, silent], userAdapters: new Map([[own.id, own]]) });
  await run({ prompt: "a fox", commercialOnly: true }, { ...services, load });
  await run({ prompt: "a fox" }, { ...services, load });
  expect(requests.map(({ leftOut }) => leftOut)).toEqual([["mosaic"], undefined]);
});

it.each([{ adapters: [{ id: "mosaic", weight: 1 }] }, { pins: ["mosaic"] }])(
  "refuses one that is asked for by name: %j",
  async (options) => {
    const { work, requests } = commercialRun(options);
    const error = await work.then(
      () => null,
      (reason: unknown) => reason as StylusError,
    );
    expect(error).toMatchObject({
      code: "bad-input",
      message: "The licence of “mosaic” isn’t known to allow commercial use.",
    });
    expect(requests).toEqual([]);
  },
);
