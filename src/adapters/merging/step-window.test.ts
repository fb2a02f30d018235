// Which steps an adapter works at, and where the set of adapters changes.
import { expect, it } from "vitest";
import type { AdapterSteps } from "../../shared/request.ts";
import type { AppliedAdapter } from "./applied-adapter.ts";
import { isAtWork, stepSegments } from "./step-window.ts";

const atWork = (window: AdapterSteps | undefined, steps: number): string =>
  Array.from({ length: steps }, (_, step) => Number(isAtWork(window, step))).join("");

it("works from its start up to before its end", () => {
  expect(atWork(undefined, 3)).toBe("111");
  expect(atWork({ start: 2, end: 4 }, 6)).toBe("001100");
});

it("takes turns of some steps from its start on", () => {
  expect(atWork({ start: 0, turn: { index: 1, count: 3, hold: 2 } }, 9)).toBe("001100001");
  expect(atWork({ start: 1, end: 6, turn: { index: 1, count: 2, hold: 2 } }, 8)).toBe("00011000");
});

it("splits a run where the set changes; adapters at rest keep their text part alone", () => {
  const adapter = (steps?: AdapterSteps): AppliedAdapter => ({
    id: "a",
    updates: [],
    unetStrength: 0.5,
    textStrength: 0.7,
    ...(steps && { steps }),
  });
  const always = adapter();
  const late = adapter({ start: 1, end: 3 });
  expect(stepSegments([always, late], 5)).toEqual([
    { begin: 0, end: 1, adapters: [always, { ...late, unetStrength: 0 }] },
    { begin: 1, end: 3, adapters: [always, late] },
    { begin: 3, end: 5, adapters: [always, { ...late, unetStrength: 0 }] },
  ]);
  expect(stepSegments([always], 4)).toEqual([{ begin: 0, end: 4, adapters: [always] }]);
  expect(stepSegments([], 2)).toEqual([{ begin: 0, end: 2, adapters: [] }]);
  expect(stepSegments([always], 0)).toEqual([]);
});
