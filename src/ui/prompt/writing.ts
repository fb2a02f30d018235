// Writing in a text area of prompts: words that are offered at the cursor, weights by keys, and text that is put in so that the browser's own
// undo still works.
import { createEffect, createUniqueId, on } from "solid-js";
import { adjustWeight } from "../../app/state/prompt/prompt-edit.ts";
import { createSuggestions, type Suggestions, type Taken } from "../../app/state/prompt/suggestions.ts";
import type { Studio } from "../../app/state/studio.ts";

/** What browsers give as `keyCode` of keys that an input method takes; Safari's last one of a word says so by nothing else. */
const composingKey = 229;

interface Selection {
  readonly start: number;
  readonly end: number;
}

/** Replaces the text so that the browser's own undo still works. */
function replaceText(field: HTMLTextAreaElement, text: string, selection: Selection): void {
  field.focus();
  field.select();
  const inserted = document.execCommand("insertText", false, text);
  if (!inserted || field.value !== text) {
    field.value = text;
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  field.setSelectionRange(selection.start, selection.end);
}

export interface Writing {
  readonly suggestions: Suggestions;
  /** Of the list of suggestions. */
  readonly listId: string;
  /** Puts other text into the field; nothing is offered for words that the user has not typed. */
  put(value: string, selection: Selection): void;
  /** Puts words in the place of others. */
  putWords(taken: Taken | null): void;
  /** Before the text is taken over. */
  onInput(event: InputEvent): void;
  onCompositionEnd(): void;
  /** @returns whether the key was the list's, or changed a weight */
  onKeyDown(event: KeyboardEvent): boolean;
}

/** @param context.onTag gets the tag that the prompt has to have besides what a negative prompt took */
export function createWriting(
  field: () => HTMLTextAreaElement,
  context: {
    readonly studio: Pick<Studio, "pack" | "wildcards" | "settings">;
    /** What is taken over from the field, and may change by other ways. */
    readonly text: () => string;
    readonly isNegative: boolean;
    readonly onTag?: (tag: string) => void;
  },
): Writing {
  const { studio, text, isNegative, onTag } = context;
  const suggestions = createSuggestions({
    pack: studio.pack,
    wildcards: () => studio.wildcards.list().map(({ name }) => name),
    enabled: () => studio.settings.suggestWords,
    isNegative,
  });
  let isTyped = true;
  /** The text that words are offered for. */
  let typed = "";
  const update = (): void => {
    typed = field().value;
    suggestions.update(typed, field().selectionEnd);
  };
  createEffect(
    on(text, (now) => {
      if (now !== typed) suggestions.close();
    }),
  );
  const put = (value: string, selection: Selection): void => {
    isTyped = false;
    replaceText(field(), value, selection);
    isTyped = true;
    suggestions.close();
  };
  const putWords = (taken: Taken | null): void => {
    if (!taken) return;
    const { start, end, text: words, tag } = taken;
    const { value } = field();
    const cursor = start + words.length;
    put(value.slice(0, start) + words + value.slice(end), { start: cursor, end: cursor });
    if (tag !== undefined) onTag?.(tag);
  };
  return {
    suggestions,
    listId: createUniqueId(),
    put,
    putWords,
    onInput(event) {
      if (event.isComposing) suggestions.close();
      else if (isTyped) update();
    },
    onCompositionEnd: update,
    onKeyDown(event) {
      const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
      const isComposing = event.isComposing || event.keyCode === composingKey;
      const pressed = suggestions.press({ key, ctrlKey, metaKey, altKey, shiftKey, isComposing });
      if (pressed !== null) {
        event.preventDefault();
        if (pressed !== true) putWords(pressed);
        return true;
      }
      const step = key === "ArrowUp" ? 1 : key === "ArrowDown" ? -1 : null;
      if (step === null || shiftKey || altKey || !(ctrlKey || metaKey)) return false;
      event.preventDefault();
      const { value: text, selectionStart: start, selectionEnd: end } = field();
      const before = { text, start, end };
      const after = adjustWeight(before, step);
      if (after !== before) put(after.text, after);
      return true;
    },
  };
}

export const optionId = (listId: string, index: number): string => `${listId}-${index}`;

/** The option that is chosen, for `aria-activedescendant`. */
export function chosenOption({ suggestions, listId }: Writing): string | undefined {
  const isChosen = suggestions.items().length > 0 && suggestions.active() >= 0;
  return isChosen ? optionId(listId, suggestions.active()) : undefined;
}

/** The list while it is there, for `aria-controls`. */
export const shownList = ({ suggestions, listId }: Writing): string | undefined =>
  suggestions.items().length > 0 ? listId : undefined;
