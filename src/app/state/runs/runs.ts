// Runs as the page shows them: one at a time, generated or brought back from the gallery, each image with its comparison.
import { batch, createSignal, type Accessor } from "solid-js";
import { createStore, produce, type SetStoreFunction } from "solid-js/store";
import type { AdapterCard } from "../../../retrieval/card.ts";
import { StylusError, stopped, toPlainError, type PlainError } from "../../../shared/errors.ts";
import type { DeviceReport, RgbaImage } from "../../../shared/request.ts";
import { say } from "../../../shared/saying.ts";
import { messageOf } from "../../../texts/sayings.ts";
import { t } from "../../../texts/texts.ts";
import { withoutTags } from "../../../shared/prompt-syntax.ts";
import type { GalleryState } from "../gallery.ts";
import type { StoredImage } from "../../images/gallery.ts";
import { encodeImage, withInfo } from "../../images/image-file.ts";
import { drawSheet } from "../../images/plot-sheet.ts";
import { idNamed, missingAdapters } from "../../../stylus/adapter-names.ts";
import { claimInputs } from "../../images/input-claims.ts";
import { openInitImage } from "../../images/input-image.ts";
import type { InputStore } from "../../images/input-store.ts";
import { listedOf, type CheckedOptions, type GenerateOptions } from "../../../stylus/options.ts";
import { finishedSize, storedIds, type InitImageOptions } from "../../../stylus/image-options.ts";
import type { RunServices } from "../../../stylus/ports.ts";
import type { Nsfw, RunEvent, RunReport } from "../../../stylus/run-types.ts";
import { continuedRun, joinedReports, shownImage } from "./earlier.ts";
import { createRunKeeper } from "./keeper.ts";
import {
  createEventFolder,
  optionsOfImage,
  sheetImage,
  startRun,
  wordsOf,
  type Comparison,
  type ImageView,
  type RunView,
  type StageView,
  type VariantView,
} from "./view.ts";
import { plotLabels, vaeTitle } from "../plot/labels.ts";
import { plotFrom, type Plot } from "../../../stylus/plot/axes.ts";
import { adapterIdsAnywhere, regionsOfImage } from "../../../stylus/region-text.ts";
import { withoutTagsOf } from "../../../stylus/details/details.ts";
import { expandPlot } from "../../../stylus/plot/cells.ts";
import { vaeOf } from "../../../stylus/plot/vaes.ts";
import { run as runOptions, runRequest, type RunRequest } from "../../../stylus/run.ts";
import type { LoadedPack, LoadProgress } from "../../../stylus/loaded-pack.ts";
import type { Wildcards } from "../../../stylus/wildcards/wildcards.ts";

export interface RunsContext {
  readonly services: RunServices;
  readonly gallery: Pick<GalleryState, "keep" | "read">;
  /** Has the init images. */
  readonly inputs: Promise<InputStore>;
  readonly wildcards: Accessor<Wildcards>;
  /** Null: the check is off. Never rejects; `onProblem` hears why an image cannot be checked. */
  readonly check: (image: RgbaImage, onProblem: (problem: string) => void) => Promise<Nsfw> | null;
  readonly packId: Accessor<string>;
  readonly pack: Accessor<LoadedPack | null>;
  readonly cards: Accessor<ReadonlyMap<string, AdapterCard>>;
  /** Holds for comparisons, whatever the run was asked for. */
  readonly commercialOnly: Accessor<boolean>;
  readonly announce: (text: string) => void;
  readonly onProgress: (progress: LoadProgress) => void;
  readonly onPack: (pack: LoadedPack) => void;
  /** The run continues on this device: the other was lost. */
  readonly onDevice: (device: DeviceReport) => void;
  /** Tells of a failure; true when it was one of loading the pack, which is shown elsewhere. */
  readonly onFailure: (error: PlainError) => boolean;
}

export interface Runs {
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
  /** Generates image `imageIndex` again with `without` taken out ("all": no adapters), same seed, beside it. */
  compare(imageIndex: number, without: string): Promise<void>;
  /** Shows what image `imageIndex` started from, beside it. */
  compareWithInitImage(imageIndex: number): Promise<void>;
  closeVariant(imageIndex: number): void;
  /** Clears the reason why the run was refused: the prompt has changed. */
  settle(): void;
  /**
   * Shows a run of the gallery; answers what it was asked for, null when something else is shown by then.
   * @throws StylusError not-found: it is gone; quota: the browser does not read it
   */
  show(runId: string): Promise<GenerateOptions | null>;
}

/** Bugs go to the console too: the page only says that there was one. */
export function explain(error: unknown): PlainError {
  const plain = toPlainError(error);
  if (plain.code === "internal") console.error(error);
  return plain;
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

/** Nothing of it has been generated yet. */
const blankVariant = (comparison: Comparison): VariantView => ({
  id: crypto.randomUUID(),
  comparison,
  status: "sampling",
  step: 0,
  steps: 0,
  preview: null,
  encoded: null,
  error: null,
});

/** Runs of earlier versions have no word of what came later. */
const withLaterOptions = (options: GenerateOptions): GenerateOptions => ({
  ...options,
  start: options.start ?? null,
  variation: options.variation ?? null,
  guidanceInterval: options.guidanceInterval ?? null,
  cacheInterval: options.cacheInterval ?? 1,
  hires: options.hires ?? null,
  vaeTilePixels: options.vaeTilePixels ?? null,
  languageModel: options.languageModel ?? null,
  combine: options.combine ?? "merge",
  commercialOnly: options.commercialOnly ?? false,
  composer: options.composer ?? "reader",
  regions: options.regions ?? null,
  details: options.details ?? null,
  plot: wholePlot(options),
});

/** Null: none, or a damaged one, whose images are left. */
function wholePlot(options: GenerateOptions): Plot | null {
  try {
    const plot = options.plot ? plotFrom(options.plot) : null;
    if (plot) expandPlot(plot, options);
    return plot;
  } catch {
    return null;
  }
}

/** Each stage once, however many prompts it went through. */
function stagesOf({ stages }: RunReport): StageView[] {
  const sums = new Map<StageView["id"], number>();
  for (const { id, milliseconds } of stages) sums.set(id, (sums.get(id) ?? 0) + milliseconds);
  return [...sums].map(([id, milliseconds]) => ({ id, milliseconds, status: "done" }));
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

  const put = (next: { view: RunView; set: SetStoreFunction<RunView> }): void => {
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
        encodeImage(pixels, { cards: cards(), model, options, image }).then((encoded) => {
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
      const encoded = await withInfo(drawn.png, { cards: cards(), model, options, image: blank });
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

  async function compare(imageIndex: number, without: string): Promise<void> {
    const { view, set } = current() ?? {};
    const image = view?.images[imageIndex];
    if (!view || !set || !image?.encoded) return;
    const isOut = (id: string): boolean => without === "all" || id === without;
    const comparison: Comparison =
      without === "all"
        ? { kind: "no-adapters" }
        : { kind: "without", title: cards().get(without)?.title ?? without };
    const setVariant = (variant: Partial<VariantView>): void => {
      if (image.variant?.encoded) URL.revokeObjectURL(image.variant.encoded.url);
      set("images", imageIndex, "variant", { ...blankVariant(comparison), ...variant });
    };
    const fail = (error: StylusError): void => setVariant({ status: "failed", error: explain(error) });
    const generatedBy = view.report?.pack;
    if (generatedBy && generatedBy.id !== packId()) {
      fail(
        new StylusError(
          "not-found",
          say`${generatedBy.title} made this image, but another model is in use.`,
          {
            remedy: say`Choose ${generatedBy.title} under Models, then compare.`,
          },
        ),
      );
      return;
    }
    // Until the model is loaded nothing is known; the run loads it and names what is missing.
    const kept = adapterIdsAnywhere(image).filter((id) => !isOut(id));
    const [lost] = context.pack() ? missingAdapters(kept, cards()) : [];
    if (lost !== undefined) {
      fail(
        new StylusError("not-found", say`This image’s adapter “${lost}” was removed.`, {
          remedy: say`Add its file again, then compare.`,
        }),
      );
      return;
    }
    const rest = image.adapters.filter(({ id }) => !isOut(id));
    const known = [...cards().values()];
    const options: GenerateOptions = {
      ...optionsOfImage(image, view),
      // Its tags are in the list of adapters already.
      prompt: withoutTags(wordsOf(image, view).prompt),
      negativePrompt: wordsOf(image, view).negativePrompt,
      regions: regionsOfImage(view.options.regions, image, isOut),
      commercialOnly: context.commercialOnly(),
      details: withoutTagsOf(view.options.details, (name) => isOut(idNamed(name, known))),
      pins: [], // in the list, too; one that is taken out may be gone
      adapters: rest.length === 0 ? "none" : rest.map(listedOf),
    };
    const loaded = context.pack();
    const ownVae = image.vae === undefined || loaded === null ? undefined : vaeOf(loaded, image.vae);
    await exclusively(async (signal) => {
      setVariant({ steps: options.steps });
      announce(t.run.announced.comparing);
      const onEvent = (event: RunEvent): void => {
        heedDevice(event);
        if (event.type !== "diffusion") return;
        const { event: inner } = event;
        if (inner.type === "step")
          set("images", imageIndex, "variant", { step: inner.step, steps: inner.steps });
        if (inner.type === "preview") set("images", imageIndex, "variant", "preview", inner);
      };
      try {
        const { images } = await runOptions(options, services, {
          ...hooks,
          ...(ownVae && { packId: ownVae.packId }),
          signal,
          onEvent,
        });
        const generated = images[0]!;
        const encoded = await encodeImage(generated, { cards: cards(), model, options, image: generated });
        const { nsfw } = generated;
        const checked = nsfw === undefined ? {} : { nsfw };
        set("images", imageIndex, "variant", { status: "done", encoded, preview: null, ...checked });
        announce(t.run.announced.compared);
      } catch (error) {
        const plain = explain(error);
        if (plain.code === "cancelled") set("images", imageIndex, "variant", null);
        else set("images", imageIndex, "variant", { status: "failed", error: plain });
      }
    });
  }

  async function compareWithInitImage(imageIndex: number): Promise<void> {
    const { view, set } = current() ?? {};
    const start = view?.options.start;
    if (!start || !set) return;
    const blank = blankVariant({ kind: "init-image" });
    const file = await inputs.then((store) => store.get(start.picture.id)).catch(() => null);
    // Another run is on show, or something else beside the image: nobody would revoke the object URL.
    if (current()?.view !== view || view.images[imageIndex]?.variant) return;
    if (file) {
      const encoded = { png: file, url: URL.createObjectURL(file) };
      set("images", imageIndex, "variant", { ...blank, status: "done", encoded });
    } else {
      const error = explain(
        new StylusError("not-found", say`Its init image is no longer in this browser’s storage.`, {
          remedy: say`The image itself is kept.`,
        }),
      );
      set("images", imageIndex, "variant", { ...blank, status: "failed", error });
    }
  }

  return {
    shown: () => current()?.view ?? null,
    busy,
    start: (options, asked) => exclusively((signal) => generate(options, asked, signal)),
    stop: () => abort?.abort(stopped()),
    compare,
    compareWithInitImage,
    closeVariant(imageIndex) {
      const { view, set } = current() ?? {};
      const encoded = view?.images[imageIndex]?.variant?.encoded;
      if (encoded) URL.revokeObjectURL(encoded.url);
      set?.("images", imageIndex, "variant", null);
    },
    settle() {
      const { view, set } = current() ?? {};
      const { code, where = "" } = view?.error ?? {};
      if (code === "bad-input" && ["prompt", "adapters"].includes(where)) set?.({ error: null });
    },
    async show(runId) {
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
      const { images } = stored;
      const kept = { ...stored.run, options: withLaterOptions(stored.run.options) };
      const blank = startRun(kept.options, kept.id);
      /** @param index its place among those that are left */
      const shown = (image: StoredImage, index: number): ImageView => ({
        ...shownImage(image, blank.images[0]!),
        index,
      });
      const [view, set] = createStore<RunView>({
        ...blank,
        createdAt: kept.createdAt,
        status: "done",
        stages: stagesOf(kept.report),
        candidates: kept.candidates,
        composition: kept.composition,
        regions: kept.regions ?? [],
        report: kept.report,
        images: images.filter(({ sheet }) => !sheet).map(shown),
        sheet: images.filter(({ sheet }) => sheet).map((image) => shown(image, images.length))[0] ?? null,
      });
      model = kept.report.pack.title;
      batch(() => put({ view, set }));
      return kept.options;
    },
  };
}
