// Inpainting masks: blurs edges, finds the region around a mask, converts masks to latents, and composites protected
// pixels over the result. Follows AUTOMATIC1111 (modules/processing.py, StableDiffusionProcessingImg2Img.init;
// modules/masking.py).

import type { PlaneSize } from "./resample.ts";
import { resizeImage } from "./resample.ts";

/** [H, W], integers 0 … 255; 255 is regenerated. */
export type Mask = Float32Array<ArrayBuffer>;

/** In pixels; right and bottom are exclusive. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A Gaussian truncated at 2.5 deviations, first along rows, then along columns, each rounded; edges mirror. */
export function blurMask(mask: Mask, { width, height }: PlaneSize, sigma: number): Mask {
  const radius = Math.trunc(2.5 * sigma + 0.5);
  if (radius === 0) return mask;
  const kernel = Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)),
  );
  const sum = kernel.reduce((a, b) => a + b, 0);
  const along = (values: Mask, { length, stride, starts, within }: Line): Mask => {
    const out = new Float32Array(values.length);
    for (const start of starts) {
      for (let i = within[0]; i < within[1]; i++) {
        let value = 0;
        for (const [k, weight] of kernel.entries())
          value += weight * values[start + mirrored(i + k - radius, length) * stride]!;
        out[start + i * stride] = Math.round(value / sum);
      }
    }
    return out;
  };
  const box = boxOf(mask, { width, height });
  if (box === null) return mask;
  const { left, top, right, bottom } = padded(box, radius, { width, height }); // the rest stays 0
  const rows = Array.from({ length: bottom - top }, (_, y) => (top + y) * width);
  const columns = Array.from({ length: right - left }, (_, x) => left + x);
  const horizontal = along(mask, { length: width, stride: 1, starts: rows, within: [left, right] });
  return along(horizontal, { length: height, stride: width, starts: columns, within: [top, bottom] });
}

/** The box of nonzero pixels; null without any. */
function boxOf(mask: Mask, { width, height }: PlaneSize): Region | null {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (const [i, value] of mask.entries()) {
    if (value === 0) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    [left, top] = [Math.min(left, x), Math.min(top, y)];
    [right, bottom] = [Math.max(right, x + 1), Math.max(bottom, y + 1)];
  }
  return right === 0 ? null : { left, top, right, bottom };
}

const padded = ({ left, top, right, bottom }: Region, by: number, { width, height }: PlaneSize): Region => ({
  left: Math.max(0, left - by),
  top: Math.max(0, top - by),
  right: Math.min(width, right + by),
  bottom: Math.min(height, bottom + by),
});

interface Line {
  readonly length: number;
  readonly stride: number;
  readonly starts: readonly number[];
  /** Where the line is blurred. */
  readonly within: readonly [begin: number, end: number];
}

/** Does not repeat the edge pixel. */
function mirrored(position: number, length: number): number {
  const period = Math.max(1, 2 * (length - 1));
  const at = ((position % period) + period) % period;
  return at < length ? at : period - at;
}

/** The box of nonzero mask pixels, with padding, expanded to the proportions of the generated size; null for an empty mask. */
export function maskRegion(
  mask: Mask,
  { width, height, padding, target }: PlaneSize & { padding: number; target: PlaneSize },
): Region | null {
  const box = boxOf(mask, { width, height });
  if (box === null) return null;
  let { left, top, right, bottom } = padded(box, padding, { width, height });
  const proportion = target.width / target.height;
  if ((right - left) / (bottom - top) > proportion)
    [top, bottom] = grown({ begin: top, end: bottom }, Math.trunc((right - left) / proportion), height);
  else [left, right] = grown({ begin: left, end: right }, Math.trunc((bottom - top) * proportion), width);
  return { left, top, right, bottom };
}

/** A span of about `wanted` around the given one, moved to fit `limit`. */
function grown(
  { begin, end }: { begin: number; end: number },
  wanted: number,
  limit: number,
): [number, number] {
  const missing = wanted - (end - begin);
  let [first, last] = [begin - Math.floor(missing / 2), end + missing - Math.floor(missing / 2)];
  if (last >= limit) [first, last] = [first - (last - limit), limit];
  if (first < 0) [first, last] = [0, last - first];
  return [first, Math.min(last, limit)];
}

/** 1 for latents to regenerate, 0 for latents to keep. */
export function latentMask(
  mask: Mask,
  { from, to }: { from: PlaneSize; to: PlaneSize },
): Float32Array<ArrayBuffer> {
  return resizeImage(mask, { channels: 1, from, to, filter: "bicubic" }).map((value) =>
    value > 127.5 ? 1 : 0,
  );
}
