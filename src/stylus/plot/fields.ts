// A plot in a `parameters` text, as AUTOMATIC1111's script X/Y/Z plot writes it: "Script: X/Y/Z plot, X Type: Steps, X Values: …". Pure.
import { axisKinds, axisLabel, axisNames, isBlank, type Plot, type PlotAxis } from "./axes.ts";

const SCRIPT = "X/Y/Z plot";

const labelOf = (name: string, what: "Type" | "Values"): string => `${name.toUpperCase()} ${what}`;

/** Seeds that were drawn for −1. */
const fixedLabel = (name: string): string => `Fixed ${labelOf(name, "Values")}`;

/** All labels that a plot may bring. */
export const plotLabels: readonly string[] = [
  "Script",
  ...axisNames.flatMap((name) => [labelOf(name, "Type"), labelOf(name, "Values"), fixedLabel(name)]),
];

/** Label and value pairs. The adapter of a weight axis stands behind its type. */
export const plotFields = (plot: Plot): [string, string][] => [
  ["Script", SCRIPT],
  ...axisNames.flatMap((name): [string, string][] => {
    const axis = plot[name];
    if (axis === null) return [];
    const type = axis.kind === "weight" && axis.adapter !== undefined ? `: ${axis.adapter}` : "";
    return [
      [labelOf(name, "Type"), axisLabel(axis.kind) + type],
      [labelOf(name, "Values"), axis.values],
    ];
  }),
];

function readType(type: string): Pick<PlotAxis, "kind" | "adapter"> | null {
  const kind = axisKinds.find((each) => axisLabel(each).toLowerCase() === type.toLowerCase());
  if (kind) return { kind };
  const weight = `${axisLabel("weight")}: `;
  return type.startsWith(weight) ? { kind: "weight", adapter: type.slice(weight.length) } : null;
}

export interface ReadPlot {
  /** Null: the text has none, or none that can be taken over. */
  readonly plot: Plot | null;
  /** Labels of what cannot. */
  readonly unread: readonly string[];
}

export function readPlot(fields: ReadonlyMap<string, string>): ReadPlot {
  const unread: string[] = [];
  const axes = axisNames.map((name): [string, PlotAxis | null] => {
    const type = fields.get(labelOf(name, "Type"))?.trim() ?? "";
    if (type === "" || type === "Nothing") return [name, null];
    const read = readType(type);
    if (!read) unread.push(labelOf(name, "Type"), labelOf(name, "Values"));
    const values = fields.get(fixedLabel(name)) ?? fields.get(labelOf(name, "Values")) ?? "";
    return [name, read && { ...read, values }];
  });
  const plot = Object.fromEntries(axes) as Record<keyof Plot, PlotAxis | null>;
  const script = fields.get("Script") ?? SCRIPT;
  if (script !== SCRIPT && script !== "X/Y plot") unread.push("Script");
  return { plot: isBlank(plot) ? null : plot, unread };
}
