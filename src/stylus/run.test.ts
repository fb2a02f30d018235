// The use case over stand-in services: order of stages, what reaches the engine, refusals, abort.
import { describe, expect, it } from "vitest";
import type { Composition } from "../compose/composition.ts";
import { StylusError } from "../shared/errors.ts";
import type { DiffusionRequest } from "../shared/request.ts";
import { card } from "../../tests/fixtures/cards.ts";
import { loadedPack } from "../../tests/fixtures/run-services.ts";
import type { RunServices } from "./ports.ts";
import { run } from "./run.ts";
import type { RunEvent, RunReport } from "./run-types.ts";

const fewStep = { steps: 4, cfgScale: 1, sampler: "lcm", schedule: "lcm" } as const;
const lcm = { ...card("lcm", "style"), fewStep };
const pack = loadedPack({
  defaults: { ...loadedPack().defaults, fewStep },
  cards: [card("clay", "style"), card("ink", "style"), lcm],
});

function setup() {
  const requests: DiffusionRequest[] = [];
  const seen: string[] = [];
  const services: RunServices = {
    load: async () => pack,
    embedQuery: async (text) => (seen.push(text), new Float32Array([1])),
    search: async (_query, { bans }) =>
      pack.cards
        .filter(({ id, fewStep }) => !fewStep && !bans.includes(id))
        .map((found) => ({ card: found, similarity: 0.5, vector: new Float32Array([1]), keys: [] })),
    compose: async (candidates, { request }) => {
      seen.push(request.prompt);
      const start = request.prompt.indexOf("clay");
      const picks = candidates
        .slice(0, 1)
        .map(({ card: { id } }) => ({ id, reason: "r", similarity: 0.9, weight: 0.8 }));
      return {
        tasks: start < 0 ? [] : [{ text: "clay", start, end: start + 4, picks }],
        rejected: [],
        composer: { name: "rules", kind: "rules" },
      };
    },
    read: async () => ({ unavailable: "no reader" }),
    consult: async () => ({ unavailable: "no language model" }),
    fetchAdapters: async () => {
      throw new Error("no adapter of this pack is on a hub");
    },
    generate: async (request, { onEvent, signal }) => {
      requests.push(request);
      for (const [imageIndex, { seed }] of request.images.entries()) {
        if (signal.aborted) throw new StylusError("cancelled", "Stopped.");
        onEvent({ type: "step", imageIndex, step: 1, steps: 1, milliseconds: 5 });
        onEvent({ type: "stage", stage: "sampling", imageIndex, milliseconds: 5 });
        onEvent({ type: "image", imageIndex, seed, width: 1, height: 1, rgba: new Uint8ClampedArray(4) });
      }
    },
  };
  return { services, requests, seen };
}

const refusal = async (options: Parameters<typeof run>[0]): Promise<StylusError> => {
  const error = await run(options, setup().services).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(StylusError);
  return error as StylusError;
};

describe("run", () => {
  it("fetches the hub's adapters that an image uses, few-step ones too, before it is generated", async () => {
    const { services } = setup();
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
    const { services, requests } = setup();
    const events: RunEvent[] = [];
    const soFar: RunReport[] = [];
    const { report, images } = await run({ prompt: "a fox, clay", seed: 7, count: 2 }, services, {
      onEvent: (event) => events.push(event),
      onReport: (value) => soFar.push(value),
    });
    const order = ["load", "embed", "retrieve", "compose", "plan", "generate"];
    expect(report.stages.map(({ id }) => id)).toEqual(order);
    expect(events.flatMap((event) => (event.type === "stage-end" ? [event.stage] : []))).toEqual(order);
    expect(report).toMatchObject({ format: "stylus-web/run", version: 2 });
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

  describe("with a reader", () => {
    const byReader = {
      tasks: [
        { text: "fox", start: 2, end: 5, picks: [{ id: "ink", reason: "r", similarity: 0.9, weight: 0.7 }] },
      ],
      rejected: [],
      composer: { name: "reader", kind: "reader" },
    } as const;
    const chosen = async (
      read: ReturnType<typeof setup>["services"]["read"],
      options: Partial<Parameters<typeof run>[0]> = {},
    ) => {
      const { services, requests } = setup();
      const events: RunEvent[] = [];
      await run(
        { prompt: "a fox, clay", fewStep: false, ...options },
        { ...services, read },
        {
          onEvent: (event) => events.push(event),
        },
      );
      return {
        composers: events.flatMap((event): unknown[] =>
          event.type === "composition"
            ? [event.composition.composer]
            : event.type === "stage-start"
              ? [event.stage]
              : [],
        ),
        adapters: requests[0]!.images[0]!.adapters.map(({ id }) => id),
      };
    };
    const rules = { name: "rules", kind: "rules" };

    it("shows what the rules choose, then takes what the reader chooses", async () => {
      const asked: unknown[] = [];
      const { composers, adapters } = await chosen(
        async (request, { patienceMilliseconds }) => (
          asked.push({ ...request, patienceMilliseconds }),
          byReader
        ),
        { pins: ["clay"] },
      );
      expect(composers.slice(3)).toEqual(["compose", rules, byReader.composer, "plan", "generate"]);
      expect(adapters.toSorted()).toEqual(["clay", "ink"]);
      const common = asked.map((request) => ({ ...(request as object), commonTags: null }));
      expect(common).toEqual([
        {
          prompt: "a fox, clay",
          preset: "balanced",
          pins: ["clay"],
          bans: [],
          commonTags: null,
          patienceMilliseconds: 5000,
        },
      ]);
    });

    it("keeps what the rules chose, with the reason, where the reader cannot choose", async () => {
      const late = await chosen(async () => ({ unavailable: "late" }));
      expect(late.composers.at(-3)).toEqual({ ...rules, instead: "late" });
      expect(late.adapters).toEqual(["clay"]);
      const broken = await chosen(() => Promise.reject(new StylusError("bad-file", "It is cut off.")));
      expect(broken.composers.at(-3)).toEqual({ ...rules, instead: "It is cut off." });
    });

    it("asks no reader where rules or a baseline are to choose", async () => {
      const read = (): Promise<never> => Promise.reject(new Error("asked"));
      expect((await chosen(read, { composer: "rules" })).composers.slice(3, 5)).toEqual(["compose", rules]);
      expect((await chosen(read, { method: "retriever" })).composers.slice(3, 5)).toEqual(["compose", rules]);
    });
  });

  describe("with a language model", () => {
    const prompt = "<lora:ink:0.3>clay fox";
    const languageModel = { id: "m", temperature: 0.5 };
    const options = { prompt, composer: "llm", languageModel, seed: 3, fewStep: false } as const;
    const composition = (ids: readonly string[], composer: Composition["composer"]): Composition => ({
      tasks: [
        {
          text: "clay",
          start: 0,
          end: 4,
          picks: ids.map((id) => ({ id, reason: "r", similarity: 0.9, weight: 0.7 })),
        },
      ],
      rejected: [],
      composer,
    });
    const reader = { name: "reader", kind: "reader" } as const;
    const llm = { name: "Model", kind: "llm" } as const;
    const seenBy = async (consult: RunServices["consult"], more: object = {}) => {
      const seen: {
        readonly kind: string;
        readonly pending?: true | undefined;
        readonly start: number | null;
      }[] = [];
      const { report } = await run(
        { ...options, ...more },
        { ...setup().services, read: async () => composition(["clay"], reader), consult },
        {
          onEvent: (event) => {
            if (event.type !== "composition") return;
            const { composer, pending, tasks } = event.composition;
            seen.push({ kind: composer.kind, pending, start: tasks[0]?.start ?? null });
          },
        },
      );
      const { outputs } = report.stages.find(({ id }) => id === "compose")!;
      return { seen, final: outputs as Composition };
    };

    it("shows the reader’s choice, then the model’s as it grows, at their places in the prompt", async () => {
      const asked: unknown[] = [];
      const { seen, final } = await seenBy(
        async (request, { onComposition }) => {
          asked.push(request);
          onComposition(composition([], llm));
          return composition(["clay"], llm);
        },
        { pins: ["ink"] },
      );
      expect(asked).toEqual([
        {
          prompt: "clay fox",
          preset: "balanced",
          pins: ["ink"],
          bans: [],
          pinned: ["ink"],
          seed: 3,
          languageModel,
        },
      ]);
      const start = prompt.indexOf("clay");
      expect(seen).toEqual([
        { kind: "rules", pending: undefined, start },
        { kind: "reader", pending: true, start },
        { kind: "llm", pending: true, start },
        { kind: "llm", pending: undefined, start },
      ]);
      expect(final).toMatchObject({ composer: llm, tasks: [{ start, picks: [{ id: "clay" }] }] });
      expect(final.pending).toBeUndefined();
    });

    it("keeps the reader’s choice, with the reason, where the model cannot choose", async () => {
      const absent = await seenBy(async () => ({ unavailable: "It is not here." }));
      expect(absent.final.composer).toEqual({ ...reader, instead: "It is not here." });
      const failing = await seenBy(() => Promise.reject(new StylusError("device-lost", "The GPU is gone.")));
      expect(failing.final).toMatchObject({
        composer: { ...reader, instead: "The GPU is gone." },
        tasks: [{ picks: [{ id: "clay" }] }],
      });
    });

    it("asks none where the reader is to choose", async () => {
      const consult = (): Promise<never> => Promise.reject(new Error("asked"));
      expect((await seenBy(consult, { composer: "reader" })).final.composer).toEqual(reader);
    });

    it("refuses a temperature out of range", async () => {
      const error = await refusal({ ...options, languageModel: { id: "m", temperature: 2 } });
      expect(error).toMatchObject({ code: "bad-input", where: "languageModel" });
    });
  });

  it("takes tags out of the prompt, maps spans back, and lets tags win", async () => {
    const { services, requests, seen } = setup();
    const prompt = "<lora:ink:0.3>clay fox<lora:clay:1.2>";
    const { report } = await run({ prompt, fewStep: false }, services);
    expect(seen).toEqual(["clay fox", "clay fox"]);
    expect(requests[0]!.prompt).toBe("clay fox");
    expect(requests[0]!.images[0]!.adapters).toEqual([
      { id: "ink", unetStrength: 0.3, textStrength: 0.3 },
      { id: "clay", unetStrength: 1.2, textStrength: 1.2 },
    ]);
    const composed = report.stages.find(({ id }) => id === "compose")!.outputs as {
      tasks: { start: number; end: number }[];
    };
    expect(prompt.slice(composed.tasks[0]!.start, composed.tasks[0]!.end)).toBe("clay");
  });

  it("brings all that a tag says to the engine, and refuses what it cannot understand", async () => {
    const { services, requests } = setup();
    const prompt = "a fox <lora:ink:0.3:-0.8:lbw=M00=0.5:step=1-3>";
    await run({ prompt, fewStep: false, method: "sd" }, services);
    expect(requests[0]!.images[0]!.adapters).toEqual([
      {
        id: "ink",
        textStrength: 0.3,
        unetStrength: -0.8,
        blockWeights: { M00: 0.5 },
        steps: { start: 1, end: 3 },
      },
    ]);
    await expect(run({ prompt: "a fox <lora:ink:lbw=1,2>" }, services)).rejects.toMatchObject({
      code: "bad-input",
      where: "prompt",
      message: expect.stringContaining("2 numbers instead of 17 or 26"),
    });
  });

  it("knows an adapter by its title and in any case, everywhere in a run", async () => {
    const { services, requests } = setup();
    const cards = [card("clay", "style"), card("ink", "style", { title: "Ink line art" })];
    const { report } = await run(
      { prompt: "a fox <lora:INK LINE ART:0.5> <lora:Clay:0.25>", fewStep: false },
      { ...services, load: async () => ({ ...pack, cards }) },
    );
    const expected = [
      { id: "ink", unetStrength: 0.5, textStrength: 0.5 },
      { id: "clay", unetStrength: 0.25, textStrength: 0.25 },
    ];
    expect(requests[0]).toMatchObject({ prompt: "a fox  ", images: [{ adapters: expected }] });
    expect(report.images[0]!.formulas).toEqual({ ink: "tag in the prompt", clay: "tag in the prompt" });
  });

  it.each(["<lora:>", "<hypernet:anime:1>", "<lora:ink:90>", "<lora:ink:0.8"])(
    "refuses a tag that does nothing: %s",
    async (tag) => {
      const error = await refusal({ prompt: `a fox ${tag}`, fewStep: false });
      expect(error).toMatchObject({ code: "bad-input", where: "prompt" });
      expect(error.message).toContain(tag.includes("9") ? "ink: a strength of 90" : tag);
      expect(error.remedy).toBe("Correct the tag, or remove it.");
    },
  );

  it.each([
    ["none" as const, []],
    [[{ id: "ink", weight: 0.5 }], [{ id: "ink", unetStrength: 0.5, textStrength: 0.5 }]],
  ])("adapters %j: no stage chooses", async (adapters, expected) => {
    const { services, requests } = setup();
    const { report } = await run({ prompt: "clay", adapters }, services);
    expect(report.stages.map(({ id }) => id)).toEqual(["load", "plan", "generate"]);
    expect(requests[0]!.images[0]!.adapters).toEqual(expected);
  });

  it("uses pins, bans and strengths", async () => {
    const { services, requests } = setup();
    await run({ prompt: "clay", pins: ["ink"], bans: ["clay"], strengths: { ink: 0.25 } }, services);
    expect(requests[0]!.images[0]!.adapters).toEqual([{ id: "ink", unetStrength: 0.25, textStrength: 0.25 }]);
  });

  it("opens The init image; the report names it, without its pixels", async () => {
    const { services, requests } = setup();
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
    const { services, requests } = setup();
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

  it("refuses an empty prompt before loading anything", async () => {
    const error = await refusal({ prompt: "  " });
    expect(error).toMatchObject({ code: "bad-input", where: "prompt" });
  });

  it.each([
    { prompt: "a", adapters: [{ id: "nothing", weight: 1 }], advice: "The list of adapters" },
    { prompt: "a", pins: ["gone"], advice: "The list of adapters" },
  ])("names an unknown adapter: %j", async ({ advice, ...options }) => {
    const error = await refusal(options);
    expect(error).toMatchObject({ code: "bad-input", where: "adapters" });
    expect(error.message).toMatch(/nothing|gone/);
    expect(error.remedy).toContain(advice);
  });

  it("goes on without an adapter that a tag asks for and that is not there, and says so", async () => {
    const { services, requests } = setup();
    const events: RunEvent[] = [];
    const { notes } = await run(
      { prompt: "a <lora:clayy:1> fox <lora:clay:0.5>", method: "sd", fewStep: false },
      services,
      { onEvent: (event) => events.push(event) },
    );
    expect(requests[0]!.images[0]!.adapters).toEqual([{ id: "clay", unetStrength: 0.5, textStrength: 0.5 }]);
    expect(requests[0]!.prompt).toBe("a  fox ");
    expect(notes).toEqual([
      expect.stringMatching(
        /^<lora:clayy:1> does nothing: .* has no adapter “clayy”\. Did you mean “clay”\?$/,
      ),
    ]);
    expect(events.filter(({ type }) => type === "notes")).toEqual([{ type: "notes", notes }]);
  });

  it.each([
    ["device", { device: "gpu" }, "Device cannot be “gpu”.", "Use one of auto, webgpu, wasm."],
    [
      "preset",
      { preset: "constructor" },
      "Preset cannot be “constructor”.",
      "Use one of balanced, paper, reference.",
    ],
    [
      "method",
      { method: "toString" },
      "Method cannot be “toString”.",
      "Use one of stylus, sd, retriever, reranker, random.",
    ],
    [
      "sampler",
      { sampler: "__proto__" },
      "Sampler cannot be “__proto__”.",
      "Use one of euler, euler_a, dpmpp_2m, dpmpp_sde, dpmpp_2m_sde, ddim, unipc, lcm.",
    ],
    [
      "schedule",
      { schedule: "valueOf" },
      "Schedule cannot be “valueOf”.",
      "Use one of uniform, karras, exponential, sgm_uniform, simple, beta, ays, trailing, lcm.",
    ],
    ["noise", { noise: "gpu" }, "Noise cannot be “gpu”.", "Use one of cpu, nv."],
    ["bans", { bans: "ink" }, "Adapters are named by a list of ids.", "Give a list, which may be empty."],
    [
      "adapters",
      { adapters: "ink" },
      "The adapters are neither “auto”, “none” nor a list.",
      "List them as { id, weight }.",
    ],
    ["prompt", { prompt: 7 }, "The prompt is empty.", "Describe an image, for example “a fox in the snow”."],
  ])("refuses an unknown %s before the engine has it: %j", async (where, change, message, remedy) => {
    const error = await refusal({ prompt: "a fox", ...change } as Parameters<typeof run>[0]);
    expect(error).toMatchObject({ code: "bad-input", where, message, remedy });
  });

  it("seeds of a batch go on at 0 after 2³² − 1, planned or listed", async () => {
    for (const adapters of ["auto", "none"] as const) {
      const { services, requests } = setup();
      const { images } = await run({ prompt: "clay", seed: 2 ** 32 - 1, count: 3, adapters }, services);
      expect(requests[0]!.images.map(({ seed }) => seed)).toEqual([2 ** 32 - 1, 0, 1]);
      expect(images.map(({ seed }) => seed)).toEqual([2 ** 32 - 1, 0, 1]);
    }
    expect(await refusal({ prompt: "clay", seed: 2 ** 32 })).toMatchObject({
      where: "seed",
      message: "Seed must be 0–4294967295, not 4294967296.",
    });
  });

  it.each(["constructor", "toString", "__proto__"])("an adapter may be called %s", async (id) => {
    const { services, requests } = setup();
    const named = { ...pack, cards: [card(id, "style")] };
    const context = {
      ...services,
      load: async () => named,
      search: async () => [
        { card: card(id, "style"), similarity: 0.5, vector: new Float32Array([1]), keys: [] },
      ],
    };
    const { report } = await run({ prompt: "clay", fewStep: false }, context);
    await run({ prompt: `clay <lora:${id}:0.5>`, fewStep: false }, context);
    await run({ prompt: "clay", fewStep: false, strengths: JSON.parse(`{"${id}": 0.25}`) }, context);
    await run({ prompt: "clay", fewStep: false, adapters: [{ id, weight: 1.5 }] }, context);
    expect(requests.map(({ images }) => images[0]!.adapters)).toEqual(
      [0.8, 0.5, 0.25, 1.5].map((strength) => [{ id, unetStrength: strength, textStrength: strength }]),
    );
    expect(Object.entries(report.images[0]!.formulas)).toEqual([[id, "0.8"]]);
  });

  it("stops between stages when aborted", async () => {
    const { services, requests } = setup();
    const controller = new AbortController();
    const stopped = run({ prompt: "clay" }, services, {
      signal: controller.signal,
      onEvent: (event) => event.type === "candidates" && controller.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: "cancelled" });
    expect(requests).toHaveLength(0);
  });
});
