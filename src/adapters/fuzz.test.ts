// A fixed sample of the fuzzing run (tests/fuzz/fuzz-adapters.ts runs 100,000 cases or more).
import { expect, test } from "vitest";
import { runCase } from "../../tests/fuzz/adapter-fuzzer.ts";
import { goldenSeeds } from "../../tests/fuzz/seeds.ts";

test("2,000 mutated files either load and merge or are rejected with a reason", async () => {
  const seeds = await goldenSeeds();
  const outcomes = { refused: 0, "loaded in part": 0, "loaded whole": 0 };
  for (let index = 0; index < 2000; index++) outcomes[(await runCase(index, seeds)).outcome] += 1;
  // All three outcomes occur; otherwise the mutations are too harsh or too mild.
  for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(100);
});
