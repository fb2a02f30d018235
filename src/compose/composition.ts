// What a composer takes and gives. Tasks are spans of the prompt; each gets the adapters that fit it (Stylus §3.2).
import type { Candidate } from "../retrieval/candidate.ts";
import type { Vector } from "../retrieval/embedding/vectors.ts";
import type { PresetId } from "../shared/limits.ts";
import type { Rarity } from "./rules/rarity.ts";
import type { NearSource, Reason } from "./reason.ts";
import type { Unavailable } from "./unavailable.ts";

export interface AdapterPick {
  readonly id: string;
  readonly reason: Reason;
  /** How well adapter and task match, 0 to 1: by rules similarity or words, whichever is stronger; the reader's probability. */
  readonly similarity: number;
  /** Refined weight, before division, budget and the user's slider. */
  readonly weight: number;
}

export interface Task {
  /** Words of the prompt. */
  readonly text: string;
  /** Span in the prompt in UTF-16 units; both null when the words do not stand there together. */
  readonly start: number | null;
  readonly end: number | null;
  /** Best first; empty when no adapter fits. */
  readonly picks: readonly AdapterPick[];
  /** Why it was not given to adapters at all: the prompt denies it. */
  readonly reason?: Reason | undefined;
}

/** A candidate that the reader has read beside the prompt. */
export interface ReadCandidate {
  readonly id: string;
  /** The probability that the prompt wants it, 0 to 1. */
  readonly wanted: number;
  /** The text of its card that is nearest to the prompt; null: none is near. */
  readonly nearest: { readonly source: NearSource; readonly text: string } | null;
  /** The words of the prompt that it serves best; empty: none. */
  readonly words: string;
  /** Index of the task that has these words, or the first of them; null: none has. */
  readonly task: number | null;
  readonly chosen: boolean;
  /** Why it was chosen, or was not. */
  readonly reason: Reason;
}

export interface ComposerInfo {
  readonly name: string;
  /** "rules": deterministic, no model. "reader": a cross-encoder. "llm": a language model. "none": a baseline chose. */
  readonly kind: "rules" | "reader" | "llm" | "none";
  /** Why this one chose although another was asked for. */
  readonly instead?: Unavailable | undefined;
}

export interface Composition {
  readonly tasks: readonly Task[];
  /** Candidates that came near, and why they were not taken. */
  readonly rejected: readonly { readonly id: string; readonly reason: Reason }[];
  /** All that the reader has read, the likeliest first; absent where another composer chose, and in runs of earlier versions. */
  readonly read?: readonly ReadCandidate[] | undefined;
  readonly composer: ComposerInfo;
  /** A language model is still choosing: its choice takes the place of this one. */
  readonly pending?: true | undefined;
}

/** Unit vectors of short texts (tasks), embedded as queries. */
export type EmbedTexts = (texts: readonly string[]) => Promise<readonly Vector[]>;

export interface ComposeRequest {
  readonly prompt: string;
  /** From retrieval, best first. A composer chooses among these only. */
  readonly candidates: readonly Candidate[];
  readonly preset: PresetId;
}

/**
 * One way to compose, from candidates that whole prompts find. The reader and language models are called differently
 * (reader/reader-composer.ts, llm/llm-composer.ts) and answer in the same shape.
 */
export interface Composer {
  readonly info: ComposerInfo;
  compose(
    request: ComposeRequest,
    context: {
      readonly embed: EmbedTexts;
      /** How much a term says, over the whole index. */
      readonly rarity: Rarity;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<Composition>;
}
