// Runs and settings that are brought back: from the gallery, from a report, from an image file. What they chose holds for one whole
// run; then the user's own chooser holds again.
import { batch, createEffect, createSignal, on, type Accessor } from "solid-js";
import { unwrap } from "solid-js/store";
import { parseParameters } from "../../../formats/generation-parameters.ts";
import type { AdapterCard } from "../../../retrieval/card.ts";
import type { PlainError } from "../../../shared/errors.ts";
import { type Saying } from "../../../shared/saying.ts";
import { describeDropped, readSettings } from "../../../stylus/infotext.ts";
import type { LoadedPack } from "../../../stylus/loaded-pack.ts";
import { readLink } from "../../../stylus/share-link.ts";
import { completeOptions, type GenerateOptions, type PackDefaults } from "../../../stylus/options.ts";
import { spoken } from "../../../texts/sayings.ts";
import { t } from "../../../texts/texts.ts";
import type { ChoiceState } from "../choice.ts";
import type { InitImageState } from "../init-image.ts";
import type { TypedPrompt } from "../prompt/typed-prompt.ts";
import { explain } from "../../explain.ts";
import type { AskedEntry } from "./asked-run.ts";
import type { Runs } from "./runs.ts";
import { forOneRun, restoredOf, withoutChooser } from "../settings/one-run.ts";
import { fromOptions } from "../settings/options.ts";
import { unlessChanged, type RestoredChooser, type Settings } from "../settings/settings.ts";
import { type SettingsStore } from "../settings/stored.ts";

export interface Recall {
  /** "next": the next run takes a chooser that was brought back; "done": the one on show did, and the user's own holds again. */
  readonly restored: Accessor<"next" | "done" | null>;
  /** Brings a run of the gallery back, its prompt and settings too; `inputError` says why not. */
  show(runId: string): Promise<void>;
  useSettings(options: GenerateOptions): void;
  /**
   * Takes over the settings of the image that `initImage.offer` asks about.
   * @param from "template": what its prompts were drawn from, and adapters are chosen again
   */
  useOffered(from?: "words" | "template"): void;
  /**
   * Takes over the settings of an address's fragment, if it has some.
   * @param onTaken called when that is done for good: the model was there to say what it cannot do, or the user went on to other words
   */
  useLink(fragment: string, onTaken: () => void): void;
  /**
   * Fills the form with what a run was asked for with; images, pins and sliders too, as far as they are still there. Shows the run, or none
   * if the gallery does not have it.
   */
  useAsked(run: AskedEntry): void;
  /** What was said about the run on show is over. */
  settle(): void;
  /** Gives the choice back to the user when `run`, which used `restored`, has ended whole. */
  forOneRun(restored: RestoredChooser | null, run: () => Promise<void>): Promise<void>;
}

/** In the page's language; null when everything was taken over. */
function notTaken(dropped: readonly (string | Saying)[]): string | null {
  const names = dropped.map((entry) =>
    typeof entry === "string" ? entry : spoken(entry).replace(/\.$/u, ""),
  );
  const saying = describeDropped(names);
  return saying && spoken(saying);
}

export function createRecall(context: {
  readonly settings: SettingsStore;
  readonly choice: Pick<ChoiceState, "adopt">;
  readonly typedPrompt: Pick<TypedPrompt, "replace">;
  readonly initImage: InitImageState;
  readonly runs: Pick<Runs, "show" | "showAgain" | "clear" | "forgetNotice" | "shown">;
  readonly pack: Accessor<LoadedPack | null>;
  readonly cards: Accessor<ReadonlyMap<string, AdapterCard>>;
  readonly defaults: () => PackDefaults;
  /** Whether the model in use made the run on show. */
  readonly sameModel: () => boolean;
  readonly setInputError: (error: PlainError | null) => void;
  readonly announce: (text: string) => void;
  /** The axes of a plot came back on request. */
  readonly onPlot: () => void;
}): Recall {
  const {
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
    onPlot,
  } = context;
  const [settings, setSettings] = context.settings;
  const [gaveBack, setGaveBack] = createSignal(false);

  /** Taken over before the pack was there, which knows the adapters and what can be generated. */
  let early: {
    readonly fragment: string;
    /** The settings as it left them. */
    readonly left: Settings;
    /** Whether nothing was done about the init image since. */
    readonly isLatest: () => boolean;
    readonly onTaken: () => void;
  } | null = null;
  createEffect(
    on([pack, () => settings.prompt], ([loaded, prompt]) => {
      if (!early) return;
      const isGivenUp = prompt !== early.left.prompt;
      if (!loaded && !isGivenUp) return;
      const { fragment, left, isLatest, onTaken } = early;
      early = null;
      if (isGivenUp) onTaken();
      else useLink(fragment, onTaken, { left, isLatest });
    }),
  );

  function useLink(
    fragment: string,
    onTaken: () => void,
    before: Pick<NonNullable<typeof early>, "left" | "isLatest"> | null = null,
  ): void {
    const loaded = pack();
    const link = readLink(fragment, { cards: loaded && cards(), defaults: defaults() });
    if (!link) return;
    early = null;
    if (before === null) runs.clear(); // no run was asked for there
    // An image that was chosen since stays, with what there is to say about it.
    const own = before === null || before.isLatest();
    const isLatest = own ? initImage.claim() : () => false;
    batch(() => {
      setInputError(null);
      setGaveBack(false);
      const { options, model, missing } = link;
      typedPrompt.replace(options.prompt);
      choice.adopt(options);
      const asked = forOneRun(fromOptions(options, defaults()), settings, options.pins);
      const chosen = own ? {} : { start: settings.start, size: settings.size };
      setSettings({ ...(before ? unlessChanged(asked, before.left, settings) : asked), ...chosen });
      if (!own) return;
      const others = loaded && model !== "" && model !== loaded.title ? [`Model ${model}`] : [];
      const notes = [
        missing.length > 0 ? t.run.missingAdapters(missing) : null,
        notTaken([...others, ...link.dropped]),
      ];
      initImage.setNote(notes.filter(Boolean).join(" ") || null);
      initImage.ask(null);
    });
    if (loaded) onTaken();
    else early = { fragment, left: structuredClone(unwrap(settings)), isLatest, onTaken };
    announce(t.run.link.loaded);
  }

  /** @param own its init image, too */
  function bringBack(
    asked: GenerateOptions,
    { own, seedLocked }: { readonly own: boolean; readonly seedLocked: boolean },
  ): void {
    const chosen = own ? {} : { start: settings.start, size: settings.size };
    batch(() => {
      if (own) initImage.setNote(null);
      typedPrompt.replace(asked.prompt);
      const back = { ...fromOptions(asked, defaults()), ...chosen, seedLocked };
      setSettings(forOneRun(back, settings, sameModel() ? asked.pins : null));
      choice.adopt(asked);
    });
  }

  return {
    useLink: (fragment, onTaken) => useLink(fragment, onTaken),
    restored: () => (restoredOf(settings) ? "next" : gaveBack() ? "done" : null),
    settle: () => setGaveBack(false),

    async forOneRun(restored, run) {
      setGaveBack(false);
      await run();
      // A run that was stopped leaves what was brought back for the next one.
      const isLatest = JSON.stringify(settings.restored) === JSON.stringify(restored);
      if (restored === null || !isLatest || runs.shown()?.status !== "done") return;
      batch(() => {
        setGaveBack(restoredOf(settings) !== null);
        setSettings("restored", null);
      });
    },

    async show(runId) {
      const isLatest = initImage.claim();
      setInputError(null); // it was about something else
      setGaveBack(false);
      const asked = await runs.show(runId).catch((error: unknown) => {
        setInputError(explain(error));
        return null;
      });
      if (!asked) return;
      // An image that was chosen while the run was read stays, with what there is to say about it.
      // Prompt, choice and images always belong together; only the lock of the seed stays as it is.
      bringBack(asked, { own: isLatest(), seedLocked: settings.seedLocked });
    },

    useAsked({ runId, options, seedLocked }) {
      initImage.claim();
      setInputError(null);
      setGaveBack(false);
      bringBack(options, { own: true, seedLocked });
      void runs.showAgain(runId);
    },

    useSettings(value) {
      initImage.claim();
      batch(() => {
        setGaveBack(false);
        initImage.setNote(null);
        typedPrompt.replace(value.prompt);
        setSettings(forOneRun(fromOptions(value, defaults()), settings, sameModel() ? value.pins : null));
        choice.adopt(value);
      });
      if (value.plot) onPlot();
    },

    useOffered(from = "words") {
      const offered = initImage.offer();
      if (!offered) return;
      initImage.claim();
      const loaded = pack();
      const settingsRead = readSettings(parseParameters(offered.text), loaded && cards());
      const { start: values, dropped, missing: lost, model, template } = settingsRead;
      const isTemplate = from === "template" && template !== null;
      const read = completeOptions({ ...settingsRead.options, ...(isTemplate ? template : {}) }, defaults());
      batch(() => {
        setInputError(null);
        setGaveBack(false);
        runs.forgetNotice();
        typedPrompt.replace(read.prompt);
        choice.adopt(read);
        const back = fromOptions(read, defaults());
        setSettings({
          ...(isTemplate
            ? { ...withoutChooser(back), combine: read.combine, restored: null }
            : forOneRun(back, settings, read.pins)),
          ...(values && { start: settings.start, startValues: values }),
        });
        const notes = [
          values && !settings.start ? t.prompt.initImage.notes.notInFile : null,
          lost.length > 0 ? t.run.missingAdapters(lost) : null,
          notTaken(
            loaded && model !== "" && model !== loaded.title ? [`Model ${model}`, ...dropped] : dropped,
          ),
        ];
        initImage.setNote(notes.filter(Boolean).join(" ") || null);
        initImage.ask(null);
      });
      announce(t.prompt.initImage.announced.settingsLoaded(offered.image?.name ?? null));
      if (read.plot) onPlot();
    },
  };
}
