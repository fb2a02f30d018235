// The mask of a drawn region: a small bitmap over its rectangle, as a text that fits into settings, links and image files. Pure.

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
