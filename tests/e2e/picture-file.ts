// Images as PNG files, created in Node, for dropping on the page.
import { crc32, deflateSync } from "node:zlib";

/** @param pixel the RGBA of column x, row y, each 0 … 255 */
export function pictureFile(
  { width, height }: { readonly width: number; readonly height: number },
  pixel: (x: number, y: number) => readonly [number, number, number, number],
): Buffer {
  const rows = Buffer.alloc(height * (1 + 4 * width)); // each starts with filter 0
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rows.set(pixel(x, y), y * (1 + 4 * width) + 1 + 4 * x);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6, 0, 0, 0], 8); // 8 bits, RGBA
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

/** An image that differs everywhere. */
export const gradient = (width: number, height: number): Buffer =>
  pictureFile({ width, height }, (x, y) => [(x * 255) / width, (y * 255) / height, (x ^ y) & 255, 255]);

/** White inside a rectangle, black outside. */
export const rectangleMask = (
  size: { readonly width: number; readonly height: number },
  { left, top, right, bottom }: { left: number; top: number; right: number; bottom: number },
): Buffer =>
  pictureFile(size, (x, y) => {
    const value = x >= left && x < right && y >= top && y < bottom ? 255 : 0;
    return [value, value, value, 255];
  });
