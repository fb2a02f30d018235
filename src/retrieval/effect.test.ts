// Measured effects: kinds and prior.
import { describe, expect, it } from "vitest";
import { type EffectKind, effectKind, effectPrior, type MeasuredEffect } from "./effect.ts";

const measured = (change: Partial<MeasuredEffect> = {}): MeasuredEffect => ({
  direction: 12,
  low: 8,
  high: 15,
  strength: 0.3,
  prompts: 6,
  ...change,
});

describe("effectKind", () => {
  it.each<[EffectKind, Partial<MeasuredEffect>]>([
    ["good", {}],
    ["weak", { strength: 0.049 }],
    ["good", { strength: 0.05 }],
    ["uncertain", { low: 0 }],
    ["good", { low: 0.1 }],
    ["uncertain", { low: -5, high: 0 }],
    ["misleading", { low: -5, high: -0.1 }],
    ["weak", { strength: 0, low: -5, high: -1 }], // what hardly shows cannot mislead
  ])("%s: %j", (kind, change) => {
    expect(effectKind(measured(change))).toBe(kind);
  });
});

describe("effectPrior", () => {
  it("is 0 for a good or uncertain adapter and where nothing was measured", () => {
    expect(effectPrior(measured())).toBe(0);
    expect(effectPrior(measured({ low: -1 }))).toBe(0);
    expect(effectPrior(undefined)).toBe(0);
  });

  it("is negative for weak and misleading ones", () => {
    expect(effectPrior(measured({ strength: 0 }))).toBe(-1);
    expect(effectPrior(measured({ low: -9, high: -1 }))).toBe(-1);
  });
});
