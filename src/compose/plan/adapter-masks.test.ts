import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { propertyRuns } from "../../../tests/fixtures/properties.ts";
import { everyMask, maskCount, sampleMask, totalMasks } from "./adapter-masks.ts";
import type { MaskRule } from "./presets.ts";
import { seededRandom } from "./random.ts";

const rules: readonly MaskRule[] = ["one-hot", "power-set", "never-empty", "all"];

/** Every subset by definition, filtered by the rule, independent of the code under test. */
function byDefinition(n: number, rule: MaskRule): string[] {
  const found: string[] = [];
  for (let bits = 0; bits < 2 ** n; bits++) {
    const mask = Array.from({ length: n }, (_, i) => (bits >> i) & 1);
    const ones = mask.filter(Boolean).length;
    const allowed =
      rule === "power-set" ||
      ones === n ||
      (rule !== "all" && ones === 1) ||
      (rule === "one-hot" && ones === 0);
    if (allowed) found.push(mask.join(""));
  }
  return found;
}

const code = (mask: readonly (readonly boolean[])[]): string =>
  mask.map((bits) => bits.map(Number).join("")).join("|");

describe("masks", () => {
  test("counts and members equal the enumeration by definition", () => {
    for (const rule of rules) {
      for (let n = 0; n <= 6; n++) {
        const listed = [...everyMask([n], rule)].map(code);
        expect(new Set(listed)).toEqual(new Set(byDefinition(n, rule)));
        expect(listed).toHaveLength(Number(maskCount(n, rule)));
      }
    }
  });

  test("the cross product has no duplicates and the stated size", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 }),
        fc.constantFrom(...rules),
        (sizes, rule) => {
          const listed = [...everyMask(sizes, rule)].map(code);
          expect(new Set(listed).size).toBe(listed.length);
          expect(BigInt(listed.length)).toBe(totalMasks(sizes, rule));
        },
      ),
      propertyRuns(100),
    );
  });

  test("the all-zero mask counts, and never-empty has none", () => {
    expect([...everyMask([1], "one-hot")].map(code)).toEqual(["1", "0"]);
    expect(
      [...everyMask([2, 1], "never-empty")].some((mask) => mask.some((bits) => !bits.includes(true))),
    ).toBe(false);
  });

  test("51 adapters of one task are counted and sampled without listing", () => {
    expect(totalMasks([51, 3], "power-set")).toBe(2n ** 54n);
    const mask = sampleMask([51, 3], "power-set", seededRandom(1, "masks"));
    expect(mask.map((bits) => bits.length)).toEqual([51, 3]);
  });

  test("of the power set each adapter is drawn by the lower half of the numbers", () => {
    const drawn = (value: number) => sampleMask([2], "power-set", () => value);
    expect([drawn(0), drawn(0.499), drawn(0.5)]).toEqual([[[true, true]], [[true, true]], [[false, false]]]);
  });

  test("sampling is uniform: chi-square over the 20 masks of (3, 2) one-hot", () => {
    const sizes = [3, 2];
    const counts = new Map([...everyMask(sizes, "one-hot")].map((mask) => [code(mask), 0]));
    expect(counts.size).toBe(20);
    const draws = 20_000;
    for (let i = 0; i < draws; i++) {
      const key = code(sampleMask(sizes, "one-hot", seededRandom(i, "masks")));
      counts.set(key, counts.get(key)! + 1);
    }
    const expected = draws / 20;
    const chi = [...counts.values()].reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);
    expect(chi).toBeLessThan(43.8); // 19 degrees of freedom, p = 0.001
  });
});
