// The state of the page and everything a user can do with it. Components read signals and call these functions; the work
// is done by the services behind `run`.
import { batch, createEffect, createMemo, createRoot, createSignal, on, type Accessor } from "solid-js";
import { createStore, produce, unwrap } from "solid-js/store";
import { parseParameters } from "../formats/generation-parameters.ts";
import type { AdapterCard } from "../retrieval/card.ts";
import type { PlainError } from "../shared/errors.ts";
import type { Reading } from "./choose.ts";
import { createGalleryState, type GalleryState } from "./gallery-state.ts";
import { readInfotext } from "./infotext.ts";
import { readStartValues } from "./infotext-pictures.ts";
import {
  checkOptions,
  completeOptions,
  randomSeed,
  type GenerateOptions,
  type PackDefaults,
} from "./options.ts";
import { planBatch } from "./plan-batch.ts";
import { sortPick } from "./checkpoint-facts.ts";
import type { DiskPick } from "./disk-files.ts";
import { kindOfFile } from "./dropped-files.ts";
import { createIntake, type Intake } from "./intake.ts";
import type { DiskUse, Services } from "./ports.ts";
import { createModels, type Models } from "./models-state.ts";
import { splitPackId } from "./packs.ts";
import { createReading } from "./reading.ts";
import { createRuns, explain, type Runs } from "./runs.ts";
import type { LoadedPack, LoadProgress, PlannedImage } from "./run-types.ts";
import {
  createSettings,
  fromOptions,
  toOptions,
  usesFewStep,
  withPrompt,
  type SettingsStore,
} from "./settings.ts";
import { createStartState, type StartState } from "./start-state.ts";
import { createTransferClock, type Transfer } from "./transfer-rate.ts";

type PackStatus = "waiting" | "loading" | "ready" | "failed" | "deleted";

/** Changes to the choice that are made for one prompt: sliders moved, adapters taken out. */
interface Adjustments {
  strengths: Record<string, number>;
  removed: string[];
}

export interface Studio extends Pick<
  Runs,
  "busy" | "stop" | "compare" | "compareWithStart" | "closeVariant"
> {
  readonly settings: SettingsStore[0];
  readonly setSettings: SettingsStore[1];
  readonly packStatus: Accessor<PackStatus>;
  readonly progress: Accessor<LoadProgress | null>;
  /** How fast the model comes in; null before that is known and when nothing is on its way. */
  readonly transfer: Accessor<Transfer | null>;
  readonly pack: Accessor<LoadedPack | null>;
  readonly packError: Accessor<PlainError | null>;
  /** Whether the next run is a few-step one. */
  readonly fewStep: Accessor<boolean>;
  /** What the next run asks for. */
  readonly options: Accessor<GenerateOptions>;
  /** The run on show; null before the first. */
  readonly run: Runs["shown"];
  /** A refused request (empty prompt …), shown at the prompt. */
  readonly inputError: Accessor<PlainError | null>;
  readonly adjustments: Adjustments;
  /** True when sliders, pins, bans or removals are not in the pictures on show. */
  readonly adjusted: Accessor<boolean>;
  /** What would be chosen for the prompt as it stands; follows typing. */
  readonly reading: Accessor<Reading>;
  /** The images that the next run would paint at the present seed: strengths for the sliders. */
  readonly planned: Accessor<readonly PlannedImage[]>;
  readonly gallery: GalleryState;
  /** The picture to start from. */
  readonly start: StartState;
  /** The choice of models. */
  readonly models: Models;
  /** The user's own adapter files. */
  readonly intake: Intake;
  /** For screen readers: the latest thing worth saying. */
  readonly announcement: Accessor<string>;
  card(id: string): AdapterCard | undefined;
  loadPack(): Promise<void>;
  generate(change?: { readonly keepSeed?: boolean }): Promise<void>;
  setStrength(id: string, strength: number | null): void;
  remove(id: string): void;
  restore(id: string): void;
  togglePin(id: string): void;
  toggleBan(id: string): void;
  /** Brings a run of the gallery back, its prompt and settings too. */
  show(runId: string): Promise<void>;
  useSettings(options: GenerateOptions): void;
  /** Takes over the settings of the picture that `start.offer` asks about. */
  useOffered(): void;
  /**
   * What was dropped, pasted or chosen: a picture is started from, or its settings are offered if it carries some; adapter
   * files are examined; checkpoints, folders too, join the models.
   */
  takePick(pick: DiskPick | Promise<DiskPick>): Promise<void>;
  storageUse(): Promise<DiskUse>;
  /** Deletes the files of a manifest; when the model on show needs them, nothing is painted until it is loaded again. */
  deletePack(manifestId: string): Promise<void>;
  /** Makes a pack the one that paints. */
  useModel(packId: string): Promise<void>;
  announce(text: string): void;
}

/** Until a pack is loaded the page shows these; the pack's own replace them. */
const assumedDefaults: PackDefaults = {
  width: 256,
  height: 256,
  full: { steps: 20, cfgScale: 5, sampler: "dpmpp_2m", schedule: "karras" },
  fewStep: null,
};

/** A pin of an adapter that is no longer there would stop every run. */
const knownPins = (pins: readonly string[], { cards }: LoadedPack): string[] =>
  pins.filter((pin) => cards.some(({ id }) => id === pin));

const toggle = (list: readonly string[], id: string): string[] =>
  list.includes(id) ? list.filter((entry) => entry !== id) : [...list, id];

const without = (list: readonly string[], id: string): string[] => list.filter((entry) => entry !== id);

/** What of a request a user changes beside the pictures. */
const choiceOf = ({ strengths, pins, bans, removed }: GenerateOptions): string =>
  JSON.stringify([
    Object.entries(strengths).sort(([a], [b]) => (a < b ? -1 : 1)),
    [...pins].sort(),
    [...bans].sort(),
    [...removed].sort(),
  ]);

/** Lives as long as the page. */
export const createStudio = (services: Services): Studio => createRoot(() => buildStudio(services));

function buildStudio(services: Services): Studio {
  const [settings, setSettings] = createSettings();
  const [packStatus, setPackStatus] = createSignal<PackStatus>("waiting");
  const [progress, setProgress] = createSignal<LoadProgress | null>(null);
  const [pack, setPack] = createSignal<LoadedPack | null>(null);
  const [transfer, setTransfer] = createSignal<Transfer | null>(null);
  const transferClock = createTransferClock();
  const [packError, setPackError] = createSignal<PlainError | null>(null);
  const [inputError, setInputError] = createSignal<PlainError | null>(null);
  const [adjustments, setAdjustments] = createStore<Adjustments>({ strengths: {}, removed: [] });
  const [announcement, announce] = createSignal("");

  const cards = createMemo(() => new Map(pack()?.cards.map((card) => [card.id, card])));
  const defaults = (): PackDefaults => pack()?.defaults ?? assumedDefaults;
  const isSlow = (loaded: LoadedPack | null): boolean => (loaded?.device.kind ?? "wasm") === "wasm";
  const slowDevice = (): boolean => isSlow(pack());
  const options = createMemo((): GenerateOptions => ({
    ...toOptions(settings, { defaults: defaults(), slowDevice: slowDevice() }),
    removed: [...adjustments.removed],
    strengths: { ...adjustments.strengths },
  }));

  /** The settings of this moment, for whichever pack will be there: steps, sampler and size may be the pack's own. */
  function snapshot(): (loaded: LoadedPack | null) => GenerateOptions {
    const asked = structuredClone(unwrap(settings));
    const { removed, strengths } = structuredClone(unwrap(adjustments));
    return (loaded) => {
      const defaults = loaded?.defaults ?? assumedDefaults;
      const wanted = toOptions(asked, { defaults, slowDevice: isSlow(loaded) });
      const pins = loaded ? knownPins(wanted.pins, loaded) : wanted.pins;
      return { ...wanted, pins, removed, strengths };
    };
  }

  const onProgress = (value: LoadProgress): void => {
    setProgress(value);
    const { receivedBytes, totalBytes, preparing } = value;
    setTransfer(preparing ? null : transferClock.at(performance.now(), receivedBytes, totalBytes));
    if (packStatus() !== "ready") setPackStatus("loading");
  };
  const onPack = (loaded: LoadedPack): void =>
    batch(() => {
      setPack(loaded);
      setTransfer(null);
      if (knownPins(settings.pins, loaded).length < settings.pins.length)
        setSettings("pins", (pins) => knownPins(pins, loaded));
      setPackError(null);
      setPackStatus("ready");
    });
  const failPack = (error: PlainError): void =>
    batch(() => {
      setPackError(error);
      setPackStatus("failed");
    });

  const packId = (): string => settings.model;

  async function refresh(): Promise<LoadedPack> {
    const { signal } = new AbortController();
    const loaded = await services.load(packId(), { device: settings.device, onProgress, signal });
    if (loaded.id === packId()) onPack(loaded);
    return loaded;
  }

  /** Counts what was asked of the pack: an earlier load that ends late tells nothing. */
  let packTurn = 0;
  async function loadPack(): Promise<void> {
    const turn = ++packTurn;
    batch(() => {
      setPackStatus("loading");
      setPackError(null);
    });
    try {
      const { title } = await refresh();
      if (turn === packTurn) announce(`${title} is ready.`);
    } catch (error) {
      if (turn === packTurn) failPack(explain(error));
    }
  }

  async function takeFiles(files: readonly File[]): Promise<void> {
    const adapters = files.filter((file) => kindOfFile(file) === "adapter");
    const others = files.filter((file) => !adapters.includes(file));
    if (adapters.length > 0) intake.take(adapters);
    const picture = others.find((file) => kindOfFile(file) === "picture");
    if (picture) await start.receive(picture);
    else if (others.length > 0) {
      setInputError({
        code: "unsupported",
        message: `${others[0]!.name} is neither a picture nor an adapter file.`,
        remedy: "Drop a picture to start from, or a LoRA file (.safetensors, .pt or .bin).",
      });
    }
  }

  /** Puts another model in the place of the one that paints; a run in progress ends with it. */
  async function useModel(id: string): Promise<void> {
    runs.stop();
    batch(() => {
      setSettings("model", id);
      setPackStatus("loading");
      setPack(null);
      setProgress(null);
    });
    await loadPack();
  }

  const gallery = createGalleryState();
  const start = createStartState({ settings: [settings, setSettings], gallery, announce, setInputError });
  const intake = createIntake({ services, pack, refresh, announce });
  const runs = createRuns({
    services,
    gallery,
    inputs: start.inputs,
    packId,
    pack,
    cards,
    announce,
    onProgress,
    onPack,
    onDevice: (device) => setPack((loaded) => loaded && { ...loaded, device }),
    onFailure(error) {
      if (packStatus() === "ready") return false;
      failPack(error);
      return true;
    },
  });
  const models = createModels({ services, packId, use: useModel, busy: runs.busy, announce });
  const reading = createReading({ services, pack, busy: runs.busy, options, shown: runs.shown });
  const planned = createMemo((): readonly PlannedImage[] => {
    const loaded = pack();
    return loaded ? planBatch(reading().composition, options(), loaded).images : [];
  });
  const adjusted = createMemo(() => {
    const view = runs.shown();
    return view !== null && view.status !== "running" && choiceOf(view.options) !== choiceOf(options());
  });

  // A complaint about the prompt is settled when the prompt changes.
  createEffect(
    on(
      () => settings.prompt,
      () => setInputError(null),
      { defer: true },
    ),
  );

  /** Sliders and removals of adapters that the prompt no longer brings up are forgotten. */
  function pruneAdjustments(): void {
    if (reading().prompt !== settings.prompt) return;
    const present = new Set([
      ...reading().composition.tasks.flatMap(({ picks }) => picks.map(({ id }) => id)),
      ...settings.pins,
    ]);
    setAdjustments(
      produce((all) => {
        all.removed = all.removed.filter((id) => present.has(id));
        for (const id of Object.keys(all.strengths)) if (!present.has(id)) delete all.strengths[id];
      }),
    );
  }

  return {
    settings,
    setSettings,
    packStatus,
    progress,
    pack,
    packError,
    fewStep: () => usesFewStep(settings, slowDevice()) && defaults().fewStep !== null,
    options,
    run: runs.shown,
    busy: runs.busy,
    inputError,
    adjustments,
    adjusted,
    reading,
    planned,
    models,
    gallery,
    start,
    intake,
    transfer,
    announcement,
    announce,
    card: (id) => cards().get(id),
    stop: runs.stop,
    compare: runs.compare,
    compareWithStart: runs.compareWithStart,
    closeVariant: runs.closeVariant,

    loadPack,
    useModel,

    async generate({ keepSeed = false } = {}) {
      if (runs.busy()) return;
      setInputError(null);
      pruneAdjustments();
      const previous = runs.shown();
      if (keepSeed && previous) setSettings("seed", previous.options.seed);
      else if (!settings.seedLocked) setSettings("seed", randomSeed());
      const ask = snapshot();
      const wanted = ask(pack());
      try {
        checkOptions(wanted, { defaults: pack()?.defaults });
      } catch (error) {
        setInputError(explain(error));
        return;
      }
      setSettings("history", (history) => withPrompt(history, wanted.prompt));
      await runs.start(ask);
    },

    setStrength: (id, strength) =>
      setAdjustments(
        "strengths",
        produce((strengths) => {
          if (strength === null) delete strengths[id];
          else strengths[id] = strength;
        }),
      ),
    remove: (id) => setAdjustments("removed", (removed) => [...without(removed, id), id]),
    restore: (id) => setAdjustments("removed", (removed) => without(removed, id)),
    togglePin: (id) =>
      batch(() => {
        setSettings("pins", (pins) => toggle(pins, id));
        setSettings("bans", (bans) => without(bans, id));
        setAdjustments("removed", (removed) => without(removed, id));
      }),
    toggleBan: (id) =>
      batch(() => {
        setSettings("bans", (bans) => toggle(bans, id));
        setSettings("pins", (pins) => without(pins, id));
      }),

    async show(runId) {
      const asked = await runs.show(runId);
      if (!asked) return;
      const draft = settings.prompt;
      batch(() => {
        if (draft.trim() !== "" && draft !== asked.prompt)
          setSettings("history", (history) => withPrompt(history, draft));
        // Prompt, choice and pictures always belong together; only the lock of the seed stays as it is.
        setSettings({ ...fromOptions(asked, defaults()), seedLocked: settings.seedLocked });
        setAdjustments({ strengths: { ...asked.strengths }, removed: [...asked.removed] });
      });
    },
    useSettings(value) {
      batch(() => {
        setSettings(fromOptions(value, defaults()));
        setAdjustments({ strengths: { ...value.strengths }, removed: [...value.removed] });
      });
    },
    useOffered() {
      const offered = start.offer();
      if (!offered) return;
      const values = readStartValues(parseParameters(offered.text).fields);
      const read = completeOptions(readInfotext(offered.text, cards()), defaults());
      batch(() => {
        setInputError(null);
        setAdjustments({ strengths: {}, removed: [] });
        setSettings({
          ...fromOptions(read, defaults()),
          ...(values && { start: settings.start, startValues: values }),
        });
        start.setNote(
          values && !settings.start
            ? "It was painted over a picture that is not in the file. Start from that picture to paint it again."
            : null,
        );
        start.ask(null);
      });
      announce(`Prompt and settings of ${offered.name} taken over.`);
    },
    async takePick(pick) {
      setInputError(null); // it was about something else
      try {
        const { model, others } = await sortPick(await pick);
        if (others.length > 0) await takeFiles(others);
        if (model.files.length > 0) await models.takeFromDisk(model);
      } catch (error) {
        setInputError(explain(error));
      }
    },
    storageUse: () => services.storageUse(),
    async deletePack(manifestId) {
      if (runs.busy()) runs.stop();
      await services.deletePack(manifestId);
      const { modelId, vaeId } = splitPackId(packId());
      if (manifestId === modelId || manifestId === vaeId) {
        packTurn++;
        batch(() => {
          setPack(null);
          setProgress(null);
          setPackStatus("deleted");
        });
      }
      announce("The files are deleted.");
    },
  };
}
