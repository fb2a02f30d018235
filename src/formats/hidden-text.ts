// Text in the lowest bits of a PNG file's pixels, column by column, which survives where sites remove other texts: NovelAI's, in the alpha
// channel, and that of the extension "stealth pnginfo" of AUTOMATIC1111, there or in the colours.
import { inflate } from "./inflate.ts";
import { openPngPixels, type PngPixels } from "./png-pixels.ts";

const MAX_TEXT_BYTES = 16 * 1024 * 1024;

/** What stands before each kind of text; 15 bytes, then its length in bits. */
const SIGNATURES = [
  { name: "stealth_pnginfo", isAlpha: true, isCompressed: false },
  { name: "stealth_pngcomp", isAlpha: true, isCompressed: true },
  { name: "stealth_rgbinfo", isAlpha: false, isCompressed: false },
  { name: "stealth_rgbcomp", isAlpha: false, isCompressed: true },
] as const;
const HEADER_BYTES = 15 + 4;

/** Never throws. @returns null for files without */
export async function readHiddenText(png: Uint8Array<ArrayBuffer>): Promise<string | null> {
  const pixels = await openPngPixels(png);
  if (!pixels) return null;
  for (const { name, isAlpha, isCompressed } of SIGNATURES) {
    if (isAlpha && pixels.channels !== 4) continue;
    const header = lowestBits(pixels, { isAlpha, count: HEADER_BYTES });
    if (header.length < HEADER_BYTES || String.fromCharCode(...header.subarray(0, 15)) !== name) continue;
    const size = new DataView(header.buffer).getUint32(15) >>> 3;
    const read = lowestBits(pixels, { isAlpha, count: HEADER_BYTES + size });
    if (read.length < HEADER_BYTES + size) return null;
    const data = read.subarray(HEADER_BYTES);
    const text = isCompressed ? await inflate(data, { format: "gzip", most: MAX_TEXT_BYTES }) : data;
    return text && new TextDecoder().decode(text);
  }
  return null;
}

/** The first bytes that lie there; fewer if the image has fewer. */
function lowestBits(
  { width, height, channels, first }: PngPixels,
  { isAlpha, count }: { readonly isAlpha: boolean; readonly count: number },
): Uint8Array<ArrayBuffer> {
  const places = isAlpha ? [3] : [0, 1, 2];
  const columns = Math.min(width, Math.ceil((count * 8) / (height * places.length)));
  const values = first(columns);
  const bits = columns * height * places.length;
  const out = new Uint8Array(Math.min(count, bits >>> 3));
  let bit = 0;
  for (let column = 0; column < columns; column++)
    for (let row = 0; row < height; row++)
      for (const place of places) {
        const value = values[(row * columns + column) * channels + place]! & 1;
        if (bit >>> 3 < out.length) out[bit >>> 3]! |= value << (7 - (bit & 7));
        bit++;
      }
  return out;
}
