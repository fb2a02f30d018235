// The diffusion worker in a real browser: the miniature pack on WASM threads and on WebGPU (SwiftShader), messages,
// callbacks and cancellation across the worker boundary. Pixels must equal plain Node's.
import { afterAll, beforeAll, expect, test } from "vitest";
import { DiffusionService } from "../../src/engine/service.ts";
import { openOrtBackend } from "../../src/ort/backend.ts";
import type { DiffusionRequest } from "../../src/shared/request.ts";
import { miniaturePack } from "../fixtures/engine/miniature-pack.ts";
import { openTestBrowser, type TestBrowser } from "./harness.ts";
import { english, type Saying } from "../../src/shared/saying.ts";

/** Defined by blank.html: imports a source file inside the page. */
// oxlint-disable-next-line typescript/no-explicit-any -- the page's modules are not typed here
declare const load: (path: string) => Promise<any>;

const request: DiffusionRequest = {
  packId: "miniature",
  prompt: "a (red:1.2) fox",
  negativePrompt: "green",
  width: 64,
  height: 64,
  steps: 3,
  cfgScale: 4,
  sampler: "euler_a",
  schedule: "karras",
  clipSkip: 1,
  noise: "cpu",
  fewStepAdapter: null,
  images: [
    { seed: 1, adapters: [{ id: "words", unetStrength: 1, textStrength: 1 }] },
    { seed: 2, adapters: [] },
  ],
};

/** SwiftShader is slow. */
const short: DiffusionRequest = { ...request, steps: 2, images: request.images.slice(0, 1) };

/** With adapters of both networks. */
const painted: DiffusionRequest = {
  ...short,
  images: [{ seed: 1, adapters: [{ id: "paint", unetStrength: 1, textStrength: 1 }] }],
};

/** On a GPU the three predictions without adapters of their own go in batches of two. */
const regional: DiffusionRequest = {
  ...short,
  steps: 2,
  images: [
    {
      seed: 1,
      adapters: [],
      regions: {
        baseWeight: 0.2,
        areas: [
          { x: 0, y: 0, width: 0.5, height: 1, weight: 1, prompt: "snow", adapters: [] },
          {
            x: 0.5,
            y: 0,
            width: 0.5,
            height: 1,
            weight: 1,
            prompt: "a hill",
            adapters: [{ id: "paint", unetStrength: 1, textStrength: 1 }],
          },
        ],
      },
    },
  ],
};

/** Part of an image, through both halves of the VAE in tiles. */
const repainted: DiffusionRequest = {
  ...short,
  width: 96,
  vaeTilePixels: 64,
  imageToImage: {
    image: {
      width: 96,
      height: 64,
      rgba: Uint8ClampedArray.from({ length: 4 * 96 * 64 }, (_, i) => (i % 4 === 3 ? 255 : (i * 7) % 251)),
    },
    strength: 1,
    mask: {
      values: Uint8Array.from({ length: 96 * 64 }, (_, i) => (i % 96 < 40 ? 255 : 0)),
      blur: 4,
      region: "whole",
      padding: 0,
      fill: "original",
    },
  },
};

/** A second pass at another size. */
const larger: DiffusionRequest = {
  ...short,
  hires: { width: 72, height: 96, upscaler: "latent-bilinear", strength: 0.5, steps: 1 },
};

let browser: TestBrowser;
const service = new DiffusionService(openOrtBackend);

beforeAll(async () => {
  browser = await openTestBrowser({ webgpu: "software" });
  await service.load({ id: "miniature", files: miniaturePack() }, { device: "wasm" });
});

afterAll(async () => {
  await service.dispose();
  await browser?.close();
});

async function imagesInNode(wanted: DiffusionRequest): Promise<number[][]> {
  const images: number[][] = [];
  await service.generate(wanted, {
    onEvent: (event) => {
      if (event.type === "image") images.push([...event.rgba]);
    },
  });
  return images;
}

interface PageResult {
  readonly kind: string;
  readonly reason: Saying;
  /** Never on the software GPU. Does not compare float16 images: `npm run parity:full` compares the networks. */
  readonly f16: boolean;
  readonly weights: string | undefined;
  readonly images: number[][];
  readonly events: string[];
  readonly cancelled: string;
}

/** Runs in the page: one worker, one complete request, one request aborted after its first step. */
async function inPage({
  device,
  kernels,
  wanted,
}: {
  device: string;
  kernels: string;
  wanted: unknown;
}): Promise<PageResult> {
  const { WorkerClient } = await load("/src/rpc/client.ts");
  const { miniaturePack: makePack } = await load("/tests/fixtures/engine/miniature-pack.ts");
  const client = new WorkerClient("diffusion", () => new Worker("/workers/diffusion.ts", { type: "module" }));
  // oxlint-disable-next-line typescript/no-explicit-any -- comlink's proxy of an untyped module
  const call = (use: (service: any) => unknown): Promise<any> => client.call(use);
  const loaded = await call((service) =>
    service.load({ id: "miniature", files: makePack() }, { device, kernels }),
  );
  const images: number[][] = [];
  const events: string[] = [];
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  const onEvent = (event: any): void => {
    events.push(event.type);
    if (event.type === "image") images.push([...event.rgba]);
  };
  await call((service) => service.generate(wanted, { onEvent }));
  const controller = new AbortController();
  const stopped = call((service) =>
    service.generate(
      { ...(wanted as object), steps: 150 },
      { onEvent: () => controller.abort(), signal: controller.signal },
    ),
  );
  const cancelled = await stopped.then(
    () => "finished",
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );
  client.terminate();
  return {
    kind: loaded.device.kind,
    reason: loaded.device.reason,
    f16: loaded.device.f16,
    weights: loaded.device.weights,
    images,
    events,
    cancelled,
  };
}

/** Largest difference of a colour value, 0 … 255. */
function worstDifference(images: readonly number[][], expected: readonly number[][]): number {
  expect(images.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
  let worst = 0;
  for (const [i, image] of images.entries())
    for (const [j, value] of image.entries()) worst = Math.max(worst, Math.abs(value - expected[i]![j]!));
  return worst;
}

const ofRuntime = [
  { device: "wasm", kernels: "onnxruntime", wanted: request, tolerance: 1 },
  { device: "webgpu", kernels: "onnxruntime", wanted: short, tolerance: 2 },
  { device: "webgpu", kernels: "onnxruntime", wanted: regional, tolerance: 2 },
  { device: "low-vram", kernels: "onnxruntime", wanted: regional, tolerance: 2 },
];
/** Minutes on a software GPU, so only in `npm test -- wgsl`. */
const ofOwnKernels = [
  { device: "webgpu", kernels: "wgsl", wanted: short, tolerance: 2 },
  { device: "webgpu", kernels: "wgsl", wanted: regional, tolerance: 2 },
  { device: "webgpu", kernels: "wgsl", wanted: repainted, tolerance: 2 },
  { device: "webgpu", kernels: "wgsl", wanted: larger, tolerance: 2 },
  { device: "low-vram", kernels: "wgsl", wanted: painted, tolerance: 12 },
];

test.each(process.env["WGSL_STAGE"] === undefined ? ofRuntime : ofOwnKernels)(
  "$device, $kernels: the same images as in Node, events in order, stops on abort",
  async ({ device, kernels, wanted, tolerance }) => {
    const result = await browser.page.evaluate(inPage, { device, kernels, wanted });
    expect(result.kind).toBe(device === "wasm" ? "wasm" : "webgpu");
    expect(result.weights).toBe(device === "low-vram" && kernels === "wgsl" ? "int8" : undefined);
    expect(english(result.reason).endsWith("with the WGSL kernels")).toBe(kernels === "wgsl");
    const steps = wanted.steps + (wanted.hires?.steps ?? 0);
    expect(result.events.filter((type) => type === "step").length).toBe(steps * wanted.images.length);
    expect(result.events.at(-1)).toBe("image");
    expect(result.cancelled).toBe("cancelled");
    const worst = worstDifference(result.images, await imagesInNode(wanted));
    expect(worst).toBeLessThanOrEqual(result.f16 && device !== "low-vram" ? 255 : tolerance);
  },
  400_000, // a software GPU compiles our own kernels in a minute, and longer on a busy machine
);
