// Follows the prompt while it is typed: after a short rest the stages before generating run, so that the parts are marked
// and the choice is seen before anything is generated.
import { createEffect, createMemo, createSignal, on, onCleanup, untrack, type Accessor } from "solid-js";
import type { GenerateOptions } from "../../stylus/options.ts";
import type { ChoiceServices } from "../../stylus/ports.ts";
import { wordsOf, type ImageView, type RunView } from "./runs/run-view.ts";
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
  pins,
  seed,
  regions,
}: GenerateOptions): string =>
  JSON.stringify([
    prompt,
    regions?.areas.map((area) => area.prompt) ?? [],
    method,
    preset,
    bans,
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

export function createReading(context: {
  readonly services: ChoiceServices;
  readonly pack: Accessor<LoadedPack | null>;
  readonly busy: Accessor<boolean>;
  /** With the words of the first image. */
  readonly options: Accessor<GenerateOptions>;
  readonly shown: Accessor<RunView | null>;
}): Accessor<Reading> {
  const { services, pack, busy, options, shown } = context;
  const [typed, setTyped] = createSignal<{ key: string; reading: Reading } | null>(null);

  const fromRun = createMemo((): { key: string; reading: Reading } | null => {
    const view = shown();
    if (!view?.composition || view.options.adapters !== "auto") return null;
    if (view.composition.pending && view.status !== "running") return null; // stopped before it was whole
    const { composition, candidates, regions } = view;
    const first = view.images[0];
    const asked = {
      ...view.options,
      ...wordsOf(first ?? {}, view),
      regions: withWordsOf(first?.regions, view.options.regions),
    };
    return { key: choiceKey(asked), reading: { prompt: asked.prompt, composition, candidates, regions } };
  });

  createEffect(
    on([() => choiceKey(options()), pack, busy], ([key, loaded, running]) => {
      if (!loaded || running || options().prompt.trim() === "") return;
      if (untrack(fromRun)?.key === key || untrack(typed)?.key === key) return;
      const controller = new AbortController();
      const timer = setTimeout(() => {
        const onReading = (reading: Reading): void => {
          if (!controller.signal.aborted) setTyped({ key, reading });
        };
        readPrompt(untrack(options), { services, pack: loaded, onReading, signal: controller.signal })
          .then(onReading)
          .catch(() => {}); // the run itself reports what is wrong
      }, restMilliseconds);
      onCleanup(() => {
        clearTimeout(timer);
        controller.abort();
      });
    }),
  );

  return createMemo(() => {
    const key = choiceKey(options());
    const run = fromRun();
    const latest = typed();
    if (options().prompt.trim() === "") return nothing;
    if (run?.key === key) return run.reading;
    if (latest?.key === key) return latest.reading;
    return latest?.reading ?? run?.reading ?? nothing; // the last one, until the new one is there
  });
}
