// Decodes or encodes a large image in overlapping tiles, so that one tile limits the memory. Tiles blend at the seams; near
// its own edge, where a tile lacks context, its weight is 0. The remaining difference is the network's normalisation,
// which uses a tile's means instead of the image's.

import type { LatentSize } from "../latent-size.ts";

export interface TiledWork {
  /** Of the whole image, in latents. */
  readonly size: LatentSize;
  /** Side of a tile, in latents. */
  readonly tile: number;
  /** Values per latent along one axis, of input and output: 1 and 8 for a decoder. */
  readonly scale: { readonly input: number; readonly output: number };
  /** Runs the network on one tile; always the same size. */
  readonly run: (square: Float32Array<ArrayBuffer>, size: LatentSize) => Promise<Float32Array>;
}

/** Shares of a tile's side: the minimum overlap of neighbours, and the part of it at the edge with weight 0. */
const OVERLAP = 1 / 4;
const UNUSED = 1 / 4;

/** @param input [C, H, W] at input scale @returns [C′, H′, W′] at output scale */
export async function runTiled(
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

/** Tile offsets along an axis: as few as cover it, evenly spaced. */
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

/** Weight of each pixel of a tile: 0 at its edge, rising over the overlap; 1 up to the image's edge. */
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
