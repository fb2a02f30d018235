// Runs as the page shows them: one at a time, generated or brought back from the gallery, each image with its comparison.
import { batch, createSignal, type Accessor } from "solid-js";
import { createStore, produce, type SetStoreFunction } from "solid-js/store";
import { StylusError, stopped, type PlainError } from "../../../shared/errors.ts";
import type { DeviceReport, RgbaImage } from "../../../shared/request.ts";
import { say } from "../../../shared/saying.ts";
import { messageOf } from "../../../texts/sayings.ts";
import { t } from "../../../texts/texts.ts";
import type { GalleryState } from "../gallery.ts";
import { encodeImage, withInfo } from "../../images/image-file.ts";
import { drawSheet } from "../../images/plot-sheet.ts";
import { claimInputs } from "../../images/input-claims.ts";
import { openInitImage } from "../../images/input-image.ts";
import type { CheckedOptions, GenerateOptions } from "../../../stylus/options.ts";
import { finishedSize, storedIds, type InitImageOptions } from "../../../stylus/image-options.ts";
import type { Nsfw, RunEvent, RunReport } from "../../../stylus/run-types.ts";
import { continuedRun, joinedReports } from "./earlier.ts";
import { createRunKeeper } from "./keeper.ts";
import { createEventFolder, sheetImage, type ImageView, type RunView } from "./view.ts";
import { plotLabels, vaeTitle } from "../plot/labels.ts";
import type { Plot } from "../../../stylus/plot/axes.ts";
import { expandPlot } from "../../../stylus/plot/cells.ts";
import { runRequest, type RunRequest } from "../../../stylus/run.ts";
import type { LoadedPack, LoadProgress } from "../../../stylus/loaded-pack.ts";
import type { Wildcards } from "../../../stylus/wildcards/wildcards.ts";
import { explain } from "../../explain.ts";
import { createComparisons, type ComparisonSources, type Comparisons } from "./comparisons.ts";
import { keptRun } from "./kept-run.ts";

export interface RunsContext extends ComparisonSources {
  readonly gallery: Pick<GalleryState, "keep" | "read">;
  readonly wildcards: Accessor<Wildcards>;
  /** Null: the check is off. Never rejects; `onProblem` hears why an image cannot be checked. */
  readonly check: (image: RgbaImage, onProblem: (problem: string) => void) => Promise<Nsfw> | null;
  readonly onProgress: (progress: LoadProgress) => void;
  readonly onPack: (pack: LoadedPack) => void;
  /** The run continues on this device: the other was lost. */
  readonly onDevice: (device: DeviceReport) => void;
  /** Tells of a failure; true when it was one of loading the pack, which is shown elsewhere. */
  readonly onFailure: (error: PlainError) => boolean;
}

export interface Runs extends Comparisons {
  readonly shown: Accessor<RunView | null>;
  readonly busy: Accessor<boolean>;
  /**
   * @param context.settle what to generate instead once the pack is loaded, if it was not yet
   * @param context.wasLeft it may have begun already: of its images, those that are in the gallery are not generated again
   */
  start(
    options: CheckedOptions,
    context: {
      readonly id: string;
      readonly settle: (pack: LoadedPack) => CheckedOptions;
      readonly wasLeft?: boolean;
    },
  ): Promise<void>;
  stop(): void;
  /** Clears the reason why the run was refused: the prompt has changed. */
  settle(): void;
  /**
   * Shows a run of the gallery; answers what it was asked for, null when something else is shown by then.
   * @throws StylusError not-found: it is gone; quota: the browser does not read it
   */
  show(runId: string): Promise<GenerateOptions | null>;
  /** Shows a run that the user returns to, no run if the gallery does not have it; one in progress stays. Never rejects. */
  showAgain(runId: string): Promise<void>;
  /** Shows no run, unless one is in progress. */
  clear(): void;
  /** Forgets what was said of the run on show: the form has come from elsewhere. */
  forgetNotice(): void;
}

const pickCount = (tasks: readonly { readonly picks: readonly unknown[] }[]): number =>
  tasks.reduce((sum, task) => sum + task.picks.length, 0);

function revokeImages(view: RunView | undefined): void {
  if (view?.sheet?.encoded) URL.revokeObjectURL(view.sheet.encoded.url);
  for (const image of view?.images ?? []) {
    if (image.encoded) URL.revokeObjectURL(image.encoded.url);
    if (image.variant?.encoded) URL.revokeObjectURL(image.variant.encoded.url);
  }
}

export function createRuns(context: RunsContext): Runs {
  const { services, gallery, inputs, packId, cards, announce, onProgress } = context;
  const [current, setCurrent] = createSignal<{ view: RunView; set: SetStoreFunction<RunView> } | null>(null);
  const [busy, setBusy] = createSignal(false);
  const hooks = {
    get packId() {
      return packId();
    },
    get wildcards() {
      return context.wildcards();
    },
    onProgress,
    openInitImage: async (start: InitImageOptions) => openInitImage(start, await inputs),
    check: (image: RgbaImage) =>
      context.check(image, (problem) => {
        current()?.set({ notice: problem });
        announce(problem);
      }),
  };
  const adapters = () => ({ cards: cards(), userAdapters: context.pack()?.userAdapters ?? new Map() });
  let model = "";
  let abort: AbortController | null = null;
  /** The run that was asked for last: one that is read more slowly is not shown any more. */
  let wanted = "";

  /** Runs `work` as the one thing that runs; Stop aborts it. */
  async function exclusively(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (busy()) return;
    const controller = new AbortController();
    abort = controller;
    setBusy(true);
    try {
      await work(controller.signal);
    } finally {
      abort = null;
      setBusy(false);
    }
  }

  const heedDevice = (event: RunEvent): void => {
    if (event.type !== "diffusion" || event.event.type !== "device") return;
    announce(event.event.message);
    if (event.event.device) context.onDevice(event.event.device);
  };

  const put = (next: ReturnType<typeof current>): void => {
    revokeImages(current()?.view);
    setCurrent(next);
  };

  async function generate(
    asked: CheckedOptions,
    { id, settle, wasLeft = false }: Parameters<Runs["start"]>[1],
    signal: AbortSignal,
  ): Promise<void> {
    const known = context.pack();
    let options = asked;
    // Until the gallery has the run, nothing else may name what it starts from.
    const release = claimInputs(storedIds(options.start));
    const kept = wasLeft ? await gallery.read(id).catch(() => null) : null;
    let begun = continuedRun(options, id, kept);
    const [view, set] = createStore(begun.view);
    put({ view, set });
    const isDone = ({ status }: ImageView): boolean => status === "done";
    const already = (): number => view.images.filter(isDone).length;
    const tellWhatIsThere = (): void => {
      if (begun.earlier) set({ notice: t.run.continued(already(), view.images.length) });
    };
    tellWhatIsThere();
    announce(view.notice ?? t.run.announced.generating);
    const fold = createEventFolder(set);
    const keep = createRunKeeper(gallery, view);
    const encodings: Promise<void>[] = [];
    let finished = already();
    const onEvent = (event: RunEvent): void => {
      fold(event);
      heedDevice(event);
      if (event.type === "loaded") {
        model = event.pack.title;
        context.onPack(event.pack);
      }
      if (event.type === "composition" && !event.composition.pending)
        announce(t.run.announced.chosen(pickCount(event.composition.tasks)));
      if (event.type !== "diffusion" || event.event.type !== "image") return;
      const pixels = event.event;
      const image = view.images[pixels.imageIndex]!;
      encodings.push(
        encodeImage(pixels, { ...adapters(), model, options, image }).then((encoded) => {
          set("images", pixels.imageIndex, { encoded, status: "done", preview: null });
          void keep(image);
        }),
      );
      announce(t.run.announced.imageDone(++finished, view.images.length));
    };
    /** Draws the sheet of a plot, and keeps it; a run that was stopped has blanks on it. */
    async function drawPlot(plot: Plot): Promise<void> {
      if (!view.images.some(({ encoded }) => encoded)) return;
      const titles = {
        adapter: (id: string): string => cards().get(id)?.title ?? id,
        vae: (id: string | null): string => vaeTitle(context.pack(), id),
      };
      const drawn = await drawSheet(
        view.images.map(({ encoded }) => encoded?.png ?? null),
        finishedSize(options),
        plotLabels(expandPlot(plot, options), titles),
      );
      const blank = sheetImage(view, { ...drawn, encoded: { png: drawn.png, url: "" } });
      const encoded = await withInfo(drawn.png, { ...adapters(), model, options, image: blank });
      set("sheet", { ...blank, encoded });
      void keep(view.sheet!);
    }
    /** @returns why there is no sheet: its images are there all the same */
    const finishPlot = async (): Promise<PlainError | null> => {
      try {
        if (options.plot !== null) await drawPlot(options.plot);
        return null;
      } catch (error) {
        return explain(error);
      }
    };
    try {
      const request: RunRequest = {
        device: asked.device,
        commercialOnly: asked.commercialOnly,
        settle(pack) {
          if (known) return options;
          options = settle(pack);
          revokeImages(view);
          begun = continuedRun(options, id, kept);
          const { id: ownId, createdAt, images, report } = begun.view;
          set({ id: ownId, createdAt, options, images, report });
          tellWhatIsThere();
          finished = already();
          return options;
        },
      };
      const whole = (report: RunReport): RunReport =>
        begun.earlier ? joinedReports(begun.earlier.run.report, report) : report;
      const onReport = (report: RunReport): void => set({ report: whole(report) });
      const { report } = await runRequest(request, services, {
        ...hooks,
        /** Read once it is settled. */
        get finished() {
          return new Set(view.images.filter(isDone).map(({ index }) => index));
        },
        signal,
        onEvent,
        onReport,
      });
      await Promise.all(encodings);
      const sheetError = await finishPlot();
      set({
        status: "done",
        report: whole(report),
        leftMilliseconds: null,
        ...(sheetError && { error: sheetError }),
      });
    } catch (error) {
      await Promise.allSettled(encodings);
      const plain = explain(error);
      const wasStopped = plain.code === "cancelled";
      await finishPlot(); // what ended the run counts for more
      const shownElsewhere = !wasStopped && context.onFailure(plain);
      set(
        produce((run) => {
          run.status = wasStopped ? "stopped" : "failed";
          run.leftMilliseconds = null;
          run.error = wasStopped || shownElsewhere ? null : plain;
          for (const image of run.images) if (image.status !== "done") image.status = "stopped";
        }),
      );
      announce(wasStopped ? t.run.announced.stopped : messageOf(plain));
    } finally {
      const unkept = await keep();
      if (unkept) {
        if (!view.error) set({ error: explain(unkept) }); // what went wrong before counts for more
        announce(messageOf(unkept));
      }
      release();
    }
  }

  async function show(runId: string): Promise<GenerateOptions | null> {
    if (busy()) return null;
    wanted = runId;
    const stored = await gallery.read(runId);
    if (busy() || wanted !== runId) return null;
    if (!stored) {
      throw new StylusError("not-found", say`This image was deleted in another tab.`, {
        where: "gallery",
        remedy: say`The gallery now shows the remaining images.`,
      });
    }
    const { options, view: kept } = keptRun(stored);
    const [view, set] = createStore<RunView>(kept);
    model = stored.run.report.pack.title;
    batch(() => put({ view, set }));
    return options;
  }

  function clear(): void {
    if (busy()) return;
    wanted = "";
    put(null);
  }

  return {
    shown: () => current()?.view ?? null,
    busy,
    start: (options, asked) => exclusively((signal) => generate(options, asked, signal)),
    stop: () => abort?.abort(stopped()),
    ...createComparisons({ ...context, current, exclusively, heedDevice, hooks, model: () => model }),
    settle() {
      const { view, set } = current() ?? {};
      const { code, where = "" } = view?.error ?? {};
      if (code === "bad-input" && ["prompt", "adapters"].includes(where)) set?.({ error: null });
    },
    forgetNotice: () => current()?.set({ notice: null }),
    show,
    async showAgain(runId) {
      wanted = runId;
      if (current()?.view.id === runId) return;
      await show(runId).catch(() => {
        if (wanted === runId) clear();
      });
    },
    clear,
  };
}
