// Images as PNG files, created in Node, for dropping on the page.
import { encode } from "fast-png";

/** @param pixel the RGBA of column x, row y, each 0 … 255 */
export function imageFile(
  { width, height }: { readonly width: number; readonly height: number },
  pixel: (x: number, y: number) => readonly [number, number, number, number],
): Buffer {
  const data = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(pixel(x, y), 4 * (y * width + x));
  return Buffer.from(encode({ width, height, data, channels: 4 }));
}

/** An image that differs everywhere. */
export const gradient = (width: number, height: number): Buffer =>
  imageFile({ width, height }, (x, y) => [(x * 255) / width, (y * 255) / height, (x ^ y) & 255, 255]);

/** White inside a rectangle, black outside. */
export const rectangleMask = (
  size: { readonly width: number; readonly height: number },
  { left, top, right, bottom }: { left: number; top: number; right: number; bottom: number },
): Buffer =>
  imageFile(size, (x, y) => {
    const value = x >= left && x < right && y >= top && y < bottom ? 255 : 0;
    return [value, value, value, 255];
  });
