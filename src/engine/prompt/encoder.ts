// The prompts of a request in the U-Net's form: composed, scheduled, chunked and encoded to one length. Caches encodings
// until the prompt or the text encoder's parameters change.

import type { DiffusionRequest } from "../../shared/request.ts";
import {
  chunkPrompt,
  encodeTexts,
  type GuidedPrompt,
  type PromptChunk,
  type PromptEmbedding,
  type ScheduledConditioning,
} from "./conditioning.ts";
import type { DiffusionNetworks } from "../networks.ts";
import { promptSchedule, type ScheduledText, splitConjunction } from "./syntax.ts";
import type { ClipTokenizer } from "./tokenizer.ts";

export interface EncodedPrompts {
  readonly prompts: readonly GuidedPrompt[];
  readonly negative: readonly ScheduledConditioning[];
}

export interface EncodeOptions {
  /** Textual inversions that prompts can use. */
  readonly embeddings: readonly PromptEmbedding[];
  /** Of the text encoder's parameters. */
  readonly textRevision: number;
  /** Network evaluations in the whole run, which prompt schedules count. */
  readonly evaluations: number;
  /** Network evaluations in the first pass, if this is the second one (hires fix). */
  readonly earlier: number;
  readonly signal?: AbortSignal | undefined;
}

interface Kept {
  readonly key: string;
  readonly embeddings: readonly PromptEmbedding[];
  readonly encoded: EncodedPrompts;
}

/** One for each pass. */
const ENCODINGS_KEPT = 2;

export class PromptEncoder {
  readonly #tokenizer: ClipTokenizer;
  readonly #networks: DiffusionNetworks;
  #kept: readonly Kept[] = [];

  constructor(tokenizer: ClipTokenizer, networks: DiffusionNetworks) {
    this.#tokenizer = tokenizer;
    this.#networks = networks;
  }

  async encode(
    { prompt, negativePrompt, clipSkip }: Pick<DiffusionRequest, "prompt" | "negativePrompt" | "clipSkip">,
    options: EncodeOptions,
  ): Promise<EncodedPrompts> {
    const { embeddings, textRevision, evaluations, earlier, signal } = options;
    const key = JSON.stringify([prompt, negativePrompt, clipSkip, textRevision, evaluations, earlier]);
    const known = this.#kept.find((one) => one.key === key && sameItems(one.embeddings, embeddings));
    if (known !== undefined) return known.encoded;

    const parts = splitConjunction(prompt).map(({ text, weight }) => ({
      weight,
      schedule: promptSchedule(text, evaluations, { earlier }),
    }));
    const negative = promptSchedule(negativePrompt, evaluations, { earlier });
    const length = this.#networks.checkpoint.text_encoder.config.maxPositions;
    const chunked = (text: string): PromptChunk[] =>
      chunkPrompt(text, { tokenizer: this.#tokenizer, length, embeddings });
    const schedules: readonly (readonly ScheduledText[])[] = [
      ...parts.map(({ schedule }) => schedule),
      negative,
    ];
    const conditionings = await encodeTexts(
      schedules.flat().map(({ text }) => chunked(text)),
      {
        table: this.#networks.tokens,
        encode: (tokenEmbeddings) => this.#networks.encodeText(tokenEmbeddings, { clipSkip, signal }),
        emptyChunk: chunked("")[0]!,
      },
    );
    let next = 0;
    const scheduled = schedules.map((schedule) =>
      schedule.map(({ until }) => ({ until, conditioning: conditionings[next++]! })),
    );
    const encoded = {
      prompts: parts.map(({ weight }, i) => ({ weight, schedule: scheduled[i]! })),
      negative: scheduled.at(-1)!,
    };
    this.#kept = [{ key, embeddings, encoded }, ...this.#kept].slice(0, ENCODINGS_KEPT);
    return encoded;
  }
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}
