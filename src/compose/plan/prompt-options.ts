// Optional changes to the prompt before generation, all off by default. The reference omits trigger words on purpose
// (prompts.py): the prompt should already contain the concept.
import type { AdapterCard } from "../../retrieval/card.ts";
import { hasWords } from "../../shared/prompt-syntax.ts";
import type { Composition } from "../composition.ts";

/** De-bias suffixes: they pull an adapter's look back to the checkpoint's (paper, appendix). */
const debiasSuffixes = {
  realistic: "realistic, high quality",
  anime: "anime style, high quality",
} as const;

export interface PromptOptions {
  /** Active adapters whose trigger words are added if the prompt lacks them. */
  readonly triggersOf?: readonly AdapterCard[] | undefined;
  /** The checkpoint's look, which an adapter may have changed. */
  readonly debias?: keyof typeof debiasSuffixes | undefined;
  /** Emphasises tasks without an adapter, `(task:1.1)`, against adapters that suppress them. */
  readonly restoreConcepts?: Composition | undefined;
}

/** Restores concepts before the additions, because spans refer to the original `prompt`. */
export function finalPrompt(prompt: string, options: PromptOptions = {}): string {
  let text = prompt;
  const bare = (options.restoreConcepts?.tasks ?? [])
    .filter(({ picks, reason }) => picks.length === 0 && reason === undefined) // negated tasks get no emphasis
    .filter(({ start, end }) => start !== null && end !== null)
    .sort((a, b) => b.start! - a.start!);
  for (const { start, end } of bare) {
    const words = text.slice(start!, end!);
    if (/[()[\]:]/.test(words)) continue; // already emphasised by the user
    text = `${text.slice(0, start!)}(${words}:1.1)${text.slice(end!)}`;
  }
  const triggers = (options.triggersOf ?? []).flatMap(({ triggerWords }) =>
    triggerWords.map((word) => word.trim()),
  );
  const missing = [...new Set(triggers)].filter((word) => word !== "" && !hasWords(text, word));
  return [text, ...missing, ...(options.debias ? [debiasSuffixes[options.debias]] : [])].join(", ");
}
