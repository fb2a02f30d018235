// Converts latents and decoder output to screen pixels.

import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import type { RgbaImage } from "../../shared/request.ts";

/**
 * A linear approximation of the VAE decoder, one pixel per latent: rgb = bias + Σ factors[c] · latent[c], in −1 … 1 like
 * the decoder's output, from the U-Net's latents.
 */
export interface PreviewFactors {
  /** [latent channels][3] */
  readonly factors: readonly (readonly number[])[];
  readonly bias: readonly number[];
}

/** A fit to the latents of SD 1.x, for packs without their own. */
export const SD1_PREVIEW: PreviewFactors = {
  factors: [
    [0.3512, 0.2297, 0.3227],
    [0.325, 0.4974, 0.235],
    [-0.2829, 0.1762, 0.2721],
    [-0.212, -0.2616, -0.7177],
  ],
  bias: [0, 0, 0],
};

/** @throws StylusError bad-file if the text is not such a table for `channels` latent channels */
export function parsePreviewFactors(text: string, channels: number): PreviewFactors {
  let parsed: Partial<PreviewFactors> | null = null;
  try {
    parsed = JSON.parse(text) as Partial<PreviewFactors> | null;
  } catch {
    // reported below
  }
  const isRgb = (row: unknown): boolean =>
    Array.isArray(row) && row.length === 3 && row.every(Number.isFinite);
  const { factors, bias } = parsed ?? {};
  if (!Array.isArray(factors) || factors.length !== channels || !factors.every(isRgb) || !isRgb(bias)) {
    throw new StylusError(
      "bad-file",
      say`preview.json must have ${channels} rows of 3 factors and a bias of 3 numbers.`,
      {
        where: "preview.json",
        remedy: say`Load the pack again.`,
      },
    );
  }
  return { factors, bias: bias! };
}

/** @param latent [C, H, W] */
export function previewOf(
  latent: Float32Array,
  { width, height, preview }: { width: number; height: number; preview: PreviewFactors },
): RgbaImage {
  const size = width * height;
  const rgba = new Uint8ClampedArray(size * 4).fill(255);
  for (let rgb = 0; rgb < 3; rgb++) {
    for (let i = 0; i < size; i++) {
      let value = preview.bias[rgb]!;
      for (const [channel, row] of preview.factors.entries())
        value += row[rgb]! * latent[channel * size + i]!;
      rgba[i * 4 + rgb] = 127.5 * (value + 1);
    }
  }
  return { width, height, rgba };
}

/** @param image [3, H, W], −1 … 1 */
export function rgbaOf(image: Float32Array, { width, height }: { width: number; height: number }): RgbaImage {
  const size = width * height;
  const rgba = new Uint8ClampedArray(size * 4).fill(255);
  for (let rgb = 0; rgb < 3; rgb++) {
    for (let i = 0; i < size; i++) rgba[i * 4 + rgb] = 127.5 * (image[rgb * size + i]! + 1); // rounds and clamps
  }
  return { width, height, rgba };
}
