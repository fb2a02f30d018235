// Pixels to a PNG file that other tools read: the settings and adapters stand in its `parameters` text.
import { version } from "../../../package.json";
import { PARAMETERS_KEYWORD } from "../../formats/generation-parameters.ts";
import { readImageText } from "../../formats/image-text.ts";
import { withPngText } from "../../formats/png.ts";
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import { withoutTags } from "../../shared/prompt-syntax.ts";
import { writeInfotext, type ImageInfo } from "../../stylus/infotext.ts";
import { maxImageBytes } from "./input-image.ts";
import type { RgbaImage } from "../../shared/request.ts";

/** A finished image as the page holds it. */
export interface EncodedImage {
  readonly png: Blob;
  /** Object URL of `png`; its holder revokes it. */
  readonly url: string;
}

async function encodePixels(pixels: RgbaImage): Promise<Blob> {
  const canvas = new OffscreenCanvas(pixels.width, pixels.height);
  const context = canvas.getContext("2d");
  if (!context)
    throw new StylusError("device", say`The browser could not create a canvas to encode the image.`);
  context.putImageData(new ImageData(pixels.rgba, pixels.width, pixels.height), 0, 0);
  return canvas.convertToBlob({ type: "image/png" });
}

export async function encodeImage(
  pixels: RgbaImage,
  info: Omit<ImageInfo, "version">,
): Promise<EncodedImage> {
  return withInfo(await encodePixels(pixels), info);
}

/** A PNG file with what its image was made from. */
export async function withInfo(file: Blob, info: Omit<ImageInfo, "version">): Promise<EncodedImage> {
  const plain = new Uint8Array(await file.arrayBuffer());
  const text = writeInfotext({ ...info, version });
  const png = new Blob([withPngText(plain, { [PARAMETERS_KEYWORD]: text })], { type: "image/png" });
  return { png, url: URL.createObjectURL(png) };
}

/** The settings of an image that somebody drops on the page, as a `parameters` text; null when it carries none, or is refused for its size. */
export const parametersText = async (file: Blob): Promise<string | null> =>
  file.size > maxImageBytes ? null : readImageText(new Uint8Array(await file.arrayBuffer()));

/** "a-castle-on-a-hill-1234.png" */
export function imageFileName(seed: number, prompt: string): string {
  const words = withoutTags(prompt)
    .slice(0, 500) // more than the name shows
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 48)
    .replace(/-$/, "");
  return `${words === "" ? "stylus" : words}-${seed}.png`;
}
