// What stands at the columns, rows and pages of a plot: "Steps: 20".
import { SCHEDULE_LABELS } from "../../../formats/generation-parameters.ts";
import { axisNames, type AxisName, type ReadAxis } from "../../../stylus/plot/axes.ts";
import type { LoadedPack } from "../../../stylus/loaded-pack.ts";
import type { ExpandedPlot } from "../../../stylus/plot/cells.ts";
import { vaeOf } from "../../../stylus/plot/vaes.ts";
import { t } from "../../../texts/texts.ts";

/** Of each axis, in order; empty: there is no such axis. */
export type PlotLabels = Readonly<Record<AxisName, readonly string[]>>;

/** What a VAE is called, by its id or a file's name; null: the model's own. */
export const vaeTitle = (pack: Pick<LoadedPack, "vaes"> | null, id: string | null): string =>
  id === null ? t.plot.ownVae : ((pack && vaeOf(pack, id)?.title) ?? id);

/** What adapters and VAEs are called. */
export interface PlotTitles {
  adapter(id: string): string;
  vae(id: string | null): string;
}

function labelsOf(axis: ReadAxis | null, titles: PlotTitles): string[] {
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
      return axis.values.map((id) => (id === null ? t.plot.noAdapter : titles.adapter(id)));
    case "vae":
      return axis.values.map((id) => titles.vae(id));
    case "preset":
      return axis.values.map((id) => `${name}: ${t.names.presets[id]}`);
    case "weight":
      return axis.texts.map(
        (text) => `${axis.adapter === null ? name : titles.adapter(axis.adapter)}: ${text}`,
      );
    case "seed":
    case "steps":
    case "cfgScale":
    case "clipSkip":
      return axis.texts.map((text) => `${name}: ${text}`);
  }
}

export const plotLabels = ({ axes }: ExpandedPlot, titles: PlotTitles): PlotLabels =>
  Object.fromEntries(axisNames.map((name) => [name, labelsOf(axes[name], titles)])) as Record<
    AxisName,
    string[]
  >;
