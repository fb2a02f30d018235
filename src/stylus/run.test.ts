// The use case over stand-in services: order of stages, what reaches the engine, abort.
import { describe, expect, it } from "vitest";
import { pack, refusal, standInServices } from "../../tests/fixtures/stand-in-services.ts";
import type { LoadedPack } from "./loaded-pack.ts";
import { checkOptions, completeOptions } from "./options.ts";
import { run, runRequest } from "./run.ts";
import type { RunEvent, RunReport } from "./run-types.ts";

describe("run", () => {
  it("fetches the hub's adapters that an image uses, few-step ones too, before it is generated", async () => {
    const { services } = standInServices();
    const remote = new Map(
      ["clay", "ink", "lcm"].map((id) => [id, { sizeBytes: 1, stored: false, pageUrl: null }]),
    );
    const asked: (readonly string[])[] = [];
    const { report } = await run(
      { prompt: "a fox, clay", fewStep: true },
      {
        ...services,
        load: async () => ({ ...pack, remote }),
        fetchAdapters: async (ids) => (asked.push(ids), { downloadedBytes: 2 }),
      },
    );
    expect(asked).toEqual([["clay", "lcm"]]);
    expect(report.stages.map(({ id }) => id).slice(-3)).toEqual(["plan", "fetch", "generate"]);
    expect(report.stages.find(({ id }) => id === "fetch")!.outputs).toEqual({ downloadedBytes: 2 });
  });

  it("goes through the stages in order and reports them", async () => {
    const { services, requests } = standInServices();
    const events: RunEvent[] = [];
    const soFar: RunReport[] = [];
    const { report, images } = await run({ prompt: "a fox, clay", seed: 7, count: 2 }, services, {
      onEvent: (event) => events.push(event),
      onReport: (value) => soFar.push(value),
    });
    const order = ["load", "embed", "retrieve", "compose", "plan", "generate"];
    expect(report.stages.map(({ id }) => id)).toEqual(order);
    expect(events.flatMap((event) => (event.type === "stage-end" ? [event.stage] : []))).toEqual(order);
    expect(report).toMatchObject({ format: "stylus-web/run", version: 3 });
    expect(images.map(({ seed }) => seed)).toEqual([7, 8]);
    expect(requests[0]!.images[0]!.adapters).toEqual([{ id: "clay", unetStrength: 0.8, textStrength: 0.8 }]);
    expect(requests[0]!.fewStepAdapter?.id).toBe("lcm");
    expect(report.images[1]).toMatchObject({
      index: 1,
      stepMilliseconds: [5],
      parts: { sampling: 5 },
      milliseconds: 5,
    });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(soFar.map((value) => value.images)).toEqual([report.images.slice(0, 1), report.images]);
    for (const [index, { stages, ...rest }] of soFar.entries()) {
      expect(stages.map(({ id }) => id)).toEqual(order);
      expect(stages.at(-1)).toMatchObject({ inputs: requests[0], outputs: { images: index + 1 } });
      expect(rest).toMatchObject({ options: report.options, pack: report.pack, device: report.device });
    }
  });

  it("settles what is asked for when the pack is there, and not at all when it is refused", async () => {
    const { services, requests } = standInServices();
    const settle = ({ defaults }: LoadedPack) => {
      const options = { ...completeOptions({ prompt: "a fox", steps: 30 }, defaults), steps: 200 };
      return checkOptions(options, { defaults });
    };
    await expect(
      runRequest({ device: "auto", commercialOnly: false, settle }, services),
    ).rejects.toMatchObject({
      code: "bad-input",
      message: "Steps must be 1–150, not 200.",
    });
    expect(requests).toEqual([]);
    const settled: LoadedPack[] = [];
    const { report } = await runRequest(
      {
        device: "auto",
        commercialOnly: false,
        settle(loaded) {
          settled.push(loaded);
          return checkOptions(completeOptions({ prompt: "a fox", steps: 30 }, loaded.defaults));
        },
      },
      services,
    );
    expect(settled).toEqual([pack]);
    expect(report.options.steps).toBe(30);
  });

  it.each([
    ["none" as const, []],
    [[{ id: "ink", weight: 0.5 }], [{ id: "ink", unetStrength: 0.5, textStrength: 0.5 }]],
  ])("adapters %j: no stage chooses", async (adapters, expected) => {
    const { services, requests } = standInServices();
    const { report } = await run({ prompt: "clay", adapters }, services);
    expect(report.stages.map(({ id }) => id)).toEqual(["load", "plan", "generate"]);
    expect(requests[0]!.images[0]!.adapters).toEqual(expected);
  });

  it("uses pins, bans and strengths", async () => {
    const { services, requests } = standInServices();
    await run({ prompt: "clay", pins: ["ink"], bans: ["clay"], strengths: { ink: 0.25 } }, services);
    expect(requests[0]!.images[0]!.adapters).toEqual([{ id: "ink", unetStrength: 0.25, textStrength: 0.25 }]);
  });

  it("opens The init image; the report names it, without its pixels", async () => {
    const { services, requests } = standInServices();
    const image = { width: 2, height: 1, rgba: new Uint8ClampedArray(8) };
    const values = { blur: 4, region: "whole", padding: 32, fill: "original" } as const;
    const mask = { ...values, values: new Uint8Array(2) };
    const asked = { picture: { id: "p", width: 2, height: 1 }, strength: 0.5, mask: { id: "m" } };
    const { report } = await run({ prompt: "clay", start: asked }, services, {
      openInitImage: async (start) => {
        expect(start).toEqual({ ...asked, mask: { id: "m", ...values } });
        return { image, strength: start.strength, mask };
      },
    });
    expect(requests[0]!.imageToImage).toEqual({ image, strength: 0.5, mask });
    const { imageToImage } = report.stages.find(({ id }) => id === "generate")!.inputs as {
      imageToImage: unknown;
    };
    expect(imageToImage).toEqual({
      image: { sha256: "p", width: 2, height: 1 },
      strength: 0.5,
      mask: { sha256: "m", ...values },
    });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(await refusal({ prompt: "clay", start: asked })).toMatchObject({ code: "not-found" });
  });

  it("asks the engine for a second pass by its size", async () => {
    const { services, requests } = standInServices();
    await run({ prompt: "clay", steps: 6, hires: { scale: 1.5 }, vaeTilePixels: 128 }, services);
    expect(requests[0]!.hires).toEqual({
      width: 384,
      height: 384,
      upscaler: "pixel-lanczos",
      strength: 0.4,
      steps: 6,
    });
    expect(requests[0]).toMatchObject({ vaeTilePixels: 128 });
    expect(requests[0]).not.toHaveProperty("imageToImage");
  });

  it("variations share the seed and the words drawn by it, and go through variation seeds", async () => {
    const { services, requests } = standInServices();
    const variation = { seed: 4_294_967_295, strength: 0.25 };
    const asked = { prompt: "a {red|blue|green} fox", seed: 3, count: 3, variation, fewStep: false };
    const { report, images } = await run(asked, services);
    const jobs = requests[0]!.images;
    expect(jobs.map(({ seed, variation }) => [seed, variation])).toEqual([
      [3, { seed: 4_294_967_295, strength: 0.25 }],
      [3, { seed: 0, strength: 0.25 }],
      [3, { seed: 1, strength: 0.25 }],
    ]);
    expect(new Set(jobs.map(({ prompt }) => prompt)).size).toBe(1);
    expect(report.options.variation).toEqual(variation);
    for (const each of [report.images, images])
      expect(each.map(({ variationSeed }) => variationSeed)).toEqual([4_294_967_295, 0, 1]);
  });

  it("seeds of a batch go on at 0 after 2³² − 1, planned or listed", async () => {
    for (const adapters of ["auto", "none"] as const) {
      const { services, requests } = standInServices();
      const { images } = await run({ prompt: "clay", seed: 2 ** 32 - 1, count: 3, adapters }, services);
      expect(requests[0]!.images.map(({ seed }) => seed)).toEqual([2 ** 32 - 1, 0, 1]);
      expect(images.map(({ seed }) => seed)).toEqual([2 ** 32 - 1, 0, 1]);
    }
    expect(await refusal({ prompt: "clay", seed: 2 ** 32 })).toMatchObject({
      where: "seed",
      message: "Seed must be 0–4294967295, not 4294967296.",
    });
  });

  it("stops between stages when aborted", async () => {
    const { services, requests } = standInServices();
    const controller = new AbortController();
    const stopped = run({ prompt: "clay" }, services, {
      signal: controller.signal,
      onEvent: (event) => event.type === "candidates" && controller.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: "cancelled" });
    expect(requests).toHaveLength(0);
  });
});
