// Styles as the page has them, over a store in memory.
import { createRoot } from "solid-js";
import { createStore } from "solid-js/store";
import { expect, it } from "vitest";
import type { NamedRows } from "../../prompts/named-rows.ts";
import type { PromptStyle } from "../../../stylus/styles.ts";
import { settingsFrom } from "../settings/stored.ts";
import { createStyles } from "./styles.ts";

function styles(store: Partial<NamedRows<PromptStyle>> = {}) {
  const rows = new Map<string, PromptStyle>();
  const opening = Promise.resolve({
    persistent: true,
    all: async () => [...rows.values()],
    put: async (added: readonly PromptStyle[]) => {
      for (const row of added) rows.set(row.name, row);
    },
    remove: async (name: string) => void rows.delete(name),
    ...store,
  });
  const settings = createStore(settingsFrom({ prompt: "a fox", negativePrompt: "" }));
  const state = createRoot(() => createStyles({ opening, settings, announce: () => {} }));
  return { state, settings: settings[0] };
}
const ink: PromptStyle = { name: "Ink", prompt: "ink drawing of {prompt}", negativePrompt: "colour" };

it("keeps, applies, and writes styles into the prompts", async () => {
  const { state, settings } = styles();
  await state.ready;
  expect(await state.save(ink)).toBe(true);
  await state.take([new File(["name,prompt,negative_prompt\r\nNight,at night,sun\r\n"], "styles.csv")]);
  expect(state.open()).toBe(true);
  expect(state.list().map(({ name }) => name)).toEqual(["Ink", "Night"]);
  state.toggle("Night");
  state.toggle("Ink");
  expect(settings.styles).toEqual(["Night", "Ink"]);
  expect(await state.file().text()).toContain("Ink,ink drawing of {prompt},colour\r\n");
  await state.remove("Night");
  expect(settings.styles).toEqual(["Ink"]);
  state.toggle("Ink");
  expect(settings.styles).toEqual([]);
});

it("says what cannot be read or kept", async () => {
  const { state } = styles({
    put: async () => {
      throw new DOMException("full", "QuotaExceededError");
    },
  });
  await state.take([new File(["a,b\n"], "x.csv")]);
  expect(state.error()).toMatchObject({ code: "bad-file", where: "x.csv" });
  expect(await state.save(ink)).toBe(false);
  expect(state.error()).toMatchObject({ code: "quota" });
});
