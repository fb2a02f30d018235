// The mask of a drawn region: a small bitmap over its rectangle, as a text that fits into settings, links and image files. Pure.
import type { RegionArea } from "./request.ts";

/** Cells along each side of the rectangle: about as fine as the edges of regions are soft. */
export const regionMaskSide = 32;

const cellCount = regionMaskSide ** 2;

/** @param cells [32, 32] from the upper left corner; 0 does not belong to the region */
export function writeRegionMask(cells: Uint8Array): string {
  const bytes = new Uint8Array(cellCount / 8);
  for (const [i, cell] of cells.entries()) if (cell !== 0) bytes[i >> 3]! |= 0x80 >> (i & 7);
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/u, "");
}

/** @returns [32, 32], 1 belongs to the region; null: it is no such mask, or an empty one */
export function readRegionMask(text: string): Uint8Array | null {
  if (text.length !== Math.ceil(cellCount / 6) || !/^[\w-]+$/u.test(text)) return null;
  const bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const cells = Uint8Array.from(
    { length: cellCount },
    (_, i) => (bytes.charCodeAt(i >> 3) >> (7 - (i & 7))) & 1,
  );
  return cells.includes(1) ? cells : null;
}

/** Centres of pixels that lie on the edge of a cell belong to the next one, whatever rounding says. */
const rounding = 1e-9;

/** The pixels of an image whose centres belong to a region. @returns [H, W], 255 where they do, else 0 */
export function regionPixels(
  area: RegionArea,
  { width, height }: { readonly width: number; readonly height: number },
): Uint8Array<ArrayBuffer> {
  const values = new Uint8Array(width * height);
  const cells = area.mask === undefined ? null : readRegionMask(area.mask);
  const cellOf = (share: number, from: number, side: number): number =>
    Math.floor(((share - from) / side) * regionMaskSide + rounding);
  const isInside = (cell: number): boolean => cell >= 0 && cell < regionMaskSide;
  for (let y = 0; y < height; y++) {
    const row = cellOf((y + 0.5) / height, area.y, area.height);
    if (!isInside(row)) continue;
    for (let x = 0; x < width; x++) {
      const column = cellOf((x + 0.5) / width, area.x, area.width);
      if (!isInside(column)) continue;
      if (cells === null || cells[row * regionMaskSide + column] === 1) values[y * width + x] = 255;
    }
  }
  return values;
}
