// Decoding or encoding a large picture in squares that overlap, so that memory is that of a square. At a seam the squares
// fade into each other; next to its own edge, where a square lacks its surroundings, it does not count at all. What
// remains is the network's normalisation, whose means are a square's and not the picture's.

import type { LatentSize } from "../latent-size.ts";

export interface TiledWork {
  /** Of the whole, in latents. */
  readonly size: LatentSize;
  /** Side of a square, in latents. */
  readonly tile: number;
  /** Values per latent along one axis, of what goes in and of what comes out: 1 and 8 for a decoder. */
  readonly scale: { readonly input: number; readonly output: number };
  /** The network on one square; called with one size only. */
  readonly run: (square: Float32Array<ArrayBuffer>, size: LatentSize) => Promise<Float32Array>;
}

/** Of a square's side: what neighbours share at least, and of that, what lies at an edge and does not count. */
const OVERLAP = 1 / 4;
const UNUSED = 1 / 4;

/** @param input [C, H, W] of the input's scale @returns [C′, H′, W′] of the output's */
export async function inSquares(
  input: Float32Array,
  { size, tile, scale, run }: TiledWork,
): Promise<Float32Array<ArrayBuffer>> {
  const [columns, rows] = [axisOf(size.width, tile), axisOf(size.height, tile)];
  const part = { width: columns.tile, height: rows.tile };
  const [width, height] = [size.width * scale.output, size.height * scale.output];
  const square = { width: part.width * scale.output, height: part.height * scale.output };
  let sum = new Float32Array();
  const total = new Float32Array(width * height);
  for (const top of rows.starts) {
    const down = fade(rows, { start: top, scale: scale.output });
    for (const left of columns.starts) {
      const across = fade(columns, { start: left, scale: scale.output });
      const out = await run(squareOf(input, { size, left, top, part, scale: scale.input }), part);
      const channels = out.length / (square.width * square.height);
      if (sum.length === 0) sum = new Float32Array(channels * width * height);
      for (let y = 0; y < square.height; y++) {
        for (let x = 0; x < square.width; x++) {
          const weight = down[y]! * across[x]!;
          const at = (top * scale.output + y) * width + left * scale.output + x;
          total[at]! += weight;
          for (let c = 0; c < channels; c++)
            sum[c * width * height + at]! += weight * out[(c * square.height + y) * square.width + x]!;
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
  input: Float32Array,
  {
    size,
    left,
    top,
    part,
    scale,
  }: { size: LatentSize; left: number; top: number; part: LatentSize; scale: number },
): Float32Array<ArrayBuffer> {
  const [width, height] = [size.width * scale, size.height * scale];
  const [outWidth, outHeight] = [part.width * scale, part.height * scale];
  const channels = input.length / (width * height);
  const out = new Float32Array(channels * outWidth * outHeight);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < outHeight; y++) {
      const from = (c * height + top * scale + y) * width + left * scale;
      out.set(input.subarray(from, from + outWidth), (c * outHeight + y) * outWidth);
    }
  }
  return out;
}
