// Which mutants to try, and against which tests.
import { seededRandom } from "../../src/compose/plan/random.ts";
import type { Mutant } from "./mutants.ts";

/** `count` of `items` in a random order of `seed`; all if there are fewer. */
export function sample<Item>(items: readonly Item[], count: number, seed: number): Item[] {
  const random = seededRandom(seed, "mutants");
  return items
    .map((item) => [random(), item] as const)
    .toSorted(([a], [b]) => a - b)
    .slice(0, count)
    .map(([, item]) => item);
}

/** What a test file reaches of the sources, without any mutant. */
export interface Reach {
  readonly ms: number;
  /** `file:place` of functions. */
  readonly reached: ReadonlySet<string>;
}

const folderOf = (file: string, depth: number): string => file.split("/").slice(0, depth).join("/");

/**
 * The test files that reach a mutant, those first that are likely to tell soon: nearby, fast, or the ones that told of others in this file.
 * Those that `patience` milliseconds do not suffice for are left out, but not the first, nor the file's own (`a.test.ts` beside `a.ts`): they
 * may have told, so the score is a lower bound.
 */
export function testsFor(
  { file, body }: Mutant,
  {
    reaches,
    killers,
    patience,
  }: {
    readonly reaches: ReadonlyMap<string, Reach>;
    readonly killers: ReadonlyMap<string, ReadonlySet<string>>;
    readonly patience: number;
  },
): string[] {
  const costOf = (test: string, ms: number): number => {
    const isNear = folderOf(test, 3) === folderOf(file, 3);
    const distance = killers.get(file)?.has(test)
      ? 0.5
      : isNear
        ? 1
        : folderOf(test, 2) === folderOf(file, 2)
          ? 3
          : 10;
    return distance * (200 + ms);
  };
  const own = file.replace(/\.ts$/, ".test.ts");
  let left = patience;
  return [...reaches]
    .filter(([, { reached }]) => reached.has(`${file}:${body}`))
    .toSorted(([a, { ms }], [b, { ms: msOfB }]) => costOf(a, ms) - costOf(b, msOfB))
    .filter(([test, { ms }], index) => index === 0 || test === own || (left -= ms) >= 0)
    .map(([test]) => test);
}
