// The embedder worker's service: loads the pack's embedder once and remembers recent vectors (a prompt is edited word by
// word, its tasks mostly stay the same).
import { StylusError } from "../shared/errors.ts";
import { embedCards, type IndexEntry } from "./adapter-index.ts";
import type { AdapterCard } from "./card.ts";
import { loadEmbedder, type Embedder, type EmbedderOptions, type TextKind } from "./embedder.ts";
import type { Vector } from "./vectors.ts";

/** Vectors remembered: 4,096 of 256 dimensions are 4 MiB. */
const memorySize = 4096;

export class EmbedderService {
  #embedder: Embedder | null = null;
  readonly #options: EmbedderOptions;
  readonly #memory = new Map<string, Vector>();

  constructor(options: EmbedderOptions = {}) {
    this.#options = options;
  }

  /**
   * @param files the embedder folder of a pack, by path within it
   * @throws StylusError as loadEmbedder
   */
  async load(
    files: ReadonlyMap<string, Blob>,
  ): Promise<{ dims: number; model: { readonly name: string; readonly sha256: string } }> {
    this.#embedder = await loadEmbedder(files, this.#options);
    this.#memory.clear();
    const { dims, model } = this.#embedder;
    return { dims, model };
  }

  /** Unit vectors, one per text. */
  async embed(
    texts: readonly string[],
    options: { kind: TextKind; signal?: AbortSignal | undefined },
  ): Promise<Vector[]> {
    if (!this.#embedder) throw new StylusError("not-found", "The embedder is not loaded yet.");
    const key = (text: string): string => `${options.kind}:${text}`;
    const missing = [...new Set(texts.filter((text) => !this.#memory.has(key(text))))];
    const found = await this.#embedder.embed(missing, options);
    const fresh = new Map(missing.map((text, index) => [text, found[index]!]));
    return texts.map((text) => {
      const vector = fresh.get(text) ?? this.#memory.get(key(text))!;
      // Deleting first moves the text to the young end of the map.
      this.#memory.delete(key(text));
      this.#memory.set(key(text), vector);
      if (this.#memory.size > memorySize) this.#memory.delete(this.#memory.keys().next().value!);
      return vector;
    });
  }

  /** Index entry of a card that a user adds. */
  async embedCard(card: AdapterCard): Promise<IndexEntry> {
    const [entry] = await embedCards([card], (texts, options) => this.embed(texts, options));
    return entry!;
  }
}
