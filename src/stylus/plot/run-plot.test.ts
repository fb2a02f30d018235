// A plot from its options to the engine, and into the text of its sheet and back.
import { describe, expect, it } from "vitest";
import { cards, defaults } from "../../../tests/fixtures/infotext.ts";
import { pack, refusal, standInServices } from "../../../tests/fixtures/stand-in-services.ts";
import { parseParameters } from "../../formats/generation-parameters.ts";
import { adaptersOfPlot, readSettings, writeInfotext } from "../infotext.ts";
import { completeOptions, type PartialOptions } from "../options.ts";
import type { RunServices } from "../ports.ts";
import { run } from "../run.ts";
import type { PlannedImage, RunEvent } from "../run-types.ts";
import { readLink, writeLink } from "../share-link.ts";
import type { Plot } from "./axes.ts";
import { say } from "../../shared/saying.ts";

const plotOf = (plot: Partial<Plot>): Plot => ({ x: null, y: null, z: null, ...plot });
const options = { prompt: "a clay fox", fewStep: false, composer: "rules", seed: 3 } as const;

const uses = ({ adapters }: Pick<PlannedImage, "adapters">): string =>
  adapters.map(({ id, unetStrength }) => `${id} ${unetStrength}`).join(", ");

describe("a plot", () => {
  it("is one run: the choice once, a request for each sampling, images at their places", async () => {
    const { services, requests, seen } = standInServices();
    const plot = plotOf({ x: { kind: "steps", values: "4, 8" }, y: { kind: "seed", values: "5, 9" } });
    const { report, images } = await run({ ...options, plot, count: 3 }, services);
    expect(seen).toEqual(["a clay fox", "a clay fox"]);
    expect(requests.map(({ steps, images: jobs }) => [steps, jobs.map(({ seed }) => seed)])).toEqual([
      [4, [5, 9]],
      [8, [5, 9]],
    ]);
    expect(images.map(({ index, seed, sampling }) => [index, seed, sampling])).toEqual([
      [0, 5, { steps: 4 }],
      [1, 5, { steps: 8 }],
      [2, 9, { steps: 4 }],
      [3, 9, { steps: 8 }],
    ]);
    expect(images.map(uses)).toEqual(Array.from({ length: 4 }, () => "clay 0.8"));
    expect(report.stages.filter(({ id }) => id === "generate").map(({ outputs }) => outputs)).toEqual([
      { images: 2 },
      { images: 4 },
    ]);
    expect(report.images.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
  });

  it("merges each set of adapters once", async () => {
    const { services, requests } = standInServices();
    const plot = plotOf({
      x: { kind: "adapter", values: "clay, ink, none" },
      y: { kind: "cfgScale", values: "3, 7" },
    });
    const { images } = await run({ ...options, plot }, services);
    expect(images.map(uses)).toEqual(["clay 0.8", "ink 0.8", "", "clay 0.8", "ink 0.8", ""]);
    const order = requests.flatMap((request) => request.images.map((job) => uses(job)));
    expect(order).toEqual(["clay 0.8", "clay 0.8", "ink 0.8", "ink 0.8", "", ""]);
    expect(requests.map(({ cfgScale }) => cfgScale)).toEqual([3, 7, 3, 7, 3, 7]);
  });

  it("chooses again only for other words, and draws templates by its own seed", async () => {
    const { services, requests, seen } = standInServices();
    const plot = plotOf({
      x: { kind: "prompt", values: "fox, owl" },
      y: { kind: "seed", values: "1-4" },
      z: { kind: "weight", values: "0.5" },
    });
    await run({ ...options, prompt: "a {red|blue} clay fox", plot }, services);
    const words = new Set(requests.flatMap((request) => request.images.map((job) => job.prompt)));
    expect(words.size).toBe(2);
    expect(seen.length).toBe(4);
    expect(new Set(requests.flatMap((request) => request.images.map(uses)))).toEqual(new Set(["clay 0.5"]));
  });

  it("chooses for each preset, and weighs by it", async () => {
    const { services, requests } = standInServices();
    const asked: string[] = [];
    const compose: typeof services.compose = (candidates, context) => {
      asked.push(`${context.request.preset}: ${context.request.prompt}`);
      return services.compose(candidates, context);
    };
    const plot = plotOf({
      x: { kind: "preset", values: "paper, balanced" },
      y: { kind: "seed", values: "1-2" },
    });
    const regions = { areas: [{ x: 0, y: 0, width: 0.5, height: 1, prompt: "a clay cat" }] };
    const { images } = await run({ ...options, regions, plot }, { ...services, compose });
    expect(asked).toEqual([
      "paper: a clay fox",
      "paper: a clay cat",
      "balanced: a clay fox",
      "balanced: a clay cat",
    ]);
    expect(images.map(({ preset, seed }) => [preset, seed])).toEqual([
      ["paper", 1],
      ["balanced", 1],
      ["paper", 2],
      ["balanced", 2],
    ]);
    expect(requests.flatMap((request) => request.images)).toHaveLength(4);
  });

  it("loads the pack of each VAE for its images, with the adapters of a hub again", async () => {
    const { services, requests } = standInServices();
    const vae = (id: string | null, packId: string) => {
      const title = id ?? "Pocket";
      return { id, title, packId, packTitle: packId, sizeBytes: 1, stored: true };
    };
    const vaes = [
      vae(null, "pocket"),
      vae("soft", "pocket+soft"),
      { ...vae("new", "pocket+new"), stored: false },
    ];
    const remote = new Map([["clay", { sizeBytes: 1, stored: true, pageUrl: null }]]);
    const log: string[] = [];
    const withVaes: RunServices = {
      ...services,
      load: async (id) => (log.push(id), { ...pack, id, vaes, remote }),
      fetchAdapters: async (ids) => (log.push(...ids), { downloadedBytes: 0 }),
    };
    const events: RunEvent[] = [];
    const plot = plotOf({
      x: { kind: "vae", values: "soft-840000.ckpt, none" },
      y: { kind: "steps", values: "4, 8" },
    });
    const { images, report } = await run({ ...options, plot }, withVaes, {
      onEvent: (event) => events.push(event),
    });
    expect(log).toEqual(["pocket", "clay", "pocket+soft", "clay", "pocket", "clay"]);
    expect(requests.map(({ packId, steps }) => [packId, steps])).toEqual([
      ["pocket+soft", 4],
      ["pocket+soft", 8],
      ["pocket", 4],
      ["pocket", 8],
    ]);
    expect(images.map((image) => image.vae)).toEqual(["soft-840000.ckpt", null, "soft-840000.ckpt", null]);
    expect(report.stages.filter(({ id }) => id === "load")).toHaveLength(3);
    const refused = async (values: string) =>
      run({ ...options, plot: plotOf({ y: { kind: "vae", values } }) }, withVaes).catch(
        (error: unknown) => error,
      );
    expect(await refused("hard")).toMatchObject({
      where: "plot.y",
      message: "VAE on Y cannot be “hard”.",
      remedy: "Use none, soft, new.",
    });
    expect(await refused("none, new")).toMatchObject({
      code: "not-found",
      message: "new is not downloaded.",
    });
  });

  it("is refused before anything is chosen", async () => {
    const refused = (plot: Plot, change: Partial<PartialOptions> = {}) =>
      refusal({ ...options, ...change, plot });
    const presets = plotOf({ z: { kind: "preset", values: "paper" } });
    expect(await refused(presets, { method: "sd" })).toMatchObject({
      where: "plot.z",
      message: "Preset on Z changes nothing, since Stylus does not choose the adapters.",
    });
    const lcm = plotOf({ x: { kind: "sampler", values: "LCM" }, y: { kind: "steps", values: "8, 60" } });
    expect(await refused(lcm, { schedule: "uniform" })).toMatchObject({
      where: "plot.y",
      message: "The LCM schedule has at most 50 steps, not 60.",
    });
    expect(await refused(plotOf({ x: { kind: "vae", values: "none" } }))).toMatchObject({
      message: "Pocket has no other VAE.",
    });
    expect(await refused(plotOf({ y: { kind: "steps", values: "0" } }))).toMatchObject({ where: "plot.y" });
    expect(await refused(plotOf({ x: { kind: "adapter", values: "clay, paper" } }))).toMatchObject({
      message: "Pocket has no adapter “paper”.",
    });
  });
});

const image = { seed: 3, adapters: [] };
const link = (plot: Partial<Plot>, left: readonly string[] = [], prompt = "a fox") =>
  readLink(
    writeLink(
      { options: completeOptions({ prompt, plot: plotOf(plot) }, defaults), image, model: "" },
      new Set(left),
    ),
    { cards, defaults },
  )!;

describe("the text of a sheet", () => {
  const clay = { id: "clay", unetStrength: 0.64, textStrength: 0.64 };
  const write = (asked: PartialOptions, images: readonly Pick<PlannedImage, "adapters">[]): string => {
    const complete = completeOptions(asked, defaults);
    const image = { seed: 3, adapters: adaptersOfPlot(complete, images), sheet: true as const };
    return writeInfotext({
      options: complete,
      image,
      cards,
      userAdapters: new Map(),
      model: "Pocket",
      version: "1.0.0",
    });
  };
  const read = (text: string) => readSettings(parseParameters(text), cards);

  it("is A1111’s, and brings axes and adapters back", () => {
    const plot = plotOf({
      x: { kind: "weight", values: "0, 0.5", adapter: "clay" },
      y: { kind: "steps", values: "1-10 [3]" },
    });
    const other = { ...clay, id: "ink" };
    const text = write({ prompt: "a fox", fewStep: false, plot }, [
      { adapters: [clay] },
      { adapters: [{ ...clay, unetStrength: 0 }, other] },
    ]);
    expect(text).toContain(
      'Script: X/Y/Z plot, X Type: "Adapter weight: clay", X Values: "0, 0.5", Y Type: Steps, Y Values: 1-10 [3],',
    );
    const { options: back, dropped } = read(text);
    expect([back.prompt, back.method, back.plot, dropped]).toEqual([
      "a fox <lora:clay:0.64> <lora:ink:0.64>",
      "sd",
      plot,
      [],
    ]);
  });

  it("is not that of its single images", () => {
    const plot = plotOf({ x: { kind: "prompt", values: "fox, owl" }, y: { kind: "steps", values: "8" } });
    const text = writeInfotext({
      options: completeOptions({ prompt: "a fox", fewStep: false, seed: 3, plot }, defaults),
      image: { seed: 3, adapters: [clay], prompt: "an owl", sampling: { steps: 8 } },
      cards,
      userAdapters: new Map(),
      model: "Pocket",
      version: "1.0.0",
    });
    expect(text).toBe(write({ prompt: "an owl", fewStep: false, seed: 3, steps: 8 }, [{ adapters: [clay] }]));
  });

  it("has the words as they were written where some are replaced, and adapters are chosen again", () => {
    const plot = plotOf({ x: { kind: "prompt", values: "<lora:ink:0.3>, <lora:ink:0.9>" } });
    const prompt = "a <lora:ink:0.3> clay fox";
    const text = write({ prompt, fewStep: false, plot }, [{ adapters: [clay] }]);
    expect(read(text).options).toMatchObject({ prompt, method: "stylus", plot });
    const off = write({ prompt, fewStep: false, method: "sd", plot }, []);
    expect(read(off).options).toMatchObject({ prompt, method: "sd", plot });
  });

  it("has no adapters where presets choose them, and brings presets and VAEs back", () => {
    const plot = plotOf({
      x: { kind: "preset", values: "paper, balanced" },
      y: { kind: "vae", values: "none, vae-ft-mse" },
    });
    const text = write({ prompt: "a clay fox", fewStep: false, plot }, [{ adapters: [clay] }]);
    expect(text).toContain(
      'X Type: Preset, X Values: "paper, balanced", Y Type: VAE, Y Values: "none, vae-ft-mse"',
    );
    expect(read(text)).toMatchObject({
      options: { prompt: "a clay fox", method: "stylus", plot },
      dropped: [],
    });
    expect(link(plot).options).toMatchObject({ method: "stylus", plot });
  });

  it("A1111’s own grids are read, and what they vary besides is named", () => {
    const text =
      'a fox\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 8, Size: 512x512, Script: X/Y/Z plot, X Type: Seed, X Values: "-1,-1", Fixed X Values: "8, 12", Y Type: Prompt S/R, Y Values: "fox,\\"red, fox\\"", Z Type: Checkpoint name, Z Values: "a,b", Version: v1.9.4';
    const { options: back, dropped } = read(text);
    expect(back.plot).toEqual({
      x: { kind: "seed", values: "8, 12" },
      y: { kind: "prompt", values: 'fox,"red, fox"' },
      z: null,
    });
    expect(dropped).toEqual(["Z Type Checkpoint name", "Z Values a,b"]);
    expect(read(text.replace("X/Y/Z plot", "Loopback")).dropped).toContain("Script Loopback");
  });
});

describe("the link of a plot", () => {
  it("carries the axes, without the adapters that it leaves out", () => {
    const axis = { kind: "adapter", values: "clay, my-face, none" } as const;
    expect(link({ y: axis }).options.plot).toEqual(plotOf({ y: axis }));
    const weight = { kind: "weight", values: "1", adapter: "my-face" } as const;
    const words = { kind: "prompt", values: "<lora:my-face:1>, b" } as const;
    const { options: back } = link({ x: words, y: axis, z: weight }, ["my-face"], "a <lora:my-face:1> fox");
    expect([back.prompt, back.plot]).toEqual([
      "a  fox",
      plotOf({ y: { kind: "adapter", values: "clay, none" } }),
    ]);
  });

  it("leaves out a plot that cannot be, and says so", () => {
    const { options: back, dropped } = link({ x: { kind: "steps", values: "900" } });
    expect([back.plot, dropped]).toEqual([null, [say`${say`Steps`} on ${"X"} cannot be ${"“900”"}.`]]);
  });
});
