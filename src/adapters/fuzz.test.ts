// A sample of the fuzzing run (tests/fuzz/fuzz-adapters.ts runs 100,000 cases or more).
import { expect, test } from "vitest";
import { propertyRuns } from "../../tests/fixtures/properties.ts";
import { runCase } from "../../tests/fuzz/adapter-fuzzer.ts";
import { goldenSeeds } from "../../tests/fuzz/seeds.ts";

const { numRuns: cases } = propertyRuns(3000);

test(
  `${cases} mutated files either load and merge or are rejected with a reason`,
  async () => {
    const seeds = await goldenSeeds();
    const outcomes = { refused: 0, "loaded in part": 0, "loaded whole": 0 };
    for (let index = 0; index < cases; index++) {
      const result = await runCase(index, seeds).catch((cause: unknown) => {
        throw new Error(`case ${index} failed`, { cause });
      });
      outcomes[result.outcome] += 1;
    }
    // All three outcomes occur; otherwise the mutations are too harsh or too mild.
    for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(cases / 50);
  },
  30_000 + 20 * cases,
);
