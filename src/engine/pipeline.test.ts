// The whole engine on a miniature pack with random weights, on ONNX Runtime's WASM: its events, reproducible seeds,
// adapters that leave no trace, aborts, and errors for bad requests.

import { createHash } from "node:crypto";
import { MessageChannel } from "node:worker_threads";
import { beforeAll, describe, expect, it } from "vitest";
import { REQUEST } from "../../tests/fixtures/engine/engine-runs.ts";
import { miniaturePack } from "../../tests/fixtures/engine/miniature-pack.ts";
import { writeSafetensors } from "../formats/safetensors.ts";
import { openOrtBackend } from "../ort/backend.ts";
import type { Backend } from "../runtime/backend.ts";
import type { AdapterUse, DiffusionEvent, DiffusionRequest, SamplerId } from "../shared/request.ts";
import { DiffusionPipeline } from "./pipeline.ts";
import { SAMPLERS } from "./sampling/samplers.ts";

let backend: Backend;
let pipeline: DiffusionPipeline;

beforeAll(async () => {
  backend = await openOrtBackend({ preference: "wasm" });
  pipeline = await DiffusionPipeline.load(miniaturePack(), { backend });
});

const use = (id: string, strength = 1): AdapterUse => ({
  id,
  unetStrength: strength,
  textStrength: strength,
});
const withAdapters = (...adapters: AdapterUse[]): Partial<DiffusionRequest> => ({
  images: [{ seed: 1, adapters }],
});

async function events(
  change: Partial<DiffusionRequest> = {},
  signal?: AbortSignal,
): Promise<DiffusionEvent[]> {
  const out: DiffusionEvent[] = [];
  for await (const event of pipeline.generate({ ...REQUEST, ...change }, { signal })) out.push(event);
  return out;
}

/** Size and hash of each image's pixels: equal if the images are equal bit for bit. */
async function imageHashes(change: Partial<DiffusionRequest> = {}): Promise<string[]> {
  return (await events(change))
    .filter((event) => event.type === "image")
    .map(({ width, height, rgba }) => {
      expect(rgba.length).toBe(width * height * 4);
      return `${width}×${height} ${createHash("sha256").update(rgba).digest("hex")}`;
    });
}

const imageHash = async (change: Partial<DiffusionRequest> = {}): Promise<string> =>
  (await imageHashes(change))[0]!;

describe("a run", () => {
  it("yields stages, steps, previews and the image, in order", async () => {
    const all = await events();
    expect(all.map((event) => (event.type === "stage" ? event.stage : event.type))).toEqual([
      "merge",
      "text encoder",
      "step",
      "preview",
      "step",
      "preview",
      "sampling",
      "VAE decoder",
      "image",
    ]);
    expect(all.flatMap((event) => (event.type === "step" ? [[event.step, event.steps]] : []))).toEqual([
      [1, 2],
      [2, 2],
    ]);
    const image = all.at(-1)!;
    expect(image).toMatchObject({ type: "image", width: 64, height: 64, seed: 1, imageIndex: 0 });
    expect(all.find(({ type }) => type === "preview")).toMatchObject({ width: 8, height: 8 });
    expect(all.every((event) => !("milliseconds" in event) || event.milliseconds >= 0)).toBe(true);
  });

  it("a variation of strength 1 starts from the other seed’s noise, one of strength 0 from its own", async () => {
    const sampler = "euler"; // adds no noise on the way
    const varied = (strength: number): Promise<string> =>
      imageHash({ sampler, images: [{ seed: 1, variation: { seed: 2, strength }, adapters: [] }] });
    const of = (seed: number): Promise<string> => imageHash({ sampler, images: [{ seed, adapters: [] }] });
    const [first, second] = [await of(1), await of(2)];
    expect([await varied(0), await varied(1)]).toEqual([first, second]);
    expect([first, second]).not.toContain(await varied(0.5));
  });

  it("yields opaque pixels that are not all equal", async () => {
    const { rgba } = (await events()).find((event) => event.type === "image")!;
    expect(rgba.filter((_, i) => i % 4 === 3).every((alpha) => alpha === 255)).toBe(true);
    expect(new Set(rgba).size).toBeGreaterThan(20);
  });

  it.each(Object.keys(SAMPLERS) as SamplerId[])(
    "works and reproduces with %s, and other seeds differ",
    async (sampler) => {
      const change = { sampler, steps: 3 };
      const [first, second, other] = [
        await imageHash(change),
        await imageHash(change),
        await imageHash({ ...change, images: [{ seed: 2, adapters: [] }] }),
      ];
      expect(second).toEqual(first);
      expect(other).not.toEqual(first);
    },
  );

  it("works with one step", async () => {
    for (const sampler of Object.keys(SAMPLERS) as SamplerId[])
      expect(await imageHash({ sampler, steps: 1 })).toContain("64×64");
  });

  it("image i of a batch is a single image of its seed", async () => {
    const batch = await imageHashes({ images: [1, 2, 3].map((seed) => ({ seed, adapters: [] })) });
    expect(batch[2]).toEqual(await imageHash({ images: [{ seed: 3, adapters: [] }] }));
  });

  it("generates other sizes, including non-square ones", async () => {
    expect(await imageHash({ width: 128, height: 64 })).toContain("128×64");
  });
});

describe("prompts", () => {
  it.each([
    ["another prompt", { prompt: "a blue fox" }],
    ["emphasis", { prompt: "a (red:1.5) fox" }],
    ["a negative prompt", { negativePrompt: "green" }],
    ["clip skip", { clipSkip: 2 }],
    ["composition", { prompt: "a red fox AND snow :0.7" }],
    ["a schedule", { prompt: "a [red:blue:0.5] fox" }],
    ["the CFG scale", { cfgScale: 3 }],
    ["NVIDIA noise", { noise: "nv" as const }],
  ])("%s changes the image", async (_, change) => {
    expect(await imageHash(change)).not.toEqual(await imageHash());
  });

  it("a schedule starts with its first text and ends with its second", async () => {
    const all = { steps: 3, prompt: "a [red:blue:1] fox" };
    const first = { steps: 3, prompt: "a red fox" };
    const steps = async (change: Partial<DiffusionRequest>) =>
      (await events(change)).filter(({ type }) => type === "preview");
    expect((await steps(all))[0]).toEqual((await steps(first))[0]);
    expect((await steps(all))[1]).not.toEqual((await steps(first))[1]);
  });

  it("for one image replace the request's", async () => {
    const own = { prompt: "a castle", negativePrompt: "rain" };
    const images = [
      { seed: 1, adapters: [] },
      { seed: 1, adapters: [], ...own },
    ];
    const [first, second] = await imageHashes({ images });
    expect(first).toBe(await imageHash({ images: images.slice(0, 1) }));
    expect(second).toBe(await imageHash({ ...own, images: images.slice(0, 1) }));
    expect(second).not.toBe(first);
  });

  it("the empty prompt gives an image", async () => {
    expect(await imageHash({ prompt: "" })).toContain("64×64");
  });

  it("5,000 characters work, and the negative prompt is padded to their length", async () => {
    const prompt = "a red fox, ".repeat(455).slice(0, 5000);
    expect(await imageHash({ prompt, steps: 1 })).toContain("64×64");
  });

  it("leave the negative prompt uncomputed at CFG scale 1, where it has no effect", async () => {
    const counting = new Map<string, number>();
    const predict = pipeline.networks.predict.bind(pipeline.networks);
    const count = async (name: string, change: Partial<DiffusionRequest>) => {
      pipeline.networks.predict = (sample, options) => {
        counting.set(name, (counting.get(name) ?? 0) + options.conditionings.length);
        return predict(sample, options);
      };
      const result = await imageHash(change);
      pipeline.networks.predict = predict;
      return result;
    };
    const plain = await count("off", { cfgScale: 1 });
    expect(await count("negative", { cfgScale: 1, negativePrompt: "green" })).toEqual(plain);
    await count("on", { cfgScale: 2 });
    expect(Object.fromEntries(counting)).toEqual({ off: 2, negative: 2, on: 4 });
  });
});

describe("adapters", () => {
  it("change the image, and removing them restores the same bits", async () => {
    const none = await imageHash();
    const one = await imageHash(withAdapters(use("paint")));
    const weaker = await imageHash(withAdapters(use("paint", 0.5)));
    const both = await imageHash(withAdapters(use("paint"), use("words", 0.8)));
    expect(new Set([none, one, weaker, both]).size).toBe(4);
    expect(await imageHash()).toEqual(none);
    expect(await imageHash(withAdapters(use("words", 0.8), use("paint")))).toEqual(both);
    expect(await imageHash(withAdapters(use("paint")))).toEqual(one);
    expect(await imageHash(withAdapters(use("paint", 0)))).toEqual(none);
  });

  it("differ from image to image of one request", async () => {
    const images = [[use("paint")], [], [use("words")]].map((adapters) => ({ seed: 1, adapters }));
    const batch = await imageHashes({ images });
    expect(batch[0]).toEqual(await imageHash(withAdapters(use("paint"))));
    expect(batch[1]).toEqual(await imageHash());
    expect(batch[2]).toEqual(await imageHash(withAdapters(use("words"))));
  });

  it("the few-step adapter merges in addition", async () => {
    const few = { fewStepAdapter: use("quick") };
    const together = await imageHash({ ...few, ...withAdapters(use("paint")) });
    expect(together).toEqual(await imageHash(withAdapters(use("quick"), use("paint"))));
    expect(together).not.toEqual(await imageHash(withAdapters(use("paint"))));
  });

  it("text-encoder strength works alone", async () => {
    const text = await imageHash(withAdapters({ id: "words", unetStrength: 0, textStrength: 1 }));
    const unet = await imageHash(withAdapters({ id: "words", unetStrength: 1, textStrength: 0 }));
    expect(text).not.toEqual(await imageHash());
    expect(unet).not.toEqual(text);
  });

  it("a bundled textual inversion works while its adapter is used", async () => {
    const prompt = "a zz fox";
    const silent = { id: "words", unetStrength: 0, textStrength: 0 };
    expect(await imageHash({ prompt, ...withAdapters(silent) })).not.toEqual(await imageHash({ prompt }));
  });

  it("changing them builds no session, and rewrites only what changes", async () => {
    await imageHash();
    const created = pipeline.networks.sessions.created;
    await imageHash(withAdapters(use("paint")));
    await imageHash();
    expect(pipeline.networks.sessions.created).toBe(created);
    const written = await pipeline.adapters.apply([use("paint")]);
    expect(written).toBeGreaterThan(10);
    expect(await pipeline.adapters.apply([use("paint")])).toBe(0);
    expect(await pipeline.adapters.apply([])).toBe(written);
  });

  it("a user adapter can be added; one that does not fit is rejected and dropped", async () => {
    const file = miniaturePack().get("adapters/paint.safetensors")!;
    const report = await pipeline.addAdapter("mine", file, { fileName: "mine.safetensors" });
    expect(report.refusal).toBeNull();
    expect(await imageHash(withAdapters(use("mine")))).toEqual(await imageHash(withAdapters(use("paint"))));
    const foreign = new Blob([
      writeSafetensors([{ name: "x", dtype: "F32", shape: [1], bytes: new Uint8Array(4) }]),
    ]);
    await expect(pipeline.addAdapter("bad", foreign, { fileName: "bad.safetensors" })).rejects.toMatchObject({
      code: "unsupported",
    });
    expect(pipeline.adapters.has("bad")).toBe(false);
  });

  it("the next run repairs the state of an aborted merge", async () => {
    const none = await imageHash();
    const controller = new AbortController();
    const store = pipeline.networks.resident.get("unet")!;
    const write = store.write.bind(store);
    let writes = 0;
    store.write = (name, values) => {
      write(name, values);
      if (++writes === 3) {
        store.write = write;
        throw new Error("stopped here");
      }
    };
    await expect(events(withAdapters(use("paint")), controller.signal)).rejects.toThrow("stopped here");
    expect(await imageHash()).toEqual(none);
  });
});

describe("stopping", () => {
  it("an aborted signal stops before the next evaluation of the network", async () => {
    const controller = new AbortController();
    const seen: string[] = [];
    const run = async () => {
      for await (const event of pipeline.generate({ ...REQUEST, steps: 50 }, { signal: controller.signal })) {
        seen.push(event.type);
        if (event.type === "step" && event.step === 2) controller.abort();
      }
    };
    await expect(run()).rejects.toMatchObject({ code: "cancelled" });
    expect(seen.filter((type) => type === "step").length).toBe(2);
  });

  it("receives messages while it works", async () => {
    const controller = new AbortController();
    const { port1, port2 } = new MessageChannel();
    port2.on("message", () => controller.abort());
    port1.postMessage("stop");
    await expect(events({ steps: 150, sampler: "dpmpp_sde" }, controller.signal)).rejects.toMatchObject({
      code: "cancelled",
    });
    port1.close();
  });

  it("leaving the loop ends the run", async () => {
    for await (const event of pipeline.generate({ ...REQUEST, steps: 50 })) if (event.type === "step") break;
    expect(await imageHash()).toEqual(await imageHash());
  });
});

describe("bad requests", () => {
  it.each<[string, Partial<DiffusionRequest>]>([
    ["steps", { steps: 0 }],
    ["steps", { steps: 151 }],
    ["steps", { steps: 2.5 }],
    ["width", { width: 100 }],
    ["height", { height: 0 }],
    ["height", { height: 8 }],
    ["width", { width: 4096 }],
    ["cfgScale", { cfgScale: Number.NaN }],
    ["clipSkip", { clipSkip: 4 }],
    ["adapters", withAdapters(use("nobody"))],
    ["adapters", withAdapters(use("paint", Number.NaN))],
    ["adapters", { fewStepAdapter: use("nobody") }],
    ["seed", { images: [{ seed: 0.5, adapters: [] }] }],
    ["images", { images: [] }],
    ["steps", { schedule: "lcm", steps: 60 }],
    ["sampler", { sampler: "heun" as SamplerId }],
  ])("%s: %j", async (where, change) => {
    await expect(events(change)).rejects.toMatchObject({ code: "bad-input", where });
  });

  it("names a damaged adapter", async () => {
    pipeline.adapters.register("damaged", new Blob(["nonsense"]), { fileName: "damaged.safetensors" });
    await expect(events(withAdapters(use("damaged")))).rejects.toMatchObject({
      where: "damaged.safetensors",
    });
  });
});

describe("packs", () => {
  it.each([
    ["tokenizer/vocab.json", "not-found"],
    ["unet/diffusion_pytorch_model.safetensors", "not-found"],
  ])("are refused without %s", async (path, code) => {
    const files = miniaturePack();
    files.delete(path);
    await expect(DiffusionPipeline.load(files, { backend })).rejects.toMatchObject({ code });
  });

  it.each([
    ["tokenizer/merges.txt", "a b c"],
    ["preview.json", "{}"],
    ["adapters/cards.json", "{}"],
    ["unet/config.json", "{"],
    ["vae/diffusion_pytorch_model.safetensors", "\0not a file"],
  ])("are refused with a damaged %s", async (path, content) => {
    const files = miniaturePack().set(path, new Blob([content]));
    await expect(DiffusionPipeline.load(files, { backend })).rejects.toMatchObject({ code: "bad-file" });
  });

  it("loading reports all bytes, and dispose releases every session", async () => {
    const progress: number[] = [];
    const second = await DiffusionPipeline.load(miniaturePack(), {
      backend,
      onProgress: ({ loadedBytes, totalBytes }) => progress.push(loadedBytes / totalBytes),
    });
    expect(progress.at(-1)).toBe(1);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    await second.dispose();
    expect(second.networks.sessions.size).toBe(0);
    expect(second.networks.sizeBytes).toBe(0);
  });

  it("stops loading if aborted", async () => {
    await expect(
      DiffusionPipeline.load(miniaturePack(), { backend, signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: "cancelled" });
  });

  it("keeps few sessions", async () => {
    for (const width of [64, 128, 192, 256]) await imageHash({ width, steps: 1 });
    expect(pipeline.networks.sessions.size).toBeLessThanOrEqual(4);
  });
});
