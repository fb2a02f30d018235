import * as fc from "fast-check";
import { expect, test } from "vitest";
import { propertyRuns } from "../../../tests/fixtures/properties.ts";
import { topRows } from "./top-rows.ts";

test("what sorting finds, ties by place, masked places left out", () => {
  const values = fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 600 });
  fc.assert(
    fc.property(values, fc.nat(20), fc.nat(5), (numbers, k, every) => {
      const masked = Uint8Array.from(numbers, (_, i) => (i % (every + 2) === 0 ? 1 : 0));
      const expected = [...numbers.keys()]
        .filter((i) => masked[i] === 0 && numbers[i]! > -3)
        .sort((a, b) => numbers[b]! - numbers[a]! || a - b)
        .slice(0, k);
      expect(topRows(Float32Array.from(numbers), { k, masked, above: -3 })).toEqual(expected);
    }),
    propertyRuns(100),
  );
});
