// Image files to pixels and masks to files, in the browser. An image that is larger than any model generates is scaled down
// once, when it comes in; what is kept is the init image.
import { StylusError } from "../../shared/errors.ts";
import { say, type Saying } from "../../shared/saying.ts";
import { limits } from "../../shared/limits.ts";
import type { ImageToImage, RgbaImage } from "../../shared/request.ts";
import type { InputStore } from "./input-store.ts";
import type { MaskImage } from "./mask-drawing.ts";
import type { InitImageOptions } from "../../stylus/image-options.ts";

/** Longest side that is kept, in pixels. */
const keptSide = limits.finishedSide;
/** Larger files are refused. */
export const maxImageBytes = 64e6;
const most = { fileBytes: maxImageBytes, side: 12_000 };

export interface InputImage {
  /** The file as it came, or a smaller PNG. */
  readonly file: Blob;
  readonly width: number;
  readonly height: number;
  /** The size it came in, where it was made smaller. */
  readonly original: { readonly width: number; readonly height: number } | null;
}

const unreadable = (name: string, cause?: unknown): StylusError =>
  new StylusError("bad-file", say`${name} cannot be decoded as an image.`, {
    where: name,
    remedy: say`Use an intact PNG, JPEG or WebP file.`,
    cause,
  });

/** @throws StylusError bad-file */
async function decode(file: Blob, name: string): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  } catch (error) {
    throw unreadable(name, error);
  }
}

function canvasOf({ width, height }: { width: number; height: number }): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (context) return context;
  throw new StylusError("device", say`The browser could not create a canvas to decode the image.`, {
    remedy: say`Close other tabs, or use a smaller image.`,
  });
}

function drawn(
  bitmap: ImageBitmap,
  { width, height }: { width: number; height: number },
): OffscreenCanvasRenderingContext2D {
  const context = canvasOf({ width, height });
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  return context;
}

/**
 * A file made ready for the input store.
 * @throws StylusError bad-file, bad-input when it is too large
 */
export async function takeImage(file: Blob, name: string): Promise<InputImage> {
  if (file.size > most.fileBytes) {
    throw new StylusError(
      "bad-input",
      say`${name} is ${Math.round(file.size / 1e6)} MB; the limit is ${most.fileBytes / 1e6} MB.`,
      { where: name, remedy: say`Scale it down; 2,048 px a side are enough.` },
    );
  }
  const bitmap = await decode(file, name);
  const { width, height } = bitmap;
  try {
    if (Math.max(width, height) > most.side) {
      throw new StylusError(
        "bad-input",
        say`${name} is ${width} × ${height} px; the limit is ${most.side.toLocaleString("en")} px a side.`,
        { where: name, remedy: say`Scale it down; 2,048 px a side are enough.` },
      );
    }
    const scale = keptSide / Math.max(width, height);
    if (scale >= 1) return { file, width, height, original: null };
    const size = {
      width: Math.max(1, Math.round(width * scale)),
      height: Math.max(1, Math.round(height * scale)),
    };
    const png = await drawn(bitmap, size).canvas.convertToBlob({ type: "image/png" });
    return { file: png, ...size, original: { width, height } };
  } finally {
    bitmap.close();
  }
}

/** @throws StylusError bad-file */
export async function pixelsOf(file: Blob, name: string): Promise<RgbaImage> {
  const bitmap = await decode(file, name);
  const { width, height } = bitmap;
  const { data } = drawn(bitmap, bitmap).getImageData(0, 0, width, height);
  bitmap.close();
  return { width, height, rgba: data as Uint8ClampedArray<ArrayBuffer> };
}

/** Grey values as a PNG file. @param values one byte per pixel */
export async function maskFile(
  values: Uint8Array,
  { width, height }: { width: number; height: number },
): Promise<Blob> {
  const image = new ImageData(width, height);
  for (let i = 0; i < values.length; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = values[i]!;
    image.data[4 * i + 3] = 255;
  }
  const context = canvasOf({ width, height });
  context.putImageData(image, 0, 0);
  return context.canvas.convertToBlob({ type: "image/png" });
}

/**
 * Brightness of a mask file in the image's size; what is transparent counts as black.
 * @throws StylusError bad-file, bad-input when its shape is another
 */
export async function maskValues(
  file: Blob,
  image: { readonly width: number; readonly height: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const bitmap = await decode(file, "The mask");
  const { width, height } = bitmap;
  // Half a pixel of rounding where both were made smaller.
  if (Math.abs(width * image.height - height * image.width) > Math.max(width, height)) {
    throw new StylusError(
      "bad-input",
      say`The mask is ${width} × ${height} px, but the init image is ${image.width} × ${image.height} px.`,
      { where: "start.mask", remedy: say`Use a mask of the same size.` },
    );
  }
  return brightness(bitmap, image);
}

/** A mask file in its own size. @throws StylusError bad-file, bad-input when it is too large */
export async function maskOfFile(file: Blob): Promise<MaskImage> {
  const taken = await takeImage(file, "The mask");
  const { width, height } = taken;
  return { width, height, values: brightness(await decode(taken.file, "The mask"), { width, height }) };
}

/** Over black. Closes the bitmap. */
function brightness(
  bitmap: ImageBitmap,
  { width, height }: { readonly width: number; readonly height: number },
): Uint8Array<ArrayBuffer> {
  const context = canvasOf({ width, height });
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  return Uint8Array.from({ length: width * height }, (_, i) =>
    Math.round(0.299 * data[4 * i]! + 0.587 * data[4 * i + 1]! + 0.114 * data[4 * i + 2]!),
  );
}

const gone = (what: Saying): StylusError =>
  new StylusError("not-found", say`${what} is no longer in this browser’s storage.`, {
    where: "start",
    remedy: say`Choose the image again.`,
  });

/** Pixels of an init image and its mask, from the store. @throws StylusError not-found, bad-file, bad-input for an empty mask */
export async function openInitImage(
  { picture, strength, mask }: InitImageOptions,
  inputs: InputStore,
): Promise<ImageToImage> {
  const file = await inputs.get(picture.id);
  if (!file) throw gone(say`The init image`);
  const image = await pixelsOf(file, "The init image");
  if (mask === null) return { image, strength };
  const drawnMask = await inputs.get(mask.id);
  if (!drawnMask) throw gone(say`The mask`);
  const values = await maskValues(drawnMask, image);
  if (!values.some((value) => value > 0)) {
    throw new StylusError("bad-input", say`The mask is empty, so nothing would change.`, {
      where: "start.mask",
      remedy: say`Make the area to regenerate white in the mask.`,
    });
  }
  const { blur, region, padding, fill } = mask;
  return { image, strength, mask: { values, blur, region, padding, fill } };
}
