// Comparisons of a picture that was brought back from the gallery.
import { createRoot } from "solid-js";
import { expect, it } from "vitest";
import type { AdapterCard } from "../retrieval/card.ts";
import { StylusError } from "../shared/errors.ts";
import type { GalleryState } from "./gallery-state.ts";
import { memoryInputs } from "./input-store.ts";
import { completeOptions } from "./options.ts";
import type { Services } from "./ports.ts";
import type { LoadedPack } from "./run-types.ts";
import { createRuns } from "./runs.ts";

const defaults = {
  width: 256,
  height: 256,
  full: { steps: 20, cfgScale: 5, sampler: "dpmpp_2m", schedule: "karras" },
  fewStep: null,
} as const;

const use = (id: string) => ({ id, unetStrength: 1, textStrength: 1 });

/** Of a picture that Pocket painted with `clay` and the pinned `gone`; answers what became of the comparison. */
async function compare(without: string, { isLoaded }: { readonly isLoaded: boolean }) {
  const known = [{ id: "clay", title: "Clay" }] as unknown as readonly AdapterCard[];
  const pack = {
    id: "pocket",
    title: "Pocket",
    cards: known,
    remote: new Map(),
    defaults,
  } as unknown as LoadedPack;
  const run = {
    id: "run",
    createdAt: 0,
    options: completeOptions({ prompt: "a fox", pins: ["gone"], fewStep: false }, defaults),
    candidates: [],
    composition: null,
    report: { pack: { id: "pocket", title: "Pocket" }, stages: [] },
  };
  const image = { id: "run-0", seed: 1, adapters: [use("clay"), use("gone")], png: new Blob() };
  const asked: (readonly string[])[] = [];
  const services = {
    load: async () => pack,
    generate: async (request: { images: { adapters: { id: string }[] }[] }) => {
      asked.push(request.images[0]!.adapters.map(({ id }) => id));
      throw new StylusError("device", "Painted enough.");
    },
  } as unknown as Services;
  const nothing = (): void => {};
  const runs = createRoot(() =>
    createRuns({
      services,
      gallery: { read: async () => ({ run, images: [image] }) } as unknown as GalleryState,
      inputs: Promise.resolve(memoryInputs()),
      packId: () => "pocket",
      pack: () => (isLoaded ? pack : null),
      cards: () => new Map(isLoaded ? known.map((card) => [card.id, card]) : []),
      announce: nothing,
      onProgress: nothing,
      onPack: nothing,
      onDevice: nothing,
      onFailure: () => false,
    }),
  );
  await runs.show("run");
  await runs.compare(0, without);
  return { asked, message: runs.shown()!.images[0]!.variant?.error?.message };
}

it.each([true, false])("a lost adapter can be left out, pinned or not; model there: %s", async (isLoaded) => {
  expect(await compare("gone", { isLoaded })).toEqual({ asked: [["clay"]], message: "Painted enough." });
  expect(await compare("all", { isLoaded })).toEqual({ asked: [[]], message: "Painted enough." });
});

it("a lost adapter that stays in the picture is named; when the model is not there yet, after it has come", async () => {
  expect(await compare("clay", { isLoaded: true })).toEqual({
    asked: [],
    message: "The adapter “gone” of this picture is not here any more.",
  });
  expect(await compare("clay", { isLoaded: false })).toEqual({
    asked: [],
    message: "There is no adapter “gone” in Pocket.",
  });
});
