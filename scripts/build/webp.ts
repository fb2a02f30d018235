// A PNG as a smaller WebP, by a page's canvas.
import type { Page } from "playwright";

/** @param format width in pixels, the height follows; quality 0 … 1 */
export async function toWebp(
  page: Page,
  png: Buffer,
  { width, quality }: { readonly width: number; readonly quality: number },
): Promise<Buffer> {
  const bytes = await page.evaluate(
    async ([data, pixels, webpQuality]) => {
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes]));
      const canvas = new OffscreenCanvas(pixels, Math.round((image.height * pixels) / image.width));
      const context = canvas.getContext("2d")!;
      context.imageSmoothingQuality = "high";
      context.drawImage(image, 0, 0, canvas.width, canvas.height);
      const blob = await canvas.convertToBlob({ type: "image/webp", quality: webpQuality });
      return Array.from(new Uint8Array(await blob.arrayBuffer()));
    },
    [png.toString("base64"), width, quality] as const,
  );
  return Buffer.from(bytes);
}
