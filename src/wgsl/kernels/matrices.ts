// Subgroup matrices as kernels write them: 16×16 blocks, operands in halves, sums in float32. Tests emulate them on devices that have
// none.

export const SUBGROUP = 32;
/** Side of a matrix. */
export const SIDE = 16;

/**
 * Operands lie in the workgroup array `tiles`, of words of eight halves (vec4u); offsets and lines are in words. All methods give
 * WGSL; `lane` is in scope.
 */
export interface Matrices {
  /** Directives and functions. */
  readonly head: string;
  readonly sumType: string;
  left(offset: string, line: number): string;
  right(offset: string, line: number): string;
  /** A right operand whose columns lie as rows. */
  transposed(offset: string, line: number): string;
  /** A statement: sum += left · right. */
  multiply(sum: string, left: string, right: string): string;
  /** A statement that stores a sum in `tiles`, as float32. */
  store(offset: string, sum: string, line: number): string;
  /** A sum from `tiles`. */
  sum(offset: string, line: number): string;
}

/** Chromium's experimental subgroup matrices. */
export const subgroupMatrices: Matrices = {
  head: /* wgsl */ `diagnostic(off, chromium.subgroup_matrix_uniformity);
enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;
`,
  sumType: "subgroup_matrix_result<f32, 16, 16>",
  left: (offset, line) =>
    `subgroupMatrixLoad<subgroup_matrix_left<f16, 16, 16>, row_major>(&tiles, ${offset}, ${line}u)`,
  right: (offset, line) =>
    `subgroupMatrixLoad<subgroup_matrix_right<f16, 16, 16>, row_major>(&tiles, ${offset}, ${line}u)`,
  transposed: (offset, line) =>
    `subgroupMatrixLoad<subgroup_matrix_right<f16, 16, 16>, col_major>(&tiles, ${offset}, ${line}u)`,
  multiply: (sum, left, right) => `${sum} = subgroupMatrixMultiplyAccumulate(${left}, ${right}, ${sum});`,
  store: (offset, sum, line) => `subgroupMatrixStore<row_major>(&tiles, ${offset}, ${sum}, ${line}u);`,
  sum: (offset, line) =>
    `subgroupMatrixLoad<subgroup_matrix_result<f32, 16, 16>, row_major>(&tiles, ${offset}, ${line}u)`,
};
