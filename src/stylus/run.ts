// The use case: a prompt becomes images. Retrieve, compose, plan, generate (Stylus, arXiv 2404.18928, §3), each stage
// timed and recorded. Knows no DOM and no worker: services come in, events go out.
import { dependencies, version } from "../../package.json";
import { StylusError, throwIfAborted } from "../shared/errors.ts";
import { distinct, english, say } from "../shared/saying.ts";
import type { Composition } from "../compose/composition.ts";
import { checkText } from "../shared/request-check.ts";
import { withoutTags } from "../shared/prompt-syntax.ts";
import type {
  DeviceReport,
  DevicePreference,
  DiffusionEvent,
  DiffusionRequest,
  ImageToImage,
  RgbaImage,
} from "../shared/request.ts";
import { adviseOnName } from "./adapter-names.ts";
import { choose, type RunStage } from "./choose.ts";
import { checkLoraTags, describeUnknownTags, readLoraTags } from "./lora-tags.ts";
import { readableText } from "./vocabulary.ts";
import {
  checkBeforeLoading,
  checkOptions,
  completeOptions,
  type CheckedOptions,
  type GenerateOptions,
  type PartialOptions,
} from "./options.ts";
import { describeInitImage, finishedSize, hiresFix, type InitImageOptions } from "./image-options.ts";
import { adaptersInRegion, planBatch, regionPlanOptions, type PlannedBatch } from "./batch-plan.ts";
import {
  adaptersOf,
  adaptersOfCell,
  expandPlot,
  ownAdaptersOfCell,
  passesOf,
  type PlotCell,
} from "./plot/cells.ts";
import { expandBatch, type ImagePrompt, type ImageWords, type Wildcards } from "./wildcards.ts";
import type { RunServices } from "./ports.ts";
import type {
  Nsfw,
  PlannedImage,
  PlannedRegion,
  ReportedDevice,
  RunEvent,
  RunImage,
  RunReport,
  RunResult,
  StageReport,
} from "./run-types.ts";
import type { LoadedPack, LoadProgress } from "./loaded-pack.ts";

export interface RunHooks {
  readonly onEvent?: (event: RunEvent) => void;
  readonly onProgress?: (progress: LoadProgress) => void;
  readonly signal?: AbortSignal;
  readonly packId?: string;
  /**
   * Pixels of the init image and its mask.
   * @throws StylusError not-found, bad-file, bad-input (an empty mask, or one of another shape)
   */
  readonly openInitImage?: (start: InitImageOptions) => Promise<ImageToImage>;
  /** Milliseconds that a run waits for a reader that is still loading; null: until it is there. Five seconds when left out. */
  readonly readerPatience?: number | null;
  /** The user's files for `__name__` in prompts; none when left out. */
  readonly wildcards?: Wildcards;
  /** After each image, before its event: the report of the images that are finished. */
  readonly onReport?: (report: RunReport) => void;
  /** Checks a finished image; its event and report wait for the answer, the next image does not. Never rejects. Null: the check is off. */
  readonly check?: (image: RgbaImage) => Promise<Nsfw> | null;
}

/** What a run is asked for. */
export interface RunRequest {
  readonly device: DevicePreference;
  /** Whole and checked, once the pack is there whose defaults and limits count. @throws StylusError bad-input */
  settle(pack: LoadedPack): CheckedOptions;
}

/** @throws StylusError bad-input: it is refused before anything is loaded */
function requestOf(partial: PartialOptions): RunRequest {
  checkBeforeLoading(partial);
  return {
    device: partial.device ?? "auto",
    settle: ({ defaults }) => checkOptions(completeOptions(partial, defaults), { defaults }),
  };
}

const reportedDevice = (device: DeviceReport): ReportedDevice => ({
  ...device,
  name: english(device.name),
  reason: english(device.reason),
});

function checkKnown(ids: readonly string[], pack: LoadedPack): void {
  const known = new Set(pack.cards.map((card) => card.id));
  const unknown = ids.find((id) => !known.has(id));
  if (unknown === undefined) return;
  throw new StylusError("bad-input", say`${pack.title} has no adapter “${unknown}”.`, {
    where: "adapters",
    remedy: adviseOnName(unknown, pack.cards),
  });
}

/**
 * Runs options as they come: what they leave out is completed, and they are checked.
 * @throws StylusError as runRequest
 */
export async function run(
  partial: PartialOptions,
  services: RunServices,
  hooks: RunHooks = {},
): Promise<RunResult> {
  return runRequest(requestOf(partial), services, hooks);
}

/**
 * Runs `asked` from prompt to pixels.
 * @throws StylusError; on failure or abort nothing is left running
 */
export async function runRequest(
  asked: RunRequest,
  services: RunServices,
  hooks: RunHooks = {},
): Promise<RunResult> {
  const { onEvent = () => {}, onProgress = () => {}, packId = "pocket" } = hooks;
  const signal = hooks.signal ?? new AbortController().signal;
  const started = performance.now();
  const createdAt = new Date().toISOString();
  const stages: StageReport[] = [];

  const stage: RunStage = async (id, inputs, work) => {
    throwIfAborted(signal);
    onEvent({ type: "stage-start", stage: id });
    const from = performance.now();
    const { value, outputs } = await work();
    throwIfAborted(signal);
    const milliseconds = performance.now() - from;
    stages.push({ id, milliseconds, inputs, outputs });
    onEvent({ type: "stage-end", stage: id, milliseconds });
    return value;
  };

  const { device } = asked;
  const pack = await stage("load", { packId, device }, async () => {
    const value = await services.load(packId, { device, onProgress, signal });
    return {
      value,
      outputs: {
        device: reportedDevice(value.device),
        sizeBytes: value.sizeBytes,
        downloadedBytes: value.downloadedBytes,
      },
    };
  });
  onEvent({ type: "loaded", pack });
  const options = asked.settle(pack);
  const imageToImage = options.start && (await opened(options.start, hooks.openInitImage));
  const cells = options.plot && expandPlot(options.plot, options).cells;
  const { images: words, notes: ofTemplates } = expandWords(options, cells, hooks.wildcards ?? new Map());
  for (const { prompt, negativePrompt, regions } of words) {
    for (const text of [prompt, ...regions]) checkText("prompt", text, say`The prompt`);
    checkText("negativePrompt", negativePrompt, say`The negative prompt`);
  }
  const prompts = [...new Set(words.map(({ prompt }) => prompt))];
  const inRegions = words.flatMap(({ regions }) => regions);
  const tagsOf = new Map(
    [...prompts, ...inRegions].map((prompt) => [prompt, readLoraTags(prompt, pack.cards)]),
  );
  for (const tags of tagsOf.values()) checkLoraTags(tags);
  const listed = Array.isArray(options.adapters) ? options.adapters : [];
  checkKnown(
    listed.map(({ id }) => id),
    pack,
  );
  checkKnown(options.pins, pack);
  if (options.plot) checkKnown(adaptersOf(options.plot), pack);
  const ofTags = [...tagsOf.values()].flatMap((tags) => describeUnknownTags(tags, pack));
  const notes = [...ofTemplates, ...distinct(ofTags)];
  if (notes.length > 0) onEvent({ type: "notes", notes });

  // Each distinct prompt gets the adapters that it wants; the first one's choice is the one on show.
  const chosen = new Map<string, Composition>();
  let waitedInVain = false;
  const read: RunServices["read"] = async (request, { patienceMilliseconds, ...rest }) => {
    // All prompts of a run wait once; a reader that is there by now answers all the same.
    const patience = waitedInVain && patienceMilliseconds !== null ? 0 : patienceMilliseconds;
    const found = await services.read(request, { ...rest, patienceMilliseconds: patience });
    waitedInVain ||= "unavailable" in found;
    return found;
  };
  for (const [prompt, tags] of tagsOf) {
    const composition = await choose({ ...options, prompt }, tags, {
      services: { ...services, read },
      pack,
      stage,
      onEvent: chosen.size === 0 ? onEvent : () => {},
      signal,
      ...(hooks.readerPatience === undefined ? {} : { readerPatience: hooks.readerPatience }),
    });
    chosen.set(prompt, composition);
  }
  if (inRegions.length > 0)
    onEvent({
      type: "regions",
      compositions: words[0]!.regions.map((prompt) => chosen.get(prompt)!),
    });
  const { preset, combine, seed } = options;
  const count = words.length;
  const planned = await stage("plan", { preset, combine, count, seed }, async () => {
    const ofRegions = regionPlanOptions(options);
    const regionPlans = new Map(
      inRegions.map((prompt) => [
        prompt,
        planBatch(chosen.get(prompt)!, ofRegions, { ...pack, tagged: tagsOf.get(prompt)!.adapters }),
      ]),
    );
    const strengthOf = strengthIn(pack);
    const planned = (
      { prompt, regions }: Pick<ImageWords, "prompt" | "regions">,
      cell: PlotCell | null,
    ): PlannedBatch => {
      const ofThem = regions.flatMap((region) => regionPlans.get(region)!.images[0]!.adapters);
      const context = { strengthOf, inRegions: new Set(ofThem.map(({ id }) => id)) };
      return planBatch(chosen.get(prompt)!, cell ? { ...options, count: 1 } : options, {
        ...pack,
        tagged: tagsOf.get(prompt)!.adapters,
        ...(cell && { change: (adapters) => adaptersOfCell(adapters, cell, context) }),
      });
    };
    const plans = new Map(prompts.map((prompt) => [prompt, planned({ prompt, regions: [] }, null)]));
    const regionsOf = (own: ImageWords, index: number): PlannedRegion[] =>
      own.regions.map((prompt, region) => {
        const { adapters, masked, formulas } = regionPlans.get(prompt)!.images[cells ? 0 : index]!;
        return {
          ...(prompt === options.regions!.areas[region]!.prompt ? {} : { prompt }),
          adapters: cells ? ownAdaptersOfCell(adapters, cells[index]!, strengthOf) : adapters,
          masked,
          formulas,
        };
      });
    const images = words.map((own, index) => ({
      ...(cells
        ? imageOfCell(planned(own, cells[index]!).images[0]!, cells[index]!)
        : plans.get(own.prompt)!.images[index]!),
      ...ownWords(own, options),
      ...(own.regions.length === 0 ? {} : { regions: regionsOf(own, index) }),
    }));
    const value = { ...plans.get(prompts[0]!)!, images };
    return { value, outputs: value };
  });
  onEvent({ type: "plan", images: planned.images });

  const readable = (prompt: string): string => readableText(tagsOf.get(prompt)!.text, pack);
  const texts = words.map(({ prompt, negativePrompt, regions }) => ({
    prompt: readable(prompt),
    negativePrompt: readableText(withoutTags(negativePrompt), pack),
    regions: regions.map((own) =>
      [own, ...(options.regions?.addPrompt ? [prompt] : [])]
        .map((text) => readable(text).trim())
        .filter((text) => text !== "")
        .join(", "),
    ),
  }));
  /** Of each image its place among all. */
  const passes = cells ? passesOf(planned.images) : [[...planned.images.keys()]];
  const requests = passes.map((places) =>
    diffusionRequest(
      { ...options, ...planned.images[places[0]!]!.sampling },
      {
        pack,
        texts: places.map((place) => texts[place]!),
        images: places.map((place) => planned.images[place]!),
        imageToImage,
      },
    ),
  );
  const wanted = [...new Set(requests.flatMap((request) => remoteAdaptersOf(request, pack)))];
  if (wanted.length > 0) {
    await stage("fetch", { adapters: wanted }, async () => ({
      value: undefined,
      outputs: await services.fetchAdapters(wanted, { onProgress, signal }),
    }));
    // Which files are here has changed.
    if (wanted.some((id) => !pack.remote.get(id)!.stored))
      onEvent({ type: "loaded", pack: await services.load(packId, { device, onProgress, signal }) });
  }

  const images: RunImage[] = [];
  const reports = planned.images.map((image, index) => createImageReport(image, index, options));
  let usedDevice = pack.device;
  const reportOf = (done: readonly StageReport[]): RunReport => ({
    format: "stylus-web/run",
    version: 3,
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
    device: reportedDevice(usedDevice),
    options,
    stages: done,
    images: reports.filter(({ index }) => images.some((image) => image.index === index)),
    milliseconds: performance.now() - started,
  });

  const recordedOf = (request: DiffusionRequest): unknown =>
    imageToImage === null
      ? request
      : { ...request, imageToImage: describeInitImage(imageToImage, options.start!) };
  let generatingSince = performance.now();
  const finish = (
    event: Extract<DiffusionEvent, { type: "image" }>,
    { recorded, ...checked }: { readonly recorded: unknown; readonly nsfw?: Nsfw },
  ): void => {
    const { imageIndex: index, width, height, rgba } = event;
    const report = reports[index];
    if (report) {
      Object.assign(report, { width, height, ...checked });
      images.push({ ...planned.images[index]!, index, width, height, rgba, ...checked });
      const milliseconds = performance.now() - generatingSince;
      const outputs = { images: images.length };
      hooks.onReport?.(reportOf([...stages, { id: "generate", milliseconds, inputs: recorded, outputs }]));
    }
    onEvent({ type: "diffusion", event, ...checked });
  };
  let checks: Promise<void>[] = [];
  const record = (event: DiffusionEvent, recorded: unknown): void => {
    const report = reports[event.imageIndex];
    if (report) recordEvent(report, event);
    if (event.type === "device") usedDevice = event.device ?? usedDevice;
    if (event.type !== "image") return onEvent({ type: "diffusion", event });
    const check = hooks.check?.(event);
    if (check) checks.push(check.then((nsfw) => finish(event, { recorded, nsfw })));
    else finish(event, { recorded });
  };
  for (const [pass, request] of requests.entries()) {
    const places = passes[pass]!;
    const recorded = recordedOf(request);
    generatingSince = performance.now();
    await stage("generate", recorded, async () => {
      try {
        await services.generate(request, {
          onEvent: (event) => record({ ...event, imageIndex: places[event.imageIndex]! }, recorded),
          signal,
        });
      } finally {
        await Promise.all(checks); // neither Stop nor a failure loses a finished image
        checks = [];
      }
      return { value: undefined, outputs: { images: images.length } };
    });
  }

  images.sort((a, b) => a.index - b.index);
  return { pack, images, notes, report: reportOf(stages) };
}

const opened = async (start: InitImageOptions, open: RunHooks["openInitImage"]): Promise<ImageToImage> => {
  if (open) return open(start);
  throw new StylusError("not-found", say`The init image is not available.`, {
    where: "start.picture",
    remedy: say`Choose the image again.`,
  });
};

/** The words of each image. Those of a plot are drawn by its own seed, so that they are the same in all cells. */
function expandWords(
  options: GenerateOptions,
  cells: readonly PlotCell[] | null,
  wildcards: Wildcards,
): ReturnType<typeof expandBatch> {
  if (!cells) return expandBatch(options, wildcards);
  const { seed } = options;
  const each = cells.map(({ prompt, negativePrompt, ...cell }) => {
    const regions = options.regions && {
      ...options.regions,
      areas: options.regions.areas.map((area, index) => ({ ...area, prompt: cell.regions[index]! })),
    };
    return expandBatch({ prompt, negativePrompt, regions, seed, count: 1 }, wildcards);
  });
  return {
    images: each.map(({ images }) => images[0]!),
    notes: distinct(each.flatMap(({ notes }) => notes)),
  };
}

/** The strength of an adapter that nobody has chosen. */
const strengthIn =
  ({ cards }: LoadedPack) =>
  (id: string): number =>
    cards.find((card) => card.id === id)?.refined.weight ?? 0.8;

const imageOfCell = (image: PlannedImage, { seed, sampling, weight }: PlotCell): PlannedImage => ({
  ...image,
  seed,
  ...(Object.keys(sampling).length === 0 ? {} : { sampling }),
  formulas:
    weight === null
      ? image.formulas
      : Object.fromEntries(
          Object.entries(image.formulas).filter(([id]) => weight.id !== null && id !== weight.id),
        ),
});

/** What an image says and the options do not. */
const ownWords = (own: ImagePrompt, options: GenerateOptions): Partial<ImagePrompt> => ({
  ...(own.prompt === options.prompt ? {} : { prompt: own.prompt }),
  ...(own.negativePrompt === options.negativePrompt ? {} : { negativePrompt: own.negativePrompt }),
});

/** What the engine is asked for: the few-step adapter comes on top of each image's own. */
function diffusionRequest(
  options: GenerateOptions,
  {
    pack,
    texts,
    images,
    imageToImage,
  }: {
    pack: LoadedPack;
    /** The words of each image without tags. */
    texts: readonly ImageWords[];
    images: readonly PlannedImage[];
    imageToImage: ImageToImage | null;
  },
): DiffusionRequest {
  const { width, height, hires, vaeTilePixels, variation, regions } = options;
  const fewStep = options.fewStep ? pack.cards.find((card) => card.fewStep) : undefined;
  const strength = fewStep?.refined.weight ?? 0;
  return {
    packId: pack.id,
    prompt: texts[0]!.prompt,
    negativePrompt: texts[0]!.negativePrompt,
    width,
    height,
    steps: options.steps,
    cfgScale: options.cfgScale,
    sampler: options.sampler,
    schedule: options.schedule,
    clipSkip: options.clipSkip,
    noise: options.noise,
    fewStepAdapter: fewStep ? { id: fewStep.id, unetStrength: strength, textStrength: strength } : null,
    images: images.map(({ seed, variationSeed, adapters, ...own }, index) => ({
      seed,
      ...(variation === null || variationSeed === undefined
        ? {}
        : { variation: { ...variation, seed: variationSeed } }),
      adapters,
      ...(own.prompt === undefined && texts[index]!.prompt === texts[0]!.prompt
        ? {}
        : { prompt: texts[index]!.prompt }),
      ...(own.negativePrompt === undefined && texts[index]!.negativePrompt === texts[0]!.negativePrompt
        ? {}
        : { negativePrompt: texts[index]!.negativePrompt }),
      ...(regions === null
        ? {}
        : {
            regions: {
              baseWeight: regions.baseWeight,
              areas: regions.areas.map((area, region) => ({
                ...area,
                prompt: texts[index]!.regions[region]!,
                adapters: adaptersInRegion({ adapters }, own.regions![region]!, {
                  ...pack,
                  combine: options.combine,
                }),
              })),
            },
          }),
    })),
    ...(imageToImage === null ? {} : { imageToImage }),
    ...(hires === null ? {} : { hires: hiresFix(hires, { width, height }) }),
    ...(vaeTilePixels === null ? {} : { vaeTilePixels }),
  };
}

/** Adapters of a request whose files come from a hub, those that are here already too: the engine may not know them yet. */
function remoteAdaptersOf({ images, fewStepAdapter }: DiffusionRequest, { remote }: LoadedPack): string[] {
  const inRegions = images.flatMap(({ regions }) => regions?.areas ?? []);
  const ofImages = [...images, ...inRegions].flatMap(({ adapters }) => adapters);
  const uses = [...ofImages, ...(fewStepAdapter ? [fewStepAdapter] : [])];
  return [...new Set(uses.map(({ id }) => id))].filter((id) => remote.has(id));
}

interface GrowingReport extends PlannedImage {
  readonly index: number;
  readonly width: number;
  readonly height: number;
  milliseconds: number;
  readonly stepMilliseconds: number[];
  readonly parts: Record<string, number>;
}

const createImageReport = (image: PlannedImage, index: number, options: GenerateOptions): GrowingReport => ({
  ...image,
  index,
  ...finishedSize(options),
  milliseconds: 0,
  stepMilliseconds: [],
  parts: {},
});

function recordEvent(report: GrowingReport, event: DiffusionEvent): void {
  if (event.type === "device") Object.assign(report, { milliseconds: 0, stepMilliseconds: [], parts: {} }); // begins again
  if (event.type === "step") report.stepMilliseconds.push(event.milliseconds);
  if (event.type === "stage") {
    report.parts[event.stage] = (report.parts[event.stage] ?? 0) + event.milliseconds;
    report.milliseconds += event.milliseconds;
  }
}
