// Follows the prompt while it is typed: after a short rest the stages before generating run, so that the parts are marked
// and the choice is seen before anything is generated.
import { createEffect, createMemo, createSignal, on, onCleanup, untrack, type Accessor } from "solid-js";
import type { GenerateOptions } from "../../stylus/options.ts";
import type { ChoiceServices } from "../../stylus/ports.ts";
import { wordsOf, type ImageView, type RunView } from "./runs/view.ts";
import { promptsOf } from "../../stylus/regions.ts";
import { readPrompt, type Reading } from "../../stylus/choose.ts";
import type { LoadedPack } from "../../stylus/loaded-pack.ts";

/** Rest after the last key before the prompt is read. */
const restMilliseconds = 350;

const nothing: Reading = {
  prompt: "",
  composition: { tasks: [], rejected: [], composer: { name: "", kind: "none" } },
  candidates: [],
  regions: [],
};

/** What of the options changes the choice; sliders, removals and seeds do not, nor do pins where rules choose. */
const choiceKey = ({
  prompt,
  method,
  composer,
  languageModel,
  preset,
  bans,
  commercialOnly,
  pins,
  seed,
  regions,
}: GenerateOptions): string =>
  JSON.stringify([
    prompt,
    promptsOf(regions),
    method,
    preset,
    bans,
    commercialOnly,
    method === "random" || (languageModel?.temperature ?? 0) > 0 ? seed : 0,
    ...(composer === "rules" ? [] : [composer, languageModel, pins]), // others may not serve the words of a pin
  ]);

/** The regions with the words that an image has drawn for them. */
const withWordsOf = (
  drawn: ImageView["regions"],
  regions: GenerateOptions["regions"],
): GenerateOptions["regions"] =>
  regions && {
    ...regions,
    areas: regions.areas.map((area, index) => ({ ...area, prompt: drawn?.[index]?.prompt ?? area.prompt })),
  };

/** What was read with one set of options. */
interface Known {
  readonly key: string;
  readonly reading: Reading;
  /** Not while regions or the reader are still waited for. */
  readonly isWhole: boolean;
}

/** What a run has read so far; null for one that reads nothing, or was stopped before it had read all. */
export function readingOfRun(view: RunView | null): Known | null {
  if (!view?.composition || view.options.adapters !== "auto") return null;
  const { composition, candidates, regions } = view;
  const isWhole = regions.length === (view.options.regions?.areas.length ?? 0);
  if ((composition.pending || !isWhole) && view.status !== "running") return null;
  const first = view.images[0];
  const asked = {
    ...view.options,
    ...wordsOf(first ?? {}, view),
    regions: withWordsOf(first?.regions, view.options.regions),
  };
  return {
    key: choiceKey(asked),
    reading: { prompt: asked.prompt, composition, candidates, regions },
    isWhole,
  };
}

/** The reading to show: of those for these options the first whole one, else the first. */
export function readingFor(
  options: GenerateOptions,
  { run, typed }: { readonly run: Known | null; readonly typed: Known | null },
): Reading {
  if (options.prompt.trim() === "") return nothing;
  const key = choiceKey(options);
  const known = [run, typed].filter((each) => each?.key === key);
  const latest = typed ?? run; // until the new one is there
  return (known.find((each) => each?.isWhole) ?? known[0] ?? latest)?.reading ?? nothing;
}

export function createReading(context: {
  readonly services: ChoiceServices;
  readonly pack: Accessor<LoadedPack | null>;
  readonly busy: Accessor<boolean>;
  /** With the words of the first image. */
  readonly options: Accessor<GenerateOptions>;
  readonly shown: Accessor<RunView | null>;
}): Accessor<Reading> {
  const { services, pack, busy, options, shown } = context;
  const [typed, setTyped] = createSignal<Known | null>(null);
  const fromRun = createMemo(() => readingOfRun(shown()));

  createEffect(
    on([() => choiceKey(options()), pack, busy], ([key, loaded, running]) => {
      if (!loaded || running || options().prompt.trim() === "") return;
      if (untrack(() => [fromRun(), typed()]).some((known) => known?.isWhole && known.key === key)) return;
      const controller = new AbortController();
      const timer = setTimeout(() => {
        const { signal } = controller;
        const keep = (reading: Reading, isWhole: boolean): void => {
          if (!signal.aborted) setTyped({ key, reading, isWhole });
        };
        const onReading = (early: Reading): void => keep(early, false);
        readPrompt(untrack(options), { services, pack: loaded, onReading, signal })
          .then((reading) => keep(reading, true))
          .catch(() => {}); // the run itself reports what is wrong
      }, restMilliseconds);
      onCleanup(() => {
        clearTimeout(timer);
        controller.abort();
      });
    }),
  );

  return createMemo(() => readingFor(options(), { run: fromRun(), typed: typed() }));
}
