// Words of the prompt that the loaded model has never read, each with the nearest thing that it draws. Found after a rest, so that no
// word is marked while it is typed; one that was found stays marked from key to key. A word that an adapter was chosen for is that adapter's
// to bring.
import { createEffect, createMemo, createSignal, on, onCleanup, type Accessor } from "solid-js";
import type { PromptServices } from "../../services/ports.ts";
import { servedWords } from "../../../compose/served-words.ts";
import type { Composition } from "../../../compose/composition.ts";
import type { LoadedPack } from "../../../stylus/loaded-pack.ts";
import { inNumberOf, nearestByMeaning, nearestByName } from "../../../stylus/things.ts";
import { unknownSpans } from "../../../stylus/vocabulary.ts";

export interface UnknownWord {
  /** Lower case. */
  readonly text: string;
  /** Span in the prompt, UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** A thing that the model draws; null: none is near, or the word is one too many to look up. */
  readonly nearest: string | null;
}

/** Rest after the last key before words are looked up. */
const restMilliseconds = 600;

/** The first of a prompt that are looked up: of a text in another language all words are unknown. */
const mostLookedUp = 12;

export function createUnknownWords(context: {
  readonly services: Pick<PromptServices, "embedText">;
  readonly pack: Accessor<LoadedPack | null>;
  readonly prompt: Accessor<string>;
  readonly composition: Accessor<Pick<Composition, "tasks" | "read">>;
}): Accessor<readonly UnknownWord[]> {
  const { services, pack, prompt, composition } = context;
  const [found, setFound] = createSignal<{
    readonly pack: LoadedPack | null;
    /** Of the words that were looked up. */
    readonly nearest: ReadonlyMap<string, string | null>;
    /** All that were there after the last rest. */
    readonly seen: ReadonlySet<string>;
  }>({ pack: null, nearest: new Map(), seen: new Set() });
  const spans = createMemo(() => {
    const loaded = pack();
    return loaded ? unknownSpans(prompt(), loaded) : [];
  });

  async function lookUp(
    loaded: LoadedPack,
    word: { readonly text: string; readonly stem: string },
    signal: AbortSignal,
  ): Promise<string | null> {
    if (!loaded.things) return null;
    const named = nearestByName(word.text, loaded.things) ?? nearestByName(word.stem, loaded.things);
    if (named !== null) return inNumberOf(word, named);
    const thing = nearestByMeaning(await services.embedText(word.stem, { signal }), loaded.things);
    return thing && inNumberOf(word, thing);
  }

  createEffect(
    on([spans, pack], ([words, loaded]) => {
      const known = found().pack === loaded ? found().nearest : new Map<string, string | null>();
      const seen = found().pack === loaded ? found().seen : new Set<string>();
      const each = new Map(words.map((word) => [word.text, word]));
      const fresh = [...each.values()].slice(0, mostLookedUp).filter(({ text }) => !known.has(text));
      const isSeen = [...each.keys()].every((text) => seen.has(text));
      if (!loaded || (fresh.length === 0 && isSeen)) return;
      const controller = new AbortController();
      const { signal } = controller;
      const timer = setTimeout(async () => {
        const nearest = new Map(known);
        // One after the other: the worker that embeds them also searches for adapters.
        for (const word of fresh) {
          nearest.set(word.text, await lookUp(loaded, word, signal).catch(() => null));
          if (signal.aborted) return;
        }
        setFound({ pack: loaded, nearest, seen: new Set([...nearest.keys(), ...each.keys()]) });
      }, restMilliseconds);
      onCleanup(() => {
        clearTimeout(timer);
        controller.abort();
      });
    }),
  );

  const served = createMemo(() => servedWords(composition()));
  return createMemo(() => {
    const { nearest, seen, pack: of } = found();
    if (of !== pack()) return [];
    return spans()
      .filter(({ text }) => seen.has(text) && !served().has(text))
      .map(({ text, start, end }) => ({ text, start, end, nearest: nearest.get(text) ?? null }));
  });
}
