// What a run records of itself: its stages with their times, its images as they are finished, and the report of both.
import { dependencies, version } from "../../package.json";
import { throwIfAborted } from "../shared/errors.ts";
import type { DeviceReport, DiffusionEvent, RgbaImage } from "../shared/request.ts";
import { english } from "../shared/saying.ts";
import type { RunStage } from "./choose.ts";
import { finishedSize } from "./image-options.ts";
import type { LoadedPack } from "./loaded-pack.ts";
import type { GenerateOptions } from "./options.ts";
import type {
  Nsfw,
  PlannedImage,
  ReportedDevice,
  RunEvent,
  RunImage,
  RunReport,
  StageId,
  StageReport,
} from "./run-types.ts";

export interface RecorderHooks {
  readonly onEvent?: (event: RunEvent) => void;
  /** After each image, before its event: the report of the images that are finished. */
  readonly onReport?: (report: RunReport) => void;
  /** Checks a finished image; its event and report wait for the answer, the next image does not. Never rejects. Null: the check is off. */
  readonly check?: (image: RgbaImage) => Promise<Nsfw> | null;
}

export interface StageRecorder {
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** Since then. */
  milliseconds(): number;
  readonly stage: RunStage;
  /** Those that are finished, and the one in progress up to now, with what it has given so far. */
  reports(outputs?: unknown): readonly StageReport[];
}

/** Times stages and tells of them; none begins or ends after `signal` is aborted. */
export function recordStages({
  onEvent = () => {},
  signal,
}: Pick<RecorderHooks, "onEvent"> & { readonly signal: AbortSignal }): StageRecorder {
  const started = performance.now();
  const finished: StageReport[] = [];
  let running: { readonly id: StageId; readonly inputs: unknown; readonly since: number } | null = null;
  const reportOf = ({ id, inputs, since }: NonNullable<typeof running>, outputs: unknown): StageReport => ({
    id,
    milliseconds: performance.now() - since,
    inputs,
    outputs,
  });
  return {
    createdAt: new Date().toISOString(),
    milliseconds: () => performance.now() - started,
    stage: async (id, inputs, work) => {
      throwIfAborted(signal);
      onEvent({ type: "stage-start", stage: id });
      const own = { id, inputs, since: performance.now() };
      running = own;
      const { value, outputs } = await work();
      throwIfAborted(signal);
      running = null;
      const report = reportOf(own, outputs);
      finished.push(report);
      onEvent({ type: "stage-end", stage: id, milliseconds: report.milliseconds });
      return value;
    },
    reports: (outputs) => (running ? [...finished, reportOf(running, outputs)] : [...finished]),
  };
}

/** The device in English, for whoever reads the file. */
export const reportedDevice = (device: DeviceReport): ReportedDevice => ({
  ...device,
  name: english(device.name),
  reason: english(device.reason),
});

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

export interface ImageRecorder {
  /** In the order in which they were finished. */
  readonly images: readonly RunImage[];
  /** Takes an event of the engine, its image counted among all of the run, and passes it on. */
  record(event: DiffusionEvent): void;
  /** Ends when every finished image is checked. */
  checked(): Promise<void>;
  report(): RunReport;
}

/** Records the images of `planned` as the engine makes them. */
export function recordImages(
  planned: readonly PlannedImage[],
  {
    pack,
    options,
    stages,
    hooks: { onEvent = () => {}, onReport, check },
  }: {
    readonly pack: LoadedPack;
    readonly options: GenerateOptions;
    readonly stages: StageRecorder;
    readonly hooks: RecorderHooks;
  },
): ImageRecorder {
  const images: RunImage[] = [];
  const reports = planned.map((image, index) => createImageReport(image, index, options));
  let usedDevice = pack.device;
  let checks: Promise<void>[] = [];
  const report = (): RunReport => ({
    format: "stylus-web/run",
    version: 3,
    createdAt: stages.createdAt,
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
    stages: stages.reports({ images: images.length }),
    images: reports.filter(({ index }) => images.some((image) => image.index === index)),
    milliseconds: stages.milliseconds(),
  });
  const finish = (
    event: Extract<DiffusionEvent, { type: "image" }>,
    checked: { readonly nsfw?: Nsfw } = {},
  ): void => {
    const { imageIndex: index, width, height, rgba } = event;
    const own = reports[index];
    if (own) {
      Object.assign(own, { width, height, ...checked });
      images.push({ ...planned[index]!, index, width, height, rgba, ...checked });
      onReport?.(report());
    }
    onEvent({ type: "diffusion", event, ...checked });
  };
  return {
    images,
    record: (event) => {
      const own = reports[event.imageIndex];
      if (own) recordEvent(own, event);
      if (event.type === "device") usedDevice = event.device ?? usedDevice;
      if (event.type !== "image") return onEvent({ type: "diffusion", event });
      const checking = check?.(event);
      if (checking) checks.push(checking.then((nsfw) => finish(event, { nsfw })));
      else finish(event);
    },
    checked: async () => {
      await Promise.all(checks);
      checks = [];
    },
    report,
  };
}
