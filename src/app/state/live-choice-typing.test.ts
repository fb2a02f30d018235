// What typing asks of the workers: nothing for a key, one choice for a pause, and a reader only when typing has stopped.
import { createRoot, createSignal } from "solid-js";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { pack, standInServices } from "../../../tests/fixtures/stand-in-services.ts";
import { completeOptions } from "../../stylus/options.ts";
import type { ChoiceServices } from "../../stylus/ports.ts";
import { createReading, restMilliseconds } from "./live-choice.ts";

// Node gets Solid's build for servers, whose signals move nothing.
vi.mock("solid-js", () => vi.importActual("solid-js/dist/solid.js"));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const { rules, models } = restMilliseconds;

function setup(change: Partial<ChoiceServices> = {}) {
  const asked: string[] = [];
  const given = { ...standInServices().services, ...change };
  const services: ChoiceServices = {
    ...given,
    embedQuery: (text, options) => (asked.push(`embed ${text}`), given.embedQuery(text, options)),
    search: (text, options) => (asked.push("search"), given.search(text, options)),
    compose: (candidates, options) => (asked.push("compose"), given.compose(candidates, options)),
    read: (request, options) => (asked.push("read"), given.read(request, options)),
  };
  const [prompt, type] = createSignal("");
  const reading = createRoot(() =>
    createReading({
      services,
      pack: () => pack,
      busy: () => false,
      options: () => completeOptions({ prompt: prompt(), composer: "reader" }, pack.defaults),
      shown: () => null,
    }),
  );
  return { asked, type, reading };
}

it("rules answer a pause, and the reader is asked when typing has stopped", async () => {
  expect(rules).toBeLessThan(100);
  const { asked, type, reading } = setup();
  for (const prompt of ["a", "a c", "a cl", "a clay"]) {
    type(prompt);
    await vi.advanceTimersByTimeAsync(rules - 1);
  }
  expect(asked).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toEqual(["embed a clay", "search", "compose"]);
  expect(reading().composition.tasks.map(({ text }) => text)).toEqual(["clay"]);
  await vi.advanceTimersByTimeAsync(models - rules - 1);
  expect(asked.length).toBe(3);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked.slice(3)).toEqual(["read"]);
});

it("a pause that is followed by more words asks no reader", async () => {
  const { asked, type } = setup();
  type("a clay");
  await vi.advanceTimersByTimeAsync(rules);
  type("a clay fox");
  await vi.advanceTimersByTimeAsync(rules);
  expect(asked).toEqual(["embed a clay", "search", "compose", "embed a clay fox", "search", "compose"]);
});

it("while the worker is busy with words that changed, no more is asked of it", async () => {
  const waiting: (() => void)[] = [];
  const { asked, type, reading } = setup({
    embedQuery: () => new Promise((resolve) => waiting.push(() => resolve({ dimensions: 1 }))),
  });
  for (const prompt of ["clay a", "clay b", "clay c", "clay d"]) {
    type(prompt);
    await vi.advanceTimersByTimeAsync(rules);
  }
  expect(asked).toEqual(["embed clay a"]);
  waiting.shift()!();
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toEqual(["embed clay a", "embed clay d"]);
  waiting.shift()!();
  await vi.advanceTimersByTimeAsync(0);
  expect(reading().prompt).toBe("clay d");
});
