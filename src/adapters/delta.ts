// An adapter's change to one weight as small matrices: the common form of every family, and the input of both the CPU
// merge and the WGSL merge.
//
// A weight [out, in] or [out, in, kh, kw] is treated as a matrix W [O, C] with C = in·kh·kw; a bias or norm [n] as [n, 1].
// γ is the file's own scale (alpha / rank); the user's strength s is not part of a delta.

export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** Row-major, rows·columns values. */
  readonly values: Float32Array;
}

export type Delta =
  /** ΔW = γ·up·down: LoRA, LoCon; Tucker LoCon after contraction of its middle tensor. up [O, R], down [R, C]. */
  | { readonly kind: "low-rank"; readonly scale: number; readonly up: Matrix; readonly down: Matrix }
  /** ΔW = γ·(up₁·down₁) ⊙ (up₂·down₂): LoHa. */
  | {
      readonly kind: "hadamard";
      readonly scale: number;
      readonly up1: Matrix;
      readonly down1: Matrix;
      readonly up2: Matrix;
      readonly down2: Matrix;
    }
  /** ΔW = γ·left ⊗ right: LoKr. left [a, c], right [b, d], a·b = O, c·d = C. */
  | { readonly kind: "kronecker"; readonly scale: number; readonly left: Matrix; readonly right: Matrix }
  /** ΔW = values: full difference, bias, norm. */
  | { readonly kind: "dense"; readonly values: Float32Array }
  /** ΔW = values − W: a trained parameter that replaces the old one. */
  | { readonly kind: "replacement"; readonly values: Float32Array }
  /** ΔW = W ⊙ w, one factor per output row or per input column (for all kernel positions): (IA)³. */
  | {
      readonly kind: "gain";
      readonly axis: "row" | "column";
      readonly values: Float32Array;
      readonly kernelArea: number;
    }
  /**
   * ΔW = γ·(b1·b2 + (W·a1)·a2): GLoRA. b1 [O, R], b2 [R, C]; a1 [C/k, R], a2 [R, C/k], where k = kernelArea and
   * the product with W applies at each kernel position.
   */
  | {
      readonly kind: "projected";
      readonly scale: number;
      readonly a1: Matrix;
      readonly a2: Matrix;
      readonly b1: Matrix;
      readonly b2: Matrix;
      readonly kernelArea: number;
    }
  /**
   * W' = g ⊙ Rₘ(…R₂(R₁·W)), each stage block-diagonal over a permutation of the rows: OFT (one stage), BOFT (butterfly).
   * On the columns, as in PEFT: W' = g ⊙ (((W·R₁ᵀ)·R₂ᵀ)…Rₘᵀ). The gain g always applies to the rows.
   * Strength s makes each block s(R − I) + I and the gain s(g − 1) + 1.
   */
  | {
      readonly kind: "rotation";
      readonly axis: "row" | "column";
      readonly stages: readonly RotationStage[];
      readonly gain: Float32Array | null;
    };

export interface RotationStage {
  readonly blockSize: number;
  /** N / blockSize blocks of [blockSize, blockSize], row-major: row i of a block gives line i. N = O, or C on the columns. */
  readonly blocks: Float32Array;
  /** Line (row or column) of W at position p in block order; null for the natural order. N entries. */
  readonly order: Uint32Array | null;
}

/** DoRA: V = W + Δ; W' = W + s·(m·V/‖V‖ − W), with the norm over each output row or each input column. */
export interface Magnitude {
  readonly axis: "row" | "column";
  readonly values: Float32Array;
  /** For "column": kernel positions per input channel. */
  readonly kernelArea: number;
}
