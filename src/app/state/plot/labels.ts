// What stands at the columns, rows and pages of a plot: "Steps: 20".
import { SCHEDULE_LABELS } from "../../../formats/generation-parameters.ts";
import { axisNames, type AxisName, type ReadAxis } from "../../../stylus/plot/axes.ts";
import type { ExpandedPlot } from "../../../stylus/plot/cells.ts";
import { t } from "../../../texts/texts.ts";

/** Of each axis, in order; empty: there is no such axis. */
export type PlotLabels = Readonly<Record<AxisName, readonly string[]>>;

function labelsOf(axis: ReadAxis | null, title: (id: string) => string): string[] {
  if (axis === null) return [];
  const name = t.plot.kinds[axis.kind];
  switch (axis.kind) {
    case "prompt":
      return axis.values.map((words) => (words === "" ? t.plot.nothing : words));
    case "sampler":
      return [...axis.texts];
    case "schedule":
      return axis.values.map((id) => SCHEDULE_LABELS[id]);
    case "adapter":
      return axis.values.map((id) => (id === null ? t.plot.noAdapter : title(id)));
    case "weight":
      return axis.texts.map((text) => `${axis.adapter === null ? name : title(axis.adapter)}: ${text}`);
    case "seed":
    case "steps":
    case "cfgScale":
    case "clipSkip":
      return axis.texts.map((text) => `${name}: ${text}`);
  }
}

/** @param title of an adapter */
export const plotLabels = ({ axes }: ExpandedPlot, title: (id: string) => string): PlotLabels =>
  Object.fromEntries(axisNames.map((name) => [name, labelsOf(axes[name], title)])) as Record<
    AxisName,
    string[]
  >;
