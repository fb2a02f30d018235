// The paper's reranker: a cross-encoder for web search (ms-marco MiniLM, BERT's layout) scores the whole prompt beside each adapter's
// document. It knows nothing of parts or of what an adapter is for: it is a baseline.
import type { FileNetwork, OpenFileNetwork } from "../../runtime/file-network.ts";
import { eventLoopTurn } from "../../shared/event-loop.ts";
import { StylusError, throwIfAborted } from "../../shared/errors.ts";
import { say, type Saying } from "../../shared/saying.ts";
import { WordPiece } from "../reader/wordpiece.ts";

/** Names that exporters give the network's file, the 8-bit one first. */
const networkNames = ["onnx/model_quantized.onnx", "model_quantized.onnx", "onnx/model.onnx", "model.onnx"];
const tokenizerName = "tokenizer.json";

/** Positions of the network. */
const maxTokens = 512;

/** Of them the prompt's, at most. */
const promptTokens = 256;

/** Pairs between two looks at the signal. */
const pairsAtOnce = 4;

/** Scores remembered: a run takes those that came while its prompt was typed. */
const memorySize = 4096;

function faulty(file: string, problem: Saying, cause?: unknown): StylusError {
  return new StylusError("bad-file", say`The reranker’s file ${file} ${problem}.`, {
    where: file,
    remedy: say`Delete the reranker under Storage, then download it again.`,
    cause,
  });
}

export class Reranker {
  readonly #network: FileNetwork;
  readonly #tokenizer: WordPiece;
  readonly #known = new Map<string, number>();

  constructor(network: FileNetwork, tokenizer: WordPiece) {
    this.#network = network;
    this.#tokenizer = tokenizer;
  }

  /**
   * @param files by path: the network as ONNX, and tokenizer.json
   * @throws StylusError not-found | bad-file | device
   */
  static async open(files: ReadonlyMap<string, Blob>, openNetwork: OpenFileNetwork): Promise<Reranker> {
    const network = networkNames.find((name) => files.has(name)) ?? networkNames[0]!;
    const [onnx, json] = [network, tokenizerName].map((name) => {
      const blob = files.get(name);
      if (blob) return blob;
      throw new StylusError("not-found", say`The reranker lacks its file ${name}.`, {
        where: name,
        remedy: say`Download the reranker again.`,
      });
    }) as [Blob, Blob];
    const parsed = await json
      .text()
      .then(JSON.parse)
      .catch((cause: unknown) => {
        throw faulty(tokenizerName, say`is not valid JSON`, cause);
      });
    const tokenizer = new WordPiece(parsed, tokenizerName);
    const bytes = new Uint8Array(await onnx.arrayBuffer());
    return new Reranker(
      await openNetwork({ name: say`The reranker`, onnx: bytes, external: new Map() }),
      tokenizer,
    );
  }

  /**
   * How well each document answers the prompt: logits, comparable within a prompt.
   * @throws StylusError bad-file | device | cancelled
   */
  async score(
    prompt: string,
    documents: readonly string[],
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<readonly number[]> {
    const words = this.#tokenizer.encode(prompt).ids.slice(0, promptTokens);
    const scores: number[] = [];
    let read = 0;
    for (const document of documents) {
      const own = this.#tokenizer.encode(document).ids.slice(0, maxTokens - words.length - 3);
      const key = [...words, "", ...own].join(" ");
      let score = this.#known.get(key);
      if (score === undefined) {
        if (read++ % pairsAtOnce === 0) await eventLoopTurn();
        throwIfAborted(signal);
        score = await this.#read(words, own);
      }
      this.#known.delete(key); // set again: it moves to the young end
      this.#known.set(key, score);
      scores.push(score);
    }
    for (const key of this.#known.keys()) {
      if (this.#known.size <= memorySize) break;
      this.#known.delete(key);
    }
    return scores;
  }

  dispose(): Promise<void> {
    return this.#network.dispose();
  }

  /** One pair at a time: an 8-bit network takes the range of its activations from the whole batch, so neighbours would change a score. */
  async #read(prompt: readonly number[], document: readonly number[]): Promise<number> {
    const { cls, sep } = this.#tokenizer;
    const ids = [cls, ...prompt, sep, ...document, sep];
    const types = ids.map((_, i) => (i < prompt.length + 2 ? 0n : 1n));
    const outputs = await this.#network.run(
      {
        input_ids: BigInt64Array.from(ids, BigInt),
        attention_mask: new BigInt64Array(ids.length).fill(1n),
        token_type_ids: BigInt64Array.from(types),
      },
      { shape: [1, ids.length] },
    );
    const { logits } = outputs;
    if (logits?.length !== 1 || !Number.isFinite(logits[0]))
      throw faulty(networkNames[0]!, say`is not a cross-encoder with one score for a pair`);
    return logits[0]!;
  }
}
