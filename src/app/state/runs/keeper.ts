// Puts the images of one run into the gallery as they are finished: neither Stop nor a reload loses them.
import { keepingError, type StylusError } from "../../../shared/errors.ts";
import { say } from "../../../shared/saying.ts";
import type { GalleryState } from "../gallery.ts";
import type { ImageView, RunView } from "./view.ts";

/** Keeps `image` and what is known of the run; answers why some image is not kept so far. Never rejects. */
export type KeepImage = (image?: ImageView) => Promise<StylusError | null>;

export function createRunKeeper(gallery: Pick<GalleryState, "keep">, view: RunView): KeepImage {
  /** Kept ones are not put again: the user may have deleted them since. */
  const unkept = new Set<ImageView>();
  let last = Promise.resolve<StylusError | null>(null);
  /** The database did not answer: the end of the run does not wait for it once more. */
  let silence: StylusError | null = null;
  async function keep(isNew: boolean): Promise<StylusError | null> {
    const images = [...unkept];
    if (!view.report) return null; // no image
    if (silence && !isNew) return silence;
    try {
      await gallery.keep(view, view.report, images);
      for (const image of images) unkept.delete(image);
      silence = null;
    } catch (cause) {
      // Tried again with the next image, and at the end.
      if (images.length > 0) {
        const failure = keepingError(images.length === 1 ? say`this image` : say`these images`, cause, {
          full: say`Download the images you want to keep, and free disk space for new ones.`,
          other: say`Download the images you want to keep, then reload this page.`,
        });
        silence = cause instanceof DOMException && cause.name === "TimeoutError" ? failure : null;
        return failure;
      }
    }
    return null;
  }
  return (image) => {
    if (image) unkept.add(image);
    last = last.then(() => keep(image !== undefined));
    return last;
  };
}
