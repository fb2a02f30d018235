// The worker's service in plain Node: one load, sequential requests, errors, cancellation, release.

import { afterAll, describe, expect, it } from "vitest";
import { miniaturePack, TEXT } from "../../tests/fixtures/engine/miniature-pack.ts";
import { writeSafetensors } from "../formats/safetensors.ts";
import { openOrtBackend } from "../ort/backend.ts";
import { DeviceLoss } from "../runtime/device-loss.ts";
import type { DiffusionEvent, DiffusionRequest } from "../shared/request.ts";
import { DiffusionService } from "./service.ts";

let loseGpu: (info: GPUDeviceLostInfo) => void;
const loss = new DeviceLoss({ lost: new Promise((resolve) => (loseGpu = resolve)) });
let work: Promise<unknown> = Promise.resolve();
const service = new DiffusionService(async (options) =>
  Object.defineProperties(await openOrtBackend(options), {
    lost: { value: loss.lost },
    unlessLost: { value: (promise: Promise<unknown>) => loss.unlessLost((work = promise)) },
  }),
);
const pack = { id: "miniature", files: miniaturePack() };
const request: DiffusionRequest = {
  packId: "miniature",
  prompt: "a fox",
  negativePrompt: "",
  width: 64,
  height: 64,
  steps: 2,
  cfgScale: 1,
  sampler: "euler",
  schedule: "karras",
  clipSkip: 1,
  noise: "cpu",
  fewStepAdapter: null,
  images: [{ seed: 1, adapters: [] }],
};

afterAll(() => service.dispose());

describe("diffusion service", () => {
  it("does nothing before a pack is loaded", async () => {
    await expect(service.generate(request, { onEvent: () => {} })).rejects.toMatchObject({
      code: "bad-input",
      where: "packId",
    });
    await expect(service.addAdapter("x", new Blob(), { fileName: "x" })).rejects.toMatchObject({
      code: "bad-input",
    });
  });

  it("reports its device, the reason for it, and its memory", async () => {
    const loaded = await service.load(pack, { device: "wasm" });
    expect(loaded.device).toMatchObject({ kind: "wasm", f16: false });
    expect(loaded.device.reason).not.toBe("");
    expect(loaded.sizeBytes).toBeGreaterThan(100_000);
    expect(loaded.latentScale).toBe(8);
  });

  it("loads a pack once", async () => {
    let reports = 0;
    const [again, concurrently] = await Promise.all(
      [1, 2].map(() => service.load(pack, { device: "wasm", onProgress: () => reports++ })),
    );
    expect(concurrently).toEqual(again);
    expect(reports).toBe(0);
  });

  it("runs requests sequentially", async () => {
    const order: string[] = [];
    const run = (name: string) =>
      service.generate(request, { onEvent: ({ type }) => order.push(`${name} ${type}`) });
    await Promise.all([run("a"), run("b")]);
    expect(order.findLastIndex((entry) => entry.startsWith("a"))).toBeLessThan(
      order.findIndex((entry) => entry.startsWith("b")),
    );
  });

  it("does not start a request that was cancelled while waiting", async () => {
    const controller = new AbortController();
    const events: DiffusionEvent[] = [];
    const first = service.generate(request, { onEvent: () => controller.abort() });
    const second = service.generate(request, {
      onEvent: (event) => events.push(event),
      signal: controller.signal,
    });
    await first;
    await expect(second).rejects.toMatchObject({ code: "cancelled" });
    expect(events).toEqual([]);
  });

  it("continues after a failure", async () => {
    await expect(service.generate({ ...request, steps: 0 }, { onEvent: () => {} })).rejects.toMatchObject({
      code: "bad-input",
    });
    await service.generate(request, { onEvent: () => {} });
  });

  it("another pack replaces the first, and a failed load leaves nothing", async () => {
    const other = { id: "broken", files: new Map([["unet/config.json", new Blob(["{"])]]) };
    await expect(service.load(other, { device: "wasm" })).rejects.toMatchObject({ code: "bad-file" });
    await expect(service.generate(request, { onEvent: () => {} })).rejects.toMatchObject({
      code: "bad-input",
    });
    await service.load(pack, { device: "wasm" });
    await service.generate(request, { onEvent: () => {} });
  });

  it("inspects a user adapter without adding it, registers it once, uses it and removes it", async () => {
    const file = pack.files.get("adapters/paint.safetensors")!;
    const report = await service.inspectAdapter(file, { fileName: "own.safetensors" });
    expect(report.refusal).toBeNull();
    expect(report.hashes?.autoV3).toMatch(/^[0-9a-f]{12}$/);
    const images = [{ seed: 1, adapters: [{ id: "own", unetStrength: 1, textStrength: 1 }] }];
    const generate = () => service.generate({ ...request, images }, { onEvent: () => {} });
    await expect(generate()).rejects.toMatchObject({ code: "bad-input" });
    const own = { id: "own", blob: file, fileName: "own.safetensors", isEmbedding: false };
    await service.registerAdapters([own]);
    await service.registerAdapters([{ ...own, blob: new Blob(), fileName: "other.safetensors" }]);
    await generate();
    await service.removeAdapter("own");
    await service.removeAdapter("own");
    await expect(generate()).rejects.toMatchObject({ code: "bad-input" });
  });

  it("a textual inversion that is registered works from the first run on, and as before in the next", async () => {
    const asked = { ...request, cfgScale: 5, negativePrompt: "easyneg" };
    const pixels = async (change: Partial<DiffusionRequest> = {}): Promise<string> => {
      let found = "";
      const onEvent = (event: DiffusionEvent): void => {
        if (event.type === "image") found = Buffer.from(event.rgba).toString("base64");
      };
      await service.generate({ ...asked, ...change }, { onEvent });
      return found;
    };
    const values = Float32Array.from({ length: 2 * TEXT.hidden_size }, (_, i) => Math.sin(i));
    const blob = new Blob([
      writeSafetensors([
        { name: "emb_params", dtype: "F32", shape: [2, 32], bytes: new Uint8Array(values.buffer) },
      ]),
    ]);
    const words = { id: "neg", blob, fileName: "easyneg.safetensors" };
    const without = await pixels();
    await service.registerAdapters([{ ...words, isEmbedding: false }]);
    expect(await pixels()).toBe(without);
    // What was not known when it was registered is known once it has been examined.
    await service.registerAdapters([{ ...words, isEmbedding: true }]);
    const first = await pixels();
    expect(first).not.toBe(without);
    expect(await pixels()).toBe(first);
    expect(await pixels({ leftOut: ["neg"] })).toBe(without);
    await service.removeAdapter("neg");
    await service.registerAdapters([{ ...words, isEmbedding: true }]);
    expect(await pixels()).toBe(first);
    await service.removeAdapter("neg");
    expect(await pixels()).toBe(without);
  });

  it("adds and uses a user adapter", async () => {
    const file = pack.files.get("adapters/paint.safetensors")!;
    const report = await service.addAdapter("mine", file, { fileName: "mine.safetensors" });
    expect(report.matched[0]).toMatchObject({ network: "unet" });
    const images = [{ seed: 1, adapters: [{ id: "mine", unetStrength: 1, textStrength: 1 }] }];
    await service.generate({ ...request, images }, { onEvent: () => {} });
  });

  it("reports nothing more of the run after the GPU is lost, and refuses all others", async () => {
    const events: string[] = [];
    const onEvent = ({ type }: DiffusionEvent): void => {
      events.push(type);
      if (type === "step") loseGpu({ reason: "unknown", message: "reset" } as GPUDeviceLostInfo);
    };
    await expect(service.generate(request, { onEvent })).rejects.toMatchObject({ code: "device-lost" });
    await work;
    expect(events).toEqual(["stage", "stage", "step"]);
    await expect(service.load(pack, { device: "wasm" })).rejects.toMatchObject({ code: "device-lost" });
  });
});
