// The keys of the list that the prompt box offers.
import { createRoot } from "solid-js";
import { expect, it } from "vitest";
import { card } from "../../../../tests/fixtures/cards.ts";
import { adapterReport, loadedPack } from "../../../../tests/fixtures/run-services.ts";
import type { UserAdapter } from "../../../stylus/loaded-pack.ts";
import { createSuggestions } from "./suggestions.ts";

const cards = [
  card("clay", "style", { title: "Clay Render", tags: ["clay figure"], triggers: ["clyrndr"] }),
  card("noir", "style", { title: "Film Noir" }),
];
const own: UserAdapter = {
  id: "noir",
  card: cards[1]!,
  report: adapterReport({ embeddings: [{ name: "easyneg", vectors: 4, width: 768 }] }),
  file: new Blob(),
  addedAt: 0,
};
const open = (prompt: string, { enabled = true, isNegative = false } = {}) =>
  createRoot(() => {
    const suggestions = createSuggestions({
      pack: () => loadedPack({ cards, userAdapters: new Map([["noir", own]]) }),
      wildcards: () => ["colours"],
      enabled: () => enabled,
      isNegative,
    });
    suggestions.update(prompt, prompt.length);
    const press = (key: string, more: Partial<KeyboardEvent> = {}) =>
      suggestions.press({
        key,
        ctrlKey: false,
        metaKey: false,
        altKey: false,
        shiftKey: false,
        isComposing: false,
        ...more,
      });
    return { suggestions, press };
  });

it("goes round with the arrows, and Enter or Tab takes", () => {
  for (const key of ["Enter", "Tab"]) {
    const { suggestions, press } = open("a cl");
    expect(suggestions.items().map(({ label }) => label)).toEqual(["clyrndr", "Clay Render", "clay figure"]);
    expect(suggestions.active()).toBe(-1);
    for (const [arrow, index] of [
      ["ArrowDown", 0],
      ["ArrowDown", 1],
      ["ArrowUp", 0],
      ["ArrowUp", 2],
      ["ArrowDown", 0],
    ] as const) {
      expect(press(arrow)).toBe(true);
      expect(suggestions.active()).toBe(index);
    }
    expect(press(key)).toEqual({ start: 2, end: 4, text: "clyrndr" });
    expect(suggestions.items()).toEqual([]);
  }
});

it("leaves Enter and Tab alone until a word is chosen, but takes the first of names", () => {
  for (const key of ["Enter", "Tab"]) {
    const words = open("a cl");
    expect(words.press(key)).toBeNull();
    expect(words.suggestions.items()).toEqual([]);
    expect(open("<lora:").press(key)).toEqual({ start: 0, end: 6, text: "<lora:clay:0.8>" });
  }
});

it("Escape closes it, and is then the page's", () => {
  const { press } = open("a cl");
  expect(press("Escape")).toBe(true);
  expect(press("Escape")).toBeNull();
});

it("does not touch shortcuts, nor the keys of an input method", () => {
  const { suggestions, press } = open("<lora:");
  expect(press("ArrowUp", { altKey: true })).toBeNull();
  expect(press("ArrowDown", { ctrlKey: true })).toBeNull();
  expect(press("Enter", { isComposing: true })).toBeNull();
  expect(press("x")).toBeNull();
  expect(suggestions.items().length).toBe(2);
  expect(press("ArrowLeft")).toBeNull();
  expect(suggestions.items()).toEqual([]);
  // Escape stops the run that Ctrl+Enter starts.
  const running = open("<lora:");
  expect(running.press("Enter", { ctrlKey: true })).toBeNull();
  expect(running.press("Escape")).toBeNull();
});

it("can be turned off", () => {
  expect(open("<lora:", { enabled: false }).suggestions.items()).toEqual([]);
});

it("offers a negative prompt usual words and embeddings, whose tags belong into the prompt", () => {
  const labels = (prompt: string, isNegative: boolean): string[] =>
    open(prompt, { isNegative })
      .suggestions.items()
      .map(({ label }) => label);
  expect(labels("cl", false)).toContain("Clay Render");
  expect(labels("cl", true)).toEqual([]);
  expect(labels("a blurry, low", true)).toEqual(["lowres", "low quality"]);
  expect(labels("bad", true)).toEqual(["bad anatomy", "bad hands", "bad proportions"]);
  expect(labels("bad ha", true)).toEqual(["bad hands"]);
  expect(labels("tex", true)).toEqual(["text"]);
  expect(labels("blur", true)).toEqual(["blurry"]);
  expect(labels("fingers", true)).toEqual([
    "missing fingers",
    "extra fingers",
    "fused fingers",
    "too many fingers",
  ]);
  expect(labels("lowr", false)).toEqual([]);
  expect(labels("<lora:", true)).toEqual([]);
  expect(labels("__", true)).toEqual(["colours"]);
  expect(open("easy", { isNegative: true }).suggestions.take(0)).toEqual({
    start: 0,
    end: 4,
    text: "easyneg",
    tag: "<lora:noir:0.8>",
  });
  expect(open("easy").suggestions.take(0)).toEqual({ start: 0, end: 4, text: "easyneg <lora:noir:0.8>" });
});
