// The adapters whose documents are nearest to a whole prompt, as in the paper. voy-search proposes, the index's own rows give similarity
// and order; where voy cannot serve (too many dimensions or vectors, a panic) every document is scanned, with the same answer.
import type { Int8Rows } from "./int8-rows.ts";
import { topRows } from "./top-rows.ts";
import { unitScale, type Vector } from "../embedding/vectors.ts";
import { voyDims, type VoyModule, type VoyTree } from "./voy.ts";

/** Voy needs about 12 MiB and 0.4 s for a thousand vectors (measured); above this a scan, of a millisecond, serves better. */
export const maxVoyVectors = 4096;

/** Neighbours asked of voy beyond those needed: the jitter may swap near-equals at the edge. */
const margin = 8;

export interface NearDocument {
  readonly row: number;
  /** Cosine similarity, −1 to 1. */
  readonly similarity: number;
}

export class DocumentSearch {
  readonly #rows: Int8Rows;
  readonly #count: number;
  readonly #voy: VoyModule | null;
  /** Documents that share a vector share a place in the tree. */
  #tree: Promise<{ readonly tree: VoyTree; readonly places: readonly (readonly number[])[] } | null> | null =
    null;
  #engine: "voy" | "scan" | null = null;

  /** @param options.count rows from 0 on that are documents, @param options.voy null: scan only */
  constructor(rows: Int8Rows, options: { readonly count: number; readonly voy: VoyModule | null }) {
    this.#rows = rows;
    this.#count = options.count;
    this.#voy = options.voy;
  }

  /** What has answered the last search; null before the first one. */
  get engine(): "voy" | "scan" | null {
    return this.#engine;
  }

  /**
   * The `k` nearest documents, best first.
   * @param options.masked one byte a row, 1 for documents that may not be found: as if they were not there
   */
  async nearest(
    query: Vector,
    { k, masked }: { readonly k: number; readonly masked: Uint8Array },
  ): Promise<readonly NearDocument[]> {
    const fits = this.#count > 0 && this.#count <= maxVoyVectors && this.#rows.dims <= voyDims;
    const built = this.#voy && fits ? await (this.#tree ??= this.#build(this.#voy)) : null;
    this.#engine = built ? "voy" : "scan";
    if (!built) {
      const similarities = this.#rows.similarities(query, { end: this.#count });
      return topRows(similarities, { k, masked }).map((row) => ({ row, similarity: similarities[row]! }));
    }
    // Asking for as many more as are masked keeps the result exact: at most that many places are lost.
    const lost = masked.subarray(0, this.#count).reduce((sum, value) => sum + value, 0);
    const wanted = Math.min(built.places.length, k + lost + margin);
    const near = built.tree.search(query, wanted).flatMap((place) => built.places[place]!);
    return near
      .filter((row) => masked[row] !== 1)
      .map((row) => ({ row, similarity: this.#rows.similarities(query, { begin: row, end: row + 1 })[0]! }))
      .sort((a, b) => b.similarity - a.similarity || a.row - b.row)
      .slice(0, k);
  }

  /** null: voy cannot index these vectors. */
  async #build(voy: VoyModule): Promise<{ tree: VoyTree; places: number[][] } | null> {
    const places = new Map<string, number[]>();
    for (let row = 0; row < this.#count; row++) {
      const key = this.#rows.values(row).join();
      const same = places.get(key);
      if (same) same.push(row);
      else places.set(key, [row]);
    }
    const vectors = [...places.values()].map(([row]) => {
      const values = this.#rows.values(row!);
      const scale = unitScale(values);
      return Float32Array.from(values, (value) => value * scale);
    });
    try {
      return { tree: await voy.build(vectors), places: [...places.values()] };
    } catch {
      return null; // the scan gives the same answer
    }
  }
}
