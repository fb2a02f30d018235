// Deep features that are used again, on the back ends of Node in float32; those of pages: tests/browser/parity.test.ts.

import { describe, expect, it } from "vitest";
import { backendsIn } from "./backends.ts";
import { deepFeatureErrors } from "./deep-feature.ts";

const TOLERANCE = 1e-4; // measured about 1e-6
const BROKEN = 1e-3;

describe.each(backendsIn("node"))("$name", ({ open }) => {
  it("a later evaluation uses the deep feature of an earlier one", async () => {
    const { whole, shallow, alone, swapped, fresh } = await deepFeatureErrors(await open());
    for (const error of [...whole, ...shallow, alone]) expect(error).toBeLessThan(TOLERANCE);
    for (const error of [swapped, fresh]) expect(error).toBeGreaterThan(BROKEN);
  });
});
