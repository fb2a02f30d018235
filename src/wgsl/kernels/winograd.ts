// Winograd's minimal filtering F(2×2, 3×3) of 3×3 convolutions with stride 1 (Lavin and Gray, arXiv 1509.09308): four outputs of a
// channel take 16 multiplications instead of 36. The kernels around the products: weights and windows are transformed before them,
// sums after.
//
// Where the map is doubled by nearest neighbours on the way, a window's rows are a, b, b, c of the map in memory: one of the four points
// is always zero, so that 9 multiplications are left, of windows of 3×3.

import { FINISH_FIELDS, finishCode, finishName, finishReads, type FinishVariant } from "./finish.ts";
import type { ElementType, Kernel } from "./kernel.ts";
import { weightCode, weightFour, weightReads, weightsName, type WeightVariant } from "./weights.ts";
import { each, GRID_BUILTINS, header, INDEX, PACKING, packed, unpacked } from "./wgsl.ts";

export type WinogradKind = "plain" | "doubled";

type Matrix = readonly (readonly number[])[];

/**
 * Of each direction: results = after · ((weights · filter) ∘ (windows · window)). Windows are a quarter of the paper's and weights twice, in each
 * direction: then halves hold the windows of any map, and sums, which are about as large as the results.
 */
export const TRANSFORMS: Readonly<Record<WinogradKind, { weights: Matrix; windows: Matrix; after: Matrix }>> =
  {
    plain: {
      weights: [
        [2, 0, 0],
        [1, 1, 1],
        [1, -1, 1],
        [0, 0, 2],
      ],
      windows: [
        [0.25, 0, -0.25, 0],
        [0, 0.25, 0.25, 0],
        [0, -0.25, 0.25, 0],
        [0, 0.25, 0, -0.25],
      ],
      after: [
        [2, 2, 2, 0],
        [0, 2, -2, -2],
      ],
    },
    doubled: {
      weights: [
        [2, 0, 0],
        [1, 1, 1],
        [0, 0, 2],
      ],
      windows: [
        [0.25, -0.25, 0],
        [0, 0.5, 0],
        [0, 0.25, -0.25],
      ],
      after: [
        [2, 2, 0],
        [0, 2, -2],
      ],
    },
  };

/** Products, of which each has a matrix of transformed windows and one of transformed weights. */
export function pointsOf(kind: WinogradKind): number {
  return TRANSFORMS[kind].windows.length ** 2;
}

/** Positions of the map in memory from one window to the next. */
function stepOf(kind: WinogradKind): number {
  return kind === "plain" ? 2 : 1;
}

/** Code of `to{i}_{j}` = matrix · `from{r}_{c}` · matrixᵀ. */
function transformed(matrix: Matrix, from: string, to: string): string {
  const size = matrix[0]!.length;
  const sum = (coefficients: readonly number[], name: (i: number) => string): string =>
    coefficients
      .flatMap((coefficient, i) =>
        coefficient === 0 ? [] : [coefficient === 1 ? name(i) : `${coefficient} * ${name(i)}`],
      )
      .join(" + ");
  const across = each(size, (r) =>
    each(matrix.length, (j) => `  let ${to}Across${r}_${j} = ${sum(matrix[j]!, (c) => `${from}${r}_${c}`)};`),
  );
  const down = each(matrix.length, (i) =>
    each(matrix.length, (j) => `  let ${to}${i}_${j} = ${sum(matrix[i]!, (r) => `${to}Across${r}_${j}`)};`),
  );
  return `${across}\n${down}`;
}

/** For all i and j below `size`; `n` counts them row by row. */
function square(size: number, code: (i: number, j: number, n: number) => string): string {
  return each(size, (i) => each(size, (j) => code(i, j, i * size + j)));
}

export const WINOGRAD_SIZE = 64;

export const WINOGRAD_WEIGHTS_FIELDS = ["count", "depth", "columns"] as const;

/** [9, depth, columns] to [points, depth, columns]; an invocation takes four of `count` · 4 values of a tap. */
export function winogradWeights(kind: WinogradKind, stored: WeightVariant): Kernel {
  const { weights } = TRANSFORMS[kind];
  const { type } = stored;
  const reads = weightReads(stored, 4);
  return {
    name: `Winograd weights ${kind}${weightsName(stored)} ${type}`,
    reads: reads.length,
    code: () => /* wgsl */ `
${header({ type, fields: WINOGRAD_WEIGHTS_FIELDS, reads, write: ["out", "four"] })}
${PACKING}
${weightCode(stored, 4)}
@compute @workgroup_size(${WINOGRAD_SIZE})
fn main(${GRID_BUILTINS}) {
  let index = ${INDEX} * ${WINOGRAD_SIZE}u + local;
  if (index >= p.count) { return; }
  let row = index * 4u / p.columns;
  let column = index * 4u % p.columns;
${square(3, (i, j, n) => `  let weight${i}_${j} = weightAt(${n}u * p.depth + row, column, 0u);`)}
${square(3, (i, j) => `  let tap${i}_${j} = ${weightFour(stored, `weight${i}_${j}`, { unit: 4, part: 0 })};`)}
${transformed(weights, "tap", "point")}
${square(weights.length, (i, j, n) => `  out[${n}u * p.count + index] = ${packed(type, `point${i}_${j}`)};`)}
}
`,
  };
}

/** Tiles of an image lie in rows, images one after the other; a dispatch takes `tiles` of them from `firstTile` on. */
const TILE_FIELDS = ["count", "fours", "firstTile", "tiles", "tilesDown", "tilesAcross"] as const;

/** The tile of an invocation: `tile` of the dispatch, and its place in the image. */
const TILE = /* wgsl */ `
  let four = index % p.fours;
  let tile = index / p.fours;
  let tileX = (p.firstTile + tile) % p.tilesAcross;
  let tileY = (p.firstTile + tile) / p.tilesAcross % p.tilesDown;
  let image = (p.firstTile + tile) / (p.tilesAcross * p.tilesDown);`;

export const WINOGRAD_WINDOWS_FIELDS = [
  ...TILE_FIELDS,
  "inOffset",
  "inStride",
  "inHeight",
  "inWidth",
] as const;

/** A map's windows to [points, tiles, 4 · fours]; outside of the map are zeros. */
export function winogradWindows(kind: WinogradKind, type: ElementType): Kernel {
  const { windows } = TRANSFORMS[kind];
  return {
    name: `Winograd windows ${kind} ${type}`,
    reads: 1,
    code: () => /* wgsl */ `
${header({ type, fields: WINOGRAD_WINDOWS_FIELDS, reads: [["input", "four"]], write: ["out", "four"] })}
${PACKING}
fn at(image: u32, y: i32, x: i32, four: u32) -> vec4f {
  if (y < 0 || y >= i32(p.inHeight) || x < 0 || x >= i32(p.inWidth)) { return vec4f(); }
  let row = (image * p.inHeight + u32(y)) * p.inWidth + u32(x);
  return ${unpacked(type, "input[(p.inOffset + row * p.inStride) / 4u + four]")};
}
@compute @workgroup_size(${WINOGRAD_SIZE})
fn main(${GRID_BUILTINS}) {
  let index = ${INDEX} * ${WINOGRAD_SIZE}u + local;
  if (index >= p.count) { return; }
${TILE}
  let y = i32(tileY * ${stepOf(kind)}u) - 1;
  let x = i32(tileX * ${stepOf(kind)}u) - 1;
${square(windows[0]!.length, (i, j) => `  let value${i}_${j} = at(image, y + ${i}, x + ${j}, four);`)}
${transformed(windows, "value", "point")}
${square(windows.length, (i, j, n) => `  out[(${n}u * p.tiles + tile) * p.fours + four] = ${packed(type, `point${i}_${j}`)};`)}
}
`,
  };
}

export const WINOGRAD_RESULTS_FIELDS = [
  ...FINISH_FIELDS,
  ...TILE_FIELDS,
  "outHeight",
  "outWidth",
  "parts",
] as const;

/** Sums [parts, points, tiles, columns] to the four outputs of each tile, with what follows a product. */
export function winogradResults(
  kind: WinogradKind,
  { sums, finish }: { readonly sums: ElementType; readonly finish: FinishVariant },
): Kernel {
  const { after } = TRANSFORMS[kind];
  const side = after[0]!.length;
  const { type } = finish;
  const reads = [["sums", sums === "f32" ? "vec4f" : "four"] as const, ...finishReads(finish)];
  return {
    name: `Winograd results ${kind} ${sums === type ? "" : `of ${sums} `}${finishName(finish)}`,
    reads: reads.length,
    code: () => /* wgsl */ `
${header({ type, fields: WINOGRAD_RESULTS_FIELDS, reads, write: ["out", "four"] })}
${finishCode(finish)}
@compute @workgroup_size(${WINOGRAD_SIZE})
fn main(${GRID_BUILTINS}) {
  let index = ${INDEX} * ${WINOGRAD_SIZE}u + local;
  if (index >= p.count) { return; }
${TILE}
${square(side, (i, j) => `  var sum${i}_${j} = vec4f();`)}
  for (var part = 0u; part < p.parts; part++) {
    let first = part * ${side * side}u * p.count + index;
${square(side, (i, j, n) => `    sum${i}_${j} += ${unpacked(sums, `sums[first + ${n}u * p.count]`)};`)}
  }
${transformed(after, "sum", "result")}
${square(
  2,
  (i, j) => `  if (tileY * 2u + ${i}u < p.outHeight && tileX * 2u + ${j}u < p.outWidth) {
    finish(result${i}_${j}, (image * p.outHeight + tileY * 2u + ${i}u) * p.outWidth + tileX * 2u + ${j}u, four * 4u, 0u);
  }`,
)}
}
`,
  };
}
