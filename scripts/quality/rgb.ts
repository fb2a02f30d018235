// The colours of a PNG file from the site: 8 bits, RGB or RGBA.
import { decode } from "fast-png";

interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** Interleaved bytes, alpha dropped. */
  readonly rgb: Uint8Array; // [H, W, 3]
}

/** @throws Error for any other file */
export function readRgb(file: Uint8Array): RgbImage {
  const { width, height, data, depth, channels } = decode(file, { checkCrc: true });
  if (depth !== 8 || channels < 3) {
    throw new Error(`PNG of ${channels} channels of ${depth} bits: only 8-bit RGB and RGBA are read.`);
  }
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < rgb.length; i++) rgb[i] = data[Math.floor(i / 3) * channels + (i % 3)]!;
  return { width, height, rgb };
}
