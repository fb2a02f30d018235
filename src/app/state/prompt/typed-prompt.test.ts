import { createStore } from "solid-js/store";
import { expect, it, vi } from "vitest";
import type { Adjustments } from "../choice.ts";
import { initialSettings, withPrompt, type Settings } from "../settings/settings.ts";
import { settingsFrom } from "../settings/stored.ts";
import { createTypedPrompt } from "./typed-prompt.ts";

// Node gets Solid's build for servers, whose signals move nothing.
vi.mock("solid-js", () => vi.importActual("solid-js/dist/solid.js"));
vi.mock("solid-js/store", () => vi.importActual("solid-js/store/dist/store.js"));

function open(given: Partial<Settings> = {}) {
  const [settings, setSettings] = createStore<Settings>({ ...initialSettings(), ...given });
  let adjustments: Adjustments = { strengths: { clay: 0.5 }, removed: ["ink"] };
  const choice = {
    snapshot: () => structuredClone(adjustments),
    adopt: (asked: Adjustments) => void (adjustments = asked),
  };
  const typed = createTypedPrompt({ settings: [settings, setSettings], choice });
  return {
    typed,
    settings,
    type: (prompt: string) => setSettings({ prompt }),
    /** An image of the gallery. */
    show(prompt: string) {
      typed.replace(prompt);
      setSettings({ prompt, negativePrompt: "", regions: [] });
      choice.adopt({ strengths: {}, removed: [] });
    },
    run() {
      typed.ran();
      setSettings("history", (history) => withPrompt(history, settings.prompt));
    },
    adjustments: () => adjustments,
  };
}

const region = { x: 0, y: 0, width: 0.5, height: 1, weight: 1, prompt: "a cat" };

it("gives back what was typed and never run: prompt, negative prompt, regions and the changed choice", () => {
  const { typed, settings, show, adjustments } = open({
    prompt: "a fox, never run",
    negativePrompt: "rain",
    regions: [region],
  });
  show("a castle");
  expect([typed.replaced(), settings.history]).toEqual(["a fox, never run", ["a fox, never run"]]);
  show("a robot"); // another image takes nothing away that was typed
  expect(typed.replaced()).toBe("a fox, never run");
  typed.bringBack();
  expect(settings).toMatchObject({
    prompt: "a fox, never run",
    negativePrompt: "rain",
    regions: [region],
    history: ["a castle", "a fox, never run"],
  });
  expect(adjustments()).toEqual({ strengths: { clay: 0.5 }, removed: ["ink"] });
  expect(typed.replaced()).toBeNull();
  show("a castle"); // it still was not run
  expect(typed.replaced()).toBe("a fox, never run");
  typed.forget();
  expect(typed.replaced()).toBeNull();
});

it("says nothing of a prompt that was run, of an image's own, of none, and of the same", () => {
  const { typed, type, show, run } = open({ prompt: "a fox" });
  run();
  show("a castle");
  show("a robot");
  type("");
  show("a castle");
  type("a hill");
  show("a hill");
  expect(typed.replaced()).toBeNull();
});

it("still knows after a reload what an image put in the field, and what was typed", () => {
  const reloaded = ({ settings }: ReturnType<typeof open>): ReturnType<typeof open> =>
    open(settingsFrom(JSON.parse(JSON.stringify(settings)) as Record<string, unknown>));
  const before = open();
  before.show("a castle");
  const put = reloaded(before);
  put.show("a robot");
  expect(put.typed.replaced()).toBeNull();
  put.type("a fox, never run");
  const typed = reloaded(put);
  typed.show("a hill");
  expect(typed.typed.replaced()).toBe("a fox, never run");
});

it("a run ends it, and the prompt that was run counts as run", () => {
  const { typed, show, run } = open({ prompt: "a fox" });
  show("a castle");
  typed.bringBack();
  run();
  show("a castle");
  expect(typed.replaced()).toBeNull();
  const other = open({ prompt: "a fox" });
  other.show("a castle");
  other.run();
  expect(other.typed.replaced()).toBeNull();
});
