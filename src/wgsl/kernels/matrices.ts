// Subgroup matrices as kernels write them: 16×16 blocks, operands in halves, sums in float32. Tests emulate them on devices that have
// none.

export const SUBGROUP = 32;
/** Side of a matrix. */
export const SIDE = 16;

/**
 * Operands lie in one workgroup array, of words of eight halves ("tiles": vec4u) or of halves ("halves": Half); offsets and lines are in
 * its elements. All methods give WGSL; `lane` is in scope.
 */
export interface Matrices {
  /** Of the type `Half`. */
  readonly halfBytes: number;
  /** Directives, the type `Half` and functions, for a kernel whose operands lie in this array. */
  head(array: "tiles" | "halves"): string;
  /** The two halves of a word as vec2<Half>. */
  halvesOf(word: string): string;
  readonly sumType: string;
  left(array: "tiles" | "halves", offset: string, line: number): string;
  right(array: "tiles" | "halves", offset: string, line: number): string;
  /** A statement: sum += left · right. */
  multiply(sum: string, left: string, right: string): string;
  /** A statement that stores a sum in a workgroup array of vec4u or f32. */
  store(array: "tiles" | "scores", offset: string, sum: string, line: number): string;
}

/** Chromium's experimental subgroup matrices. */
export const subgroupMatrices: Matrices = {
  halfBytes: 2,
  head: () => /* wgsl */ `diagnostic(off, chromium.subgroup_matrix_uniformity);
enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;
alias Half = f16;
`,
  halvesOf: (word) => `bitcast<vec2<f16>>(${word})`,
  sumType: "subgroup_matrix_result<f32, 16, 16>",
  left: (array, offset, line) =>
    `subgroupMatrixLoad<subgroup_matrix_left<f16, 16, 16>, row_major>(&${array}, ${offset}, ${line}u)`,
  right: (array, offset, line) =>
    `subgroupMatrixLoad<subgroup_matrix_right<f16, 16, 16>, row_major>(&${array}, ${offset}, ${line}u)`,
  multiply: (sum, left, right) => `${sum} = subgroupMatrixMultiplyAccumulate(${left}, ${right}, ${sum});`,
  store: (array, offset, sum, line) =>
    `subgroupMatrixStore<row_major>(&${array}, ${offset}, ${sum}, ${line}u);`,
};
