// Draws that images depend on: the same numbers for good.
import { expect, it } from "vitest";
import { below, seededRandom } from "./random.ts";

it("gives the same numbers for a seed and a stream, and others for another", () => {
  const draws = (seed: number, stream: string): number[] => {
    const random = seededRandom(seed, stream);
    return Array.from({ length: 3 }, () => below(random, 1_000));
  };
  expect(draws(1, "masks")).toEqual(draws(1, "masks"));
  expect(draws(1, "masks")).toEqual([314, 34, 563]);
  expect(draws(2, "masks")).not.toEqual(draws(1, "masks"));
  expect(draws(1, "other")).not.toEqual(draws(1, "masks"));
});
