// Which images a filter shows.
import { expect, it } from "vitest";
import { isFiltering, noFilter, passes, usesAdapter, type GalleryFilter } from "./gallery-filter.ts";

const now = new Date(2026, 10, 29, 15, 0).getTime();
const image = {
  createdAt: new Date(2026, 10, 27, 0, 0).getTime(),
  adapters: [{ id: "clay", unetStrength: 1, textStrength: 1 }],
};
const about = { marks: { favourite: true, note: "For the Poster" }, prompt: "A fox in the snow", now };

it.each<[Partial<GalleryFilter>, boolean]>([
  [{}, true],
  [{ favourites: true }, true],
  [{ adapter: "clay" }, true],
  [{ adapter: "ink" }, false],
  [{ text: " snow FOX " }, true],
  [{ text: "poster fox" }, true],
  [{ text: "fox moon" }, false],
  [{ days: 1 }, false],
  [{ days: 2 }, false],
  [{ days: 3 }, true], // from the first minute of that day
  [{ days: 3, favourites: true, adapter: "clay", text: "poster" }, true],
])("%j: %s", (change, isShown) => {
  expect(passes(image, { ...noFilter, ...change }, about)).toBe(isShown);
});

it("finds an adapter that works in a region alone", () => {
  const inRegion = {
    ...image,
    regions: [
      { prompt: "a cat", adapters: [{ ...image.adapters[0]!, id: "ink" }], masked: [], formulas: {} },
    ],
  };
  expect(["clay", "ink", "glass"].map((id) => usesAdapter(inRegion, id))).toEqual([true, true, false]);
  expect(passes(inRegion, { ...noFilter, adapter: "ink" }, about)).toBe(true);
});

it("finds an adapter that works in the detail pass alone", () => {
  const detailed = { ...image, detailAdapters: ["ink"] };
  expect(["clay", "ink", "glass"].map((id) => usesAdapter(detailed, id))).toEqual([true, true, false]);
});

it("leaves out what is no favourite, and knows when it shows everything", () => {
  const marks = { favourite: false, note: "" };
  expect(passes(image, { ...noFilter, favourites: true }, { ...about, marks })).toBe(false);
  expect([noFilter, { ...noFilter, text: "  " }, { ...noFilter, days: 7 }].map(isFiltering)).toEqual([
    false,
    false,
    true,
  ]);
});
