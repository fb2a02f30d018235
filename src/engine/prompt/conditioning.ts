// From prompt text to the U-Net's conditioning. Splits prompts of any length into chunks of the encoder's length (75 tokens
// between start and end for CLIP), preferably after a comma; encodes each chunk separately and concatenates the results;
// emphasis scales hidden states. Follows AUTOMATIC1111's rules, so that long prompts have the same meaning.

import { parseEmphasis } from "./syntax.ts";
import type { ClipTokenizer } from "./tokenizer.ts";

/** A textual inversion: a word of the prompt with its own vectors. */
export interface PromptEmbedding {
  readonly name: string;
  readonly vectors: number;
  /** [vectors, width] */
  readonly values: Float32Array;
}

/** The input of one text encoder pass; all arrays have the encoder's length. */
export interface PromptChunk {
  readonly tokens: readonly number[];
  readonly weights: readonly number[];
  readonly embeddings: readonly { readonly offset: number; readonly embedding: PromptEmbedding }[];
}

export interface ChunkOptions {
  readonly tokenizer: ClipTokenizer;
  /** Tokens of a pass, 77 for CLIP; two of them are start and end. */
  readonly length: number;
  readonly embeddings?: readonly PromptEmbedding[];
}

/** A full chunk may move its end, back to a comma at most this far away, to the next chunk. */
const COMMA_BACKTRACK = 20;

/** @returns at least one chunk; an empty prompt is a chunk of padding. */
export const chunkPrompt = (text: string, options: ChunkOptions): PromptChunk[] =>
  openChunks(text, options).map((chunk) => chunk.close(options.tokenizer, options.length - 2));

export interface TokenCount {
  readonly tokens: number;
  /** Of the chunks that they are in, together: 75, 150 … */
  readonly room: number;
}

/** Tokens of a text as its chunks hold them: all but the last count as full, as in AUTOMATIC1111. */
export function countChunkTokens(text: string, options: ChunkOptions): TokenCount {
  const perChunk = options.length - 2;
  const chunks = openChunks(text, options);
  return {
    tokens: (chunks.length - 1) * perChunk + chunks.at(-1)!.tokens.length,
    room: chunks.length * perChunk,
  };
}

function openChunks(text: string, { tokenizer, length, embeddings = [] }: ChunkOptions): OpenChunk[] {
  const room = length - 2;
  // If one name starts with another, the longer one wins.
  const names = embeddings
    .map((embedding) => ({ embedding, ids: tokenizer.encode(embedding.name) }))
    .sort((a, b) => b.ids.length - a.ids.length);
  const chunks: OpenChunk[] = [];
  let current = new OpenChunk();
  const close = (): void => {
    chunks.push(current);
    current = new OpenChunk();
  };

  for (const part of parseEmphasis(text)) {
    if (part.kind === "break") {
      close();
      continue;
    }
    const ids = tokenizer.encode(part.text);
    let at = 0;
    while (at < ids.length) {
      const id = ids[at]!;
      if (id === tokenizer.commaId) {
        current.comma = current.tokens.length;
      } else if (
        current.tokens.length === room &&
        current.comma !== -1 &&
        room - current.comma <= COMMA_BACKTRACK
      ) {
        const moved = current.takeAfterComma();
        close();
        current = moved;
      }
      if (current.tokens.length === room) close();

      const found = names.find(
        (name) => name.ids.length > 0 && name.ids.every((nameId, i) => ids[at + i] === nameId),
      );
      if (found === undefined || found.embedding.vectors > room) {
        current.push(id, part.weight);
        at++;
        continue;
      }
      if (current.tokens.length + found.embedding.vectors > room) close();
      current.embeddings.push({ offset: current.tokens.length, embedding: found.embedding });
      for (let i = 0; i < found.embedding.vectors; i++) current.push(tokenizer.endId, part.weight);
      at += found.ids.length;
    }
  }
  if (current.tokens.length > 0 || chunks.length === 0) close();
  return chunks;
}

class OpenChunk {
  readonly tokens: number[] = [];
  readonly weights: number[] = [];
  readonly embeddings: { offset: number; embedding: PromptEmbedding }[] = [];
  /** Position of the last comma, −1 without one. */
  comma = -1;

  push(token: number, weight: number): void {
    this.tokens.push(token);
    this.weights.push(weight);
  }

  /** The text after the last comma, as the start of another chunk. */
  takeAfterComma(): OpenChunk {
    const start = this.comma + 1;
    const taken = new OpenChunk();
    taken.tokens.push(...this.tokens.splice(start));
    taken.weights.push(...this.weights.splice(start));
    const first = this.embeddings.findIndex(({ offset }) => offset >= start);
    if (first !== -1)
      for (const { offset, embedding } of this.embeddings.splice(first))
        taken.embeddings.push({ offset: offset - start, embedding });
    return taken;
  }

  close(tokenizer: ClipTokenizer, room: number): PromptChunk {
    const padding = room - this.tokens.length;
    return {
      tokens: [tokenizer.startId, ...this.tokens, ...Array<number>(padding + 1).fill(tokenizer.endId)],
      weights: [1, ...this.weights, ...Array<number>(padding + 1).fill(1)],
      embeddings: this.embeddings.map(({ offset, embedding }) => ({ offset: offset + 1, embedding })),
    };
  }
}

/** The token table of a text encoder. */
export interface TokenTable {
  readonly width: number;
  /** The row of a token, [width]. */
  row(token: number): Promise<Float32Array>;
}

/** Rows of the token table, with textual inversions inserted. */
export async function embedTokens(chunk: PromptChunk, table: TokenTable): Promise<Float32Array<ArrayBuffer>> {
  const { width } = table;
  const out = new Float32Array(chunk.tokens.length * width); // [T, C]
  const rows = await Promise.all(chunk.tokens.map((token) => table.row(token)));
  for (const [i, row] of rows.entries()) out.set(row, i * width);
  for (const { offset, embedding } of chunk.embeddings) out.set(embedding.values, offset * width);
  return out;
}

/**
 * Scales each token's hidden state by its weight, then all of them to restore the mean, in place.
 * @param states [T, C]
 */
export function applyEmphasis(states: Float32Array, weights: readonly number[]): void {
  if (weights.every((weight) => weight === 1)) return;
  const width = states.length / weights.length;
  const before = mean(states);
  for (const [i, weight] of weights.entries()) {
    for (let j = i * width; j < (i + 1) * width; j++) states[j] = states[j]! * weight;
  }
  const scale = before / mean(states);
  if (!Number.isFinite(scale)) return; // all weights 0
  for (let j = 0; j < states.length; j++) states[j] = states[j]! * scale;
}

function mean(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Hidden states of one text: [chunks · length, width]. */
export interface Conditioning {
  readonly tokens: number;
  readonly values: Float32Array<ArrayBuffer>;
}

/** A conditioning that applies up to and including an evaluation of the network. */
export interface ScheduledConditioning {
  readonly until: number;
  readonly conditioning: Conditioning;
}

export interface GuidedPrompt {
  readonly weight: number;
  readonly schedule: readonly ScheduledConditioning[];
}

/** Runs the text encoder on [T, C] token embeddings and returns T × C hidden states. */
export type EncodeChunk = (tokenEmbeddings: Float32Array<ArrayBuffer>) => Promise<Float32Array<ArrayBuffer>>;

/**
 * Encodes several texts, padding each with empty chunks to the longest, so that they can share a batch.
 * @param encode called once per distinct chunk
 */
export async function encodeTexts(
  texts: readonly (readonly PromptChunk[])[],
  {
    table,
    encode,
    emptyChunk,
    atLeast = 1,
  }: {
    table: TokenTable;
    encode: EncodeChunk;
    emptyChunk: PromptChunk;
    /** Chunks of the longest text of another batch that the same network reads. */
    atLeast?: number;
  },
): Promise<Conditioning[]> {
  const count = Math.max(atLeast, ...texts.map((chunks) => chunks.length));
  const known = new Map<PromptChunk, Float32Array<ArrayBuffer>>();
  const byContent = new Map<string, PromptChunk>();
  const out: Conditioning[] = [];
  for (const chunks of texts) {
    const parts: Float32Array<ArrayBuffer>[] = [];
    for (let i = 0; i < count; i++) {
      let chunk = chunks[i] ?? emptyChunk;
      const content = JSON.stringify([
        chunk.tokens,
        chunk.weights,
        chunk.embeddings.map(({ offset, embedding }) => [offset, embedding.name]),
      ]);
      chunk = byContent.get(content) ?? chunk;
      byContent.set(content, chunk);
      let states = known.get(chunk);
      if (states === undefined) {
        states = await encode(await embedTokens(chunk, table));
        applyEmphasis(states, chunk.weights);
        known.set(chunk, states);
      }
      parts.push(states);
    }
    out.push(join(parts, table.width));
  }
  return out;
}

function join(parts: readonly Float32Array[], width: number): Conditioning {
  const values = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    values.set(part, at);
    at += part.length;
  }
  return { tokens: values.length / width, values };
}
