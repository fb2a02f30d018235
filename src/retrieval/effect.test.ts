// Measured effects: kinds and prior.
import { describe, expect, it } from "vitest";
import { type EffectKind, effectKind, effectPrior, type MeasuredEffect } from "./effect.ts";

const measured = (change: Partial<MeasuredEffect> = {}): MeasuredEffect => ({
  direction: 12,
  strength: 0.3,
  consistency: 1,
  prompts: 6,
  ...change,
});

describe("effectKind", () => {
  it.each<[EffectKind, Partial<MeasuredEffect>]>([
    ["good", {}],
    ["weak", { strength: 0.049 }],
    ["good", { strength: 0.05 }],
    ["good", { direction: -0.1 }], // one prompt that it spoils
    ["unstable", { direction: 0, consistency: 0.5 }],
    ["unstable", { consistency: 0.5 }],
    ["good", { consistency: 2 / 3 }],
    ["weak", { strength: 0, direction: -5, consistency: 0 }], // what hardly shows cannot mislead
    ["misleading", { direction: -5, consistency: 0.5 }],
  ])("%s: %j", (kind, change) => {
    expect(effectKind(measured(change))).toBe(kind);
  });
});

describe("effectPrior", () => {
  it("is 0 for a good adapter and where nothing was measured", () => {
    expect(effectPrior(measured())).toBe(0);
    expect(effectPrior(undefined)).toBe(0);
  });

  it("is negative for others", () => {
    expect(effectPrior(measured({ consistency: 0.5 }))).toBe(-0.5);
    expect(effectPrior(measured({ direction: -1, consistency: 0 }))).toBe(-1);
  });
});
