// Reads the PNG files that the site writes: 8 bits, RGB or RGBA, not interlaced (PNG specification, §9 filters).
import { inflateSync } from "node:zlib";

export interface PngPixels {
  readonly width: number;
  readonly height: number;
  /** Interleaved bytes, alpha dropped. */
  readonly rgb: Uint8Array; // [H, W, 3]
}

const paeth = (left: number, up: number, corner: number): number => {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
};

/** @throws Error for anything else than such a PNG */
export function decodePng(file: Uint8Array): PngPixels {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (view.getUint32(0) !== 0x89504e47) throw new Error("Not a PNG file.");
  let header: { width: number; height: number; channels: number } | undefined;
  const compressed: Uint8Array[] = [];
  for (let at = 8; at < file.length;) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8));
    const data = file.subarray(at + 8, at + 8 + length);
    if (type === "IHDR") {
      const [depth, colour, , , interlaced] = data.subarray(8);
      if (depth !== 8 || (colour !== 2 && colour !== 6) || interlaced !== 0) {
        throw new Error(`PNG of ${depth} bits and colour type ${colour}: only 8-bit RGB and RGBA are read.`);
      }
      header = {
        width: view.getUint32(at + 8),
        height: view.getUint32(at + 12),
        channels: colour === 2 ? 3 : 4,
      };
    }
    if (type === "IDAT") compressed.push(data);
    at += 12 + length;
  }
  if (!header) throw new Error("PNG without a header.");
  const { width, height, channels } = header;
  const stride = width * channels;
  const filtered = inflateSync(Buffer.concat(compressed));
  const lines = new Uint8Array(stride * height);
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const filter = filtered[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x >= channels ? lines[at - channels]! : 0;
      const up = y > 0 ? lines[at - stride]! : 0;
      const corner = x >= channels && y > 0 ? lines[at - stride - channels]! : 0;
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter!];
      if (predicted === undefined) throw new Error(`PNG with unknown filter ${filter}.`);
      lines[at] = filtered[y * (stride + 1) + 1 + x]! + predicted;
    }
    for (let x = 0; x < width; x++) {
      const from = y * stride + x * channels;
      rgb.set(lines.subarray(from, from + 3), (y * width + x) * 3);
    }
  }
  return { width, height, rgb };
}
