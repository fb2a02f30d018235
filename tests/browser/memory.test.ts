// Dozens of images with changing adapters and sizes (fewer on the slow software GPU): live memory afterwards equals live memory
// before, and there are never more sessions than the cache allows. src/runtime/gpu-memory.ts counts buffers; exact counts,
// no times.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestBrowser, type TestBrowser } from "./harness.ts";

/** Defined by blank.html: imports a source file inside the page. */
// oxlint-disable-next-line typescript/no-explicit-any -- the page's modules are not typed here
declare const load: (path: string) => Promise<any>;

declare global {
  interface Performance {
    /** Chromium's. */
    readonly memory: { readonly usedJSHeapSize: number };
  }
}

/** Of src/engine/networks.ts; one more for a pass with deep features. */
const SESSIONS_KEPT = 4;
/** After garbage collection the JavaScript heap is equal except for compiled code and engine caches. */
const HEAP_SLACK_BYTES = 4_000_000;

let browser: TestBrowser;

beforeAll(async () => {
  browser = await openTestBrowser({
    webgpu: "software",
    args: ["--js-flags=--expose-gc", "--enable-precise-memory-info"],
  });
});

afterAll(async () => browser?.close());

interface State {
  /** Own GPU buffers; null on WASM. */
  readonly buffers: number | null;
  readonly bufferBytes: number | null;
  readonly parameterBytes: number;
  /** WebAssembly memory of ONNX Runtime. */
  readonly wasmBytes: number;
  readonly heapBytes: number;
}

interface Course {
  readonly images: number;
  readonly mostSessions: number;
  readonly sessionsBuilt: number;
  /** After every size and adapter was used once, and at the end; both without adapters. */
  readonly early: State;
  readonly late: State;
  /** After dispose. */
  readonly buffersLeft: number | null;
}

/** Runs in the page. */
async function generateMany({
  device,
  adapters,
  images,
  sizes,
  cacheInterval,
}: {
  device: string;
  /** Of each image of a size. */
  adapters: readonly (readonly string[])[];
  images: number;
  sizes: readonly (readonly [width: number, height: number])[];
  cacheInterval: number;
}): Promise<Course> {
  const memories: WebAssembly.Memory[] = [];
  const Original = WebAssembly.Memory;
  WebAssembly.Memory = class extends Original {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      memories.push(this);
    }
  };
  const { openOrtBackend } = await load("/src/ort/backend.ts");
  const { DiffusionPipeline } = await load("/src/engine/pipeline.ts");
  const { sharePipelines } = await load("/tests/browser/share-pipelines.ts");
  const { miniaturePack } = await load("/tests/fixtures/engine/miniature-pack.ts");
  const backend = await openOrtBackend({ preference: device });
  if (backend.gpu) sharePipelines(backend.gpu);
  const pipeline = await DiffusionPipeline.load(miniaturePack(), { backend });
  const { networks } = pipeline;
  let mostSessions = 0;
  let generated = 0;
  const generate = async (number: number): Promise<void> => {
    const [width, height] = sizes[Math.floor(number / adapters.length) % sizes.length]!;
    const chosen = adapters[number % adapters.length]!;
    const request = {
      packId: "miniature",
      prompt: "a fox",
      negativePrompt: "",
      width,
      height,
      steps: cacheInterval,
      cacheInterval,
      cfgScale: 3,
      sampler: "euler",
      schedule: "karras",
      clipSkip: 1,
      noise: "cpu",
      fewStepAdapter: null,
      images: [
        { seed: number, adapters: chosen.map((id) => ({ id, unetStrength: 0.7, textStrength: 0.7 })) },
      ],
    };
    for await (const event of pipeline.generate(request)) {
      if (event.type === "image") generated++;
      mostSessions = Math.max(mostSessions, networks.sessions.size);
    }
  };
  const state = async (): Promise<State> => {
    await pipeline.adapters.apply([]);
    for (let i = 0; i < 3; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      gc!();
    }
    const use = backend.gpuMemory?.own.use;
    return {
      buffers: use?.buffers ?? null,
      bufferBytes: use?.sizeBytes ?? null,
      parameterBytes: networks.sizeBytes,
      wasmBytes: memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0),
      heapBytes: performance.memory.usedJSHeapSize,
    };
  };
  const round = sizes.length * adapters.length;
  for (let number = 0; number < round; number++) await generate(number);
  const early = await state();
  // The early state includes the last size's sessions, so the run ends with the same after a full round.
  const all = Math.ceil(images / round) * round;
  for (let number = round; number < all; number++) await generate(number);
  const late = await state();
  const sessionsBuilt = networks.sessions.created;
  await pipeline.dispose();
  const buffersLeft = backend.gpuMemory?.own.use.buffers ?? null;
  backend.dispose();
  return { images: generated, mostSessions, sessionsBuilt, early, late, buffersLeft };
}

test.each([
  {
    device: "wasm",
    cacheInterval: 1,
    adapters: [[], ["paint"], ["words", "paint"], ["quick"]],
    images: 60,
    sessionsBuilt: 45,
    sizes: [
      [64, 64],
      [64, 72],
      [72, 64],
    ] as const,
  },
  {
    device: "webgpu",
    cacheInterval: 1,
    adapters: [[], ["words", "paint"]],
    images: 8,
    sessionsBuilt: 9,
    sizes: [
      [64, 64],
      [64, 72],
    ] as const,
  },
  {
    device: "webgpu",
    cacheInterval: 2,
    adapters: [[], ["paint"]],
    images: 4,
    sessionsBuilt: 4, // the whole U-Net and the shallow one, text encoder, decoder
    sizes: [[64, 64]] as const,
  },
])(
  "$device: $images images, cache interval $cacheInterval",
  async ({ device, cacheInterval, adapters, images, sessionsBuilt, sizes }) => {
    await browser.page.reload(); // ONNX Runtime is loaded once per page
    const asked = { device, adapters, images, sizes, cacheInterval };
    const course = await browser.page.evaluate(generateMany, asked);
    const { early, late } = course;
    expect(course.images).toBeGreaterThanOrEqual(images);
    expect(course.mostSessions).toBeLessThanOrEqual(SESSIONS_KEPT + (cacheInterval > 1 ? 1 : 0));
    expect(course.sessionsBuilt).toBe(sessionsBuilt); // usually more than are kept, so that some were evicted
    expect(late.buffers).toBe(early.buffers);
    expect(late.bufferBytes).toBe(early.bufferBytes);
    expect(late.parameterBytes).toBe(early.parameterBytes);
    expect(late.wasmBytes).toBe(early.wasmBytes);
    expect(late.heapBytes - early.heapBytes).toBeLessThan(HEAP_SLACK_BYTES);
    expect(course.buffersLeft).toBe(device === "webgpu" ? 0 : null);
  },
  400_000,
);
