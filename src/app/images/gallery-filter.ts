// Which images of the gallery are shown. Pure.
import { adapterIdsAnywhere } from "../../stylus/region-text.ts";
import type { ImageMarks, StoredImage } from "./gallery.ts";

export interface GalleryFilter {
  readonly favourites: boolean;
  /** Id; null: any or none. */
  readonly adapter: string | null;
  /** Words of the prompt or the note, each of which must occur. */
  readonly text: string;
  /** Of this day and the ones before it; null: since ever. */
  readonly days: number | null;
}

export const noFilter: GalleryFilter = { favourites: false, adapter: null, text: "", days: null };

export const isFiltering = ({ favourites, adapter, text, days }: GalleryFilter): boolean =>
  favourites || adapter !== null || text.trim() !== "" || days !== null;

/** Whether an adapter has a part in the image, or in one part of it. */
export const usesAdapter = (
  image: Pick<StoredImage, "adapters" | "regions" | "detailAdapters">,
  adapter: string,
): boolean => adapterIdsAnywhere(image).includes(adapter);

/** @param about.prompt that the image was generated from; @param about.now milliseconds since 1970 */
export function passes(
  image: Pick<StoredImage, "adapters" | "regions" | "detailAdapters" | "createdAt">,
  { favourites, adapter, text, days }: GalleryFilter,
  about: { readonly marks: ImageMarks; readonly prompt: string; readonly now: number },
): boolean {
  const { marks, prompt, now } = about;
  if (favourites && !marks.favourite) return false;
  if (adapter !== null && !usesAdapter(image, adapter)) return false;
  if (days !== null) {
    const since = new Date(now);
    since.setHours(0, 0, 0, 0);
    since.setDate(since.getDate() - (days - 1));
    if (image.createdAt < since.getTime()) return false;
  }
  const searched = `${prompt}\n${marks.note}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/u)
    .every((word) => searched.includes(word));
}
