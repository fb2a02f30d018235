// voy-search behind a guard. Its k-d tree refuses Float32Arrays and NaN, pads to 768 dimensions and silently cuts
// longer vectors, panics when more than 32 vectors share a coordinate, is dead after a panic, and returns no score.
// Callers pass unit vectors without duplicates; here each coordinate is jittered below any meaning, and a panic
// becomes a StylusError after the instance has been replaced.
import * as glue from "voy-search/voy_search_bg.js";
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import type { Vector } from "../embedding/vectors.ts";

/** Fixed inside voy: shorter vectors are padded with zeros, longer ones would be cut. */
export const voyDims = 768;

/** Larger than the spacing of float32 at 1, far smaller than any difference in similarity that matters. */
const jitter = 2e-5;

/** A repeatable value in −0.5 … 0.5 for each (row, column). */
function noise(row: number, column: number): number {
  let x = Math.imul(row + 1, 0x9e3779b1) ^ Math.imul(column + 1, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  x = Math.imul(x ^ (x >>> 13), 0x297a2d39);
  return ((x ^ (x >>> 16)) >>> 0) / 0x1_0000_0000 - 0.5;
}

function padded(vector: Vector, row: number): number[] {
  return Array.from({ length: voyDims }, (_, column) => (vector[column] ?? 0) + jitter * noise(row, column));
}

export interface VoyTree {
  /** Row numbers of the `k` nearest vectors, nearest first. */
  search(query: Vector, k: number): number[];
  free(): void;
}

export class VoyModule {
  readonly #module: WebAssembly.Module;
  #instance: WebAssembly.Instance | undefined;

  private constructor(module: WebAssembly.Module) {
    this.#module = module;
  }

  /** @param bytes voy_search_bg.wasm */
  static async compile(bytes: BufferSource): Promise<VoyModule> {
    const voy = new VoyModule(await WebAssembly.compile(bytes));
    await voy.restart();
    return voy;
  }

  /** A fresh instance; every tree made before is dead. */
  async restart(): Promise<void> {
    const old = this.#instance;
    this.#instance = await WebAssembly.instantiate(this.#module, { "./voy_search_bg.js": glue as never });
    // The glue caches views of the old memory and renews them only when they are detached, which growing does.
    if (old) (old.exports["memory"] as WebAssembly.Memory).grow(1);
    glue.__wbg_set_wasm(this.#instance.exports);
  }

  /**
   * A tree over unit vectors; row i is `vectors[i]`.
   * @throws StylusError (unsupported) when voy cannot index these vectors
   */
  async build(vectors: readonly Vector[]): Promise<VoyTree> {
    const tooLong = vectors.find((vector) => vector.length > voyDims);
    if (tooLong) {
      throw new StylusError(
        "unsupported",
        say`voy-search holds ${voyDims} dimensions, not ${tooLong.length}.`,
      );
    }
    const embeddings = vectors.map((vector, row) => ({
      id: String(row),
      title: "",
      url: "",
      embeddings: padded(vector, row),
    }));
    let tree: glue.Voy;
    try {
      tree = new glue.Voy({ embeddings });
    } catch (cause) {
      await this.restart();
      throw new StylusError("unsupported", say`voy-search could not index these vectors.`, { cause });
    }
    return {
      search(query, k) {
        const found = tree.search(
          Float32Array.from({ length: voyDims }, (_, i) => query[i] ?? 0),
          k,
        );
        return found.neighbors.map((neighbor) => Number(neighbor.id));
      },
      free: () => tree.free(),
    };
  }
}
