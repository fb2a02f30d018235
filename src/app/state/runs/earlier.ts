// What a reload left of a run: its finished images are in the gallery, so that only the others are generated when it continues.
import type { StoredImage, StoredRun } from "../../images/gallery.ts";
import type { GenerateOptions } from "../../../stylus/options.ts";
import type { RunReport } from "../../../stylus/run-types.ts";
import { startRun, type ImageView, type RunView } from "./view.ts";

export interface EarlierRun {
  readonly run: StoredRun;
  readonly images: readonly StoredImage[];
}

/** In one order of its keys, so that equal values are equal texts. */
const ordered = (value: unknown): unknown => {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(ordered);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, entry]) => [key, ordered(entry)]));
};
const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(ordered(a)) === JSON.stringify(ordered(b));

/** An image out of the gallery, as the page shows it. @param blank of its run */
export const shownImage = ({ png, sheet, ...image }: StoredImage, blank: ImageView): ImageView => ({
  ...blank,
  ...image,
  ...(sheet ? { sheet } : {}),
  status: "done",
  step: blank.steps,
  encoded: { png, url: URL.createObjectURL(png) },
});

/** The reports of a run before and after it was interrupted, as one. @param report of what was generated since */
export const joinedReports = (earlier: RunReport, report: RunReport): RunReport => {
  const own = new Set(report.images.map(({ index }) => index));
  return {
    ...report,
    createdAt: earlier.createdAt,
    stages: [...earlier.stages, ...report.stages],
    images: [...earlier.images.filter(({ index }) => !own.has(index)), ...report.images].sort(
      (a, b) => a.index - b.index,
    ),
    milliseconds: earlier.milliseconds + report.milliseconds,
  };
};

/**
 * The beginning of a run with these options: with the images that are there, if it was asked for the same before it was interrupted.
 * Otherwise it is another run, which takes nothing's place.
 */
export function continuedRun(
  options: GenerateOptions,
  id: string,
  earlier: EarlierRun | null,
): { readonly view: RunView; readonly earlier: EarlierRun | null } {
  if (earlier === null) return { view: startRun(options, id), earlier: null };
  if (!isSame(earlier.run.options, options))
    return { view: startRun(options, crypto.randomUUID()), earlier: null };
  const blank = startRun(options, id);
  const there = new Map(earlier.images.flatMap((image) => (image.sheet ? [] : [[image.index, image]])));
  const images = blank.images.map((image) => {
    const kept = there.get(image.index);
    return kept ? shownImage(kept, image) : image;
  });
  const { createdAt, report } = earlier.run;
  return { view: { ...blank, createdAt, report, images }, earlier };
}
