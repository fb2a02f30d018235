// What the page knows of a prompt while a run with regions reads it, and after it was stopped.
import { expect, it } from "vitest";
import { loadedPack } from "../../../tests/fixtures/run-services.ts";
import type { Composition } from "../../compose/composition.ts";
import { completeOptions } from "../../stylus/options.ts";
import { readingFor, readingOfRun } from "./live-choice.ts";
import { startRun, type RunView } from "./runs/view.ts";

const left = { x: 0, y: 0, width: 0.5, height: 1 };
const areas = [
  { ...left, prompt: "a cat" },
  { ...left, x: 0.5, prompt: "a fox" },
];
const options = completeOptions({ prompt: "a meadow", regions: { areas } }, loadedPack().defaults);
const composition = (text: string): Composition => ({
  tasks: [{ text, start: null, end: null, picks: [] }],
  rejected: [],
  composer: { name: "rules", kind: "rules" },
});
const view = (change: Partial<RunView>): RunView => ({
  ...startRun(options, "run"),
  composition: composition("meadow"),
  ...change,
});
const regions = [composition("cat"), composition("fox")];

it("a run that still reads its regions does not hide what is known of them", () => {
  const run = readingOfRun(view({}));
  expect(run).toMatchObject({ isWhole: false, reading: { regions: [] } });
  expect(readingFor(options, { run, typed: null })).toBe(run!.reading);
  const whole = readingOfRun(view({ regions }))!;
  expect(whole.isWhole).toBe(true);
  expect(readingFor(options, { run, typed: whole })).toBe(whole.reading);
  expect(readingFor(options, { run: whole, typed: run })).toBe(whole.reading);
});

it("a run that was stopped before it had read all says nothing", () => {
  expect(readingOfRun(view({ status: "stopped" }))).toBeNull();
  const pending = { ...composition("meadow"), pending: true as const };
  expect(readingOfRun(view({ status: "stopped", composition: pending, regions }))).toBeNull();
  expect(readingOfRun(view({ status: "stopped", regions }))).toMatchObject({ isWhole: true });
});

it("the reading before stays until there is one for the new words", () => {
  const before = readingOfRun(view({ regions }));
  const other = { ...options, prompt: "a forest" };
  expect(readingFor(other, { run: before, typed: null })).toBe(before!.reading);
  expect(readingFor({ ...options, prompt: " " }, { run: before, typed: null }).composition.tasks).toEqual([]);
});
