// The axes of an X/Y/Z plot and their values as AUTOMATIC1111's script of that name has them typed (xyz_grid.py): "1,2,3",
// "1-10 (+2)", "1-10 [5]", "a fox, a robot". Pure.
import { readSampler, SAMPLER_LABELS, SCHEDULE_LABELS } from "../../formats/generation-parameters.ts";
import { english, say, type Saying } from "../../shared/saying.ts";
import { choices, limits, type PresetId, type Range } from "../../shared/limits.ts";
import { promptTags } from "../../shared/prompt-syntax.ts";
import { refuse } from "../../shared/request-check.ts";
import type { SamplerId, ScheduleId } from "../../shared/request.ts";
import { elided } from "../../shared/untrusted-text.ts";

export const axisKinds = [
  "seed",
  "steps",
  "cfgScale",
  "sampler",
  "schedule",
  "clipSkip",
  "vae",
  "preset",
  "adapter",
  "weight",
  "prompt",
] as const;
export type AxisKind = (typeof axisKinds)[number];

/** What a user writes for one axis; plain data, kept in settings, runs and files. */
export interface PlotAxis {
  readonly kind: AxisKind;
  /** As typed. Adapters and VAEs by their ids, none of them as "none"; of a prompt axis the words to replace first. */
  readonly values: string;
  /** Of a weight axis: the adapter whose strength it sets; absent: all of an image. */
  readonly adapter?: string;
}

export const axisNames = ["x", "y", "z"] as const;
export type AxisName = (typeof axisNames)[number];
/** X are the columns of a sheet, Y its rows, Z its pages; null: none. */
export type Plot = Readonly<Record<AxisName, PlotAxis | null>>;

/** An axis with its values read: `texts` has what labels show of each. */
export type ReadAxis = { readonly texts: readonly string[] } & (
  | { readonly kind: "seed" | "steps" | "cfgScale" | "clipSkip"; readonly values: readonly number[] }
  /** Old files name a schedule with the sampler: "DPM++ 2M Karras". */
  | { readonly kind: "sampler"; readonly values: readonly { sampler: SamplerId; schedule?: ScheduleId }[] }
  | { readonly kind: "schedule"; readonly values: readonly ScheduleId[] }
  /** Null: the model's own. */
  | { readonly kind: "vae"; readonly values: readonly (string | null)[] }
  | { readonly kind: "preset"; readonly values: readonly PresetId[] }
  /** Null: none of the others. */
  | { readonly kind: "adapter"; readonly values: readonly (string | null)[] }
  | { readonly kind: "weight"; readonly values: readonly number[]; readonly adapter: string | null }
  | { readonly kind: "prompt"; readonly values: readonly string[] }
);

/** As many images as a sheet has room for. */
export const mostPlotImages = 100;

/** Stands for no adapter of an adapter axis. */
export const noAdapter = "none";

/** Stands for the model's own VAE. AUTOMATIC1111's "Automatic" is that, too, unless a file lies beside the model. */
export const ownVae = "none";
const isOwnVae = (entry: string): boolean => [ownVae, "automatic"].includes(entry.toLowerCase());

/** As AUTOMATIC1111 calls them, but for adapters and presets, which it has no axis for. */
export const axisSayings: Readonly<Record<AxisKind, Saying>> = {
  seed: say`Seed`,
  steps: say`Steps`,
  cfgScale: say`CFG Scale`,
  sampler: say`Sampler`,
  schedule: say`Schedule type`,
  clipSkip: say`Clip skip`,
  vae: say`VAE`,
  preset: say`Preset`,
  adapter: say`Adapter`,
  weight: say`Adapter weight`,
  prompt: say`Prompt S/R`,
};

export const axisLabel = (kind: AxisKind): string => english(axisSayings[kind]);

/** The kinds that are numbers, with what they may be; of these only the CFG scale and the weight have fractions. */
const ranges: ReadonlyMap<AxisKind, Range & { readonly whole: boolean }> = new Map([
  ["seed", { ...limits.seed, whole: true }],
  ["steps", { ...limits.steps, whole: true }],
  ["cfgScale", { ...limits.cfgScale, whole: false }],
  ["clipSkip", { ...limits.clipSkip, whole: true }],
  ["weight", { ...limits.adapterStrength, whole: false }],
]);

/**
 * Values apart by commas or line ends; quotes, also those that phones put in their place, keep commas and spaces, and `""` is a quote in
 * them, as in a CSV file.
 */
export function splitValues(text: string): string[] {
  const value = /[^\S\n]*(?:(?:"((?:[^"]|"")*)"|“([^“”]*)”)[^\S\n]*(?=[,\n]|$)|([^,\n]*))(?:[,\n]|$)/uy;
  const values: string[] = [];
  while (value.lastIndex < text.length) {
    const [, quoted, curly, plain = ""] = value.exec(text)!;
    if (quoted !== undefined) values.push(quoted.replaceAll('""', '"'));
    else if (curly !== undefined) values.push(curly);
    else if (plain.trim() !== "") values.push(plain.trim());
  }
  return values;
}

/** The way back. */
export const joinValues = (values: readonly string[]): string =>
  values
    .map((value) =>
      value === "" || value.trim() !== value || /[",\n]/u.test(value)
        ? `"${value.replaceAll('"', '""')}"`
        : value,
    )
    .join(", ");

const where = (name: AxisName): string => `plot.${name}`;
const shown = (value: string): string => `“${elided(value, 40)}”`;

const NUMBER = String.raw`[+-]?\d+(?:\.\d*)?`;
/** "1-10", "1-10 (+2)", "1-10 [5]"; both ends count. */
const SPAN = new RegExp(
  String.raw`^(${NUMBER})\s*-\s*(${NUMBER})(?:\s*\(\s*([+-]?\d+(?:\.\d*)?)\s*\)|\s*\[\s*(\d+)\s*\])?$`,
  "u",
);

/** 0.1 + 0.2 is 0.3 on a label. */
const rounded = (value: number): number => Number(value.toFixed(6));

/** Numbers of one entry; null: it is none. One more than there may be stands for any more. */
function numbersOf(entry: string, whole: boolean): number[] | null {
  if (new RegExp(`^${NUMBER}$`, "u").test(entry)) return [Number(entry)];
  const [, first, last, step, count] = SPAN.exec(entry) ?? [];
  if (first === undefined || last === undefined) return null;
  const [from, to] = [Number(first), Number(last)];
  if (count !== undefined) {
    if (Number(count) === 0) return null;
    const length = Math.min(Number(count), mostPlotImages + 1);
    return Array.from({ length }, (_, index) => {
      const value = length === 1 ? from : from + ((to - from) * index) / (length - 1);
      return whole ? Math.trunc(rounded(value)) : rounded(value);
    });
  }
  const by = step === undefined ? (from <= to ? 1 : -1) : Number(step);
  const steps = (to - from) / by;
  if (by === 0 || steps < 0) return null; // it never gets there
  const length = Math.min(Math.floor(rounded(steps)) + 1, mostPlotImages + 1);
  return Array.from({ length }, (_, index) => rounded(from + by * index));
}

const spans = say`“1, 2, 3”, “1-5”, “1-10 (+2)” or “1-10 [5]”`;

function readNumbers(name: AxisName, kind: AxisKind, entries: readonly string[]): number[] {
  const { min, max, whole } = ranges.get(kind)!;
  const remedy = whole
    ? say`Use whole numbers from ${min} to ${max}, such as ${spans}.`
    : say`Use numbers from ${min} to ${max}, such as ${spans}.`;
  return entries.flatMap((entry) => {
    const numbers = numbersOf(entry, whole);
    const wrong = numbers?.find((value) => value < min || value > max || (whole && !Number.isInteger(value)));
    if (numbers === null || wrong !== undefined) {
      // A span is named with the value that is wrong in it.
      const what =
        wrong === undefined || String(wrong) === entry ? shown(entry) : say`${wrong} in ${shown(entry)}`;
      refuse(where(name), say`${axisSayings[kind]} on ${name.toUpperCase()} cannot be ${what}.`, remedy);
    }
    return numbers!;
  });
}

/** Entries that have to be among those that there are. */
function readNamed<Value>(
  name: AxisName,
  kind: AxisKind,
  {
    entries,
    read,
    allowed,
  }: {
    readonly entries: readonly string[];
    readonly read: (entry: string) => Value | null;
    readonly allowed: readonly string[];
  },
): Value[] {
  return entries.map(
    (entry) =>
      read(entry) ??
      refuse(
        where(name),
        say`${axisSayings[kind]} on ${name.toUpperCase()} cannot be ${shown(entry)}.`,
        say`Use ${allowed}.`,
      ),
  );
}

function readSamplerValue(entry: string): { sampler: SamplerId; schedule?: ScheduleId } | null {
  const { sampler, schedule } = readSampler(new Map([["Sampler", entry]]));
  if (sampler === null) return null;
  return schedule === null || schedule === "uniform" ? { sampler } : { sampler, schedule };
}

const readSchedule = (entry: string): ScheduleId | null =>
  readSampler(
    new Map([
      ["Sampler", "Euler"],
      ["Schedule type", entry],
    ]),
  ).schedule;

/**
 * The values of an axis. Whether words are in the prompt and ids among the adapters is seen later.
 * @throws StylusError bad-input, `where` naming the axis: "plot.x"
 */
export function readAxis(name: AxisName, { kind, values, adapter }: PlotAxis): ReadAxis {
  const entries = splitValues(values);
  if (entries.length === 0)
    refuse(
      where(name),
      say`${name.toUpperCase()} has no values.`,
      say`Add some, or set its type to Nothing.`,
    );
  const axis = ((): ReadAxis => {
    switch (kind) {
      case "seed":
      case "steps":
      case "cfgScale":
      case "clipSkip": {
        const numbers = readNumbers(name, kind, entries);
        return { kind, values: numbers, texts: numbers.map(String) };
      }
      case "weight": {
        const numbers = readNumbers(name, kind, entries);
        return { kind, values: numbers, texts: numbers.map(String), adapter: adapter ?? null };
      }
      case "sampler": {
        const allowed = choices.sampler.map((id) => SAMPLER_LABELS[id]);
        const read = readNamed(name, kind, { entries, read: readSamplerValue, allowed });
        const texts = read.map(({ sampler, schedule }) =>
          [SAMPLER_LABELS[sampler], ...(schedule ? [SCHEDULE_LABELS[schedule]] : [])].join(" "),
        );
        return { kind, values: read, texts };
      }
      case "schedule": {
        const allowed = choices.schedule.map((id) => SCHEDULE_LABELS[id]);
        const read = readNamed(name, kind, { entries, read: readSchedule, allowed });
        return { kind, values: read, texts: read.map((id) => SCHEDULE_LABELS[id]) };
      }
      case "vae":
        return { kind, values: entries.map((id) => (isOwnVae(id) ? null : id)), texts: entries };
      case "preset": {
        const presetOf = (entry: string): PresetId | null =>
          choices.preset.find((id) => id === entry.toLowerCase()) ?? null;
        const read = readNamed(name, kind, { entries, read: presetOf, allowed: choices.preset });
        return { kind, values: read, texts: read };
      }
      case "adapter":
        return { kind, values: entries.map((id) => (id === noAdapter ? null : id)), texts: entries };
      case "prompt":
        return { kind, values: entries, texts: entries };
    }
  })();
  if (axis.values.length > mostPlotImages)
    refuse(
      where(name),
      say`${name.toUpperCase()} has more than ${mostPlotImages} values.`,
      say`A plot can have at most ${mostPlotImages} images: take fewer.`,
    );
  return axis;
}

/** −1 on a seed axis stands for a seed that is drawn, once for the plot. */
export function withDrawnSeeds(plot: Plot, draw: () => number): Plot {
  const drawn = (axis: PlotAxis | null): PlotAxis | null =>
    axis?.kind !== "seed"
      ? axis
      : {
          ...axis,
          values: joinValues(
            splitValues(axis.values).map((entry) => (entry === "-1" ? String(draw()) : entry)),
          ),
        };
  return { x: drawn(plot.x), y: drawn(plot.y), z: drawn(plot.z) };
}

/** A plot out of what was stored or came from elsewhere: axes that are none are left out. */
export function plotFrom(stored: unknown): Plot {
  const axisOf = (value: unknown): PlotAxis | null => {
    const { kind, values, adapter } = (value ?? {}) as Partial<PlotAxis>;
    if (!axisKinds.includes(kind!) || typeof values !== "string") return null;
    return { kind: kind!, values, ...(typeof adapter === "string" ? { adapter } : {}) };
  };
  const { x, y, z } = (stored ?? {}) as Partial<Plot>;
  return { x: axisOf(x), y: axisOf(y), z: axisOf(z) };
}

/** A plot that does not name these adapters, nor has them as tags among its words; an axis that does so otherwise is none. */
export function withoutAdapters(plot: Plot, left: ReadonlySet<string>): Plot {
  const kept = (axis: PlotAxis | null): PlotAxis | null => {
    if (axis === null || (axis.kind === "weight" && left.has(axis.adapter ?? ""))) return null;
    if (axis.kind === "prompt")
      return promptTags(axis.values).some((tag) => left.has(tag.name)) ? null : axis;
    if (axis.kind !== "adapter") return axis;
    const ids = splitValues(axis.values).filter((id) => !left.has(id));
    return ids.length === 0 ? null : { ...axis, values: joinValues(ids) };
  };
  return { x: kept(plot.x), y: kept(plot.y), z: kept(plot.z) };
}

export const isBlank = ({ x, y, z }: Plot): boolean => x === null && y === null && z === null;
