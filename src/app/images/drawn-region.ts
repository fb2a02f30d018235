// A region as it is drawn: its mask over the whole image, and the rectangle and small mask that are kept of it. Pure.
import { limits } from "../../shared/limits.ts";
import { readRegionMask, regionMaskSide, regionPixels, writeRegionMask } from "../../shared/region-mask.ts";
import type { RegionArea } from "../../shared/request.ts";
import { blankMask, type MaskImage } from "./mask-drawing.ts";

/** What belongs to a region, to be drawn on. */
export const drawnMask = (area: RegionArea, size: { width: number; height: number }): MaskImage => ({
  ...blankMask(size),
  values: regionPixels(area, size),
});

/** The rectangle around what is drawn, in whole percents, and the mask in it unless all of it is; null: nothing is drawn. */
export function regionOfMask(mask: MaskImage): RegionArea | null {
  const { width, height, values } = mask;
  const columns = Array.from({ length: width }, () => false);
  const rows = Array.from({ length: height }, () => false);
  for (const [i, value] of values.entries())
    if (value > 127) columns[i % width] = rows[Math.floor(i / width)] = true;
  if (!rows.includes(true)) return null;
  const [x, across] = span(columns);
  const [y, down] = span(rows);
  const parts = Array.from({ length: regionMaskSide ** 2 }, (_, i) => {
    const column = i % regionMaskSide;
    const row = Math.floor(i / regionMaskSide);
    const left = x + (across * column) / regionMaskSide;
    const top = y + (down * row) / regionMaskSide;
    const right = left + across / regionMaskSide;
    const bottom = top + down / regionMaskSide;
    return drawnPart(mask, { left, top, right, bottom });
  });
  // Of lines that are finer than cells, whatever they touch; not the edges of what fills cells.
  const isFull = (column: number, row: number): boolean =>
    column >= 0 && column < regionMaskSide && (parts[row * regionMaskSide + column] ?? 0) >= 0.5;
  const isByFull = (i: number): boolean => {
    const [column, row] = [i % regionMaskSide, Math.floor(i / regionMaskSide)];
    return [-1, 0, 1].some((down) => [-1, 0, 1].some((across) => isFull(column + across, row + down)));
  };
  const cells = Uint8Array.from(parts, (part, i) => Number(part >= 0.5 || (part > 0 && !isByFull(i))));
  return { x, y, width: across, height: down, mask: cells.includes(0) ? writeRegionMask(cells) : undefined };
}

/** From the first to the last that is drawn: where it begins and how long it is, in shares. */
function span(isDrawn: readonly boolean[]): [number, number] {
  const least = Math.round(limits.regionSide * 100);
  const percents = (at: number): number => (at / isDrawn.length) * 100;
  let from = Math.floor(percents(isDrawn.indexOf(true)));
  let to = Math.ceil(percents(isDrawn.lastIndexOf(true) + 1));
  if (to - from < least) to = Math.min(100, from + least);
  from = Math.min(from, to - least);
  return [from / 100, (to - from) / 100];
}

/** How much of a box is drawn, 0 … 1. @param box in shares of the image */
function drawnPart(
  { width, height, values }: MaskImage,
  box: { left: number; top: number; right: number; bottom: number },
): number {
  const first = (share: number, side: number): number => Math.min(side - 1, Math.floor(share * side + 1e-9));
  const end = (share: number, side: number): number => Math.min(side, Math.ceil(share * side - 1e-9));
  let drawn = 0;
  let all = 0;
  for (let y = first(box.top, height); y < end(box.bottom, height); y++) {
    for (let x = first(box.left, width); x < end(box.right, width); x++) {
      all += 1;
      if (values[y * width + x]! > 127) drawn += 1;
    }
  }
  return drawn / all;
}

/** The mask as a path of an SVG of 32 × 32. */
export function maskPath(mask: string): string {
  const rows =
    [...(readRegionMask(mask) ?? [])].join("").match(new RegExp(`.{${regionMaskSide}}`, "gu")) ?? [];
  return rows
    .flatMap((row, y) =>
      [...row.matchAll(/1+/gu)].map(({ 0: run, index }) => `M${index} ${y}h${run.length}v1h-${run.length}z`),
    )
    .join("");
}
