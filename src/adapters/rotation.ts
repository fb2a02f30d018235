// OFT and BOFT: rotations of a weight's output rows, made from skew-symmetric generators by the Cayley transform.
// Sources: LyCORIS lycoris/functional/{diag_oft,boft}.py, kohya networks/oft.py; arXiv 2306.07280, 2311.06243.
import type { Delta, RotationStage } from "./delta.ts";
import { invert } from "./matrix.ts";

export interface RotationOptions {
  readonly stageCount: number;
  readonly blockSize: number;
  readonly outputs: number;
  /** Largest Frobenius norm of all generators together; 0 for none. */
  readonly constraint: number;
  /** What the blocks hold: X with Q = X − Xᵀ, or the rotation R itself. */
  readonly stored: "generator" | "rotation";
  readonly isButterfly: boolean;
  readonly gain: Float32Array | null;
}

/** @param values stageCount·(outputs / blockSize) blocks of [blockSize, blockSize] */
export function rotation(values: Float32Array, options: RotationOptions): Delta & { kind: "rotation" } {
  const { stageCount, blockSize, outputs, isButterfly } = options;
  const rotations = options.stored === "rotation" ? values : cayley(values, options);
  const stages: RotationStage[] = [];
  for (let index = 0; index < stageCount; index++) {
    const blocks = rotations.subarray(index * outputs * blockSize, (index + 1) * outputs * blockSize);
    // OFT multiplies by Rᵀ, BOFT by R (einsum indices of the two reference files).
    stages.push({
      blockSize,
      blocks: isButterfly ? blocks : transposeBlocks(blocks, blockSize),
      order: isButterfly ? butterflyOrder(outputs, 2 ** index * (blockSize / 2)) : null,
    });
  }
  return { kind: "rotation", stages, gain: options.gain };
}

/** R = (I + Q)(I − Q)⁻¹ for every block, Q = X − Xᵀ, shortened to the constraint. I − Q is never singular for a skew Q. */
function cayley(values: Float32Array, { blockSize: n, constraint }: RotationOptions): Float32Array {
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
  const shrink = constraint > 0 && norm > constraint ? constraint / norm : 1;
  const result = new Float32Array(values.length);
  const plus = new Float64Array(area);
  const minus = new Float64Array(area);
  for (let start = 0; start < values.length; start += area) {
    for (let i = 0; i < area; i++) {
      const q = skew[start + i]! * shrink;
      const identity = i % (n + 1) === 0 ? 1 : 0;
      plus[i] = identity + q;
      minus[i] = identity - q;
    }
    const inverse = invert(minus, n);
    if (inverse === null) {
      // Only reachable by overflow of huge values: leave that block as it is.
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

/** Rows in the order in which a butterfly stage sees them: within every 2·span rows, row r pairs with row r + span. */
function butterflyOrder(outputs: number, span: number): Uint32Array {
  const order = new Uint32Array(outputs);
  for (let place = 0; place < outputs; place++) {
    const group = Math.floor(place / (2 * span));
    const within = place % (2 * span);
    order[place] = group * 2 * span + (within % 2) * span + Math.floor(within / 2);
  }
  return order;
}
