// A Brownian path with a reproducible increment between any two noise levels: the noise of the DPM++ SDE samplers, whose
// substeps overlap. Equal to torchsde's BrownianTree (Kidger et al. 2021,
// "Efficient and Accurate Gradients for Neural SDEs", Brownian interval with halfway splits) as k-diffusion uses it,
// so that seeds agree with k-diffusion and AUTOMATIC1111.

import { assert } from "../../shared/assert.ts";
import { createGenerator } from "./noise.ts";
import { seedSequence } from "./seed-sequence.ts";

const f32 = Math.fround;
const POOL_SIZE = 24;
const CACHED_NODES = 45;

interface Node {
  readonly start: number;
  readonly end: number;
  readonly parent: Node | null;
  readonly isLeft: boolean;
  readonly key: number;
  readonly depth: number;
  split: { readonly middle: number; readonly seed: number; readonly left: Node; readonly right: Node } | null;
}

export interface BrownianOptions {
  readonly seed: number;
  readonly kind: "cpu" | "nv";
  /** Values in the path's state: the latent's element count. */
  readonly count: number;
  readonly sigmaMin: number;
  readonly sigmaMax: number;
}

export class BrownianTree {
  readonly #options: BrownianOptions;
  readonly #root: Node;
  readonly #rootIncrement: Float32Array<ArrayBuffer>;
  readonly #cache = new Map<Node, Float32Array<ArrayBuffer>>();

  constructor(options: BrownianOptions) {
    this.#options = options;
    const start = rounded(f32(options.sigmaMin));
    const end = rounded(f32(options.sigmaMax));
    assert(start < end, "a Brownian path needs two different noise levels");
    this.#root = { start, end, parent: null, isLeft: false, key: 0, depth: 0, split: null };
    const [seed] = seedSequence(options.seed, { spawnKey: [], poolSize: POOL_SIZE, count: 3 });
    this.#rootIncrement = this.#noise(seed!);
    // torchsde scales by the unrounded length.
    const scale = f32(Math.sqrt(f32(options.sigmaMax) - f32(options.sigmaMin)));
    for (let i = 0; i < options.count; i++) this.#rootIncrement[i] = this.#rootIncrement[i]! * scale;
  }

  /** Unit-variance noise for a step from one noise level down to another: W(from → to) / sqrt(|to − from|). */
  between(sigmaFrom: number, sigmaTo: number): Float32Array<ArrayBuffer> {
    const [low, high] = [f32(sigmaTo), f32(sigmaFrom)];
    const { start, end } = this.#root;
    const out = new Float32Array(this.#options.count);
    const from = rounded(Math.min(Math.max(low, start), end));
    const to = rounded(Math.min(Math.max(high, start), end));
    if (from < to) {
      const pieces: Node[] = [];
      this.#locate(this.#root, from, to, pieces);
      for (const [index, piece] of pieces.entries()) {
        const increment = this.#increment(piece);
        for (let i = 0; i < out.length; i++) out[i] = index === 0 ? increment[i]! : out[i]! + increment[i]!;
      }
    }
    const length = -f32(Math.sqrt(f32(high - low))); // the tree's time rises with sigma: a step down runs against it
    for (let i = 0; i < out.length; i++) out[i] = out[i]! / length;
    return out;
  }

  #locate(node: Node, from: number, to: number, out: Node[]): void {
    if (from === node.start && to === node.end) {
      out.push(node);
      return;
    }
    if (node.split === null) this.#splitAt(node, from === node.start ? to : from);
    const { middle, left, right } = node.split!;
    if (from < middle) this.#locate(left, from, Math.min(to, middle), out);
    if (to > middle) this.#locate(right, Math.max(from, middle), to, out);
  }

  /** Halves `node`, then the half that contains `time`, until `time` is an edge. */
  #splitAt(node: Node, time: number): void {
    let current = node;
    for (;;) {
      const middle = rounded(0.5 * (current.end + current.start));
      const { key, depth } = current;
      const [seed] = seedSequence(this.#options.seed, {
        spawnKey: [key, depth],
        poolSize: POOL_SIZE,
        count: 4,
      });
      const child = { parent: current, depth: depth + 1, split: null };
      const left = { ...child, start: current.start, end: middle, isLeft: true, key: 2 * key };
      const right = { ...child, start: middle, end: current.end, isLeft: false, key: 2 * key + 1 };
      current.split = { middle, seed: seed!, left, right };
      if (time === middle) return;
      current = time > middle ? right : left;
    }
  }

  #increment(node: Node): Float32Array<ArrayBuffer> {
    if (node.parent === null) return this.#rootIncrement;
    const cached = this.#cache.get(node);
    if (cached !== undefined) return cached;
    const { start, end, split } = node.parent;
    const parentIncrement = this.#increment(node.parent);
    const leftLength = split!.middle - start;
    const rightLength = end - split!.middle;
    const reciprocal = 1 / (end - start);
    const deviation = f32(Math.sqrt(leftLength * rightLength * reciprocal));
    const leftWeight = f32(leftLength);
    const scale = f32(reciprocal);
    const noise = this.#noise(split!.seed);
    const left = new Float32Array(noise.length);
    for (let i = 0; i < left.length; i++)
      left[i] = f32(f32(parentIncrement[i]! * leftWeight) * scale) + f32(noise[i]! * deviation);
    const right = parentIncrement.map((value, i) => value - left[i]!);
    this.#remember(split!.left, left);
    this.#remember(split!.right, right);
    return node.isLeft ? left : right;
  }

  #remember(node: Node, increment: Float32Array<ArrayBuffer>): void {
    this.#cache.delete(node);
    this.#cache.set(node, increment);
    if (this.#cache.size > CACHED_NODES) this.#cache.delete(this.#cache.keys().next().value!);
  }

  #noise(seed: number): Float32Array<ArrayBuffer> {
    return createGenerator(this.#options.kind, seed).randn(this.#options.count);
  }
}

/** To the sixth decimal, the tree's resolution. Exact decimal rounding, as Python's `round`. */
function rounded(value: number): number {
  return Number(value.toFixed(6));
}
