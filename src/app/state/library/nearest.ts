// The adapters that are near in meaning to what is looked for: asked of the retriever after a short rest. Words are found without it.
import { createEffect, createSignal, on, onCleanup, type Accessor } from "solid-js";
import type { LoadedPack } from "../../../stylus/loaded-pack.ts";
import type { NearAdapter } from "../../adapters/library/library-search.ts";
import type { LibraryServices } from "../../services/ports.ts";

/** Rest after the last key before the text is embedded. */
const restMilliseconds = 250;

/** More are not worth looking at. */
const limit = 40;
/**
 * Scores from which an adapter is near, chosen on Pocket's cards: 1.20 clay for "Aardman puppet", 0.62 the next best; 0.61 the best for a
 * word without a meaning.
 */
const nearFrom = 0.63;

export interface Nearest {
  /** By card id; those of the text before until the new ones are known. */
  readonly near: Accessor<ReadonlyMap<string, NearAdapter>>;
  /** "failed": the embedder cannot be asked, and words alone count. */
  readonly status: Accessor<"idle" | "searching" | "ready" | "failed">;
}

const none: ReadonlyMap<string, NearAdapter> = new Map();

/** @param context.query null: nobody looks */
export function createNearest(context: {
  readonly services: Pick<LibraryServices, "nearAdapters">;
  readonly pack: Accessor<LoadedPack | null>;
  readonly query: Accessor<string | null>;
}): Nearest {
  const { services, pack, query } = context;
  const [near, setNear] = createSignal(none);
  const [status, setStatus] = createSignal<"idle" | "searching" | "ready" | "failed">("idle");
  createEffect(
    on([query, pack], ([text, loaded]) => {
      if (!text?.trim() || !loaded) {
        setNear(none);
        setStatus("idle");
        return;
      }
      setStatus("searching");
      const controller = new AbortController();
      const { signal } = controller;
      const timer = setTimeout(() => {
        services
          .nearAdapters(text.trim(), { limit, signal })
          .then((found) => {
            if (signal.aborted) return;
            const enough = found.filter(({ score }) => score >= nearFrom);
            setNear(new Map(enough.map((each) => [each.id, each])));
            setStatus("ready");
          })
          .catch(() => {
            if (signal.aborted) return;
            setNear(none);
            setStatus("failed");
          });
      }, restMilliseconds);
      onCleanup(() => {
        clearTimeout(timer);
        controller.abort();
      });
    }),
  );
  return { near, status };
}
