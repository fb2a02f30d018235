// Optional changes of the prompt before it is painted, all off by default. The reference leaves trigger words out on
// purpose (prompts.py): the prompt should hold the concept already.
import type { AdapterCard } from "../../retrieval/card.ts";
import type { Composition } from "../composition.ts";

/** De-bias suffixes: they pull an adapter's look back to the checkpoint's (paper, appendix). */
const debiasSuffixes = {
  realistic: "realistic, high quality",
  anime: "anime style, high quality",
} as const;

export interface PromptOptions {
  /** Adapters at work whose trigger words are added, each word only where the prompt lacks it. */
  readonly triggersOf?: readonly AdapterCard[] | undefined;
  /** The checkpoint's look, which an adapter may have pulled away from. */
  readonly debias?: keyof typeof debiasSuffixes | undefined;
  /** Emphasises tasks that got no adapter, `(task:1.1)`, against adapters that block them. */
  readonly restoreConcepts?: Composition | undefined;
}

/** Spans must be those of `prompt` itself, so concepts are restored first and the additions follow. */
export function paintedPrompt(prompt: string, options: PromptOptions = {}): string {
  let text = prompt;
  const bare = (options.restoreConcepts?.tasks ?? [])
    .filter(({ picks, reason }) => picks.length === 0 && reason === undefined) // what is denied gets no emphasis
    .filter(({ start, end }) => start !== null && end !== null)
    .sort((a, b) => b.start! - a.start!);
  for (const { start, end } of bare) {
    const words = text.slice(start!, end!);
    if (/[()[\]:]/.test(words)) continue; // the user has emphasised it already
    text = `${text.slice(0, start!)}(${words}:1.1)${text.slice(end!)}`;
  }
  const triggers = (options.triggersOf ?? []).flatMap(({ triggerWords }) =>
    triggerWords.map((word) => word.trim()),
  );
  const missing = [...new Set(triggers)].filter(
    (word) => word !== "" && !text.toLowerCase().includes(word.toLowerCase()),
  );
  return [text, ...missing, ...(options.debias ? [debiasSuffixes[options.debias]] : [])].join(", ");
}
