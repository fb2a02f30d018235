// What the page shows of one run, and how events change it. The state is a Solid store; `createEventFolder` is the only place
// where a running run changes.
import { produce, type SetStoreFunction } from "solid-js/store";
import type { Composition } from "../../../compose/composition.ts";
import type { PlainError } from "../../../shared/errors.ts";
import type { EncodedImage } from "../../images/image-file.ts";
import type { AdapterUse, DiffusionEvent, RgbaImage } from "../../../shared/request.ts";
import type { PresetId } from "../../../shared/limits.ts";
import { seedsOfImage } from "../../../shared/seeds.ts";
import type { GenerateOptions } from "../../../stylus/options.ts";
import { finishedSize } from "../../../stylus/image-options.ts";
import type {
  CandidateView,
  Nsfw,
  PlannedImage,
  PlannedRegion,
  RunEvent,
  RunReport,
  StageId,
} from "../../../stylus/run-types.ts";
import type { ImagePrompt } from "../../../stylus/wildcards/wildcards.ts";
import { withoutTags } from "../../../shared/prompt-syntax.ts";
import { adaptersOfPlot, regionsOfPlot } from "../../../stylus/infotext.ts";
import { formatLoraTag } from "../../../stylus/lora-tags.ts";
import { regionsOfImage } from "../../../stylus/region-text.ts";
import { expandPlot, type CellSampling } from "../../../stylus/plot/cells.ts";
import { spoken } from "../../../texts/sayings.ts";
import { t } from "../../../texts/texts.ts";
import { createStepClock } from "./time-left.ts";

export interface ImageView {
  readonly id: string;
  readonly index: number;
  seed: number;
  variationSeed?: number;
  width: number;
  height: number;
  status: "waiting" | "sampling" | "done" | "stopped";
  step: number;
  steps: number;
  preview: RgbaImage | null;
  encoded: EncodedImage | null;
  adapters: readonly AdapterUse[];
  masked: readonly string[];
  formulas: Readonly<Record<string, string>>;
  /** Its own words, where the prompt is a template. */
  prompt?: string;
  negativePrompt?: string;
  /** What of the sampling it has otherwise, in a plot. */
  sampling?: Partial<CellSampling>;
  preset?: PresetId;
  vae?: string | null;
  regions?: readonly PlannedRegion[];
  detailAdapters?: readonly string[];
  /** The sheet of a plot. */
  sheet?: true;
  nsfw?: Nsfw;
  /** What this image is compared with; null when nothing. */
  variant: VariantView | null;
}

/** The words that an image was generated from. */
export const wordsOf = (
  { prompt, negativePrompt }: Partial<ImagePrompt>,
  { options }: { readonly options: ImagePrompt },
): ImagePrompt => ({
  prompt: prompt ?? options.prompt,
  negativePrompt: negativePrompt ?? options.negativePrompt,
});

/** What asks for this image alone again, but for its adapters and words. */
export const optionsOfImage = (
  {
    seed,
    variationSeed,
    sampling,
    preset,
  }: Pick<ImageView, "seed" | "variationSeed" | "sampling" | "preset">,
  { options }: Pick<RunView, "options">,
): GenerateOptions => ({
  ...options,
  ...sampling,
  ...(preset && { preset }),
  plot: null,
  seed,
  variation: options.variation && { ...options.variation, seed: variationSeed ?? options.variation.seed },
  count: 1,
});

/**
 * What asks for this image again: for one of a batch as the batch was asked for, for one of a plot with its own adapters as tags, for the
 * sheet of a plot all of it.
 */
export function optionsToReuse(image: ImageView, run: Pick<RunView, "options">): GenerateOptions {
  if (image.sheet) return run.options;
  const own = optionsOfImage(image, run);
  if (run.options.plot === null) return own;
  const { prompt, negativePrompt } = wordsOf(image, run);
  return {
    ...own,
    prompt: [withoutTags(prompt).trim(), ...image.adapters.map(formatLoraTag)].join(" "),
    negativePrompt,
    regions: regionsOfImage(own.regions, image),
    method: "sd",
    pins: [],
    removed: [],
    strengths: {},
  };
}

/** What an image is compared with: the same seed without some of its adapters, its init image, or another image. */
export type Comparison =
  | { readonly kind: "no-adapters" }
  | { readonly kind: "without"; readonly title: string }
  | { readonly kind: "init-image" }
  /** Another image of the gallery. */
  | { readonly kind: "other"; readonly own: string; readonly title: string };

export interface VariantView {
  /** Another one for each comparison. */
  readonly id: string;
  readonly comparison: Comparison;
  status: "sampling" | "done" | "stopped" | "failed";
  step: number;
  steps: number;
  preview: RgbaImage | null;
  encoded: EncodedImage | null;
  nsfw?: Nsfw;
  error: PlainError | null;
}

export interface StageView {
  readonly id: StageId;
  status: "running" | "done";
  milliseconds: number | null;
}

type FormulaWord = keyof typeof t.run.formulaWords;
/** Runs are stored with them in English. */
const formulaWords = /set by you|tag in the prompt|budget/;

/** How the strength of an adapter came about: "0.8 ÷ 2"; "" where nothing is known of it. */
export const formulaOf = ({ formulas }: Pick<PlannedImage, "formulas">, id: string): string =>
  Object.hasOwn(formulas, id)
    ? formulas[id]!.replace(formulaWords, (word) => t.run.formulaWords[word as FormulaWord])
    : "";

export interface RunView {
  readonly id: string;
  readonly createdAt: number;
  options: GenerateOptions;
  status: "running" | "done" | "failed" | "stopped";
  stages: StageView[];
  candidates: readonly CandidateView[];
  composition: Composition | null;
  /** What was chosen for each region. */
  regions: readonly Composition[];
  images: ImageView[];
  leftMilliseconds: number | null;
  error: PlainError | null;
  /** What happened on the way and was dealt with: a device that was lost. */
  notice: string | null;
  /** Of the images that are finished; null before the first. */
  report: RunReport | null;
  /** The sheet of a plot once it is drawn; `images` are its cells. */
  sheet: ImageView | null;
}

export function startRun(options: GenerateOptions, id: string): RunView {
  return {
    id,
    createdAt: Date.now(),
    options,
    status: "running",
    stages: [],
    candidates: [],
    composition: null,
    regions: [],
    images: options.plot
      ? expandPlot(options.plot, options).cells.map(({ seed, sampling }, index) => ({
          ...waitingImage(id, index, { ...options, ...sampling }),
          ...seedsOfImage({ ...options, seed }, 0),
        }))
      : Array.from({ length: options.count }, (_, index) => waitingImage(id, index, options)),
    leftMilliseconds: null,
    error: null,
    notice: null,
    report: null,
    sheet: null,
  };
}

/** The sheet of a plot, drawn of its images. */
export function sheetImage(
  { id, options, images }: Pick<RunView, "id" | "options" | "images">,
  { encoded, width, height }: Pick<ImageView, "width" | "height"> & { readonly encoded: EncodedImage },
): ImageView {
  const checked = images.flatMap(({ nsfw }) => (nsfw === undefined ? [] : [nsfw]));
  return {
    ...waitingImage(id, images.length, options),
    ...seedsOfImage(options, 0),
    ...(checked.length > 0 && { nsfw: worstOf(checked) }),
    id: `${id}-sheet`,
    sheet: true,
    status: "done",
    width,
    height,
    encoded,
    adapters: adaptersOfPlot(options, images),
    ...regionsOfPlot(options, images),
    // The same in every cell.
    ...(images[0]?.detailAdapters && { detailAdapters: images[0].detailAdapters }),
  };
}

/** Of several images that are seen at once. */
const worstOf = (checked: readonly Nsfw[]): Nsfw =>
  checked.reduce((worst, nsfw) => (worst === null || nsfw === null ? null : Math.max(worst, nsfw)));

function waitingImage(runId: string, index: number, options: GenerateOptions): ImageView {
  return {
    id: `${runId}-${index}`,
    index,
    ...seedsOfImage(options, index),
    ...finishedSize(options),
    status: "waiting",
    step: 0,
    steps: options.steps,
    preview: null,
    encoded: null,
    adapters: [],
    masked: [],
    formulas: {},
    variant: null,
  };
}

const usePlan = (image: ImageView, plan: PlannedImage): void => {
  image.seed = plan.seed;
  if (plan.variationSeed !== undefined) image.variationSeed = plan.variationSeed;
  image.adapters = plan.adapters;
  image.masked = plan.masked;
  image.formulas = plan.formulas;
  if (plan.prompt !== undefined) image.prompt = plan.prompt;
  if (plan.negativePrompt !== undefined) image.negativePrompt = plan.negativePrompt;
  if (plan.sampling !== undefined) image.sampling = plan.sampling;
  if (plan.preset !== undefined) image.preset = plan.preset;
  if (plan.vae !== undefined) image.vae = plan.vae;
  if (plan.regions !== undefined) image.regions = plan.regions;
  if (plan.detailAdapters !== undefined) image.detailAdapters = plan.detailAdapters;
};

/** Folds the events of one run into its view. */
export function createEventFolder(set: SetStoreFunction<RunView>): (event: RunEvent) => void {
  const clock = createStepClock();
  return (event) =>
    set(
      produce((run) => {
        switch (event.type) {
          case "stage-start": {
            // Prompts of a batch are read one after the other: one stage of the run.
            const known = run.stages.find(({ id }) => id === event.stage);
            if (known) known.status = "running";
            else run.stages.push({ id: event.stage, status: "running", milliseconds: null });
            break;
          }
          case "stage-end": {
            const stage = run.stages.find(({ id }) => id === event.stage);
            if (!stage) break;
            stage.status = "done";
            stage.milliseconds = (stage.milliseconds ?? 0) + event.milliseconds;
            break;
          }
          case "loaded":
            break;
          case "notes":
            run.notice = [...(run.notice ? [run.notice] : []), ...event.notes.map(spoken)].join(" ");
            break;
          case "candidates":
            run.candidates = event.candidates;
            break;
          case "composition":
            run.composition = event.composition;
            break;
          case "regions":
            run.regions = event.compositions;
            break;
          case "plan":
            for (const [index, plan] of event.images.entries()) {
              const image = run.images[index];
              if (image && image.status !== "done") usePlan(image, plan); // one of before it was interrupted has its own
            }
            break;
          case "diffusion":
            foldDiffusion(run, event.event, clock);
            if (event.nsfw !== undefined) run.images[event.event.imageIndex]!.nsfw = event.nsfw;
            break;
        }
      }),
    );
}

function foldDiffusion(run: RunView, event: DiffusionEvent, clock: ReturnType<typeof createStepClock>): void {
  const image = run.images[event.imageIndex];
  if (!image) return;
  switch (event.type) {
    case "device":
      run.notice = event.message;
      image.step = 0;
      break;
    case "stage":
      if (/decod/i.test(event.stage)) clock.addDecode(event.milliseconds);
      break;
    case "step":
      image.status = "sampling";
      image.step = event.step;
      image.steps = event.steps;
      clock.add(event.milliseconds);
      break;
    case "preview":
      image.preview = { width: event.width, height: event.height, rgba: event.rgba };
      break;
    case "image":
      image.preview = { width: event.width, height: event.height, rgba: event.rgba };
      image.width = event.width;
      image.height = event.height;
      image.step = image.steps;
      break;
  }
  const open = run.images.filter(({ status }) => status !== "done");
  const steps = open.reduce((sum, { steps: all, step }) => sum + Math.max(0, all - step), 0);
  run.leftMilliseconds = clock.left(steps, open.length);
}
