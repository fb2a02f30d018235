// The reader: a cross-encoder that reads a prompt beside a card and says whether the adapter is wanted and which words it serves
// (training/choice/reader.py).
import { externalTensors } from "../../formats/onnx-external.ts";
import type { FileNetwork, OpenFileNetwork } from "../../runtime/file-network.ts";
import { eventLoopTurn } from "../../shared/event-loop.ts";
import { StylusError, throwIfAborted } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import { unpackWeights } from "./packed-weights.ts";
import { type Window, windowsFor, windowsOf } from "./windows.ts";
import { type Tokens, WordPiece } from "./wordpiece.ts";

/** Files of the folder `reader` of a pack. */
export const readerFiles = {
  onnx: "reader.onnx",
  weights: "reader.q4",
  tokenizer: "tokenizer.json",
} as const;

/** Tokens of a card that the reader was trained with. */
const cardTokens = 80;

/** Pairs of a batch: few enough that a new key press is noticed soon. */
const batchSize = 4;

/** Lengths are rounded up to this, so that ONNX Runtime sees few shapes. */
const lengthStep = 8;

/** Readings remembered: one takes about a kilobyte. */
const memorySize = 2048;

export interface ReaderInput {
  /** As cardText writes it. */
  readonly text: string;
  /** Where its texts are near, best first; null: the whole prompt. */
  readonly spans: readonly ({ readonly start: number; readonly end: number } | null)[];
}

export interface Reading {
  /** That the prompt wants the adapter, 0 to 1. */
  readonly wanted: number;
  /** By token of the prompt: that the adapter serves it, 0 to 1; 0 where it was not read. */
  readonly serves: Float32Array;
}

interface Pair {
  readonly key: string;
  readonly ids: readonly number[];
  /** Tokens of the prompt. */
  readonly promptLength: number;
}

/** Of one window. */
type WindowReading = Reading;

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

async function required(files: ReadonlyMap<string, Blob>, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const blob = files.get(name);
  if (blob) return new Uint8Array(await blob.arrayBuffer());
  throw new StylusError("not-found", say`The reader lacks its file ${name}.`, {
    where: name,
    remedy: say`Download the pack again.`,
  });
}

export class Reader {
  readonly #network: FileNetwork;
  readonly #tokenizer: WordPiece;
  readonly #known = new Map<string, WindowReading>();

  constructor(network: FileNetwork, tokenizer: WordPiece) {
    this.#network = network;
    this.#tokenizer = tokenizer;
  }

  /**
   * @param files by their names in the folder
   * @throws StylusError not-found | bad-file | device
   */
  static async open(files: ReadonlyMap<string, Blob>, openNetwork: OpenFileNetwork): Promise<Reader> {
    const [onnx, packed, tokenizer] = await Promise.all([
      required(files, readerFiles.onnx),
      required(files, readerFiles.weights),
      required(files, readerFiles.tokenizer),
    ]);
    const tensors = externalTensors(onnx, readerFiles.onnx);
    const weights = unpackWeights(packed, { tensors, fileName: readerFiles.weights });
    const location = tensors[0]?.location ?? "";
    const external = new Map([[location, new Uint8Array(weights.buffer)]]);
    let json: unknown;
    try {
      json = JSON.parse(new TextDecoder().decode(tokenizer));
    } catch {
      json = null;
    }
    const wordPiece = new WordPiece(json, readerFiles.tokenizer);
    return new Reader(await openNetwork({ name: say`The reader`, onnx, external }), wordPiece);
  }

  tokens(prompt: string): Tokens {
    return this.#tokenizer.encode(prompt);
  }

  /**
   * Reads a prompt beside every card, in their order.
   * @throws StylusError device | cancelled
   */
  async read(
    prompt: string,
    inputs: readonly ReaderInput[],
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<readonly Reading[]> {
    const tokens = this.tokens(prompt);
    const windows = windowsOf(tokens.ids.length);
    const wanted = inputs.map(({ text, spans }) =>
      windowsFor(spans, { windows, tokens }).map((window) => ({
        window,
        pair: this.#pair(tokens, window, text),
      })),
    );
    await this.#readPairs(
      wanted.flat().map(({ pair }) => pair),
      signal,
    );
    return wanted.map((places) => {
      const serves = new Float32Array(tokens.ids.length);
      let best = { wanted: 0, place: places[0]! };
      for (const place of places) {
        const { wanted: here } = this.#known.get(place.pair.key)!;
        if (here > best.wanted) best = { wanted: here, place };
      }
      serves.set(this.#known.get(best.place.pair.key)!.serves, best.place.window.from);
      return { wanted: best.wanted, serves };
    });
  }

  dispose(): Promise<void> {
    return this.#network.dispose();
  }

  #pair({ ids }: Tokens, { from, to }: Window, text: string): Pair {
    const { cls, sep } = this.#tokenizer;
    const prompt = ids.slice(from, to);
    const card = this.#tokenizer.encode(text).ids.slice(0, cardTokens);
    const joined = [cls, ...prompt, sep, ...card, sep];
    return { key: joined.join(" "), ids: joined, promptLength: prompt.length };
  }

  async #readPairs(pairs: readonly Pair[], signal: AbortSignal | undefined): Promise<void> {
    const missing = new Map<string, Pair>();
    for (const pair of pairs) {
      const known = this.#known.get(pair.key);
      if (!known) missing.set(pair.key, pair);
      else {
        this.#known.delete(pair.key); // set again: it moves to the young end
        this.#known.set(pair.key, known);
      }
    }
    const byLength = [...missing.values()].sort((a, b) => a.ids.length - b.ids.length);
    for (let at = 0; at < byLength.length; at += batchSize) {
      if (at > 0) await eventLoopTurn();
      throwIfAborted(signal);
      await this.#readBatch(byLength.slice(at, at + batchSize));
    }
    for (const key of this.#known.keys()) {
      if (this.#known.size <= Math.max(memorySize, pairs.length)) break;
      this.#known.delete(key);
    }
  }

  async #readBatch(pairs: readonly Pair[]): Promise<void> {
    const longest = Math.max(...pairs.map(({ ids }) => ids.length));
    const length = Math.ceil(longest / lengthStep) * lengthStep;
    const ids = new BigInt64Array(pairs.length * length); // 0 is padding
    const types = new BigInt64Array(pairs.length * length);
    for (const [row, pair] of pairs.entries()) {
      ids.set(BigInt64Array.from(pair.ids, BigInt), row * length);
      types.fill(1n, row * length + pair.promptLength + 2, row * length + pair.ids.length);
    }
    const { wanted, spans } = await this.#network.run(
      { input_ids: ids, token_type_ids: types },
      { shape: [pairs.length, length] },
    );
    for (const [row, { key, promptLength }] of pairs.entries()) {
      const first = row * length + 1;
      const serves = spans!.slice(first, first + promptLength).map(sigmoid);
      this.#known.set(key, { wanted: sigmoid(wanted![row]!), serves });
    }
  }
}
