// Regional prompts: which prompt counts how much at each latent. Each region predicts a window of the latent around it, with its own
// prompt and weights, so that its subject is whole and in its middle. At every evaluation the predictions are averaged by the masks of
// the regions, as MultiDiffusion (Bar-Tal et al., arXiv 2302.08113, eq. 5) averages those of its views; predictions of noise may be
// combined because they are gradients of log-densities (Composable Diffusion, Liu et al., arXiv 2206.01714). A share of the image's own
// prompt holds the regions together, as in AUTOMATIC1111's extension Latent Couple.

import { readRegionMask, regionMaskSide } from "../../shared/region-mask.ts";
import { leastRegionView, type ImageRegions, type Rectangle, type RegionArea } from "../../shared/request.ts";
import type { LatentSize } from "../latent-size.ts";

/** Half the width of a region's soft edge, in shares of the shorter side: 1 latent of 32 and 2 of 64. */
const FEATHER = 1 / 32;

/**
 * The share of each prediction at each latent: the image's own prompt first, then the regions. They add up to 1.
 *
 * With region masks mᵢ, weights wᵢ and the base weight b, regions count (1 − b)·wᵢ·mᵢ and the prompt of the image
 * 1 − (1 − b)·min(1, Σ mᵢ), each divided by the sum of all: inside one region of weight 1 exactly b and 1 − b.
 * @returns [H, W] each
 */
export function regionShares(
  {
    areas,
    baseWeight,
  }: Pick<ImageRegions, "baseWeight"> & {
    readonly areas: readonly (RegionArea & { readonly weight: number })[];
  },
  size: LatentSize,
): Float32Array[] {
  const masks = areas.map((area) => regionMask(area, size));
  const shares = [0, ...areas].map(() => new Float32Array(size.width * size.height));
  for (let i = 0; i < shares[0]!.length; i++) {
    const covered = Math.min(
      1,
      masks.reduce((sum, mask) => sum + mask[i]!, 0),
    );
    const counts = [
      1 - (1 - baseWeight) * covered,
      ...areas.map(({ weight }, k) => (1 - baseWeight) * weight * masks[k]![i]!),
    ];
    const sum = counts.reduce((a, b) => a + b, 0);
    for (const [k, count] of counts.entries()) shares[k]![i] = count / sum;
  }
  return shares;
}

/** [H, W], 0 … 1. Edges are soft, except where they are the image's own; those of adjacent rectangles add up to 1. */
function rectangleMask(area: Rectangle, size: LatentSize): Float64Array {
  const { columns, rows } = spansOf(area, size);
  const [inColumn, inRow] = [spanMask(columns), spanMask(rows)];
  return Float64Array.from(
    { length: size.width * size.height },
    (_, i) => inRow[Math.floor(i / size.width)]! * inColumn[i % size.width]!,
  );
}

/** [H, W], 0 … 1: the rectangle's mask, and in it the drawn one. */
function regionMask({ mask, ...area }: RegionArea, size: LatentSize): Float64Array {
  const rectangle = rectangleMask(area, size);
  if (mask === undefined) return rectangle;
  const cells = readRegionMask(mask)!;
  const feather = FEATHER * Math.min(size.width, size.height);
  const columns = cellsNear({ from: area.x, to: area.x + area.width, length: size.width, feather });
  const rows = cellsNear({ from: area.y, to: area.y + area.height, length: size.height, feather });
  return rectangle.map((share, i) => {
    let drawn = 0;
    if (share > 0)
      for (const [row, down] of rows[Math.floor(i / size.width)]!)
        for (const [column, across] of columns[i % size.width]!)
          drawn += down * across * cells[row * regionMaskSide + column]!;
    return share * drawn;
  });
}

/**
 * For each latent the cells within the width of a soft edge, and how much of it is theirs: their average is as soft as a rectangle's edge.
 * Outside the rectangle its outermost cells go on.
 */
function cellsNear({ from, to, length, feather }: Span): [cell: number, part: number][][] {
  const cellOf = (latent: number): number => ((latent / length - from) / (to - from)) * regionMaskSide;
  return Array.from({ length }, (_, i) => {
    const begin = cellOf(i + 0.5 - feather);
    const end = cellOf(i + 0.5 + feather);
    return Array.from({ length: Math.ceil(end) - Math.floor(begin) }, (__, k) => {
      const cell = Math.floor(begin) + k;
      const part = (Math.min(end, cell + 1) - Math.max(begin, cell)) / (end - begin);
      return [Math.min(regionMaskSide - 1, Math.max(0, cell)), part];
    });
  });
}

/** A part of a latent: whole latents, right and bottom exclusive. */
export interface LatentWindow {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const sizeOf = ({ left, top, right, bottom }: LatentWindow): LatentSize => ({
  width: right - left,
  height: bottom - top,
});

/** Least side of a window, in latents of 8 pixels: networks that were trained on 32 or 64 see nothing in much smaller ones. */
const LEAST_WINDOW = leastRegionView / 8;
/** Windows begin and end at multiples of it, or at the image's edges: fewer sizes, and ones that networks halve well. */
const WINDOW_STEP = 4;

/** What a region's prediction sees: all of its mask. Null: the whole latent. */
export function regionWindow(area: Rectangle, size: LatentSize): LatentWindow | null {
  const { columns, rows } = spansOf(area, size);
  const [left, right] = windowSpan(columns);
  const [top, bottom] = windowSpan(rows);
  return right - left === size.width && bottom - top === size.height ? null : { left, top, right, bottom };
}

function windowSpan({ from, to, length, feather }: Span): [number, number] {
  let begin = Math.max(0, from * length - feather);
  let end = Math.min(length, to * length + feather);
  const missing = Math.min(LEAST_WINDOW, length) - (end - begin);
  if (missing > 0) {
    begin = Math.min(Math.max(0, begin - missing / 2), length - (end - begin + missing));
    end = begin + Math.min(LEAST_WINDOW, length);
  }
  const step = WINDOW_STEP;
  return [
    Math.max(0, Math.floor(begin / step + NEAR) * step),
    Math.min(length, Math.ceil(end / step - NEAR) * step),
  ];
}

/** @param values [C, H, W] @returns [C, H′, W′] */
export function windowOf(
  values: Float32Array<ArrayBuffer>,
  window: LatentWindow | null,
  { width, height }: LatentSize,
): Float32Array<ArrayBuffer> {
  if (window === null) return values;
  const inside = sizeOf(window);
  const rows = (values.length / (width * height)) * inside.height;
  const out = new Float32Array(rows * inside.width);
  for (let row = 0; row < rows; row++) {
    const y = Math.floor(row / inside.height) * height + window.top + (row % inside.height);
    out.set(values.subarray(y * width + window.left, y * width + window.right), row * inside.width);
  }
  return out;
}

/** Edges that are this near to the image's count as its own: a third is not exact. */
const NEAR = 1e-6;

/** From and to in shares of `length` latents. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly length: number;
  readonly feather: number;
}

function spansOf(
  { x, y, width, height }: Rectangle,
  size: LatentSize,
): { readonly columns: Span; readonly rows: Span } {
  const feather = FEATHER * Math.min(size.width, size.height);
  return {
    columns: { from: x, to: x + width, length: size.width, feather },
    rows: { from: y, to: y + height, length: size.height, feather },
  };
}

function spanMask({ from, to, length, feather }: Span): Float64Array {
  const ramp = (inside: number): number => Math.min(1, Math.max(0, 0.5 + inside / (2 * feather)));
  return Float64Array.from({ length }, (_, i) => {
    const centre = i + 0.5;
    const begun = from <= NEAR ? 1 : ramp(centre - from * length);
    const unended = to >= 1 - NEAR ? 1 : ramp(to * length - centre);
    return begun * unended;
  });
}
