// Decoding a large latent in squares that overlap, so that memory is that of a square. At a seam the squares fade into
// each other; next to its own edge, where a square lacks its surroundings, it does not count at all. What remains is the
// decoder's normalisation, whose means are a square's and not the picture's.

import type { LatentSize } from "./networks.ts";

export interface TiledDecoding {
  /** Of the whole latent. */
  readonly size: LatentSize;
  /** Side of a square, in latents. */
  readonly tile: number;
  /** Pixels per latent along one axis. */
  readonly scale: number;
  /** [C, h, w] → [3, scale·h, scale·w]; called with one size only. */
  readonly decode: (latent: Float32Array<ArrayBuffer>, size: LatentSize) => Promise<Float32Array>;
}

/** Of a square's side: what neighbours share at least, and of that, what lies at an edge and does not count. */
const OVERLAP = 1 / 4;
const UNUSED = 1 / 4;
const PICTURE_CHANNELS = 3;

/** @param latent [C, H, W] @returns [3, scale·H, scale·W] */
export async function decodeTiled(
  latent: Float32Array,
  { size, tile, scale, decode }: TiledDecoding,
): Promise<Float32Array<ArrayBuffer>> {
  const [columns, rows] = [axisOf(size.width, tile), axisOf(size.height, tile)];
  const part = { width: columns.tile, height: rows.tile };
  const [width, height] = [size.width * scale, size.height * scale];
  const sum = new Float32Array(PICTURE_CHANNELS * width * height);
  const total = new Float32Array(width * height);
  const outSize = { width: part.width * scale, height: part.height * scale };
  for (const top of rows.starts) {
    const down = fade(rows, { start: top, scale });
    for (const left of columns.starts) {
      const across = fade(columns, { start: left, scale });
      const picture = await decode(squareOf(latent, { size, left, top, part }), part);
      for (let y = 0; y < outSize.height; y++) {
        for (let x = 0; x < outSize.width; x++) {
          const weight = down[y]! * across[x]!;
          const at = (top * scale + y) * width + left * scale + x;
          total[at]! += weight;
          for (let c = 0; c < PICTURE_CHANNELS; c++)
            sum[c * width * height + at]! += weight * picture[(c * outSize.height + y) * outSize.width + x]!;
        }
      }
    }
  }
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! / total[i % total.length]!;
  return sum;
}

/** Where squares begin along an axis: as few as cover it, evenly spread. */
interface Axis {
  readonly length: number;
  readonly tile: number;
  readonly overlap: number;
  readonly starts: readonly number[];
}

function axisOf(length: number, wanted: number): Axis {
  const tile = Math.min(length, wanted);
  const overlap = Math.max(1, Math.round(tile * OVERLAP));
  const count = tile === length ? 1 : Math.ceil((length - overlap) / (tile - overlap));
  const starts = Array.from({ length: count }, (_, i) =>
    count === 1 ? 0 : Math.round((i * (length - tile)) / (count - 1)),
  );
  return { length, tile, overlap, starts };
}

/** Weight of each pixel of a square: 0 at its edge, rising over the overlap; 1 up to the picture's edge. */
function fade(
  { length, tile, overlap }: Axis,
  { start, scale }: { start: number; scale: number },
): Float64Array {
  const unused = overlap * scale * UNUSED;
  const rise = overlap * scale - 2 * unused;
  const pixels = tile * scale;
  const ramp = (distance: number): number => Math.min(1, Math.max(0, (distance - unused) / rise));
  return Float64Array.from({ length: pixels }, (_, i) => {
    const before = start === 0 ? 1 : ramp(i + 0.5);
    const after = start + tile === length ? 1 : ramp(pixels - i - 0.5);
    return before * after;
  });
}

function squareOf(
  latent: Float32Array,
  { size, left, top, part }: { size: LatentSize; left: number; top: number; part: LatentSize },
): Float32Array<ArrayBuffer> {
  const channels = latent.length / (size.width * size.height);
  const out = new Float32Array(channels * part.width * part.height);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < part.height; y++) {
      const from = (c * size.height + top + y) * size.width + left;
      out.set(latent.subarray(from, from + part.width), (c * part.height + y) * part.width);
    }
  }
  return out;
}
