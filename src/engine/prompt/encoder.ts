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
import { promptSchedule, splitConjunction } from "./syntax.ts";
import type { ClipTokenizer } from "./tokenizer.ts";

/** Prompts that share a negative prompt and the weights of the networks. */
export interface PromptTexts extends Pick<DiffusionRequest, "negativePrompt" | "clipSkip"> {
  readonly prompts: readonly string[];
}

export interface EncodedPrompts {
  /** Of each prompt its conjuncts. */
  readonly prompts: readonly (readonly GuidedPrompt[])[];
  readonly negative: readonly ScheduledConditioning[];
}

export interface ReadOptions {
  /** Textual inversions that prompts can use. */
  readonly embeddings: readonly PromptEmbedding[];
  /** Network evaluations in the whole run, which prompt schedules count. */
  readonly evaluations: number;
  /** Network evaluations in the first pass, if this is the second one (hires fix). */
  readonly earlier: number;
}

export interface EncodeOptions extends ReadOptions {
  /** Of the text encoder's parameters. */
  readonly textRevision: number;
  /** Pads all texts to so many chunks, if the longest has fewer. */
  readonly atLeast: number;
  readonly signal?: AbortSignal | undefined;
}

interface Kept {
  readonly key: string;
  readonly embeddings: readonly PromptEmbedding[];
  readonly encoded: EncodedPrompts;
}

/** One for each pass and each of the few sets of adapters that an image with regions has. */
const ENCODINGS_KEPT = 8;

interface ReadText {
  readonly until: number;
  readonly chunks: readonly PromptChunk[];
}

interface ReadTexts {
  readonly prompts: readonly (readonly {
    readonly weight: number;
    readonly schedule: readonly ReadText[];
  }[])[];
  readonly negative: readonly ReadText[];
}

const textsOf = ({ prompts, negative }: ReadTexts): readonly ReadText[] => [
  ...prompts.flat().flatMap(({ schedule }) => schedule),
  ...negative,
];

export class PromptEncoder {
  readonly #tokenizer: ClipTokenizer;
  readonly #networks: DiffusionNetworks;
  #kept: readonly Kept[] = [];

  constructor(tokenizer: ClipTokenizer, networks: DiffusionNetworks) {
    this.#tokenizer = tokenizer;
    this.#networks = networks;
  }

  /** Chunks of the longest text. */
  chunkCount(texts: PromptTexts, options: ReadOptions): number {
    return Math.max(...textsOf(this.#read(texts, options)).map(({ chunks }) => chunks.length));
  }

  async encode(texts: PromptTexts, options: EncodeOptions): Promise<EncodedPrompts> {
    const { clipSkip } = texts;
    const { embeddings, textRevision, evaluations, earlier, atLeast, signal } = options;
    const key = JSON.stringify([texts, textRevision, evaluations, earlier, atLeast]);
    const known = this.#kept.find((one) => one.key === key && sameItems(one.embeddings, embeddings));
    if (known !== undefined) return known.encoded;

    const read = this.#read(texts, options);
    const conditionings = await encodeTexts(
      textsOf(read).map(({ chunks }) => chunks),
      {
        table: this.#networks.tokens,
        encode: (tokenEmbeddings) => this.#networks.encodeText(tokenEmbeddings, { clipSkip, signal }),
        emptyChunk: this.#chunked("", embeddings)[0]!,
        atLeast,
      },
    );
    let next = 0;
    const scheduled = (schedule: readonly ReadText[]): ScheduledConditioning[] =>
      schedule.map(({ until }) => ({ until, conditioning: conditionings[next++]! }));
    const encoded = {
      prompts: read.prompts.map((conjuncts) =>
        conjuncts.map(({ weight, schedule }) => ({ weight, schedule: scheduled(schedule) })),
      ),
      negative: scheduled(read.negative),
    };
    this.#kept = [{ key, embeddings, encoded }, ...this.#kept].slice(0, ENCODINGS_KEPT);
    return encoded;
  }

  #read(
    { prompts, negativePrompt }: PromptTexts,
    { embeddings, evaluations, earlier }: ReadOptions,
  ): ReadTexts {
    const schedule = (text: string): ReadText[] =>
      promptSchedule(text, evaluations, { earlier }).map(({ until, text: words }) => ({
        until,
        chunks: this.#chunked(words, embeddings),
      }));
    return {
      prompts: prompts.map((prompt) =>
        splitConjunction(prompt).map(({ text, weight }) => ({ weight, schedule: schedule(text) })),
      ),
      negative: schedule(negativePrompt),
    };
  }

  #chunked(text: string, embeddings: readonly PromptEmbedding[]): PromptChunk[] {
    const length = this.#networks.checkpoint.text_encoder.config.maxPositions;
    return chunkPrompt(text, { tokenizer: this.#tokenizer, length, embeddings });
  }
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}
