// Puts the pictures of one run into the gallery as they are finished: neither Stop nor a reload loses them.
import type { GalleryState } from "./gallery-state.ts";
import type { ImageView, RunView } from "./run-view.ts";

/** Keeps `image` and what is known of the run; false while the browser has no room for some picture. Never rejects. */
export type KeepPicture = (image?: ImageView) => Promise<boolean>;

export function createRunKeeper(gallery: GalleryState, view: RunView): KeepPicture {
  /** Kept ones are not put again: the user may have deleted them meanwhile. */
  const unkept = new Set<ImageView>();
  let last = Promise.resolve(true);
  async function keep(): Promise<boolean> {
    const images = [...unkept];
    if (!view.report) return true; // no picture
    try {
      await gallery.keep(view, view.report, images);
      for (const image of images) unkept.delete(image);
    } catch {
      // Tried again with the next picture, and at the end.
    }
    return unkept.size === 0;
  }
  return (image) => {
    if (image) unkept.add(image);
    last = last.then(keep);
    return last;
  };
}
