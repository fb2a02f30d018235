// The X/Y/Z plot: its form and its sheet.
import type { AxisKind } from "../../stylus/plot/axes.ts";
import { formats, images } from "./formats.ts";

const kinds: Readonly<Record<AxisKind, string>> = {
  seed: "Seed",
  steps: "Steps",
  cfgScale: "CFG scale",
  sampler: "Sampler",
  schedule: "Schedule type",
  clipSkip: "Clip skip",
  vae: "VAE",
  preset: "Preset",
  adapter: "Adapter",
  weight: "Adapter strength",
  prompt: "Prompt S/R",
};

export const plot = {
  title: "X/Y/Z plot",
  button: "Plot",
  text: "One image for each combination of values, on one labelled sheet. Adapters are chosen once for each prompt, so that the images can be compared.",
  axes: { x: "X: columns", y: "Y: rows", z: "Z: pages" },
  type: "Type",
  none: "Nothing",
  kinds,
  values: "Values",
  valuesOf: (axis: string) => `Values of ${axis}`,
  typeOf: (axis: string) => `Type of ${axis}`,
  numbers: "1, 2, 3 or 1-5. Every second: 1-10 (+2). Five in total: 1-10 [5].",
  seeds: "1, 2, 3 or 1-5. -1 draws a seed.",
  words:
    'What to search for in the prompt, then what replaces it: fox, robot, "big, red cat". Use quotes for text with commas.',
  weightOf: "Strength of",
  allAdapters: "all adapters",
  noAdapter: "No adapter",
  ownVae: "Built-in VAE",
  /** A VAE that a plot cannot use yet. */
  notDownloaded: (title: string, bytes: number) => `${title} (not downloaded, ${formats.bytes(bytes)})`,
  addAdapter: "Add an adapter",
  add: "Add",
  /** Words replaced by nothing. */
  nothing: "(nothing)",
  /** @param factors "3 × 2" */
  product: (factors: string, count: number) => `${factors} = ${images(count)}`,
  time: (milliseconds: number) => `about ${formats.duration(milliseconds)}`,
  choose: "Choose what X or Y varies.",
  generate: "Generate plot",
  queue: "Add plot to queue",
  sheetAlt: (sheet: { prompt: string; columns: number; rows: number; pages: number }) =>
    `Plot of “${sheet.prompt}”: columns ${formats.number(sheet.columns)}, rows ${formats.number(sheet.rows)}, pages ${formats.number(sheet.pages)}.`,
  grid: "Images of the plot so far",
  cell: (image: number, labels: string) => `Image ${formats.number(image)}: ${labels}`,
  open: "Open the sheet at full size",
  download: "Download the sheet with settings",
  reuse: "Reuse prompt, settings and axes",
  reused: "Prompt, settings and axes loaded.",
  cells: (count: number) => formats.counted(count, { one: "single image", other: "single images" }),
  /** In the gallery. */
  show: (seed: number) => `Show plot with seed ${seed}`,
  delete: (seed: number) => `Delete the sheet of the plot with seed ${seed}`,
  unfold: (count: number) => `Single images of this plot: ${formats.number(count)}`,
};
