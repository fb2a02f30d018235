// The use case: a prompt becomes images. Retrieve, compose, plan, generate (Stylus, arXiv 2404.18928, §3), each stage
// timed and recorded. Knows no DOM and no worker: services come in, events go out.
import { dependencies, version } from "../../package.json";
import type { Composition, Task } from "../compose/composition.ts";
import { planImages } from "../compose/plan.ts";
import type { Candidate } from "../retrieval/candidate.ts";
import { StylusError, throwIfAborted } from "../shared/errors.ts";
import type { AdapterUse, DiffusionEvent, DiffusionRequest } from "../shared/request.ts";
import { checkOptions, completeOptions, type GenerateOptions } from "./options.ts";
import { readLoraTags, type LoraTags } from "./lora-tags.ts";
import type { Services } from "./ports.ts";
import type {
  CandidateView,
  ImageReport,
  LoadedPack,
  LoadProgress,
  PlannedImage,
  RunEvent,
  RunImage,
  RunResult,
  StageId,
  StageReport,
} from "./run-types.ts";

/** K of Stylus §3.1. */
const candidateLimit = 150;

export interface RunHooks {
  readonly onEvent?: (event: RunEvent) => void;
  readonly onProgress?: (progress: LoadProgress) => void;
  readonly signal?: AbortSignal;
  readonly packId?: string;
}

export type PartialOptions = Partial<GenerateOptions> & { readonly prompt: string };

/** Adapters that no stage chose: a list given by hand, or tags in the prompt. */
const uses = (chosen: readonly { readonly id: string; readonly weight: number }[]): AdapterUse[] =>
  chosen.map(({ id, weight }) => ({ id, unetStrength: weight, textStrength: weight }));

const emptyComposition = (name: string): Composition => ({
  tasks: [],
  rejected: [],
  composer: { name, kind: "none" },
});

function checkKnown(ids: readonly string[], pack: LoadedPack): void {
  const known = new Set(pack.cards.map((card) => card.id));
  const unknown = ids.find((id) => !known.has(id));
  if (unknown === undefined) return;
  const near = pack.cards.find(
    ({ id, title }) => `${id} ${title}`.toLowerCase().includes(unknown.toLowerCase()) || unknown.includes(id),
  );
  throw new StylusError("bad-input", `There is no adapter “${unknown}” in ${pack.title}.`, {
    where: "adapters",
    remedy: near ? `Did you mean “${near.id}”?` : "The list of adapters shows all that there are.",
  });
}

const viewed = ({ card, similarity }: Candidate): CandidateView => ({ id: card.id, similarity });

/** The stages saw the prompt without its tags; the page colours it with them. */
function inPrompt(task: Task, tags: LoraTags): Task {
  if (task.start === null || task.end === null || task.end <= task.start) return task;
  return { ...task, start: tags.toPrompt(task.start), end: tags.toPrompt(task.end - 1) + 1 };
}

/** Adds the adapters of tags to an image; a tag beats the strength that a stage chose. */
function withTags(image: PlannedImage, tagged: readonly AdapterUse[]): PlannedImage {
  if (tagged.length === 0) return image;
  const ids = new Set(tagged.map(({ id }) => id));
  return {
    ...image,
    adapters: [...image.adapters.filter(({ id }) => !ids.has(id)), ...tagged],
    masked: image.masked.filter((id) => !ids.has(id)),
    formulas: { ...image.formulas, ...Object.fromEntries(tagged.map(({ id }) => [id, "tag in the prompt"])) },
  };
}

/** The images of a batch: planned by the preset's rules, or as listed by hand. */
export function planBatch(
  composition: Composition,
  options: GenerateOptions,
  pack: LoadedPack,
): { composition: Composition; images: PlannedImage[]; maskCount: string } {
  if (options.adapters !== "auto") {
    const adapters = uses(options.adapters === "none" ? [] : options.adapters);
    const images = Array.from({ length: options.count }, (_, index) => ({
      seed: options.seed + index,
      adapters,
      masked: [],
      formulas: {},
    }));
    return { composition, images, maskCount: "1" };
  }
  const weight = (id: string): number => pack.cards.find((card) => card.id === id)?.refined.weight ?? 0.8;
  const plan = planImages(composition, {
    preset: options.preset,
    count: options.count,
    seed: options.seed,
    overrides: {
      pins: options.pins.map((id) => ({ id, weight: weight(id) })),
      bans: options.bans,
      strengths: options.strengths,
    },
    ...(options.method === "stylus" ? {} : { masks: "all" as const }),
  });
  const images = plan.images.map(({ job, masked, uses: planned }) => ({
    ...job,
    masked,
    formulas: Object.fromEntries(planned.map(({ id, formula }) => [id, formula])),
  }));
  return { composition: plan.composition, images, maskCount: plan.maskCount };
}

/**
 * Runs `partial` from prompt to pixels.
 * @throws StylusError; on failure or abort nothing is left running
 */
export async function run(
  partial: PartialOptions,
  services: Services,
  hooks: RunHooks = {},
): Promise<RunResult> {
  const { onEvent = () => {}, onProgress = () => {}, packId = "pocket" } = hooks;
  const signal = hooks.signal ?? new AbortController().signal;
  const started = performance.now();
  const createdAt = new Date().toISOString();
  const stages: StageReport[] = [];

  async function stage<Value>(
    id: StageId,
    inputs: unknown,
    work: () => Promise<{ value: Value; outputs: unknown }>,
  ): Promise<Value> {
    throwIfAborted(signal);
    onEvent({ type: "stage-start", stage: id });
    const from = performance.now();
    const { value, outputs } = await work();
    throwIfAborted(signal);
    const milliseconds = performance.now() - from;
    stages.push({ id, milliseconds, inputs, outputs });
    onEvent({ type: "stage-end", stage: id, milliseconds });
    return value;
  }

  if (partial.prompt.trim() === "") {
    throw new StylusError("bad-input", "The prompt is empty.", {
      where: "prompt",
      remedy: "Write what you want to see, for example “a fox in the snow”.",
    });
  }
  const device = partial.device ?? "auto";
  const pack = await stage("load", { packId, device }, async () => {
    const value = await services.load(packId, { device, onProgress, signal });
    return { value, outputs: { device: value.device, sizeBytes: value.sizeBytes, downloadedBytes: value.downloadedBytes } };
  });
  const options = completeOptions(partial, pack.defaults);
  checkOptions(options);
  const tags = readLoraTags(options.prompt);
  const listed = Array.isArray(options.adapters) ? options.adapters : [];
  checkKnown([...tags.adapters, ...listed].map(({ id }) => id), pack);
  checkKnown(options.pins, pack);

  const chosen = await choose(options, tags, { services, pack, stage, onEvent, signal });
  const { preset, count, seed } = options;
  const planned = await stage("plan", { preset, count, seed }, async () => {
    const plan = planBatch(chosen, options, pack);
    const value = { ...plan, images: plan.images.map((image) => withTags(image, uses(tags.adapters))) };
    return { value, outputs: value };
  });
  onEvent({ type: "plan", composition: planned.composition, images: planned.images });

  const fewStepCard = options.fewStep ? pack.cards.find((card) => card.fewStep) : undefined;
  const request: DiffusionRequest = {
    packId: pack.id,
    prompt: tags.text,
    negativePrompt: readLoraTags(options.negativePrompt).text,
    width: options.width,
    height: options.height,
    steps: options.steps,
    cfgScale: options.cfgScale,
    sampler: options.sampler,
    schedule: options.schedule,
    clipSkip: options.clipSkip,
    noise: options.noise,
    fewStepAdapter: fewStepCard
      ? {
          id: fewStepCard.id,
          unetStrength: fewStepCard.refined.weight,
          textStrength: fewStepCard.refined.weight,
        }
      : null,
    images: planned.images.map(({ seed: imageSeed, adapters }) => ({ seed: imageSeed, adapters })),
  };
  const images: RunImage[] = [];
  const reports = planned.images.map(
    (image, index): { -readonly [Key in keyof ImageReport]: ImageReport[Key] } & {
      stepMilliseconds: number[];
      parts: Record<string, number>;
    } => ({
      ...image,
      index,
      width: options.width,
      height: options.height,
      milliseconds: 0,
      stepMilliseconds: [],
      parts: {},
    }),
  );
  const record = (event: DiffusionEvent): void => {
    const report = reports[event.imageIndex];
    if (report) {
      if (event.type === "step") report.stepMilliseconds.push(event.milliseconds);
      if (event.type === "stage") {
        report.parts[event.stage] = (report.parts[event.stage] ?? 0) + event.milliseconds;
        report.milliseconds += event.milliseconds;
      }
      if (event.type === "image") {
        const { adapters, masked } = report;
        const { seed, width, height, rgba } = event;
        images.push({ index: event.imageIndex, seed, width, height, rgba, adapters, masked });
      }
    }
    onEvent({ type: "diffusion", event });
  };
  await stage("generate", request, async () => {
    await services.generate(request, { onEvent: record, signal });
    return { value: undefined, outputs: { images: images.length } };
  });

  images.sort((a, b) => a.index - b.index);
  return {
    pack,
    images,
    report: {
      format: "stylus-web/run",
      version: 1,
      createdAt,
      app: {
        version,
        onnxruntime: dependencies["onnxruntime-web"],
        userAgent: globalThis.navigator?.userAgent ?? "",
      },
      pack: {
        id: pack.id,
        title: pack.title,
        sizeBytes: pack.sizeBytes,
        downloadedBytes: pack.downloadedBytes,
        adapterCount: pack.cards.filter((card) => !card.fewStep).length,
      },
      device: pack.device,
      options,
      stages,
      images: reports,
      milliseconds: performance.now() - started,
    },
  };
}

export interface Reading {
  readonly prompt: string;
  readonly composition: Composition;
  readonly candidates: readonly CandidateView[];
}

/** Retrieval and composition alone: what a run of `options` would choose. Quick enough to follow typing. */
export async function readPrompt(
  options: GenerateOptions,
  context: { readonly services: Services; readonly pack: LoadedPack; readonly signal: AbortSignal },
): Promise<Reading> {
  let candidates: readonly CandidateView[] = [];
  const composition = await choose(options, readLoraTags(options.prompt), {
    ...context,
    stage: async (_id, _inputs, work) => {
      throwIfAborted(context.signal);
      return (await work()).value;
    },
    onEvent: (event) => {
      if (event.type === "candidates") candidates = event.candidates;
    },
  });
  return { prompt: options.prompt, composition, candidates };
}

/** Retrieval and composition, or nothing where the request leaves nothing to choose. */
async function choose(
  options: GenerateOptions,
  tags: LoraTags,
  context: {
    readonly services: Services;
    readonly pack: LoadedPack;
    readonly stage: <Value>(
      id: StageId,
      inputs: unknown,
      work: () => Promise<{ value: Value; outputs: unknown }>,
    ) => Promise<Value>;
    readonly onEvent: (event: RunEvent) => void;
    readonly signal: AbortSignal;
  },
): Promise<Composition> {
  const { services, pack, stage, onEvent, signal } = context;
  const nothing = options.adapters !== "auto" || options.method === "sd" || pack.cards.length === 0;
  if (nothing) {
    const composition = emptyComposition(options.adapters === "none" || options.method === "sd" ? "no adapters" : "chosen by hand");
    onEvent({ type: "composition", composition });
    return composition;
  }
  const query = await stage("embed", { text: tags.text }, async () => {
    const value = await services.embedQuery(tags.text, { signal });
    return { value, outputs: { dimensions: value.length } };
  });
  // The random baseline draws from all adapters.
  const limit = options.method === "random" ? pack.cards.length : candidateLimit;
  const candidates = await stage("retrieve", { limit, bans: options.bans }, async () => {
    const value = await services.search(query, {
      limit,
      bans: options.bans,
      signal,
    });
    return { value, outputs: value.map(viewed) };
  });
  onEvent({ type: "candidates", candidates: candidates.map(viewed) });
  const composition = await stage("compose", { method: options.method, candidates: candidates.length }, async () => {
    const found = await services.compose(candidates, { request: { ...options, prompt: tags.text }, signal });
    const value = { ...found, tasks: found.tasks.map((task) => inPrompt(task, tags)) };
    return { value, outputs: value };
  });
  onEvent({ type: "composition", composition });
  return composition;
}
