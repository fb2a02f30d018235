// A 3×3 convolution by Winograd's minimal filtering (kernels/winograd.ts): its weights and its map's windows are transformed, a product
// for each point of a transformed window gives sums, from which the results follow. Taken where it should take less time than the nine
// taps. Weights are transformed in every run, since those of all layers would take as much memory again as the model, twice.

import { NO_FINISH, finishValues, type FinishVariant } from "../kernels/finish.ts";
import { type Block, BYTES, type Dispatch, type ElementType, grid, roundUp } from "../kernels/kernel.ts";
import { operandValues } from "../kernels/operand.ts";
import { product, PRODUCT_FIELDS } from "../kernels/product.ts";
import { subgroupMatrixProduct } from "../kernels/subgroup-matrix-product.ts";
import {
  pointsOf,
  WINOGRAD_RESULTS_FIELDS,
  WINOGRAD_SIZE,
  WINOGRAD_WEIGHTS_FIELDS,
  WINOGRAD_WINDOWS_FIELDS,
  type WinogradKind,
  winogradResults,
  winogradWeights,
  winogradWindows,
} from "../kernels/winograd.ts";
import type { WeightVariant } from "../kernels/weights.ts";
import { valuesOf } from "../kernels/wgsl.ts";
import { type ProductChoice, type ProductShape, rankedChoices } from "../product-choice.ts";
import { partsOf, productShape, type ProductRequest } from "./product-dispatches.ts";
import { withModestTiles } from "../tuning.ts";
import type { PlanTarget } from "./target.ts";

interface Means extends PlanTarget {
  temporary(name: string, elements: number, type?: ElementType): Block;
}

/** How a convolution is cut and computed. */
interface Way {
  readonly kind: WinogradKind;
  readonly tilesDown: number;
  readonly tilesAcross: number;
  /** Of all images. */
  readonly tiles: number;
  /** Tiles that are in memory at once. */
  readonly tilesPerBand: number;
  readonly shape: ProductShape;
  readonly choice: ProductChoice;
  readonly microseconds: number;
}

/** Null for a convolution that it cannot or should not compute. */
export function planWinograd(request: ProductRequest, means: Means): Dispatch[] | null {
  // The tuner does not measure these products. The taps are compared by the same tiles.
  const modest = { ...means, tuning: withModestTiles(means.tuning) };
  const way = wayOf(request, modest);
  if (!way) return null;
  const taps = rankedChoices(productShape(request, means), modest)[0]!.microseconds;
  return way.microseconds < means.tuning.winograd.worth * taps ? dispatchesOf(request, way, means) : null;
}

/** Of the sums in memory. */
function sumsType({ type, tuning }: Means): ElementType {
  return type === "f16" && tuning.winograd.sumsInHalves ? "f16" : "f32";
}

/** Null for a convolution that has another form, few channels, or too many. */
function kindOf(
  { window, input, columns, activation }: ProductRequest,
  { type, tuning: { winograd } }: Means,
): WinogradKind | null {
  if (!window || window.stride !== 1 || window.before !== 1 || activation === "geglu") return null;
  if ([input.columns, columns].some((count) => count % 4 !== 0 || count < winograd.channels)) return null;
  const { height, width, inHeight, inWidth } = window;
  const kind = height === inHeight && width === inWidth ? "plain" : "doubled";
  if (kind === "doubled" && (height !== 2 * inHeight || width !== 2 * inWidth)) return null;
  const weightBytes = BYTES[type] * pointsOf(kind) * input.columns * columns;
  return weightBytes <= winograd.weightBytes ? kind : null;
}

function wayOf(request: ProductRequest, means: Means): Way | null {
  const kind = kindOf(request, means);
  if (!kind) return null;
  const { input, columns, out, rowsPerImage } = request;
  const { outHeight, outWidth } = request.window!;
  const { type, matrices, tuning } = means;
  const { winograd } = tuning;
  const points = pointsOf(kind);
  const [tilesDown, tilesAcross] = [Math.ceil(outHeight / 2), Math.ceil(outWidth / 2)];
  const tiles = (out.rows / rowsPerImage) * tilesDown * tilesAcross;
  const bytesPerTile = points * (BYTES[type] * input.columns + BYTES[sumsType(means)] * columns);
  const tilesPerBand = bandOf(tiles, winograd.bandBytes / bytesPerTile);
  const bands = Math.ceil(tiles / tilesPerBand);
  const isWide = type === "f16" && columns % 8 === 0 && input.columns % 8 === 0;
  const shape: ProductShape = {
    operand: "batch",
    rows: tilesPerBand,
    columns,
    groups: points,
    depth: input.columns,
    isDivisible: bands === 1,
    isWide,
    isInt8: false,
    byMatrices: matrices !== null && isWide && input.columns >= 32 && columns >= 32,
  };
  const { choice, microseconds } = rankedChoices(shape, means)[0]!;
  const weightBytes = BYTES[type] * (9 + points) * input.columns * columns;
  const mapBytes = BYTES[type] * (input.rows * input.columns + out.rows * columns);
  const passes = (weightBytes + mapBytes + 2 * tiles * bytesPerTile) / (winograd.memoryRate * 1e6);
  return {
    kind,
    tilesDown,
    tilesAcross,
    tiles,
    tilesPerBand,
    shape,
    choice,
    microseconds: bands * microseconds + passes + (1 + 2 * bands) * winograd.passMicroseconds,
  };
}

/** Rows of a product's largest tile. */
const LARGEST_ROWS = 256;

/** Tiles of a band: as even as a product's rows allow. @param most tiles that fit into memory */
function bandOf(tiles: number, most: number): number {
  const unit = most >= LARGEST_ROWS ? LARGEST_ROWS : 1;
  const largest = Math.max(1, Math.floor(most / unit) * unit);
  return Math.min(tiles, roundUp(tiles / Math.ceil(tiles / largest), unit));
}

function dispatchesOf(request: ProductRequest, way: Way, means: Means): Dispatch[] {
  const { label, input, columns } = request;
  const { kind, tiles, tilesPerBand, choice } = way;
  const points = pointsOf(kind);
  const depth = input.columns;
  const weights = means.temporary(`${label} weights`, points * depth * columns);
  const windows = means.temporary(`${label} windows`, points * tilesPerBand * depth);
  const sums = means.temporary(
    `${label} sums`,
    choice.parts * points * tilesPerBand * columns,
    sumsType(means),
  );
  const count = (depth * columns) / 4;
  const dispatches: Dispatch[] = [
    {
      label,
      kernel: winogradWeights(kind, partsOf(request, means).finish),
      reads: [request.groups[0]!.weight],
      write: weights,
      values: valuesOf(WINOGRAD_WEIGHTS_FIELDS, { count, depth, columns }),
      workgroups: grid(count, WINOGRAD_SIZE),
      operations: 4 * points * 4 * count,
    },
  ];
  for (let firstTile = 0; firstTile < tiles; firstTile += tilesPerBand) {
    const band = { ...way, firstTile, tiles: Math.min(tilesPerBand, tiles - firstTile) };
    const multiplied = productOf(request, { ...band, windows, weights, sums }, means);
    dispatches.push(
      windowsOf(request, { ...band, windows }, means),
      multiplied,
      resultsOf(request, { ...band, sums, parts: multiplied.workgroups[2] / points }, means),
    );
  }
  return dispatches;
}

/** `tiles` of those from `firstTile` on. */
interface Band extends Way {
  readonly firstTile: number;
}

function tileValues({ tilesDown, tilesAcross, firstTile, tiles }: Band, columns: number) {
  const fours = columns / 4;
  return { count: tiles * fours, fours, firstTile, tiles, tilesDown, tilesAcross };
}

function windowsOf(
  { label, input, window }: ProductRequest,
  band: Band & { readonly windows: Block },
  { type }: Means,
): Dispatch {
  const { kind, windows } = band;
  const values = tileValues(band, input.columns);
  const { inHeight, inWidth } = window!;
  return {
    label,
    kernel: winogradWindows(kind, type),
    reads: [input.block],
    write: windows,
    values: valuesOf(WINOGRAD_WINDOWS_FIELDS, {
      ...values,
      inOffset: input.offset,
      inStride: input.stride,
      inHeight,
      inWidth,
    }),
    workgroups: grid(values.count, WINOGRAD_SIZE),
    operations: 2 * pointsOf(kind) * 4 * values.count,
  };
}

function productOf(
  { label, input, columns }: ProductRequest,
  band: Band & { readonly windows: Block; readonly weights: Block; readonly sums: Block },
  means: Means,
): Dispatch {
  const { type, matrices } = means;
  const { kind, choice, shape, tiles, windows, weights, sums } = band;
  const points = pointsOf(kind);
  const depth = input.columns;
  const { tile, parts } = choice;
  const variant: FinishVariant & WeightVariant & { operand: "batch"; inParts: true; partsType: ElementType } =
    {
      ...NO_FINISH,
      type,
      int8: null,
      operand: "batch",
      inParts: true,
      partsType: sumsType(means),
    };
  const view = { offset: 0, rows: tiles };
  const operand = operandValues(
    {
      input: { ...view, block: windows, stride: depth, columns: depth },
      window: null,
      parts,
      batch: points,
    },
    tile.depth,
  );
  const finish = finishValues({
    out: { ...view, block: sums, stride: columns, columns },
    columns,
    residual: null,
    shift: null,
    rowsPerImage: 1,
  });
  return {
    label,
    kernel:
      choice.kind === "plain"
        ? product({ ...variant, tile: choice.tile, unit: shape.isWide ? 8 : 4 })
        : subgroupMatrixProduct({ ...variant, tile: choice.tile }, matrices!),
    reads: [windows, weights],
    write: sums,
    values: valuesOf(PRODUCT_FIELDS, { ...finish, ...operand }),
    workgroups: [
      Math.ceil(columns / tile.columns),
      Math.ceil(tiles / tile.rows),
      points * Math.ceil(operand.steps / operand.stepsPerPart),
    ],
    operations: 2 * points * tiles * depth * columns,
  };
}

function resultsOf(
  request: ProductRequest,
  band: Band & { readonly sums: Block; readonly parts: number },
  means: Means,
): Dispatch {
  const { label, columns, out, window } = request;
  const { kind, sums, parts } = band;
  const { finish, values, after } = partsOf(request, means);
  const tiles = tileValues(band, columns);
  const { outHeight, outWidth } = window!;
  return {
    label,
    kernel: winogradResults(kind, { sums: sumsType(means), finish }),
    reads: [sums, ...after],
    write: out.block,
    values: valuesOf(WINOGRAD_RESULTS_FIELDS, { ...values, ...tiles, outHeight, outWidth, parts }),
    workgroups: grid(tiles.count, WINOGRAD_SIZE),
    operations: (parts + 2) * pointsOf(kind) * 4 * tiles.count,
  };
}
