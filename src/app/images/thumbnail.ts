// A small copy of an image that came with something: enough to recognise it by, and without what else its file may hold.

const side = 384;
const largestFileBytes = 50e6;

/** Null when the browser cannot read it: it is only an image beside something else. */
export async function thumbnailOf(file: Blob): Promise<Blob | null> {
  if (file.size > largestFileBytes) return null;
  try {
    const image = await createImageBitmap(file);
    const scale = Math.min(1, side / Math.max(image.width, image.height));
    const size = (pixels: number): number => Math.max(1, Math.round(pixels * scale));
    const canvas = new OffscreenCanvas(size(image.width), size(image.height));
    const context = canvas.getContext("2d")!;
    context.imageSmoothingQuality = "high";
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    image.close();
    return await canvas.convertToBlob({ type: "image/webp", quality: 0.85 });
  } catch {
    return null;
  }
}
