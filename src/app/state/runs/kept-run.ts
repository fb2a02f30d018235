// A run of the gallery as the page shows it.
import type { StoredImage, StoredRun } from "../../images/gallery.ts";
import { plotFrom, type Plot } from "../../../stylus/plot/axes.ts";
import { expandPlot } from "../../../stylus/plot/cells.ts";
import type { GenerateOptions } from "../../../stylus/options.ts";
import type { RunReport } from "../../../stylus/run-types.ts";
import { shownImage } from "./earlier.ts";
import { startRun, type ImageView, type RunView, type StageView } from "./view.ts";

/** Runs of earlier versions have no word of what came later. */
const withLaterOptions = (options: GenerateOptions): GenerateOptions => ({
  ...options,
  start: options.start ?? null,
  variation: options.variation ?? null,
  guidanceInterval: options.guidanceInterval ?? null,
  cacheInterval: options.cacheInterval ?? 1,
  hires: options.hires ?? null,
  vaeTilePixels: options.vaeTilePixels ?? null,
  languageModel: options.languageModel ?? null,
  combine: options.combine ?? "merge",
  commercialOnly: options.commercialOnly ?? false,
  composer: options.composer ?? "reader",
  regions: options.regions ?? null,
  details: options.details ?? null,
  plot: wholePlot(options),
});

/** Null: none, or a damaged one, whose images are left. */
function wholePlot(options: GenerateOptions): Plot | null {
  try {
    const plot = options.plot ? plotFrom(options.plot) : null;
    if (plot) expandPlot(plot, options);
    return plot;
  } catch {
    return null;
  }
}

/** Each stage once, however many prompts it went through. */
function stagesOf({ stages }: RunReport): StageView[] {
  const sums = new Map<StageView["id"], number>();
  for (const { id, milliseconds } of stages) sums.set(id, (sums.get(id) ?? 0) + milliseconds);
  return [...sums].map(([id, milliseconds]) => ({ id, milliseconds, status: "done" }));
}

/** With what it was asked for, completed by what came later. */
export function keptRun(stored: { readonly run: StoredRun; readonly images: readonly StoredImage[] }): {
  readonly options: GenerateOptions;
  readonly view: RunView;
} {
  const { images } = stored;
  const kept = { ...stored.run, options: withLaterOptions(stored.run.options) };
  const blank = startRun(kept.options, kept.id);
  /** @param index its place among those that are left */
  const shown = (image: StoredImage, index: number): ImageView => ({
    ...shownImage(image, blank.images[0]!),
    index,
  });
  const view: RunView = {
    ...blank,
    createdAt: kept.createdAt,
    status: "done",
    stages: stagesOf(kept.report),
    candidates: kept.candidates,
    composition: kept.composition,
    regions: kept.regions ?? [],
    report: kept.report,
    images: images.filter(({ sheet }) => !sheet).map(shown),
    sheet: images.filter(({ sheet }) => sheet).map((image) => shown(image, images.length))[0] ?? null,
  };
  return { options: kept.options, view };
}
