// Runs in a page: times the engine on its device, with Stable Diffusion 1.5's networks at full size or in miniature. Reports
// without assertions.

import { DiffusionPipeline } from "../../src/engine/pipeline.ts";
import type { DiffusionNetworks } from "../../src/engine/networks.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { buildUnet } from "../../src/graph/unet.ts";
import { openOrtBackend, OrtBackend } from "../../src/ort/backend.ts";
import type { ParameterStore } from "../../src/runtime/backend.ts";
import type { DiffusionRequest } from "../../src/shared/request.ts";
import type { WgslBackend } from "../../src/wgsl/backend.ts";
import { openWgslBackend } from "../../src/wgsl/open-backend.ts";
import { noise } from "../parity/noise.ts";
import { adapterFigures } from "./adapter-figures.ts";
import { type BenchmarkOptions, type Figure, median, megabytes, milliseconds, timed } from "./figures.ts";
import { keepInOpfs } from "./opfs.ts";
import { casesOf, randomPack } from "./random-pack.ts";
import { english } from "../../src/shared/saying.ts";

type MeasuredBackend = OrtBackend | WgslBackend;

export async function* benchmark(options: BenchmarkOptions): AsyncGenerator<Figure> {
  const { device, float16, size, parts } = options;
  const made = performance.now();
  const files = await randomPack(size, { keep: keepInOpfs(size) });
  yield milliseconds("preparation", "random weights generated and written", performance.now() - made);

  let backend!: MeasuredBackend;
  const open = options.kernels === "wgsl" ? openWgslBackend : openOrtBackend;
  const opening = await timed(async () => (backend = await open({ preference: device, float16 })));
  const { report } = backend;
  const type = report.f16 ? "f16" : "f32";
  yield milliseconds(
    "load",
    "device, runtime and self-test",
    opening,
    `${english(report.name)}, ${type}, ${options.kernels}`,
  );
  let pipeline!: DiffusionPipeline;
  const loading = await timed(async () => (pipeline = await DiffusionPipeline.load(files, { backend })));
  const { networks } = pipeline;
  yield milliseconds("load", "parameters from disk to device", loading);
  yield megabytes("load", "parameters on the device", networks.sizeBytes);

  if (parts.includes("text")) yield* textFigures(networks, options);
  if (parts.includes("unet")) yield* unetFigures(networks, { backend, options });
  if (parts.includes("vae")) yield* decoderFigures(networks, options);
  if (parts.includes("image")) yield* imageFigures(pipeline, options);
  if (parts.includes("adapters")) yield* adapterFigures(pipeline, options);
  yield* memoryFigures(backend);
  await pipeline.dispose();
  backend.dispose();
}

async function* textFigures(
  networks: DiffusionNetworks,
  { repeats }: BenchmarkOptions,
): AsyncGenerator<Figure> {
  const { hiddenSize, maxPositions } = networks.checkpoint.text_encoder.config;
  const embeddings = noise("token_embeddings", [1, maxPositions, hiddenSize]) as Float32Array<ArrayBuffer>;
  const encode = (): Promise<unknown> => {
    change(embeddings);
    return networks.encodeText(embeddings, { clipSkip: 1 });
  };
  yield milliseconds("text encoder", "first run, session build included", await timed(encode));
  yield milliseconds("text encoder", "77 tokens", await medianOf(repeats, encode));
}

/** A run leaves out what depends only on inputs that are the same as before. */
function change(values: Float32Array): void {
  values[0]! += 1 / 64;
}

async function medianOf(repeats: number, work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) times.push(await timed(work));
  return median(times);
}

async function* unetFigures(
  { checkpoint, resident }: DiffusionNetworks,
  { backend, options }: { backend: MeasuredBackend; options: BenchmarkOptions },
): AsyncGenerator<Figure> {
  const { height, width } = casesOf(options.size).unet;
  for (const { batch, graphCapture } of [
    { batch: 1, graphCapture: true },
    { batch: 2, graphCapture: true },
    { batch: 2, graphCapture: false },
  ]) {
    if (!graphCapture && !(backend instanceof OrtBackend)) return; // only ONNX Runtime has a choice
    const graph = buildUnet(checkpoint.unet.config, {
      batch,
      height,
      width,
      contextTokens: 77,
    });
    yield* sessionFigures(backend, {
      graph,
      parameters: resident.get("unet")!,
      options,
      graphCapture,
      batch,
    });
    if (backend.gpu === null) return; // one at a time, without replay
  }
}

async function* sessionFigures(
  backend: MeasuredBackend,
  {
    graph,
    parameters,
    options,
    graphCapture,
    batch,
  }: {
    graph: Graph;
    parameters: ParameterStore;
    options: BenchmarkOptions;
    graphCapture: boolean;
    batch: number;
  },
): AsyncGenerator<Figure> {
  const type = backend.report.f16 ? "f16" : "f32";
  const part = `UNet, batch ${batch}, ${type}${graphCapture ? "" : ", not replayed"}`;
  const feeds = Object.fromEntries(graph.inputs.map(({ name, shape }) => [name, noise(name, shape)]));
  feeds["timestep"] = Float32Array.of(617);
  const start = performance.now();
  const session = await (backend instanceof OrtBackend
    ? backend.createSession(graph, { parameters, graphCapture })
    : backend.createSession(graph, { parameters }));
  const { captured, reason } = "replay" in session ? session.replay : { captured: true, reason: null };
  const note = captured ? "runs are replayed" : `runs are not replayed: ${reason}`;
  yield milliseconds(part, "session build", performance.now() - start, note);
  // As in sampling: a new sample at every step, with the same text.
  const samples = [0, 1].map((i) => feeds["sample"]!.map((value) => value * (1 - i / 8)));
  let steps = 0;
  const run = (): Promise<unknown> =>
    session.run({ ...feeds, sample: samples[steps % 2]!, timestep: Float32Array.of(617 - steps++) });
  yield milliseconds(part, "first step", await timed(run));
  const submits: number[] = [];
  const times: number[] = [];
  for (let i = 0; i < options.repeats; i++) {
    times.push(await timed(run));
    submits.push(session.submitMilliseconds);
  }
  yield milliseconds(part, "a step", median(times), `shortest ${Math.min(...times).toFixed(1)}`);
  yield milliseconds(part, "CPU time of a step", median(submits), "until submitted to the GPU");
  await session.dispose();
}

async function* decoderFigures(
  networks: DiffusionNetworks,
  { size, repeats }: BenchmarkOptions,
): AsyncGenerator<Figure> {
  const { height, width } = casesOf(size).vae_decoder;
  const channels = networks.checkpoint.vae.config.latentChannels;
  const latent = noise("latent_sample", [1, channels, height, width]);
  const decode = (): Promise<unknown> => {
    change(latent);
    return networks.decode(latent, { size: { height, width } });
  };
  const part = `VAE decoder, ${networks.backend.report.f16 ? "f16" : "f32"}`;
  yield milliseconds(part, "first run, session build included", await timed(decode));
  yield milliseconds(part, `${width}×${height} latents`, await medianOf(Math.min(repeats, 7), decode));
}

async function* imageFigures(
  pipeline: DiffusionPipeline,
  { size, steps }: BenchmarkOptions,
): AsyncGenerator<Figure> {
  const { latentScale } = pipeline.networks;
  const { height, width } = casesOf(size).unet;
  const request: Omit<DiffusionRequest, "images"> = {
    packId: "bench",
    prompt: "a fox in the snow",
    negativePrompt: "blurry",
    width: width * latentScale,
    height: height * latentScale,
    steps,
    cfgScale: 7,
    sampler: "euler",
    schedule: "karras",
    clipSkip: 1,
    noise: "nv",
    fewStepAdapter: null,
  };
  const part = `image, ${request.width}×${request.height}, ${steps} steps`;
  for (const [i, what] of ["first, session builds included", "next"].entries()) {
    const images = [{ seed: i + 1, adapters: [] }];
    const stages = new Map<string, number>();
    const whole = await timed(async () => {
      for await (const event of pipeline.generate({ ...request, images }))
        if (event.type === "stage") stages.set(event.stage, event.milliseconds);
    });
    const note = [...stages].map(([stage, time]) => `${stage} ${time.toFixed(0)}`).join(", ");
    yield milliseconds(part, what, whole, note);
  }
}

function* memoryFigures({ gpuMemory }: MeasuredBackend): Generator<Figure> {
  if (gpuMemory === null) return;
  const { own, runtime } = gpuMemory;
  yield megabytes(
    "memory",
    "peak of own GPU buffers",
    own.use.peakBytes,
    `${own.use.buffers} live at the end`,
  );
  yield megabytes("memory", "peak of the runtime's GPU buffers", runtime.use.peakBytes);
}
