import { expect, it } from "vitest";
import type { AdapterUse } from "../../shared/request.ts";
import { describeParts, describeStrength } from "./describe-strength.ts";

const use = (strength: number, change: Partial<AdapterUse> = {}): AdapterUse => ({
  id: "clay",
  unetStrength: strength,
  textStrength: strength,
  ...change,
});

it("explains strengths of an adapter that changes one network only", () => {
  const parts = (unet: number, text: number, words = 0) => ({
    matched: [
      { network: "unet" as const, modules: unet, of: 9 },
      { network: "text_encoder" as const, modules: text, of: 9 },
    ],
    embeddings: Array.from({ length: words }, () => ({ name: "w", vectors: 1, width: 8 })),
  });
  const split = use(0.8, { textStrength: 0 });
  expect(describeParts(split, parts(0, 4))).toBe(
    "It changes the text encoder only, and that strength is 0, so it does nothing.",
  );
  expect(describeParts(split, parts(4, 0))).toBe("It changes the U-Net only, so 0.80 counts.");
  expect(describeParts(use(0.8), parts(4, 0))).toBeNull();
  expect(describeParts(split, parts(4, 4))).toBeNull();
  expect(describeParts(split, parts(0, 0, 1))).toContain("embeddings only");
});

it("formats strengths", () => {
  expect(describeStrength(use(0.8))).toBe("0.80");
  expect(
    describeStrength(use(0.8, { textStrength: 0.3, blockWeights: { M00: 0 }, steps: { start: 5, end: 15 } })),
  ).toBe("U-Net 0.80, text encoder 0.30, weights by block, steps 5 to 14");
  expect(describeStrength(use(1, { steps: { start: 5 } }))).toBe("1.00, from step 5");
  expect(describeStrength(use(1, { steps: { start: 5, end: 6 } }))).toBe("1.00, step 5");
});
