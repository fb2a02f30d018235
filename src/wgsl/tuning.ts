// Every number that trades speed for speed, in one table. Rates are of one H200 in Chromium; on other cards their ratios decide.

import type { AttentionShape } from "./kernels/attention.ts";
import type { MatrixAttentionShape } from "./kernels/matrix-attention.ts";
import type { MatrixTile } from "./kernels/subgroup-matrix-product.ts";
import type { ProductTile } from "./kernels/product.ts";
import type { Int8Layout } from "./kernels/kernel.ts";

/** A tile with what it reaches. */
export interface Rated<Tile> {
  readonly tile: Tile;
  /** TFLOP/s of the card at the largest shapes. */
  readonly rate: number;
  /** Share of a core's rate that one workgroup reaches alone. */
  readonly alone: number;
}

/** When and how convolutions are computed by Winograd's minimal filtering. */
export interface WinogradTuning {
  /** Taken where its time should be less than this share of a plain convolution's: 0 never, Infinity wherever it is possible. */
  readonly worth: number;
  /** Least channels in and out. */
  readonly channels: number;
  /** Where values are: sums are rounded to halves between the product and the results. */
  readonly sumsInHalves: boolean;
  /** Most bytes of a layer's transformed weights. */
  readonly weightBytes: number;
  /** Bytes of transformed windows and sums at once; a larger map is cut. */
  readonly bandBytes: number;
  /** TB/s of the passes before and after the products. */
  readonly memoryRate: number;
  /** Microseconds that such a pass takes at least. */
  readonly passMicroseconds: number;
}

export interface Int8Tuning extends Int8Layout {
  /** Weights of fewer values stay as they are. */
  readonly least: number;
}

export interface Tuning {
  readonly products: readonly Rated<ProductTile>[];
  /** Where the device has subgroup matrices. */
  readonly matrixProducts: readonly Rated<MatrixTile>[];
  /** By the most channels of a head that it is for, ascending. */
  readonly attention: readonly (AttentionShape & { readonly upTo: number })[];
  /** Where the device has subgroup matrices. */
  readonly matrixAttention: MatrixAttentionShape;
  readonly winograd: WinogradTuning;
  /** Weights in 8 bits, where they are asked for. */
  readonly int8: Int8Tuning;
  /** Most scores in memory at once, of heads that are computed by products. */
  readonly scores: number;
  /** Cores that a product should occupy. */
  readonly cores: number;
  /** Numbers of workgroups among which a sum may be divided. */
  readonly parts: readonly number[];
  /** Steps of a tile's depth that are worth a workgroup of its own. */
  readonly minStepsPerPart: number;
  /** Microseconds of one more dispatch. */
  readonly dispatchMicroseconds: number;
  /** TB/s at which the parts of a sum are written and read. */
  readonly partsRate: number;
  /**
   * How long a submission should keep the GPU, so that the page and other tabs can draw between two, and how many operations are
   * taken for that before the first run was timed. One dispatch is never cut.
   */
  readonly submissionMilliseconds: number;
  readonly submittedOperations: number;
  /** Dispatches per submission: the GPU starts on the first ones while the rest are recorded. */
  readonly submittedDispatches: number;
}

export const TUNING: Tuning = {
  products: [
    { tile: { rows: 256, columns: 128, depth: 8, rowsEach: 16, left: "by depth" }, rate: 40, alone: 0.95 },
    { tile: { rows: 128, columns: 128, depth: 8, rowsEach: 8, left: "by depth" }, rate: 35, alone: 0.75 },
    // 36 and 48 KB of workgroup memory; the others fit into 32.
    { tile: { rows: 128, columns: 128, depth: 16, rowsEach: 8, left: "by rows" }, rate: 34.5, alone: 0.9 },
    { tile: { rows: 256, columns: 64, depth: 16, rowsEach: 8, left: "by rows" }, rate: 32.5, alone: 0.95 },
    { tile: { rows: 64, columns: 128, depth: 16, rowsEach: 8, left: "by depth" }, rate: 29, alone: 0.55 },
    { tile: { rows: 64, columns: 64, depth: 16, rowsEach: 8, left: "by rows" }, rate: 21, alone: 0.55 },
    { tile: { rows: 64, columns: 64, depth: 8, rowsEach: 8, left: "by rows" }, rate: 17, alone: 0.5 },
    { tile: { rows: 16, columns: 32, depth: 16, rowsEach: 2, left: "by rows" }, rate: 5, alone: 0.2 },
  ],
  matrixProducts: [
    {
      tile: { rows: 128, columns: 256, depth: 32, subgroupRows: 64, subgroupColumns: 64, ahead: 0 },
      rate: 230,
      alone: 0.55,
    },
    // 36 and 42 KB of workgroup memory.
    {
      tile: { rows: 128, columns: 128, depth: 64, subgroupRows: 64, subgroupColumns: 32, ahead: 0 },
      rate: 190,
      alone: 0.6,
    },
    {
      tile: { rows: 128, columns: 160, depth: 32, subgroupRows: 32, subgroupColumns: 80, ahead: 1 },
      rate: 150,
      alone: 0.65,
    },
    {
      tile: { rows: 128, columns: 80, depth: 32, subgroupRows: 32, subgroupColumns: 80, ahead: 1 },
      rate: 86,
      alone: 0.7,
    },
    {
      tile: { rows: 64, columns: 64, depth: 32, subgroupRows: 32, subgroupColumns: 32, ahead: 2 },
      rate: 92,
      alone: 0.3,
    },
  ],
  attention: [
    { upTo: 64, invocations: 128, queries: 2, fours: 10, keysAtOnce: 4, blockBytes: 16_384 },
    { upTo: 256, invocations: 128, queries: 1, fours: 10, keysAtOnce: 8, blockBytes: 16_384 },
    { upTo: Infinity, invocations: 128, queries: 1, fours: 16, keysAtOnce: 8, blockBytes: 32_768 },
  ],
  matrixAttention: { subgroups: 4, keys: 32 },
  winograd: {
    worth: 1,
    channels: 32,
    sumsInHalves: false,
    weightBytes: 2 ** 27,
    bandBytes: 2 ** 26,
    memoryRate: 2.3,
    passMicroseconds: 5,
  },
  int8: { group: 64, least: 2 ** 16 },
  scores: 2 ** 24,
  cores: 132,
  parts: [1, 2, 3, 4, 6, 8, 12, 16, 24],
  minStepsPerPart: 4,
  dispatchMicroseconds: 5,
  partsRate: 4,
  submissionMilliseconds: 12,
  submittedOperations: 1.2e10,
  submittedDispatches: 64,
};

/** For software GPUs, which take seconds to compile a large tile or more kernels and have no use for them. */
export const SOFTWARE_TUNING: Tuning = {
  ...TUNING,
  products: TUNING.products.slice(-1),
  winograd: { ...TUNING.winograd, worth: 0 },
  attention: TUNING.attention.map((shape) => ({ ...shape, queries: 1, fours: 16 })),
};

/** For heads of this many channels. */
export function attentionShape(width: number, { attention }: Tuning): AttentionShape {
  return attention.find(({ upTo }) => width <= upTo)!;
}

/** Without the tiles for which not every card has the registers: 16 rows of an invocation. All tiles if there are no others. */
export function withModestTiles(tuning: Tuning): Tuning {
  const products = tuning.products.filter(({ tile }) => tile.rowsEach <= 8);
  return products.length > 0 ? { ...tuning, products } : tuning;
}

/** The table for an adapter: all tiles only where they have been measured. */
export function tuningFor(info: Pick<GPUAdapterInfo, "vendor">): Tuning {
  return info.vendor === "nvidia" ? TUNING : withModestTiles(TUNING);
}
