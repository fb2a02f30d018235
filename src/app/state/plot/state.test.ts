// The form of a plot: what is wrong with it, how long it may take; and what its images ask for when they are used again.
import { createRoot, createSignal } from "solid-js";
import { createStore } from "solid-js/store";
import { describe, expect, it } from "vitest";
import { loadedPack } from "../../../../tests/fixtures/run-services.ts";
import { completeOptions } from "../../../stylus/options.ts";
import { optionsToReuse, sheetImage, startRun } from "../runs/view.ts";
import { fromOptions } from "../settings/options.ts";
import { settingsFrom } from "../settings/stored.ts";
import { type Settings } from "../settings/settings.ts";
import { plotLabels } from "./labels.ts";
import { createPlotState, type LastRun } from "./state.ts";
import { expandPlot } from "../../../stylus/plot/cells.ts";

const pack = loadedPack();
const { defaults } = pack;
const options = completeOptions({ prompt: "a fox", seed: 7, fewStep: false, steps: 10 }, defaults);

function form(stored: Partial<Settings> = {}) {
  return createRoot(() => {
    const settings = createStore<Settings>({ ...settingsFrom({}), ...stored });
    const [report, setReport] = createSignal<LastRun | null>(null);
    const state = createPlotState({
      settings,
      options: () => options,
      defaults: () => defaults,
      pack: () => pack,
      readVaes: async () => {},
      wildcards: () => new Map(),
      report,
    });
    state.show();
    return { state, setReport };
  });
}

describe("the form", () => {
  it("says what is wrong, and where", () => {
    const { state } = form();
    expect([state.expanded(), state.problem()]).toEqual([null, null]);
    state.setAxis("y", { kind: "weight", values: "1", adapter: "clay" });
    state.setAxis("y", { kind: "steps", values: "0" });
    expect(state.plot()).toEqual({ x: null, y: { kind: "steps", values: "0" }, z: null });
    expect([state.expanded(), state.problem()?.where]).toEqual([null, "plot.y"]);
    state.setAxis("y", { kind: "vae", values: "none" });
    expect(state.problem()?.message).toBe("Pocket has no other VAE.");
    state.setAxis("y", { kind: "seed", values: "-1, 2" }); // drawn when it starts
    expect([state.expanded()?.rows, state.problem()]).toEqual([2, null]);
  });

  it("leaves the run alone whose axes it shows", () => {
    const plot = { x: { kind: "steps", values: "4, 8" }, y: null, z: null } as const;
    const { state } = form(fromOptions({ ...options, plot }, defaults));
    state.setAxis("x", { kind: "seed", values: "1" });
    expect([state.plot().x?.kind, plot.x]).toEqual(["seed", { kind: "steps", values: "4, 8" }]);
  });

  it("estimates by the steps of the run on show", () => {
    const { state, setReport } = form();
    state.setAxis("x", { kind: "steps", values: "10, 30" });
    expect(state.estimate()).toBe(null);
    const image = { milliseconds: 3000, stepMilliseconds: Array.from({ length: 20 }, () => 100) };
    const half = { ...options, width: options.width / 2 };
    setReport({ images: [image, image], options: half });
    expect(state.estimate()).toBe(40 * 150 * 2);
  });
});

describe("images of a plot", () => {
  const plot = {
    x: { kind: "steps", values: "4, 8" },
    y: { kind: "adapter", values: "clay, none" },
    z: null,
  } as const;
  const asked = { ...options, plot };
  const clay = { id: "clay", unetStrength: 0.8, textStrength: 0.8 };
  const view = startRun(asked, "run");
  view.images[1]!.sampling = { steps: 8 };
  view.images[1]!.adapters = [clay];

  it("are as many as there are combinations, each with its own steps", () => {
    expect(view.images.map(({ steps, seed }) => [steps, seed])).toEqual([
      [4, 7],
      [8, 7],
      [4, 7],
      [8, 7],
    ]);
    const labels = plotLabels(expandPlot(plot, options), {
      adapter: (id) => id.toUpperCase(),
      vae: String,
    });
    expect(labels).toEqual({ x: ["Steps: 4", "Steps: 8"], y: ["CLAY", "No adapter"], z: [] });
  });

  it("are used again as they are, and the sheet as the whole plot", () => {
    expect(optionsToReuse(view.images[1]!, view)).toEqual({
      ...options,
      prompt: "a fox <lora:clay:0.8>",
      steps: 8,
      method: "sd",
    });
    const encoded = { png: new Blob(), url: "" };
    const sheet = sheetImage(view, { encoded, width: 9, height: 5 });
    expect(sheet).toMatchObject({ id: "run-sheet", sheet: true, seed: 7, adapters: [clay], width: 9 });
    expect(optionsToReuse(sheet, view)).toBe(asked);
  });
});
