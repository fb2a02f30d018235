// OFT and BOFT: rotations of a weight's output rows, computed from skew-symmetric generators by the Cayley transform.
// Sources: LyCORIS lycoris/functional/{diag_oft,boft}.py, kohya networks/oft.py; arXiv 2306.07280, 2311.06243.
import type { Delta, RotationStage } from "../delta.ts";
import { invert } from "./matrix.ts";

export interface RotationOptions {
  readonly stageCount: number;
  readonly blockSize: number;
  readonly outputs: number;
  /** Largest Frobenius norm of all generators together; 0 for none. */
  readonly constraint: number;
  /** What the blocks contain: X with Q = X − Xᵀ, or the rotation R itself. */
  readonly stored: "generator" | "rotation";
  readonly isButterfly: boolean;
  readonly gain: Float32Array | null;
}

/** @param values stageCount·(outputs / blockSize) blocks of [blockSize, blockSize] */
export function rotation(values: Float32Array, options: RotationOptions): Delta & { kind: "rotation" } {
  const { stageCount, blockSize, outputs, isButterfly } = options;
  const rotations =
    options.stored === "rotation" ? values : cayley(constrainedSkew(values, options), blockSize);
  const stages: RotationStage[] = [];
  for (let index = 0; index < stageCount; index++) {
    const blocks = rotations.subarray(index * outputs * blockSize, (index + 1) * outputs * blockSize);
    // OFT multiplies by Rᵀ, BOFT by R (einsum indices of the two reference files).
    stages.push({
      blockSize,
      blocks: isButterfly ? blocks : transposeBlocks(blocks, blockSize),
      order: isButterfly ? butterflyOrder(outputs, { span: 2 ** index * (blockSize / 2), chunk: 1 }) : null,
    });
  }
  return { kind: "rotation", axis: "row", stages, gain: options.gain };
}

/** Q = X − Xᵀ for every block, scaled down to the constraint. */
function constrainedSkew(values: Float32Array, { blockSize: n, constraint }: RotationOptions): Float64Array {
  const area = n * n;
  const skew = new Float64Array(values.length);
  let squares = 0;
  for (let start = 0; start < values.length; start += area) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const q = values[start + i * n + j]! - values[start + j * n + i]!;
        skew[start + i * n + j] = q;
        squares += q * q;
      }
    }
  }
  const norm = Math.sqrt(squares) + 1e-8;
  return constraint > 0 && norm > constraint ? skew.map((q) => q * (constraint / norm)) : skew;
}

/** R = (I + Q)(I − Q)⁻¹ for every block. I − Q is never singular for a skew Q. */
export function cayley(skew: Float64Array, n: number): Float32Array {
  const area = n * n;
  const result = new Float32Array(skew.length);
  const plus = new Float64Array(area);
  const minus = new Float64Array(area);
  for (let start = 0; start < skew.length; start += area) {
    for (let i = 0; i < area; i++) {
      const q = skew[start + i]!;
      const identity = i % (n + 1) === 0 ? 1 : 0;
      plus[i] = identity + q;
      minus[i] = identity - q;
    }
    const inverse = invert(minus, n);
    if (inverse === null) {
      // Only reachable by overflow of huge values: keep that block.
      for (let i = 0; i < n; i++) result[start + i * (n + 1)] = 1;
      continue;
    }
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let k = 0; k < n; k++) sum += plus[i * n + k]! * inverse[k * n + j]!;
        result[start + i * n + j] = sum;
      }
    }
  }
  return result;
}

function transposeBlocks(blocks: Float32Array, n: number): Float32Array {
  const result = new Float32Array(blocks.length);
  for (let start = 0; start < blocks.length; start += n * n) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) result[start + j * n + i] = blocks[start + i * n + j]!;
    }
  }
  return result;
}

/**
 * Lines in the order of a butterfly stage: within every 2·span lines, `chunk` lines from line r come before those from
 * line r + span.
 */
export function butterflyOrder(lines: number, { span, chunk }: { span: number; chunk: number }): Uint32Array {
  const order = new Uint32Array(lines);
  for (let place = 0; place < lines; place++) {
    const group = Math.floor(place / (2 * span));
    const within = place % (2 * span);
    const index = Math.floor(within / chunk);
    order[place] = group * 2 * span + (index % 2) * span + Math.floor(index / 2) * chunk + (within % chunk);
  }
  return order;
}
