// Pixels to a PNG file that other tools read: the settings and adapters stand in its `parameters` text.
import type { AdapterCard } from "../retrieval/card.ts";
import { StylusError } from "../shared/errors.ts";
import type { AdapterUse } from "../shared/request.ts";
import type { GenerateOptions } from "./options.ts";
import type { Picture, Pixels } from "./run-view.ts";

/** What is written into the file besides the pixels. */
export interface PictureInfo {
  readonly options: GenerateOptions;
  readonly image: { readonly seed: number; readonly adapters: readonly AdapterUse[] };
  readonly cards: ReadonlyMap<string, AdapterCard>;
}

export async function encodePixels(pixels: Pixels): Promise<Blob> {
  const canvas = new OffscreenCanvas(pixels.width, pixels.height);
  const context = canvas.getContext("2d");
  if (!context) throw new StylusError("device", "The browser gives no canvas to save the picture with.");
  context.putImageData(new ImageData(pixels.rgba, pixels.width, pixels.height), 0, 0);
  return canvas.convertToBlob({ type: "image/png" });
}

export async function encodePicture(pixels: Pixels, _info: PictureInfo): Promise<Picture> {
  const png = await encodePixels(pixels);
  return { png, url: URL.createObjectURL(png) };
}

/** "a-castle-on-a-hill-1234.png" */
export function pictureFileName(seed: number, prompt: string): string {
  const words = prompt
    .normalize("NFKD")
    .replace(/<[^>]*>/g, " ")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 48)
    .replace(/-+$/, "");
  return `${words === "" ? "stylus" : words}-${seed}.png`;
}
