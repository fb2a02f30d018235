// The state of the page and everything a user can do with it. Components read signals and call these functions; the work
// is done by the services behind `run`.
import { batch, createMemo, createRoot, createSignal, type Accessor } from "solid-js";
import { createStore, produce, type SetStoreFunction } from "solid-js/store";
import type { AdapterCard } from "../retrieval/card.ts";
import { StylusError, toPlainError, type PlainError } from "../shared/errors.ts";
import { openGallery, type Gallery, type StoredImage } from "./gallery.ts";
import { encodePicture, readPictureText } from "./image-file.ts";
import { readInfotext } from "./infotext.ts";
import { checkOptions, completeOptions, randomSeed, type GenerateOptions, type PackDefaults } from "./options.ts";
import type { Services } from "./ports.ts";
import { createEventFolder, startRun, type ImageView, type RunView } from "./run-view.ts";
import type { LoadedPack, LoadProgress, PlannedImage, RunReport } from "./run-types.ts";
import { createSettings, fromOptions, toOptions, usesFewStep, withPrompt, type SettingsStore } from "./settings.ts";
import { createReading } from "./reading.ts";
import { planBatch, run as runStylus, type Reading } from "./stylus.ts";

export type PackStatus = "waiting" | "loading" | "ready" | "failed";

/** Changes to the choice that hold for one prompt: sliders moved, adapters taken out. */
export interface Adjustments {
  strengths: Record<string, number>;
  removed: string[];
}

export interface Studio {
  readonly settings: SettingsStore[0];
  readonly setSettings: SettingsStore[1];
  readonly packStatus: Accessor<PackStatus>;
  readonly progress: Accessor<LoadProgress | null>;
  readonly pack: Accessor<LoadedPack | null>;
  readonly packError: Accessor<PlainError | null>;
  readonly fewStep: Accessor<boolean>;
  readonly options: Accessor<GenerateOptions>;
  /** The run on show; null before the first. */
  readonly run: Accessor<RunView | null>;
  readonly busy: Accessor<boolean>;
  /** A refused request (empty prompt …), shown at the prompt. */
  readonly inputError: Accessor<PlainError | null>;
  readonly adjustments: Adjustments;
  /** True when sliders, pins, bans or removals are not in the pictures on show. */
  readonly adjusted: Accessor<boolean>;
  /** What would be chosen for the prompt as it stands; follows typing. */
  readonly reading: Accessor<Reading>;
  /** The images that the next run would paint at the present seed: strengths for the sliders. */
  readonly planned: Accessor<readonly PlannedImage[]>;
  readonly galleryImages: Accessor<readonly StoredImage[]>;
  readonly galleryPersistent: Accessor<boolean>;
  /** For screen readers: the latest thing worth saying. */
  readonly announcement: Accessor<string>;
  card(id: string): AdapterCard | undefined;
  loadPack(): Promise<void>;
  generate(change?: { readonly keepSeed?: boolean }): Promise<void>;
  stop(): void;
  /** Same seed with `without` taken out ("all": no adapters), beside the picture. */
  compare(imageIndex: number, without: string): Promise<void>;
  closeVariant(imageIndex: number): void;
  setStrength(id: string, strength: number | null): void;
  remove(id: string): void;
  restore(id: string): void;
  togglePin(id: string): void;
  toggleBan(id: string): void;
  show(runId: string): Promise<void>;
  useSettings(options: GenerateOptions): void;
  /** Settings out of a picture file, ours or another tool's. */
  usePicture(file: File): Promise<void>;
  deleteImage(imageId: string): Promise<void>;
  clearGallery(): Promise<void>;
  announce(text: string): void;
}

const packId = "pocket";

/** Until a pack is loaded the page shows these; the pack's own replace them. */
const assumedDefaults: PackDefaults = {
  width: 256,
  height: 256,
  full: { steps: 20, cfgScale: 5, sampler: "dpmpp_2m", schedule: "karras" },
  fewStep: { steps: 6, cfgScale: 1.5, sampler: "lcm", schedule: "lcm" },
};

/** Lives as long as the page. */
export const createStudio = (services: Services): Studio => createRoot(() => buildStudio(services));

function buildStudio(services: Services): Studio {
  const [settings, setSettings] = createSettings();
  const [packStatus, setPackStatus] = createSignal<PackStatus>("waiting");
  const [progress, setProgress] = createSignal<LoadProgress | null>(null);
  const [pack, setPack] = createSignal<LoadedPack | null>(null);
  const [packError, setPackError] = createSignal<PlainError | null>(null);
  const [shown, setShown] = createSignal<{ view: RunView; set: SetStoreFunction<RunView> } | null>(null);
  const [busy, setBusy] = createSignal(false);
  const [inputError, setInputError] = createSignal<PlainError | null>(null);
  const [adjustments, setAdjustments] = createStore<Adjustments>({ strengths: {}, removed: [] });
  const [galleryImages, setGalleryImages] = createSignal<readonly StoredImage[]>([]);
  const [galleryPersistent, setGalleryPersistent] = createSignal(true);
  const [announcement, setAnnouncement] = createSignal("");
  let abort: AbortController | null = null;

  const cards = createMemo(() => new Map(pack()?.cards.map((card) => [card.id, card])));
  const writing = () => ({ cards: cards(), model: pack()?.title ?? "" });
  const defaults = (): PackDefaults => pack()?.defaults ?? assumedDefaults;
  const slowDevice = (): boolean => (pack()?.device.kind ?? "wasm") === "wasm";
  const fewStep = (): boolean => usesFewStep(settings, slowDevice()) && defaults().fewStep !== null;
  const options = createMemo(() => {
    const wanted = toOptions(settings, { defaults: defaults(), slowDevice: slowDevice() });
    return {
      ...wanted,
      bans: [...new Set([...wanted.bans, ...adjustments.removed])],
      strengths: { ...adjustments.strengths },
    };
  });
  const choiceOf = (value: GenerateOptions): string =>
    JSON.stringify([value.strengths, [...value.pins].sort(), [...value.bans].sort()]);
  const adjusted = createMemo(() => {
    const view = shown()?.view;
    return view !== undefined && view.status !== "running" && choiceOf(view.options) !== choiceOf(options());
  });

  const reading = createReading({ services, pack, busy, options, shown: () => shown()?.view ?? null });
  const planned = createMemo((): readonly PlannedImage[] => {
    const loaded = pack();
    return loaded ? planBatch(reading().composition, options(), loaded).images : [];
  });

  const galleryReady: Promise<Gallery> = openGallery().then(async (gallery) => {
    setGalleryPersistent(gallery.persistent);
    setGalleryImages(await gallery.images());
    return gallery;
  });

  const runContext = (signal: AbortSignal) => ({
    packId,
    signal,
    onProgress: (value: LoadProgress) => {
      setProgress(value);
      if (packStatus() !== "ready") setPackStatus("loading");
    },
  });

  async function loadPack(): Promise<void> {
    if (packStatus() === "loading") return;
    batch(() => {
      setPackStatus("loading");
      setPackError(null);
    });
    try {
      const loaded = await services.load(packId, {
        device: settings.device,
        ...runContext(new AbortController().signal),
      });
      batch(() => {
        setPack(loaded);
        setPackStatus("ready");
      });
      setAnnouncement(`${loaded.title} is ready.`);
    } catch (error) {
      batch(() => {
        setPackError(explain(error));
        setPackStatus("failed");
      });
    }
  }

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

  async function generate({ keepSeed = false } = {}): Promise<void> {
    if (busy()) return;
    setInputError(null);
    const previous = shown()?.view;
    if (previous && previous.options.prompt !== settings.prompt) setAdjustments({ strengths: {}, removed: [] });
    if (keepSeed && previous) setSettings("seed", previous.options.seed);
    else if (!settings.seedLocked) setSettings("seed", randomSeed());
    const wanted = options();
    try {
      checkOptions(wanted);
    } catch (error) {
      setInputError(explain(error));
      return;
    }
    setSettings("history", (history) => withPrompt(history, wanted.prompt));
    await exclusively((signal) => runAndShow(wanted, signal));
  }

  async function runAndShow(wanted: GenerateOptions, signal: AbortSignal): Promise<void> {
    const [view, set] = createStore(startRun(wanted, crypto.randomUUID()));
    revokePictures(shown()?.view);
    setShown({ view, set });
    setAnnouncement("Started.");
    const fold = createEventFolder(set);
    const finished: Promise<void>[] = [];
    try {
      const result = await runStylus(wanted, services, {
        ...runContext(signal),
        onEvent(event) {
          fold(event);
          if (event.type === "stage-end" && event.stage === "load" && packStatus() !== "ready") void loadPack();
          if (event.type === "composition") setAnnouncement(describeChoice(event.composition.tasks));
          if (event.type === "diffusion" && event.event.type === "image") {
            const pixels = event.event;
            const image = view.images[pixels.imageIndex]!;
            finished.push(
              encodePicture(pixels, { ...writing(), options: wanted, image }).then((picture) =>
                set("images", pixels.imageIndex, { picture, status: "done", preview: null }),
              ),
            );
            setAnnouncement(`Image ${pixels.imageIndex + 1} of ${wanted.count} is done.`);
          }
        },
      });
      await Promise.all(finished);
      set({ status: "done", report: result.report, leftMilliseconds: null });
      await keep(view, result.report);
    } catch (error) {
      await Promise.allSettled(finished);
      const plain = explain(error);
      const status = plain.code === "cancelled" ? "stopped" : "failed";
      const loading = status === "failed" && packStatus() !== "ready";
      if (loading) batch(() => (setPackError(plain), setPackStatus("failed")));
      set(
        produce((run) => {
          run.status = status;
          run.leftMilliseconds = null;
          run.error = status === "failed" && !loading ? plain : null;
          for (const image of run.images) if (image.status !== "done") image.status = "stopped";
        }),
      );
      setAnnouncement(status === "stopped" ? "Stopped." : plain.message);
    }
  }

  async function keep(view: RunView, report: RunReport): Promise<void> {
    const stored = view.images.flatMap((image): StoredImage[] =>
      image.picture ? [storedImage(view, image, image.picture.png)] : [],
    );
    const { id, createdAt } = view;
    try {
      const gallery = await galleryReady;
      await gallery.add(
        {
          id,
          createdAt,
          options: unproxied(view.options),
          composition: unproxied(view.composition ?? { tasks: [], rejected: [], composer: { name: "", kind: "none" } }),
          candidates: unproxied(view.candidates),
          report: unproxied(report),
        },
        stored,
      );
      setGalleryImages(await gallery.images());
    } catch {
      setAnnouncement("The browser has no room to keep this picture. Download it to keep it.");
    }
  }

  async function compare(imageIndex: number, without: string): Promise<void> {
    const current = shown();
    const image = current?.view.images[imageIndex];
    if (!current || !image?.picture) return;
    const { view, set } = current;
    const rest = image.adapters.filter(({ id }) => without !== "all" && id !== without);
    const label = without === "all" ? "no adapters" : `without ${cards().get(without)?.title ?? without}`;
    await exclusively(async (signal) => {
      const request: GenerateOptions = {
        ...view.options,
        prompt: view.options.prompt.replaceAll(/<(?:lora|lyco):[^<>]*>/gi, ""),
        seed: image.seed,
        count: 1,
        adapters: rest.length === 0 ? "none" : rest.map(({ id, unetStrength }) => ({ id, weight: unetStrength })),
      };
      set("images", imageIndex, "variant", {
        label,
        status: "sampling",
        step: 0,
        steps: request.steps,
        preview: null,
        picture: null,
        error: null,
      });
      setAnnouncement(`Painting the same seed ${label}.`);
      try {
        const result = await runStylus(request, services, {
          ...runContext(signal),
          onEvent(event) {
            if (event.type !== "diffusion") return;
            const { event: step } = event;
            if (step.type === "step") set("images", imageIndex, "variant", { step: step.step, steps: step.steps });
            if (step.type === "preview") set("images", imageIndex, "variant", "preview", step);
          },
        });
        const painted = result.images[0]!;
        const picture = await encodePicture(painted, {
          options: request,
          image: { seed: image.seed, adapters: painted.adapters },
          ...writing(),
        });
        set("images", imageIndex, "variant", { status: "done", picture, preview: null });
        setAnnouncement(`The picture ${label} is done.`);
      } catch (error) {
        const plain = explain(error);
        if (plain.code === "cancelled") set("images", imageIndex, "variant", null);
        else set("images", imageIndex, "variant", { status: "failed", error: plain });
      }
    });
  }

  async function show(runId: string): Promise<void> {
    if (busy()) return;
    const stored = await (await galleryReady).run(runId);
    if (!stored) return;
    const { run: kept, images } = stored;
    const base = startRun(kept.options, kept.id);
    const [view, set] = createStore<RunView>({
      ...base,
      createdAt: kept.createdAt,
      status: "done",
      stages: kept.report.stages.map(({ id, milliseconds }) => ({ id, milliseconds, status: "done" })),
      candidates: kept.candidates,
      composition: kept.composition,
      report: kept.report,
      images: images.map((image) => ({
        ...base.images[0]!,
        ...image,
        status: "done" as const,
        step: kept.options.steps,
        picture: { png: image.png, url: URL.createObjectURL(image.png) },
      })),
    });
    revokePictures(shown()?.view);
    batch(() => {
      setAdjustments({ strengths: { ...kept.options.strengths }, removed: [] });
      setShown({ view, set });
    });
  }

  const toggle = (list: readonly string[], id: string): string[] =>
    list.includes(id) ? list.filter((entry) => entry !== id) : [...list, id];

  return {
    settings,
    setSettings,
    packStatus,
    progress,
    pack,
    packError,
    fewStep,
    options,
    run: () => shown()?.view ?? null,
    busy,
    inputError,
    adjustments,
    adjusted,
    reading,
    planned,
    galleryImages,
    galleryPersistent,
    announcement,
    card: (id) => cards().get(id),
    loadPack,
    generate,
    stop: () => abort?.abort(new StylusError("cancelled", "Stopped.")),
    compare,
    closeVariant: (imageIndex) => shown()?.set("images", imageIndex, "variant", null),
    setStrength: (id, strength) =>
      setAdjustments(
        "strengths",
        produce((strengths) => {
          if (strength === null) delete strengths[id];
          else strengths[id] = strength;
        }),
      ),
    remove: (id) => setAdjustments("removed", (removed) => [...new Set([...removed, id])]),
    restore: (id) => setAdjustments("removed", (removed) => removed.filter((entry) => entry !== id)),
    togglePin: (id) =>
      batch(() => {
        setSettings("pins", (pins) => toggle(pins, id));
        setSettings("bans", (bans) => bans.filter((entry) => entry !== id));
      }),
    toggleBan: (id) =>
      batch(() => {
        setSettings("bans", (bans) => toggle(bans, id));
        setSettings("pins", (pins) => pins.filter((entry) => entry !== id));
      }),
    show,
    useSettings: (value) => setSettings(fromOptions(value, defaults())),
    async usePicture(file) {
      try {
        const read = readInfotext(await readPictureText(file, file.name), cards());
        batch(() => {
          setInputError(null);
          setAdjustments({ strengths: {}, removed: [] });
          setSettings(fromOptions(completeOptions(read, defaults()), defaults()));
        });
        setAnnouncement(`Prompt and settings of ${file.name} taken over.`);
      } catch (error) {
        setInputError(explain(error));
      }
    },
    async deleteImage(imageId) {
      const gallery = await galleryReady;
      await gallery.remove(imageId);
      setGalleryImages(await gallery.images());
    },
    async clearGallery() {
      const gallery = await galleryReady;
      await gallery.clear();
      setGalleryImages([]);
    },
    announce: setAnnouncement,
  };
}

/** Bugs go to the console too: the page only says that there was one. */
function explain(error: unknown): PlainError {
  const plain = toPlainError(error);
  if (plain.code === "internal") console.error(error);
  return plain;
}

function describeChoice(tasks: readonly { readonly picks: readonly unknown[] }[]): string {
  const picks = tasks.reduce((sum, task) => sum + task.picks.length, 0);
  const adapters = picks === 1 ? "1 adapter" : `${picks} adapters`;
  return picks === 0 ? "No adapter is needed for this prompt." : `Chose ${adapters} for ${tasks.length} parts of the prompt.`;
}

function storedImage(view: RunView, image: ImageView, png: Blob): StoredImage {
  const { id, index, seed, width, height } = image;
  return {
    id,
    runId: view.id,
    index,
    createdAt: view.createdAt,
    seed,
    width,
    height,
    adapters: unproxied(image.adapters),
    masked: unproxied(image.masked),
    formulas: unproxied(image.formulas),
    png,
  };
}

/** Store proxies cannot be cloned into IndexedDB. */
const unproxied = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

function revokePictures(view: RunView | undefined): void {
  for (const image of view?.images ?? []) {
    if (image.picture) URL.revokeObjectURL(image.picture.url);
    if (image.variant?.picture) URL.revokeObjectURL(image.variant.picture.url);
  }
}
