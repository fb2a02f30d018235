// Exact nearest-neighbour search over adapter vectors. voy-search proposes, our own vectors give the similarity and the
// final order; where voy cannot serve (too many dimensions or vectors, a panic) a plain scan gives the same answer.
import { StylusError } from "../shared/errors.ts";
import { dot, type Vector } from "./vectors.ts";
import { voyDims, type VoyModule, type VoyTree } from "./voy.ts";

export interface Neighbour {
  readonly id: string;
  /** Cosine similarity, −1 to 1. */
  readonly similarity: number;
}

/** Above this a scan is faster than voy, which needs about 12 MiB for a thousand vectors (measured). */
const maxVoyVectors = 4096;

/** Neighbours asked of voy beyond those needed: the jitter may swap near-equals at the edge. */
const margin = 8;

export class VectorSearch {
  readonly dims: number;
  readonly #voy: VoyModule | null;
  /** One row per distinct vector; ids that share a vector share a row. */
  #rows: { vector: Vector; ids: string[] }[] = [];
  #byId = new Map<string, Vector>();
  #tree: Promise<VoyTree> | null = null;
  #engine: "voy" | "scan" | null = null;

  /** @param voy null: scan only */
  constructor(dims: number, voy: VoyModule | null) {
    this.dims = dims;
    this.#voy = voy;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** What answers searches; null until the first one. */
  get engine(): "voy" | "scan" | null {
    return this.#engine;
  }

  vector(id: string): Vector | undefined {
    return this.#byId.get(id);
  }

  /**
   * Adds or replaces the vector of an adapter.
   * @throws StylusError (bad-file) on a wrong length
   */
  add(id: string, vector: Vector): void {
    if (vector.length !== this.dims) {
      throw new StylusError(
        "bad-file",
        `The vector of “${id}” has ${vector.length} dimensions, the index has ${this.dims}.`,
        {
          where: id,
          remedy: "Index and embedder do not belong together: run npm run build:index.",
        },
      );
    }
    this.remove(id);
    this.#byId.set(id, vector);
    const same = this.#rows.find((row) => row.vector.every((value, i) => value === vector[i]));
    if (same) same.ids.push(id);
    else this.#rows.push({ vector, ids: [id] });
    this.#forgetTree();
  }

  remove(id: string): void {
    if (!this.#byId.delete(id)) return;
    for (const row of this.#rows) row.ids = row.ids.filter((other) => other !== id);
    this.#rows = this.#rows.filter((row) => row.ids.length > 0);
    this.#forgetTree();
  }

  /**
   * The `k` most similar eligible adapters, best first; ties by id.
   * @param query unit vector
   * @param options.exclude ids that may not be returned: as if they were not in the index
   */
  async search(query: Vector, options: { k: number; exclude?: ReadonlySet<string> }): Promise<Neighbour[]> {
    if (query.length !== this.dims) {
      throw new StylusError(
        "bad-input",
        `The query has ${query.length} dimensions, the index has ${this.dims}.`,
      );
    }
    if (this.#rows.length === 0 || options.k <= 0) return [];
    const exclude = options.exclude ?? new Set<string>();
    // Asking for as many more as are excluded keeps the result exact: at most that many places are lost.
    const wanted = Math.min(this.#rows.length, options.k + exclude.size + margin);
    const rows = await this.#nearestRows(query, wanted);
    return rows
      .flatMap((row) => {
        const { vector, ids } = this.#rows[row]!;
        const similarity = dot(query, vector);
        return ids.filter((id) => !exclude.has(id)).map((id) => ({ id, similarity }));
      })
      .sort((a, b) => b.similarity - a.similarity || (a.id < b.id ? -1 : 1))
      .slice(0, options.k);
  }

  async #nearestRows(query: Vector, count: number): Promise<number[]> {
    if (this.#voy && this.#engine !== "scan" && this.#rows.length <= maxVoyVectors && this.dims <= voyDims) {
      try {
        this.#tree ??= this.#voy.build(this.#rows.map((row) => row.vector));
        const tree = await this.#tree;
        this.#engine = "voy";
        return tree.search(query, count);
      } catch {
        this.#tree = null; // the scan below gives the same answer
      }
    }
    this.#engine = "scan";
    return this.#rows.map((_, row) => row);
  }

  #forgetTree(): void {
    void this.#tree?.then((tree) => tree.free()).catch(() => undefined);
    this.#tree = null;
    this.#engine = null;
  }
}
