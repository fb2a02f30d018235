// A plot as one request per cell: expansion, what is refused, the adapters of a cell, the order of generation.
import { describe, expect, it } from "vitest";
import type { AdapterUse } from "../../shared/request.ts";
import type { Plot } from "./axes.ts";
import { adaptersOf, adaptersOfCell, expandPlot, passesOf, type PlotBase } from "./cells.ts";

const base: PlotBase = {
  prompt: "a red fox, red sky",
  negativePrompt: "blur",
  seed: 7,
  steps: 20,
  cfgScale: 5,
  sampler: "euler",
  schedule: "karras",
  clipSkip: 1,
};
const plotOf = (plot: Partial<Plot>): Plot => ({ x: null, y: null, z: null, ...plot });
const expanded = (plot: Partial<Plot>) => expandPlot(plotOf(plot), base);
const use = (id: string, strength: number): AdapterUse => ({
  id,
  unetStrength: strength,
  textStrength: strength,
});

describe("expandPlot", () => {
  it("goes row by row, page by page", () => {
    const { columns, rows, pages, cells, axes } = expanded({
      x: { kind: "steps", values: "4, 8" },
      y: { kind: "seed", values: "1-2" },
      z: { kind: "prompt", values: "red, blue" },
    });
    expect([columns, rows, pages]).toEqual([2, 2, 2]);
    expect(cells.map(({ sampling, seed, prompt }) => [sampling.steps, seed, prompt])).toEqual([
      [4, 1, "a red fox, red sky"],
      [8, 1, "a red fox, red sky"],
      [4, 2, "a red fox, red sky"],
      [8, 2, "a red fox, red sky"],
      [4, 1, "a blue fox, blue sky"],
      [8, 1, "a blue fox, blue sky"],
      [4, 2, "a blue fox, blue sky"],
      [8, 2, "a blue fox, blue sky"],
    ]);
    expect(axes.z!.texts).toEqual(["red", "blue"]);
  });

  it("replaces words of the negative prompt too, literally, one axis after the other", () => {
    const { cells } = expanded({
      y: { kind: "prompt", values: "blur, $& noise" },
      z: { kind: "prompt", values: "fox, cat" },
    });
    expect(cells.map(({ prompt, negativePrompt }) => [prompt, negativePrompt])).toEqual([
      ["a red fox, red sky", "blur"],
      ["a red fox, red sky", "$& noise"],
      ["a red cat, red sky", "blur"],
      ["a red cat, red sky", "$& noise"],
    ]);
  });

  it("an axis of schedules says more than a sampler’s name", () => {
    const { cells } = expanded({
      x: { kind: "schedule", values: "Beta" },
      y: { kind: "sampler", values: "DPM++ 2M Karras" },
    });
    expect(cells[0]!.sampling).toEqual({ sampler: "dpmpp_2m", schedule: "beta" });
  });

  it.each([
    [{}, "plot", "The plot has no axis."],
    [{ x: { kind: "prompt", values: "dog, cat" } }, "plot.x", "Prompt S/R on X: “dog” is not in the prompt."],
    [
      { x: { kind: "prompt", values: "red, blue" }, y: { kind: "prompt", values: "red fox, cat" } },
      "plot.y",
      "Prompt S/R on Y: “red fox” is not in the prompt.",
    ],
    [
      { x: { kind: "steps", values: "4" }, z: { kind: "steps", values: "5" } },
      "plot.z",
      "X and Z both vary Steps.",
    ],
    [
      { x: { kind: "steps", values: "1-11" }, y: { kind: "seed", values: "1-10" } },
      "plot",
      "This plot has 110 images; the limit is 100.",
    ],
  ] as const)("refuses %j", (plot, where, message) => {
    expect(() => expanded(plot)).toThrowError(expect.objectContaining({ code: "bad-input", where, message }));
  });
});

describe("adaptersOfCell", () => {
  const chosen = [use("clay", 0.8), use("fox", 0.6)];
  const strengthOf = (): number => 0.7;
  it.each([
    [{ adapter: null, weight: null }, ["clay 0.8", "fox 0.6"]],
    [{ adapter: { among: ["clay", "ink"], id: "clay" }, weight: null }, ["clay 0.8", "fox 0.6"]],
    [{ adapter: { among: ["clay", "ink"], id: "ink" }, weight: null }, ["fox 0.6", "ink 0.7"]],
    [{ adapter: { among: ["clay", "ink"], id: null }, weight: null }, ["fox 0.6"]],
    [{ adapter: null, weight: { id: "clay", strength: 0.3 } }, ["clay 0.3", "fox 0.6"]],
    [{ adapter: null, weight: { id: null, strength: 1 } }, ["clay 1", "fox 1"]],
    [{ adapter: null, weight: { id: "ink", strength: 1 } }, ["clay 0.8", "fox 0.6", "ink 1"]],
    [
      { adapter: { among: ["clay", "ink"], id: "ink" }, weight: { id: "clay", strength: 0.3 } },
      ["fox 0.6", "ink 0.7"],
    ],
  ])("%j", (cell, expected) => {
    const uses = adaptersOfCell(chosen, cell, { strengthOf });
    expect(uses.map(({ id, unetStrength }) => `${id} ${unetStrength}`)).toEqual(expected);
    expect(uses.every(({ unetStrength, textStrength }) => unetStrength === textStrength)).toBe(true);
  });

  it.each([
    [{ adapter: null, weight: { id: "ink", strength: 1 } }, ["clay 0.8", "fox 0.6"]],
    [{ adapter: null, weight: { id: "clay", strength: 1 } }, ["clay 1", "fox 0.6"]],
    [
      { adapter: { among: ["ink"], id: "ink" }, weight: { id: "ink", strength: 1 } },
      ["clay 0.8", "fox 0.6", "ink 1"],
    ],
  ])("%j, ink and clay in regions", (cell, expected) => {
    const uses = adaptersOfCell(chosen, cell, { strengthOf, inRegions: new Set(["ink", "clay"]) });
    expect(uses.map(({ id, unetStrength }) => `${id} ${unetStrength}`)).toEqual(expected);
  });

  it("adaptersOf names those that have to be there", () => {
    const plot = plotOf({
      x: { kind: "adapter", values: "clay, none, ink" },
      y: { kind: "weight", values: "1", adapter: "fox" },
      z: { kind: "steps", values: "4" },
    });
    expect(adaptersOf(plot)).toEqual(["clay", "ink", "fox"]);
  });
});

describe("passesOf", () => {
  it("merges each set of adapters once, and shares passes where the sampling is the same", () => {
    const [clay, ink] = [[use("clay", 0.8)], [use("ink", 0.8)]];
    const [few, many] = [{ steps: 4 }, { steps: 8 }];
    expect(
      passesOf([
        { adapters: clay, sampling: few },
        { adapters: ink, sampling: few },
        { adapters: clay, sampling: many },
        { adapters: ink, sampling: many },
      ]),
    ).toEqual([[0], [2], [1], [3]]);
    expect(passesOf([{ adapters: clay }, { adapters: ink }, { adapters: clay }])).toEqual([[0, 2, 1]]);
  });

  it("loads each VAE once", () => {
    const images = [null, "soft", null, "soft"].map((vae, index) => ({
      adapters: [use(index < 2 ? "clay" : "ink", 0.8)],
      vae,
    }));
    expect(passesOf(images)).toEqual([
      [0, 2],
      [1, 3],
    ]);
  });

  it("has images of the same words beside each other", () => {
    const images = ["a", "b", "a", "b"].map((prompt) => ({ adapters: [], prompt }));
    expect(passesOf(images)).toEqual([[0, 2, 1, 3]]);
  });
});
