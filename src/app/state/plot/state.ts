// The X/Y/Z plot that the form asks for: its axes, what is wrong with them, how many images it has and how long they may take.
import { createSignal, type Accessor } from "solid-js";
import { StylusError } from "../../../shared/errors.ts";
import { checkOptions, type GenerateOptions, type PackDefaults } from "../../../stylus/options.ts";
import {
  axisNames,
  isBlank,
  plotFrom,
  withDrawnSeeds,
  type AxisName,
  type Plot,
  type PlotAxis,
} from "../../../stylus/plot/axes.ts";
import { expandPlot, type ExpandedPlot } from "../../../stylus/plot/cells.ts";
import type { LoadedPack } from "../../../stylus/loaded-pack.ts";
import { readWords } from "../../../stylus/run-words.ts";
import type { Wildcards } from "../../../stylus/wildcards/wildcards.ts";
import type { RunReport } from "../../../stylus/run-types.ts";
import type { SettingsStore } from "../settings/stored.ts";

export interface PlotState {
  readonly isOpen: Accessor<boolean>;
  show(): void;
  close(): void;
  readonly plot: Accessor<Plot>;
  setAxis(name: AxisName, axis: PlotAxis | null): void;
  /** Null while something is missing or wrong. */
  readonly expanded: Accessor<ExpandedPlot | null>;
  /** What is wrong; `where` names the axis. Null: nothing, or there is no axis yet. */
  readonly problem: Accessor<StylusError | null>;
  /** Milliseconds, by the run on show; null: nothing is known. */
  readonly estimate: Accessor<number | null>;
}

/** What a report says of time. */
export interface LastRun {
  readonly images: readonly Pick<RunReport["images"][number], "milliseconds" | "stepMilliseconds">[];
  readonly options: Pick<GenerateOptions, "width" | "height">;
}

/** Milliseconds of one step for each pixel, decoding and merging included; null: the run says nothing. */
function stepTime({ images, options }: LastRun): number | null {
  const steps = images.reduce((sum, { stepMilliseconds }) => sum + (stepMilliseconds?.length ?? 0), 0);
  const milliseconds = images.reduce((sum, image) => sum + (image.milliseconds ?? 0), 0);
  return steps === 0 ? null : milliseconds / steps / (options.width * options.height);
}

/** How long the images of a plot take, as the last run did. */
function estimateOf({ cells }: ExpandedPlot, options: GenerateOptions, last: LastRun | null): number | null {
  const each = last && stepTime(last);
  if (each === null) return null;
  const steps = cells.reduce((sum, { sampling }) => sum + (sampling.steps ?? options.steps), 0);
  return steps * each * options.width * options.height;
}

export function createPlotState(context: {
  readonly settings: SettingsStore;
  /** What the page asks for. */
  readonly options: Accessor<GenerateOptions>;
  readonly defaults: () => PackDefaults;
  readonly pack: Accessor<LoadedPack | null>;
  /** Called when it opens: some may have been downloaded since the model was loaded. */
  readonly readVaes: () => Promise<void>;
  readonly wildcards: Accessor<Wildcards>;
  readonly report: Accessor<LastRun | null>;
}): PlotState {
  const { options, defaults, pack, readVaes, wildcards, report } = context;
  const [settings, setSettings] = context.settings;
  const [isOpen, setOpen] = createSignal(false);
  const plot = (): Plot => plotFrom(settings.plot);
  /** A hundred cells at most: quicker made than kept. */
  const outcome = (): { expanded: ExpandedPlot | null; problem: StylusError | null } => {
    const nothing = { expanded: null, problem: null };
    if (!isOpen() || isBlank(plot())) return nothing;
    try {
      const drawn = withDrawnSeeds(plot(), () => 0);
      const expanded = expandPlot(drawn, options());
      const wanted = checkOptions({ ...options(), plot: drawn }, { defaults: defaults() });
      const loaded = pack();
      if (loaded) readWords(wanted, { pack: loaded, wildcards: wildcards() });
      return { expanded, problem: null };
    } catch (error) {
      if (!(error instanceof StylusError)) throw error;
      return { expanded: null, problem: error };
    }
  };
  return {
    isOpen,
    show() {
      setOpen(true);
      void readVaes();
    },
    close: () => setOpen(false),
    plot,
    setAxis(name, axis) {
      // Whole, so that nothing of the axis before stays in the store.
      const next = Object.fromEntries(axisNames.map((each) => [each, each === name ? axis : plot()[each]]));
      setSettings("plot", next as Record<AxisName, PlotAxis | null>);
    },
    expanded: () => outcome().expanded,
    problem: () => outcome().problem,
    estimate: () => {
      const { expanded } = outcome();
      return expanded && estimateOf(expanded, options(), report());
    },
  };
}
