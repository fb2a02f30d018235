// The state of the page and everything a user can do with it, put together from its parts. Components read signals and call
// these functions; the work is done by the services behind `run`.
import { createEffect, createMemo, createRoot, createSignal, on, type Accessor } from "solid-js";
import type { AdapterCard } from "../../retrieval/card.ts";
import type { PlainError, StylusError } from "../../shared/errors.ts";
import {
  assumedDefaults,
  choiceKey,
  isSlow,
  optionsOf,
  optionsOfAskedRun,
  type AskedEntry,
  type AskedRun,
} from "./runs/asked-run.ts";
import { createChoiceState, type ChoiceState } from "./choice.ts";
import type { Reading } from "../../stylus/choose.ts";
import type { DiskPick } from "../packs/disk-files.ts";
import { createGalleryState, type GalleryState } from "./gallery.ts";
import { missingAdapters } from "../../stylus/adapter-names.ts";
import { speak } from "../../texts/texts.ts";
import { createInstallation, type Installation } from "./installation.ts";
import { createIntake, type Intake } from "./intake/intake.ts";
import { createLibrary, type Library } from "./library/library.ts";
import { createLanguageModelState, type LanguageModels } from "./language-models.ts";
import { createOptionalModel, type OptionalModel } from "./optional-model.ts";
import { createNsfwState, type NsfwState } from "./nsfw.ts";
import { createModels, type Models } from "./models.ts";
import { problemOf, type GenerateOptions, type PackDefaults } from "../../stylus/options.ts";
import { adapterIdsAnywhere } from "../../stylus/region-text.ts";
import { promptsOf } from "../../stylus/regions.ts";
import { createPackState, type PackState } from "./pack.ts";
import { modelOf } from "../packs/packs.ts";
import { createPlotState, type PlotState } from "./plot/state.ts";
import { licensedPack } from "../../stylus/licensed-pack.ts";
import { createAsking, type AskingOptions } from "./runs/asking.ts";
import { createPlanned, type Planned } from "./runs/planned.ts";
import { createQueue, type QueueState } from "./runs/queue.ts";
import { createRecall, type Recall } from "./runs/recall.ts";
import { createReading } from "./live-choice.ts";
import { linkOfRun } from "./runs/run-link.ts";
import { createRuns, type Runs } from "./runs/runs.ts";
import { createStarting } from "./runs/starting.ts";
import { createSettings, type SettingsStore } from "./settings/stored.ts";
import { languageOf, usesFewStep } from "./settings/settings.ts";
import { openInputs } from "../images/input-store.ts";
import { createInitImageState, type InitImageState } from "./init-image.ts";
import { createSetAside, type SetAsideState } from "./set-aside.ts";
import { createPromptCursor, type PromptCursor } from "./prompt/prompt-cursor.ts";
import { createTokenCount } from "./prompt/token-count.ts";
import { createTypedPrompt, type TypedPrompt } from "./prompt/typed-prompt.ts";
import { createUnknownWords, type UnknownWord } from "./prompt/unknown-words.ts";
import { createWildcards, type WildcardsState } from "./prompt/wildcards.ts";
import { createStyles, type StylesState } from "./prompt/styles.ts";
import { openStyles, openWildcards } from "../prompts/named-rows.ts";
import { openWaitingRuns } from "../prompts/waiting-runs.ts";
import { expandBatch, type ImageWords } from "../../stylus/wildcards/wildcards.ts";
import { createTaking } from "./incoming.ts";
import { checkDownloaded } from "../services/optional-model.ts";
import { rerankerAbsent } from "../services/reranker.ts";
import type { DiskUse, PageServices } from "../services/ports.ts";

export interface Studio
  extends
    Pick<Runs, "busy" | "stop" | "compare" | "compareWithInitImage" | "closeVariant">,
    Pick<PackState, "progress" | "transfer" | "replaced">,
    Planned,
    PromptCursor,
    Pick<Recall, "restored" | "show" | "useSettings" | "useOffered" | "useLink" | "useAsked">,
    Pick<
      ChoiceState,
      "adjustments" | "pins" | "bans" | "setStrength" | "remove" | "restore" | "togglePin" | "toggleBan"
    > {
  readonly settings: SettingsStore[0];
  readonly setSettings: SettingsStore[1];
  readonly packStatus: PackState["status"];
  readonly pack: PackState["loaded"];
  readonly packError: PackState["error"];
  /** Whether the next run is a few-step one. */
  readonly fewStep: Accessor<boolean>;
  /** What the next run asks for. */
  readonly options: Accessor<GenerateOptions>;
  /** The run that was asked for last; null: none yet. */
  readonly asked: Accessor<AskedEntry | null>;
  /** The fragment that fills the form with what a run asks for, without the names of the user's own files. */
  linkOf(options: GenerateOptions): string;
  /** Why its settings cannot be generated, with the field in `where`; null: nothing is wrong, but for a missing prompt. */
  readonly problem: Accessor<StylusError | null>;
  /** The run on show; null before the first. */
  readonly run: Runs["shown"];
  /** A refused request (empty prompt …) or file, or a run that cannot be brought back; shown at the prompt. */
  readonly inputError: Accessor<PlainError | null>;
  /** True when sliders, pins, bans or removals are not in the images on show. */
  readonly adjusted: Accessor<boolean>;
  /** What would be chosen for the prompt as it stands; follows typing. */
  readonly reading: Accessor<Reading>;
  /** Words of the prompt that the model in use does not know. */
  readonly unknownWords: Accessor<readonly UnknownWord[]>;
  /** What the prompts stand for in the first image of the next run: themselves, but for templates. */
  readonly words: Accessor<ImageWords>;
  /** The user's prompt styles. */
  readonly styles: StylesState;
  /** The user's files for `__name__` in prompts. */
  readonly wildcards: WildcardsState;
  /** Tokens of words, as long as the component lives that asks; null until they are counted. */
  countTokens(words: Accessor<string>): ReturnType<typeof createTokenCount>;
  readonly gallery: GalleryState;
  /** Runs that wait for their turn. */
  readonly queue: QueueState;
  /** The form of the X/Y/Z plot. */
  readonly plot: PlotState;
  /** What a queued run asks for of the model in use. */
  optionsOfRun(asked: AskedRun): GenerateOptions;
  /** The init image. */
  readonly initImage: InitImageState;
  /** The choice of models. */
  readonly models: Models;
  /** The choice of a language model that chooses adapters. */
  readonly languageModels: LanguageModels;
  /** The download of the method "reranker". */
  readonly reranker: OptionalModel;
  /** The NSFW check, and which images it blurs. */
  readonly nsfw: NsfwState;
  /** The user's own adapter files. */
  readonly intake: Intake;
  /** The list of all adapters. */
  readonly library: Library;
  /** The site as an app, and new versions of it. */
  readonly installation: Installation;
  /** What is stored and cannot be read. */
  readonly setAside: SetAsideState;
  /** What was typed, where an image's prompt has taken its place. */
  readonly typedPrompt: Pick<TypedPrompt, "replaced" | "bringBack" | "forget">;
  /** Ids of adapters that the images on show were made with and that are no longer there. */
  readonly missing: Accessor<readonly string[]>;
  /** For screen readers: the latest thing worth saying. */
  readonly announcement: Accessor<string>;
  card(id: string): AdapterCard | undefined;
  /** Title of a pack, as far as this visit knows it; else its id. */
  titleOf(packId: string): string;
  loadPack(): Promise<void>;
  /** Starts a run of what the page shows, or a plot of it; while something runs, it waits in the queue. */
  generate(change?: AskingOptions): Promise<void>;
  /**
   * What was dropped, pasted or chosen: an image is started from, or its settings are offered if it carries some; adapter
   * files are examined; checkpoints, folders too, join the models.
   */
  takePick(pick: DiskPick | Promise<DiskPick>): Promise<void>;
  storageUse(): Promise<DiskUse>;
  /** Forgets what was measured on the user's GPUs; the next visit measures again. @throws DOMException */
  resetTuning(): Promise<void>;
  /** Deletes the files of a manifest; when the model on show needs them, nothing is generated until it is loaded again. */
  deletePack(manifestId: string): Promise<void>;
  /** Makes a pack the one in use. */
  useModel(packId: string): Promise<void>;
  announce(text: string): void;
}

/** Lives as long as the page. */
export const createStudio = (services: PageServices): Studio => createRoot(() => buildStudio(services));

function buildStudio(services: PageServices): Studio {
  const [settings, setSettings] = createSettings();
  speak(() => languageOf(settings));
  const [inputError, setInputError] = createSignal<PlainError | null>(null);
  const [announcement, announce] = createSignal("");
  const packState = createPackState({
    services,
    settings: [settings, setSettings],
    announce,
    busy: () => runs.busy(),
  });
  const { loaded: wholePack, id: packId } = packState;
  const pack = createMemo(() => {
    const whole = wholePack();
    return whole && licensedPack(whole, settings.commercialOnly);
  });
  const choice = createChoiceState({ settings: [settings, setSettings], pack });

  const styles = createStyles({ opening: openStyles(), settings: [settings, setSettings], announce });

  /** Those that are left out, too: their images are there. */
  const cards = createMemo(() => new Map(wholePack()?.cards.map((card) => [card.id, card])));
  const defaults = (): PackDefaults => pack()?.defaults ?? assumedDefaults;
  const options = createMemo((): GenerateOptions => {
    const { removed, strengths } = choice.adjustments;
    const now = {
      pins: choice.pins(),
      bans: choice.bans(),
      removed: [...removed],
      strengths: { ...strengths },
    };
    return optionsOf(settings, { loaded: pack(), choice: now, prompts: styles.prompts() });
  });

  const problem = createMemo(() => problemOf(options(), defaults()));

  const wildcards = createWildcards({ opening: openWildcards(), announce });
  const words = createMemo(
    (): ImageWords =>
      expandBatch(
        { ...styles.prompts(), regions: promptsOf(options().regions), seed: settings.seed, count: 1 },
        wildcards.files(),
      ).images[0]!,
  );

  /** Puts another model in the place of the one in use; a run in progress ends with it, and what waits is asked about. */
  async function useModel(id: string): Promise<void> {
    queue.hold();
    runs.stop();
    await packState.use(id);
  }

  const inputs = openInputs();
  const gallery = createGalleryState({ inputs });
  const waitingRuns = openWaitingRuns();
  const initImage = createInitImageState({
    settings: [settings, setSettings],
    inputs,
    gallery,
    waitingInputs: async () => (await waitingRuns).inputs(),
    announce,
    setInputError,
  });
  const intake = createIntake({
    services,
    pack: wholePack,
    refresh: packState.refresh,
    writer: () => languageModels.writer(),
    announce,
    onForgotten: (ids) => library.forgetNotes(ids),
  });
  const library = createLibrary({
    services,
    settings,
    pack: wholePack,
    refresh: packState.refresh,
    choice,
    gallery,
    forget: intake.forget,
  });
  const nsfw = createNsfwState({ services, settings: [settings, setSettings], announce });
  const runs = createRuns({
    services,
    gallery,
    check: nsfw.check,
    inputs,
    wildcards: wildcards.files,
    packId,
    pack: wholePack,
    cards,
    commercialOnly: () => settings.commercialOnly,
    announce,
    onProgress: packState.onProgress,
    onPack: packState.onPack,
    onDevice: packState.onDevice,
    onFailure: packState.onFailure,
  });
  const models = createModels({ services, packId, use: useModel, busy: runs.busy, announce });
  const languageModels = createLanguageModelState({
    services,
    settings: [settings, setSettings],
    announce,
  });
  const reranker = createOptionalModel({
    service: services.reranker,
    wanted: () => settings.method === "reranker",
    announce,
  });
  const spelledOut = createMemo((): GenerateOptions => {
    const { prompt, negativePrompt, regions: texts } = words();
    const { regions } = options();
    const areas = regions?.areas.map((area, index) => ({ ...area, prompt: texts[index]! })) ?? [];
    return { ...options(), prompt, negativePrompt, regions: regions && { ...regions, areas } };
  });
  const reading = createReading({ services, pack, busy: runs.busy, options: spelledOut, shown: runs.shown });
  const unknownWords = createUnknownWords({
    services,
    pack,
    prompt: () => settings.prompt,
    composition: () => reading().composition,
  });
  const promptCursor = createPromptCursor({
    prompt: () => settings.prompt,
    setPrompt: (prompt) => setSettings("prompt", prompt),
  });
  const plannedNow = createPlanned({
    pack,
    prompt: () => words().prompt,
    options,
    spelledOut,
    reading,
  });
  /** Whether the model in use made the run on show. */
  const sameModel = (): boolean => modelOf(runs.shown()?.report?.pack.id ?? packId()) === modelOf(packId());
  const adjusted = createMemo(() => {
    const view = runs.shown();
    if (view === null || view.status === "running" || !sameModel()) return false;
    return choiceKey(view.options) !== choiceKey(options());
  });

  const missing = createMemo((): readonly string[] => {
    const view = runs.shown();
    if (!view?.report || pack() === null || !sameModel()) return []; // of another model nothing is known
    return missingAdapters(view.images.flatMap(adapterIdsAnywhere), cards());
  });

  const typedPrompt = createTypedPrompt({ settings: [settings, setSettings], choice });
  const recall = createRecall({
    settings: [settings, setSettings],
    choice,
    typedPrompt,
    initImage,
    runs,
    pack,
    cards,
    defaults,
    sameModel,
    setInputError,
    announce,
    onPlot: () => plot.show(),
  });
  const plot = createPlotState({
    settings: [settings, setSettings],
    options,
    defaults,
    pack,
    readVaes: packState.readVaes,
    wildcards: wildcards.files,
    report: () => runs.shown()?.report ?? null,
  });

  const startRun = createStarting({
    settings: [settings, setSettings],
    packState,
    wildcards: wildcards.files,
    runs,
    recall,
    setInputError,
  });
  const queue = createQueue({
    opening: waitingRuns,
    busy: runs.busy,
    start: startRun,
    stop: runs.stop,
    announce,
  });
  /** From one queued run to the next, too: the buttons and their focus stay. */
  const busy = (): boolean => runs.busy() || queue.running();

  // A complaint about the prompt is settled when the prompt changes, one that a run came back with too.
  createEffect(
    on(
      () => settings.prompt,
      () => {
        setInputError(null);
        recall.settle();
        runs.settle();
      },
      { defer: true },
    ),
  );

  /** Of the packs that were in use, by their ids. */
  const titles = new Map<string, string>();
  createEffect(() => {
    const loaded = pack();
    if (loaded) titles.set(loaded.id, loaded.title);
  });

  const [asked, setAsked] = createSignal<AskedEntry | null>(null);
  const generate = createAsking({
    settings: [settings, setSettings],
    inputError: [inputError, setInputError],
    settled: () => Promise.all([initImage.settled(), wildcards.ready, styles.ready]),
    choice,
    reading,
    prompts: styles.prompts,
    plot: plot.plot,
    previous: runs.shown,
    pack: wholePack,
    wildcards: wildcards.files,
    checkMethod: async (method) => {
      if (method === "reranker") await checkDownloaded(services.reranker, rerankerAbsent);
    },
    queue,
    onAsked: (run) => {
      typedPrompt.ran();
      setAsked(run);
    },
  });

  return {
    settings,
    setSettings,
    packStatus: packState.status,
    progress: packState.progress,
    replaced: packState.replaced,
    setAside: createSetAside(),
    transfer: packState.transfer,
    pack,
    packError: packState.error,
    fewStep: () => usesFewStep(settings, isSlow(pack())) && defaults().fewStep !== null,
    restored: recall.restored,
    typedPrompt,
    options,
    problem,
    run: runs.shown,
    busy,
    inputError,
    adjustments: choice.adjustments,
    pins: choice.pins,
    bans: choice.bans,
    setStrength: choice.setStrength,
    remove: choice.remove,
    restore: choice.restore,
    togglePin: choice.togglePin,
    toggleBan: choice.toggleBan,
    adjusted,
    reading,
    ...plannedNow,
    unknownWords,
    ...promptCursor,
    words,
    styles,
    wildcards,
    countTokens: (prompt) => createTokenCount({ services, pack, prompt, steps: () => options().steps }),
    models,
    languageModels,
    reranker,
    nsfw,
    gallery,
    queue,
    plot,
    optionsOfRun: (asked) => optionsOfAskedRun(asked, wholePack()),
    initImage,
    intake,
    library,
    installation: createInstallation({ settings: [settings, setSettings], busy: runs.busy }),
    missing,
    announcement,
    announce,
    card: (id) => cards().get(id),
    titleOf: (id) =>
      titles.get(id) ?? models.list()?.models.find((entry) => entry.id === modelOf(id))?.title ?? id,
    stop: queue.stop,
    async compare(imageIndex, without) {
      await runs.compare(imageIndex, without).finally(queue.proceed);
    },
    compareWithInitImage: runs.compareWithInitImage,
    closeVariant: runs.closeVariant,
    loadPack: packState.load,
    useModel,

    generate,
    show: recall.show,
    useSettings: recall.useSettings,
    useOffered: recall.useOffered,
    useLink: recall.useLink,
    useAsked: recall.useAsked,
    asked,
    linkOf: (run) => linkOfRun(run, { pack: wholePack(), wildcards: wildcards.files() }),
    takePick: createTaking({
      initImage,
      intake,
      models,
      wildcards,
      styles,
      gallery,
      announce,
      setInputError,
    }),
    storageUse: () => services.storageUse(),
    resetTuning: () => services.resetTuning(),
    async deletePack(manifestId) {
      queue.hold();
      if (runs.busy()) runs.stop();
      await packState.remove(manifestId);
      await Promise.all([reranker.refresh(), nsfw.model.refresh()]);
    },
  };
}
