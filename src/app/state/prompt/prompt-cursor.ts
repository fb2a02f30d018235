// Words that are added to the prompt from elsewhere on the page, where its cursor was last.
import { insertWords } from "./prompt-edit.ts";

export interface PromptCursor {
  /** The prompt box was left with its cursor there, an UTF-16 offset. */
  noteCursor(position: number): void;
  /** Adds words where the cursor was, behind those that were added there before; at the end if the prompt has changed since. */
  insertWords(words: string): void;
}

export function createPromptCursor(context: {
  readonly prompt: () => string;
  readonly setPrompt: (prompt: string) => void;
}): PromptCursor {
  const { prompt, setPrompt } = context;
  let noted: { readonly text: string; readonly position: number } | null = null;
  return {
    noteCursor: (position) => void (noted = { text: prompt(), position }),
    insertWords(words) {
      const text = prompt();
      const inserted = insertWords(text, words, noted?.text === text ? noted.position : text.length);
      setPrompt(inserted.text);
      noted = { text: inserted.text, position: inserted.end };
    },
  };
}
