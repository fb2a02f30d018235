// A PNG as a smaller WebP, by a page's canvas.
import type { Page } from "playwright";

/** @param format side in pixels, quality 0 … 1 */
export async function toWebp(
  page: Page,
  png: Buffer,
  { side, quality }: { readonly side: number; readonly quality: number },
): Promise<Buffer> {
  const bytes = await page.evaluate(
    async ([data, pixels, webpQuality]) => {
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes]));
      const canvas = new OffscreenCanvas(pixels, pixels);
      const context = canvas.getContext("2d")!;
      context.imageSmoothingQuality = "high";
      context.drawImage(image, 0, 0, pixels, pixels);
      const blob = await canvas.convertToBlob({ type: "image/webp", quality: webpQuality });
      return Array.from(new Uint8Array(await blob.arrayBuffer()));
    },
    [png.toString("base64"), side, quality] as const,
  );
  return Buffer.from(bytes);
}
