// Words of the prompt that the loaded model has never read, each with the nearest thing that it draws. Found after a rest, so that no
// word is marked while it is typed; one that was found stays marked from key to key.
import { createEffect, createMemo, createSignal, on, onCleanup, type Accessor } from "solid-js";
import type { PromptServices } from "../../services/ports.ts";
import type { LoadedPack } from "../../../stylus/loaded-pack.ts";
import { inNumberOf, nearestByMeaning, nearestByName } from "../../../stylus/things.ts";
import { unknownSpans } from "../../../stylus/vocabulary.ts";

export interface UnknownWord {
  /** Lower case. */
  readonly text: string;
  /** Span in the prompt, UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** A thing that the model draws; null: none is near. */
  readonly nearest: string | null;
}

/** Rest after the last key before words are looked up. */
const restMilliseconds = 600;

export function createUnknownWords(context: {
  readonly services: Pick<PromptServices, "embedText">;
  readonly pack: Accessor<LoadedPack | null>;
  readonly prompt: Accessor<string>;
}): Accessor<readonly UnknownWord[]> {
  const { services, pack, prompt } = context;
  const [found, setFound] = createSignal<{
    readonly pack: LoadedPack | null;
    readonly nearest: ReadonlyMap<string, string | null>;
  }>({ pack: null, nearest: new Map() });
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
      const fresh = new Map(words.filter(({ text }) => !known.has(text)).map((word) => [word.text, word]));
      if (!loaded || fresh.size === 0) return;
      const controller = new AbortController();
      const { signal } = controller;
      const timer = setTimeout(async () => {
        const looked = await Promise.all(
          [...fresh.values()].map(
            async (word) => [word.text, await lookUp(loaded, word, signal).catch(() => null)] as const,
          ),
        );
        if (!signal.aborted) setFound({ pack: loaded, nearest: new Map([...known, ...looked]) });
      }, restMilliseconds);
      onCleanup(() => {
        clearTimeout(timer);
        controller.abort();
      });
    }),
  );

  return createMemo(() => {
    const { nearest, pack: of } = found();
    if (of !== pack()) return [];
    return spans().flatMap(({ text, start, end }) => {
      const thing = nearest.get(text);
      return thing === undefined ? [] : [{ text, start, end, nearest: thing }];
    });
  });
}
