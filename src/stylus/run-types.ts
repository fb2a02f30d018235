// What one run tells while it goes and what it leaves behind. Plain data: it is shown, kept in the gallery, and
// exported as the run report (docs/report.md).
import type { Composition } from "../compose/composition.ts";
import type { PresetId } from "../shared/limits.ts";
import { type Saying } from "../shared/saying.ts";
import type { AdapterUse, DeviceReport, DiffusionEvent, RgbaImage } from "../shared/request.ts";
import type { LoadedPack } from "./loaded-pack.ts";
import type { GenerateOptions } from "./options.ts";
import type { CellSampling } from "./plot/cells.ts";

/** A retrieved adapter, as shown and recorded. */
export interface CandidateView {
  readonly id: string;
  /** Cosine similarity of the whole prompt and the card, −1 … 1. */
  readonly similarity: number;
}

/** What one region of an image adds to it. */
export interface PlannedRegion extends Pick<PlannedImage, "masked" | "formulas"> {
  /** Its own words, as `PlannedImage.prompt`. */
  readonly prompt?: string;
  /** Beside those of the image, whose place they take where both name one. */
  readonly adapters: readonly AdapterUse[];
}

/** One image of the plan: what is merged into it, and which picks its mask leaves out. */
export interface PlannedImage {
  readonly seed: number;
  /** Where the options ask for variations. */
  readonly variationSeed?: number;
  readonly adapters: readonly AdapterUse[];
  readonly masked: readonly string[];
  /** How each strength came about, by id: "0.8 ÷ 2". */
  readonly formulas: Readonly<Record<string, string>>;
  /** Its own words, where the prompt of the options is a template (wildcards.ts) or a plot replaces some; absent otherwise. */
  readonly prompt?: string;
  readonly negativePrompt?: string;
  /** What of the options' sampling it has otherwise, in a plot (plot/cells.ts). */
  readonly sampling?: Partial<CellSampling>;
  /** By which its adapters were chosen and weighed, in a plot of presets. */
  readonly preset?: PresetId;
  /** In a plot of VAEs; null: the model's own. */
  readonly vae?: string | null;
  /** In the order of the options' regions; absent without any. */
  readonly regions?: readonly PlannedRegion[];
  /** Ids of the adapters that tags in the words of the detail pass's areas add; absent without any. */
  readonly detailAdapters?: readonly string[];
}

export type StageId = "load" | "embed" | "retrieve" | "compose" | "plan" | "fetch" | "generate";

export type RunEvent =
  | { readonly type: "stage-start"; readonly stage: StageId }
  | { readonly type: "stage-end"; readonly stage: StageId; readonly milliseconds: number }
  | { readonly type: "loaded"; readonly pack: LoadedPack }
  /** What the prompt asks for and the run does without. */
  | { readonly type: "notes"; readonly notes: readonly Saying[] }
  | { readonly type: "candidates"; readonly candidates: readonly CandidateView[] }
  | { readonly type: "composition"; readonly composition: Composition }
  /** What was chosen for each region, of the first image. */
  | { readonly type: "regions"; readonly compositions: readonly Composition[] }
  | { readonly type: "plan"; readonly images: readonly PlannedImage[] }
  /** `nsfw`: of a finished image that was checked. */
  | { readonly type: "diffusion"; readonly event: DiffusionEvent; readonly nsfw?: Nsfw };

/** The probability that an image is not safe for work, 0 … 1; null: it could not be checked. Absent where the check was off. */
export type Nsfw = number | null;

export interface StageReport {
  readonly id: StageId;
  readonly milliseconds: number;
  readonly inputs: unknown;
  readonly outputs: unknown;
}

interface ImageReport extends PlannedImage {
  readonly index: number;
  readonly width: number;
  readonly height: number;
  readonly milliseconds: number;
  readonly stepMilliseconds: readonly number[];
  /** Time in parts of the engine: merge, text encoder, sampling, VAE decoder. */
  readonly parts: Readonly<Record<string, number>>;
  readonly nsfw?: Nsfw;
}

/** The device in English, for whoever reads the file. */
export interface ReportedDevice extends Omit<DeviceReport, "name" | "reason"> {
  readonly name: string;
  readonly reason: string;
}

/** Persisted and exported: a change of shape is a new `version` and an entry in docs/report.md. */
export interface RunReport {
  readonly format: "stylus-web/run";
  readonly version: 3;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly app: { readonly version: string; readonly onnxruntime: string; readonly userAgent: string };
  readonly pack: {
    readonly id: string;
    readonly title: string;
    readonly sizeBytes: number;
    /** Bytes that came over the network for this visit; 0 with a warm cache. */
    readonly downloadedBytes: number;
    readonly adapterCount: number;
  };
  readonly device: ReportedDevice;
  readonly options: GenerateOptions;
  readonly stages: readonly StageReport[];
  readonly images: readonly ImageReport[];
  readonly milliseconds: number;
}

export interface RunImage extends PlannedImage, RgbaImage {
  readonly index: number;
  readonly nsfw?: Nsfw;
}

export interface RunResult {
  readonly pack: LoadedPack;
  readonly report: RunReport;
  readonly images: readonly RunImage[];
  /** What was chosen for each prompt, of regions too, by each preset. */
  readonly compositions: readonly Composition[];
  /** What the prompt asks for and the run did without. */
  readonly notes: readonly Saying[];
}
