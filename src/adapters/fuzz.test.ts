// A fixed sample of the fuzzing run (tests/fuzz/fuzz-adapters.ts runs 100,000 cases and more).
import { expect, test } from "vitest";
import { runCase } from "../../tests/fuzz/adapter-fuzzer.ts";
import { goldenSeeds } from "../../tests/fuzz/seeds.ts";

test("2,000 mutated files are refused with a reason or load and merge", async () => {
  const seeds = await goldenSeeds();
  const outcomes = { refused: 0, "loaded in part": 0, "loaded whole": 0 };
  for (let index = 0; index < 2000; index++) outcomes[(await runCase(index, seeds)).outcome] += 1;
  // All three kinds of ending are reached, or the mutations would be too harsh or too mild to find anything.
  for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(100);
});
