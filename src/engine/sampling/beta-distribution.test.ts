// The beta distribution where it has closed forms, and its quantiles.
import { expect, it } from "vitest";
import { inverseRegularizedBeta, regularizedBeta } from "./beta-distribution.ts";

const places = [0.001, 0.1, 0.25, 0.5, 0.6, 0.9, 0.999];

it("the distribution is x for (1, 1), 1 − (1 − x)^b for (1, b), x^a for (a, 1), an arcsine for (½, ½)", () => {
  for (const x of places) {
    expect(regularizedBeta(x, 1, 1)).toBeCloseTo(x, 13);
    expect(regularizedBeta(x, 1, 0.6)).toBeCloseTo(1 - (1 - x) ** 0.6, 13);
    expect(regularizedBeta(x, 0.3, 1)).toBeCloseTo(x ** 0.3, 13);
    expect(regularizedBeta(x, 0.5, 0.5)).toBeCloseTo((2 / Math.PI) * Math.asin(Math.sqrt(x)), 13);
  }
});

it("the distribution is 0 and 1 outside of the interval", () => {
  for (const [x, value] of [
    [-1, 0],
    [0, 0],
    [1, 1],
    [2, 1],
  ] as const) {
    expect(regularizedBeta(x, 0.6, 0.6)).toBe(value);
    expect(inverseRegularizedBeta(x, 0.6, 0.6)).toBe(value);
  }
});

it("quantiles undo it, to the last digits", () => {
  for (const p of places) {
    expect(inverseRegularizedBeta(p, 1, 1)).toBeCloseTo(p, 14);
    expect(inverseRegularizedBeta(p, 0.5, 0.5)).toBeCloseTo(Math.sin((Math.PI * p) / 2) ** 2, 14);
    expect(regularizedBeta(inverseRegularizedBeta(p, 0.6, 0.4), 0.6, 0.4)).toBeCloseTo(p, 12);
  }
});
