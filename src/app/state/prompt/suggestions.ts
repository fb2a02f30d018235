// What the prompt box offers while it is typed, and the keys that choose. Nothing is offered while an input method composes (Korean,
// Japanese, Chinese): its keys are its own.
import { createMemo, createSignal, type Accessor } from "solid-js";
import {
  completionsAt,
  completionsOf,
  negativeCompletionsOf,
  type Completion,
  type Completions,
} from "../../../stylus/completions/completions.ts";
import type { LoadedPack } from "../../../stylus/loaded-pack.ts";

export interface Taken {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** In a negative prompt: the tag that belongs to it, for the prompt. */
  readonly tag?: string;
}

export interface Suggestions {
  readonly items: Accessor<readonly Completion[]>;
  /** Index of the one that Enter takes; −1 for none. */
  readonly active: Accessor<number>;
  /** Follows typing. */
  update(prompt: string, cursor: number): void;
  close(): void;
  /** What is taken by a click. */
  take(index: number): Taken | null;
  /**
   * A key that went down in the prompt box.
   * @returns what is taken; true for a key that moved or closed the list; null for one that is not the list's
   */
  press(
    key: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "isComposing">,
  ): Taken | true | null;
}

const none: readonly Completion[] = [];

export function createSuggestions(context: {
  readonly pack: Accessor<LoadedPack | null>;
  /** Names of wildcard files. */
  readonly wildcards: Accessor<readonly string[]>;
  readonly enabled: Accessor<boolean>;
  readonly isNegative: boolean;
}): Suggestions {
  const { pack, wildcards, enabled, isNegative } = context;
  const [found, setFound] = createSignal<Completions | null>(null);
  const [active, setActive] = createSignal(-1);
  const list = createMemo(() => {
    const loaded = pack();
    if (!loaded) return { loras: [], words: [] };
    return isNegative ? negativeCompletionsOf(loaded) : completionsOf(loaded);
  });
  const close = (): void => void setFound(null);
  const items = (): readonly Completion[] => found()?.items ?? none;

  function take(index: number): Taken | null {
    const at = found();
    const item = at?.items[index];
    close();
    if (!at || !item) return null;
    const { start, end } = at;
    const { text, tag } = item;
    if (tag === undefined) return { start, end, text };
    return isNegative ? { start, end, text, tag } : { start, end, text: `${text} ${tag}` };
  }

  return {
    items,
    active,
    update(prompt, cursor) {
      const next = enabled() ? completionsAt(prompt, cursor, { list: list(), wildcards: wildcards() }) : null;
      setFound(next);
      // Where a name must follow Enter takes the first; among words it stays a line break until one is chosen.
      setActive(next?.isName ? 0 : -1);
    },
    close,
    take,
    press({ key, ctrlKey, metaKey, altKey, shiftKey, isComposing }) {
      const { length } = items();
      if (length === 0 || isComposing) return null;
      if (ctrlKey || metaKey || altKey || shiftKey) {
        if (key === "Enter") close(); // a run starts: Escape is for it
        return null;
      }
      switch (key) {
        case "ArrowDown":
          setActive((active() + 1) % length);
          return true;
        case "ArrowUp":
          setActive(active() <= 0 ? length - 1 : active() - 1);
          return true;
        case "Enter":
        case "Tab": {
          if (active() >= 0) return take(active());
          close();
          return null;
        }
        case "Escape":
          close();
          return true;
        case "ArrowLeft":
        case "ArrowRight":
        case "Home":
        case "End":
        case "PageUp":
        case "PageDown":
          close();
          return null;
        default:
          return null;
      }
    },
  };
}
