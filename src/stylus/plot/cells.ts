// A plot becomes one request per cell of its sheet, in as few passes of the engine as can be. Pure.
import { refuse, type Sampling } from "../../shared/request-check.ts";
import { say } from "../../shared/saying.ts";
import type { AdapterUse } from "../../shared/request.ts";
import { promptsOf, type RegionOptions } from "../regions.ts";
import type { PresetId } from "../../shared/limits.ts";
import { elided } from "../../shared/untrusted-text.ts";
import {
  axisSayings,
  axisNames,
  mostPlotImages,
  readAxis,
  type AxisName,
  type Plot,
  type ReadAxis,
} from "./axes.ts";

export type CellSampling = Pick<Sampling, "steps" | "cfgScale" | "sampler" | "schedule" | "clipSkip">;

/** What a plot varies. */
export type PlotBase = CellSampling &
  Pick<Sampling, "prompt" | "negativePrompt"> & {
    readonly seed: number;
    readonly regions?: RegionOptions | null;
  };

/** One image of a plot. */
export interface PlotCell {
  readonly prompt: string;
  readonly negativePrompt: string;
  /** The prompts of the regions. */
  readonly regions: readonly string[];
  readonly seed: number;
  /** What of the sampling it has otherwise than the base. */
  readonly sampling: Partial<CellSampling>;
  /** Null: that of the run. */
  readonly preset: PresetId | null;
  /** Null: that of the run; its id is null for the model's own. */
  readonly vae: { readonly id: string | null } | null;
  /** Of these adapters it has the one, or none. */
  readonly adapter: { readonly among: readonly string[]; readonly id: string | null } | null;
  /** The strength of one adapter, or of all: null. */
  readonly weight: { readonly id: string | null; readonly strength: number } | null;
}

export interface ExpandedPlot {
  /** Null: no such axis. */
  readonly axes: Readonly<Record<AxisName, ReadAxis | null>>;
  readonly columns: number;
  readonly rows: number;
  readonly pages: number;
  /** Row by row, page by page. */
  readonly cells: readonly PlotCell[];
}

/** @throws StylusError bad-input: the words to replace are not there */
function replaceWords(cell: PlotCell, name: AxisName, [from, to]: readonly [string, string]): PlotCell {
  const texts = [cell.prompt, cell.negativePrompt, ...cell.regions];
  if (from === "" || !texts.some((text) => text.includes(from)))
    refuse(
      `plot.${name}`,
      say`${axisSayings.prompt} on ${name.toUpperCase()}: “${elided(from, 40)}” is not in the prompt.`,
      say`Write the words to replace first, exactly as in the prompt, then what replaces them: “a fox, a robot”.`,
    );
  const replaced = (text: string): string => text.replaceAll(from, () => to);
  return {
    ...cell,
    prompt: replaced(cell.prompt),
    negativePrompt: replaced(cell.negativePrompt),
    regions: cell.regions.map(replaced),
  };
}

function withValue(cell: PlotCell, name: AxisName, axis: ReadAxis, index: number): PlotCell {
  switch (axis.kind) {
    case "seed":
      return { ...cell, seed: axis.values[index]! };
    case "steps":
    case "cfgScale":
    case "clipSkip":
      return { ...cell, sampling: { ...cell.sampling, [axis.kind]: axis.values[index]! } };
    case "sampler":
      // An axis of schedules says more than the name of a sampler.
      return { ...cell, sampling: { ...axis.values[index]!, ...cell.sampling } };
    case "schedule":
      return { ...cell, sampling: { ...cell.sampling, schedule: axis.values[index]! } };
    case "vae":
      return { ...cell, vae: { id: axis.values[index]! } };
    case "preset":
      return { ...cell, preset: axis.values[index]! };
    case "adapter": {
      const among = axis.values.filter((id) => id !== null);
      return { ...cell, adapter: { among, id: axis.values[index]! } };
    }
    case "weight":
      return { ...cell, weight: { id: axis.adapter, strength: axis.values[index]! } };
    case "prompt":
      return replaceWords(cell, name, [axis.values[0]!, axis.values[index]!]);
  }
}

/** Number of values of each axis that there is. */
const extent = (axis: ReadAxis | null): number => axis?.values.length ?? 1;

/** @throws StylusError bad-input, `where` naming the axis ("plot.x"), or "plot" for what is wrong with all of it */
export function expandPlot(plot: Plot, base: PlotBase): ExpandedPlot {
  const read = (name: AxisName): ReadAxis | null => (plot[name] === null ? null : readAxis(name, plot[name]));
  const axes = { x: read("x"), y: read("y"), z: read("z") };
  const used = axisNames.filter((name) => axes[name] !== null);
  if (used.length === 0) refuse("plot", say`The plot has no axis.`, say`Choose what X varies.`);
  for (const name of used) {
    const { kind } = axes[name]!;
    const first = used.find((other) => axes[other]!.kind === kind)!;
    if (first !== name && kind !== "prompt")
      refuse(
        `plot.${name}`,
        say`${first.toUpperCase()} and ${name.toUpperCase()} both vary ${axisSayings[kind]}.`,
        say`Choose another type for ${name.toUpperCase()}.`,
      );
  }
  const [columns, rows, pages] = [extent(axes.x), extent(axes.y), extent(axes.z)];
  const count = columns * rows * pages;
  if (count > mostPlotImages)
    refuse(
      "plot",
      say`This plot has ${count.toLocaleString("en")} images; the limit is ${mostPlotImages}.`,
      say`Shorten an axis: ${used.map((name) => say`${name.toUpperCase()} has ${extent(axes[name])} values`)}.`,
    );
  const { prompt, negativePrompt, seed } = base;
  const regions = promptsOf(base.regions);
  const blank: PlotCell = {
    prompt,
    negativePrompt,
    regions,
    seed,
    sampling: {},
    preset: null,
    vae: null,
    adapter: null,
    weight: null,
  };
  const cells = Array.from({ length: count }, (_, cell) => {
    const at = {
      x: cell % columns,
      y: Math.floor(cell / columns) % rows,
      z: Math.floor(cell / (columns * rows)),
    };
    return used.reduce((before, name) => withValue(before, name, axes[name]!, at[name]), blank);
  });
  return { axes, columns, rows, pages, cells };
}

/** How many images a run asks for; of a plot that cannot be, as many as without it. */
export function imageCount(
  options: PlotBase & { readonly plot: Plot | null; readonly count: number },
): number {
  try {
    return options.plot ? expandPlot(options.plot, options).cells.length : options.count;
  } catch {
    return options.count;
  }
}

/** Adapters that a plot names: there have to be such. @throws StylusError bad-input */
export function adaptersOf(plot: Plot): string[] {
  return axisNames.flatMap((name) => {
    const axis = plot[name];
    if (axis?.kind === "weight") return axis.adapter === undefined ? [] : [axis.adapter];
    if (axis?.kind !== "adapter") return [];
    const read = readAxis(name, axis);
    return read.kind === "adapter" ? read.values.filter((id) => id !== null) : [];
  });
}

/** The adapters of a region in a cell, out of those that were chosen for it: what a cell adds is the image's. */
export function ownAdaptersOfCell(
  chosen: readonly AdapterUse[],
  { adapter, weight }: Pick<PlotCell, "adapter" | "weight">,
): AdapterUse[] {
  const uses = chosen.filter(
    ({ id }) => adapter === null || id === adapter.id || !adapter.among.includes(id),
  );
  if (weight === null) return uses;
  const { id: only, strength } = weight;
  return uses.map((each) =>
    only === null || each.id === only ? { ...each, unetStrength: strength, textStrength: strength } : each,
  );
}

/**
 * The adapters of a cell, out of those that were chosen for its prompt.
 * @param context.strengthOf an adapter that was not chosen
 * @param context.inRegions ids of its regions' own adapters: to vary the weight of one does not bring it into the whole image
 */
export function adaptersOfCell(
  chosen: readonly AdapterUse[],
  cell: Pick<PlotCell, "adapter" | "weight">,
  {
    strengthOf,
    inRegions = new Set(),
  }: { readonly strengthOf: (id: string) => number; readonly inRegions?: ReadonlySet<string> },
): AdapterUse[] {
  const [named, weighted] = [cell.adapter?.id ?? null, cell.weight?.id ?? null];
  const wanted = new Set([named, weighted !== null && inRegions.has(weighted) ? null : weighted]);
  const missing = [...wanted]
    .filter((id) => id !== null)
    .filter((id) => !chosen.some((use) => use.id === id));
  const added = missing.map((id) => {
    const strength = strengthOf(id);
    return { id, unetStrength: strength, textStrength: strength };
  });
  return ownAdaptersOfCell([...chosen, ...added], cell);
}

/** Keys in order of first appearance. */
function ranks<Item>(items: readonly Item[], key: (item: Item) => string): number[] {
  const known = new Map<string, number>();
  return items.map((item) => {
    const text = key(item);
    if (!known.has(text)) known.set(text, known.size);
    return known.get(text)!;
  });
}

/**
 * Places of the images in the order of their generation, in passes that share their VAE and sampling: each VAE is loaded once, with it
 * each set of adapters merged once, and each text encoded once for that.
 */
export function passesOf(
  images: readonly {
    readonly adapters: readonly AdapterUse[];
    readonly vae?: string | null;
    readonly sampling?: Partial<CellSampling>;
    readonly prompt?: string;
    readonly negativePrompt?: string;
    readonly regions?: readonly { readonly prompt?: string; readonly adapters: readonly AdapterUse[] }[];
  }[],
): number[][] {
  const decoded = ranks(images, ({ vae }) => JSON.stringify([vae]));
  const merged = ranks(images, ({ adapters, regions = [] }) =>
    JSON.stringify([adapters, regions.map((region) => region.adapters)]),
  );
  const sampled = ranks(images, ({ sampling = {} }) => JSON.stringify(Object.entries(sampling).sort()));
  const worded = ranks(images, ({ prompt, negativePrompt, regions = [] }) =>
    JSON.stringify([prompt, negativePrompt, regions.map((region) => region.prompt)]),
  );
  const order = [...images.keys()].sort(
    (a, b) =>
      decoded[a]! - decoded[b]! ||
      merged[a]! - merged[b]! ||
      sampled[a]! - sampled[b]! ||
      worded[a]! - worded[b]! ||
      a - b,
  );
  const passes: number[][] = [];
  for (const place of order) {
    const last = passes.at(-1);
    const isSame = (ranked: readonly number[]): boolean => ranked[last![0]!] === ranked[place];
    if (last && isSame(sampled) && isSame(decoded)) last.push(place);
    else passes.push([place]);
  }
  return passes;
}
