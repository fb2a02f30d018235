// Resizes images and latents in two ways with different results: PIL's, which averages over everything that an output
// pixel covers, for images and masks; and torch's interpolate, which reads only the nearest neighbours, for latents.
// References: Pillow src/libImaging/Resample.c, torch.nn.functional.interpolate (align_corners false).

import { unreachable } from "../../shared/assert.ts";

export interface PlaneSize {
  readonly width: number;
  readonly height: number;
}

export interface Resize {
  readonly channels: number;
  readonly from: PlaneSize;
  readonly to: PlaneSize;
}

/** Source positions and weights of one output position. */
interface Tap {
  readonly first: number;
  readonly weights: readonly number[];
}

export type ImageFilter = "nearest" | "bilinear" | "bicubic" | "lanczos";

/** Half widths in pixels and shapes. */
const FILTERS = {
  bilinear: { support: 1, weight: (x: number) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weight: (x: number) => cubic(Math.abs(x), -0.5) },
  lanczos: { support: 3, weight: (x: number) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/**
 * Resizes an image like PIL's Image.resize.
 * @param image [C, H, W], 0 … 255
 * @returns integers 0 … 255
 */
export function resizeImage(
  image: Float32Array,
  { filter, ...resize }: Resize & { filter: ImageFilter },
): Float32Array<ArrayBuffer> {
  const { from, to } = resize;
  const tapsOf = (length: number, out: number): Tap[] =>
    filter === "nearest" ? nearestTaps(length, out, 0.5) : imageTaps(length, out, filter);
  // PIL skips a direction whose length stays the same, and rounds after each.
  let values = Float32Array.from(image);
  let width = from.width;
  if (to.width !== from.width) {
    values = toBytes(alongRows(values, tapsOf(from.width, to.width), from.width));
    width = to.width;
  }
  if (to.height === from.height) return values;
  const size = { channels: resize.channels, width, height: from.height };
  return toBytes(alongColumns(values, tapsOf(from.height, to.height), size));
}

export type LatentFilter = "nearest" | "nearest-exact" | "bilinear" | "bicubic";

/**
 * Resizes a latent like torch.nn.functional.interpolate without antialiasing.
 * @param latent [C, H, W]
 */
export function resizeLatent(
  latent: Float32Array,
  { channels, from, to, filter }: Resize & { filter: LatentFilter },
): Float32Array<ArrayBuffer> {
  const rows = alongRows(latent, latentTaps(from.width, to.width, filter), from.width);
  const taps = latentTaps(from.height, to.height, filter);
  return alongColumns(rows, taps, { channels, width: to.width, height: from.height });
}

function latentTaps(length: number, out: number, filter: LatentFilter): Tap[] {
  switch (filter) {
    case "nearest":
      return nearestTaps(length, out, 0);
    case "nearest-exact":
      return nearestTaps(length, out, 0.5);
    case "bilinear":
      return neighbourTaps(length, out, (x) => Math.max(0, 1 - x));
    case "bicubic":
      return neighbourTaps(length, out, (x) => cubic(x, -0.75));
    default:
      return unreachable(filter);
  }
}

/** @param offset 0 takes the left edge of an output pixel, 0.5 its centre */
function nearestTaps(length: number, out: number, offset: number): Tap[] {
  return Array.from({ length: out }, (_, i) => ({
    first: Math.min(length - 1, Math.floor(((i + offset) * length) / out)),
    weights: [1],
  }));
}

/** Four neighbours; positions outside use the edge pixel. */
function neighbourTaps(length: number, out: number, weight: (distance: number) => number): Tap[] {
  return Array.from({ length: out }, (_, i) => {
    const centre = ((i + 0.5) * length) / out - 0.5;
    const start = Math.floor(centre) - 1;
    const first = Math.min(length - 1, Math.max(0, start));
    const weights = Array<number>(Math.min(length - first, 4)).fill(0);
    for (let k = start; k < start + 4; k++) {
      const place = Math.min(length - 1, Math.max(0, k)) - first;
      weights[place]! += weight(Math.abs(k - centre));
    }
    return { first, weights };
  });
}

function imageTaps(length: number, out: number, filter: keyof typeof FILTERS): Tap[] {
  const { support, weight } = FILTERS[filter];
  const scale = length / out;
  const stretch = Math.max(1, scale);
  return Array.from({ length: out }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support * stretch + 0.5));
    const end = Math.min(length, Math.trunc(centre + support * stretch + 0.5));
    const weights = Array.from({ length: end - first }, (__, k) =>
      weight((first + k - centre + 0.5) / stretch),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((one) => one / sum) };
  });
}

/** Keys's cubic convolution, a = −0.5 in PIL and −0.75 in torch. */
function cubic(x: number, a: number): number {
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function alongRows(values: Float32Array, taps: readonly Tap[], width: number): Float32Array<ArrayBuffer> {
  const rows = values.length / width;
  const out = new Float32Array(rows * taps.length);
  for (let row = 0; row < rows; row++) {
    for (const [i, { first, weights }] of taps.entries()) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * values[row * width + first + k]!;
      out[row * taps.length + i] = sum;
    }
  }
  return out;
}

function alongColumns(
  values: Float32Array,
  taps: readonly Tap[],
  { channels, width, height }: { channels: number; width: number; height: number },
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(channels * taps.length * width);
  for (let channel = 0; channel < channels; channel++) {
    for (const [i, { first, weights }] of taps.entries()) {
      const target = (channel * taps.length + i) * width;
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++)
          sum += weights[k]! * values[(channel * height + first + k) * width + x]!;
        out[target + x] = sum;
      }
    }
  }
  return out;
}

function toBytes(values: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  return values.map((value) => Math.min(255, Math.max(0, Math.floor(value + 0.5))));
}
