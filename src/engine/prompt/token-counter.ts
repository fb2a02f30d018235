// How many tokens a prompt has, counted as the encoder cuts it (encoder.ts), from the tokenizer's files alone: no network is loaded, and
// a run does not hold it up. The token worker serves it.
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import { withoutTags } from "../../shared/prompt-syntax.ts";
import { countChunkTokens, type ChunkOptions, type TokenCount } from "./conditioning.ts";
import { promptSchedule, splitConjunction } from "./syntax.ts";
import { ClipTokenizer } from "./tokenizer.ts";

/** Tokens of CLIP's text encoder, start and end included. */
const clipLength = 77;

/** Of the longest text that a part of the prompt (AND) has at any step. Words of embeddings count as they are written. */
export function countTokens(
  prompt: string,
  { steps, ...options }: ChunkOptions & { readonly steps: number },
): TokenCount {
  const texts = splitConjunction(withoutTags(prompt)).flatMap(({ text }) =>
    promptSchedule(text, steps).map((scheduled) => scheduled.text),
  );
  return [...new Set(texts)]
    .map((text) => countChunkTokens(text, options))
    .reduce((most, count) => (count.tokens > most.tokens ? count : most));
}

export class TokenCounter {
  #options: ChunkOptions | null = null;

  /**
   * @param files of a pack: tokenizer/vocab.json, tokenizer/merges.txt, text_encoder/config.json if there is one
   * @throws StylusError bad-file, naming the file
   */
  async load(files: ReadonlyMap<string, Blob>): Promise<void> {
    const text = async (path: string): Promise<string> => (await files.get(path)?.text()) ?? "";
    const [vocab, merges, config] = await Promise.all([
      text("tokenizer/vocab.json"),
      text("tokenizer/merges.txt"),
      text("text_encoder/config.json"),
    ]);
    this.#options = { tokenizer: new ClipTokenizer({ vocab, merges }), length: lengthIn(config) };
  }

  /** @throws StylusError not-found: nothing is loaded */
  async count(prompt: string, { steps }: { readonly steps: number }): Promise<TokenCount> {
    if (!this.#options) throw new StylusError("not-found", say`The tokenizer is not loaded yet.`);
    return countTokens(prompt, { ...this.#options, steps });
  }
}

function lengthIn(config: string): number {
  try {
    const length: unknown = (JSON.parse(config) as Record<string, unknown>)["max_position_embeddings"];
    return typeof length === "number" && length > 2 ? length : clipLength;
  } catch {
    return clipLength; // there is none, or the engine says what is wrong with it
  }
}
