// What Generate asks for: the request of this moment, checked and put into the queue.
import type { Accessor, Setter } from "solid-js";
import { unwrap } from "solid-js/store";
import type { PlainError } from "../../../shared/errors.ts";
import type { Reading } from "../../../stylus/choose.ts";
import type { LoadedPack } from "../../../stylus/loaded-pack.ts";
import { randomSeed, type GenerateOptions } from "../../../stylus/options.ts";
import { plotFrom, withDrawnSeeds, type Plot } from "../../../stylus/plot/axes.ts";
import { hasPrompt } from "../../../stylus/regions.ts";
import type { MethodId } from "../../../shared/limits.ts";
import type { ImagePrompt, Wildcards } from "../../../stylus/wildcards/wildcards.ts";
import type { ChoiceState } from "../choice.ts";
import { withPrompt, type Settings } from "../settings/settings.ts";
import { type SettingsStore } from "../settings/stored.ts";
import { checkAskedRun, type AskedEntry, type AskedRun } from "./asked-run.ts";
import type { QueueState } from "./queue.ts";
import type { RunView } from "./view.ts";
import { explain } from "../../explain.ts";

export interface AskingOptions {
  /** As the run on show: its seeds and its plot. */
  readonly keepSeed?: boolean;
  /** All that the plot's axes span. */
  readonly asPlot?: boolean;
}

export function createAsking(context: {
  readonly settings: SettingsStore;
  readonly inputError: readonly [Accessor<PlainError | null>, Setter<PlainError | null>];
  /** Resolves when what the user gave is stored. */
  readonly settled: () => Promise<unknown>;
  readonly choice: Pick<ChoiceState, "snapshot" | "prune">;
  readonly reading: Accessor<Reading>;
  /** With their styles. */
  readonly prompts: Accessor<ImagePrompt>;
  readonly plot: Accessor<Plot>;
  readonly previous: Accessor<RunView | null>;
  readonly pack: Accessor<LoadedPack | null>;
  readonly wildcards: Accessor<Wildcards>;
  /** @throws StylusError not-found: what the method needs is not downloaded */
  readonly checkMethod: (method: MethodId) => Promise<void>;
  readonly queue: Pick<QueueState, "add">;
  /** Hears of each run that is asked for. */
  readonly onAsked: (run: AskedEntry) => void;
}): (change?: AskingOptions) => Promise<void> {
  const { choice, reading, prompts, pack, queue } = context;
  const [settings, setSettings] = context.settings;
  const [inputError, setInputError] = context.inputError;

  const snapshot = (seeds: Pick<Settings, "seed" | "variation">, plot: Plot | null): AskedRun => ({
    settings: { ...structuredClone(unwrap(settings)), ...seeds, history: [] },
    adjustments: choice.snapshot(),
    prompts: { ...prompts() },
    plot: plot && withDrawnSeeds(plotFrom(plot), randomSeed), // that of a run on show is a store's
  });

  /** A run that was asked for waits for its inputs to be stored. */
  let isAsking = false;

  return async ({ keepSeed = false, asPlot = false } = {}) => {
    if (isAsking) return;
    setInputError(null);
    isAsking = true;
    // The run starts from what the page shows.
    await context.settled().finally(() => (isAsking = false));
    if (inputError()) return; // what the user gave is not stored: without it the run would be another one
    // Until all regions are read nothing is known of what they bring up.
    if (reading().regions.length === settings.regions.filter(hasPrompt).length)
      choice.prune(reading(), prompts().prompt);
    const previous = context.previous();
    if (keepSeed && previous) {
      const { seed, variation } = previous.options;
      setSettings("seed", seed);
      if (variation) setSettings("variation", "seed", variation.seed);
    }
    const { variation } = settings;
    const asked = snapshot(
      {
        seed: keepSeed || settings.seedLocked ? settings.seed : randomSeed(),
        variation: {
          ...variation,
          seed: keepSeed || variation.locked ? variation.seed : randomSeed(),
        },
      },
      asPlot ? context.plot() : (keepSeed && previous?.options.plot) || null,
    );
    let options: GenerateOptions;
    try {
      options = checkAskedRun(asked, { loaded: pack(), wildcards: context.wildcards() });
      await context.checkMethod(options.method);
    } catch (error) {
      setInputError(explain(error));
      return;
    }
    const { prompt, seedLocked } = settings;
    if (prompt.trim() !== "") setSettings("history", (history) => withPrompt(history, prompt));
    await queue.add(asked, (runId) => context.onAsked({ runId, options, seedLocked }));
  };
}
