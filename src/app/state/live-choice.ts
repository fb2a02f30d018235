// Follows the prompt while it is typed: after a short rest the stages before generating run, so that the parts are marked
// and the choice is seen before anything is generated. Rules answer first; the reader is asked once typing has stopped.
import { createEffect, createMemo, createSignal, on, onCleanup, untrack, type Accessor } from "solid-js";
import type { GenerateOptions } from "../../stylus/options.ts";
import type { ChoiceServices } from "../../stylus/ports.ts";
import { wordsOf, type ImageView, type RunView } from "./runs/view.ts";
import { promptsOf } from "../../stylus/regions.ts";
import { readPrompt, type Reading } from "../../stylus/choose.ts";
import type { LoadedPack } from "../../stylus/loaded-pack.ts";
import { pause } from "../../shared/abortable.ts";

/** Rests after the last key: before the rules are asked, whose answer is there within 100 ms, and before a model reads. */
export const restMilliseconds = { rules: 40, models: 350 } as const;

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

const never = new AbortController().signal;

/**
 * The same, but that a call to the retrieval worker lasts until the worker is done with it, wanted or not: who waits for one call before
 * making the next has at most one there, however long a prompt takes.
 */
const untilDone = (services: ChoiceServices): ChoiceServices => ({
  ...services,
  embedQuery: (text) => services.embedQuery(text, { signal: never }),
  search: (text, options) => services.search(text, { ...options, signal: never }),
  compose: (candidates, { request, signal }) =>
    services.compose(candidates, { request, signal: request.method === "reranker" ? signal : never }),
});

export function createReading(context: {
  readonly services: ChoiceServices;
  readonly pack: Accessor<LoadedPack | null>;
  readonly busy: Accessor<boolean>;
  /** With the words of the first image. */
  readonly options: Accessor<GenerateOptions>;
  readonly shown: Accessor<RunView | null>;
}): Accessor<Reading> {
  const { pack, busy, options, shown } = context;
  const services = untilDone(context.services);
  /** Settles when nothing that was asked is worked on. */
  let idle: Promise<void> = Promise.resolve();
  const [typed, setTyped] = createSignal<Known | null>(null);
  const fromRun = createMemo(() => readingOfRun(shown()));

  createEffect(
    on([() => choiceKey(options()), pack, busy], ([key, loaded, running]) => {
      if (!loaded || running || options().prompt.trim() === "") return;
      if (untrack(() => [fromRun(), typed()]).some((known) => known?.isWhole && known.key === key)) return;
      const asked = untrack(options);
      const controller = new AbortController();
      const { signal } = controller;
      onCleanup(() => controller.abort());
      const keep = (reading: Reading, isWhole: boolean): void => {
        if (!signal.aborted) setTyped({ key, reading, isWhole });
      };
      const { rules, models } = restMilliseconds;
      const stopped = pause(models, signal);
      stopped.catch(() => {}); // nobody may be waiting for it
      const read = async (): Promise<void> => {
        await (asked.method === "reranker" ? stopped : pause(rules, signal));
        await idle;
        if (signal.aborted) return;
        const onReading = (early: Reading): void => keep(early, false);
        idle = readPrompt(asked, {
          services,
          pack: loaded,
          onReading,
          readerRest: () => stopped,
          signal,
        }).then(
          (reading) => keep(reading, true),
          () => {}, // the run itself reports what is wrong
        );
      };
      read().catch(() => {}); // more was typed
    }),
  );

  return createMemo(() => readingFor(options(), { run: fromRun(), typed: typed() }));
}
