// A run that has its turn: what it was asked for is checked and started, whatever the page shows by now.
import type { Accessor } from "solid-js";
import type { PlainError } from "../../../shared/errors.ts";
import type { LoadedPack } from "../../../stylus/loaded-pack.ts";
import type { CheckedOptions } from "../../../stylus/options.ts";
import type { Wildcards } from "../../../stylus/wildcards/wildcards.ts";
import { explain } from "../../explain.ts";
import type { PackState } from "../pack.ts";
import type { SettingsStore } from "../settings/stored.ts";
import { checkAskedRun, type AskedRun } from "./asked-run.ts";
import type { QueuedRun, RunOutcome } from "./queue.ts";
import type { Recall } from "./recall.ts";
import type { Runs } from "./runs.ts";

export function createStarting(context: {
  readonly settings: SettingsStore;
  readonly packState: PackState;
  readonly wildcards: Accessor<Wildcards>;
  readonly runs: Runs;
  readonly recall: Recall;
  readonly setInputError: (error: PlainError | null) => void;
}): (run: QueuedRun) => Promise<RunOutcome> {
  const { packState, wildcards, runs, recall, setInputError } = context;
  const [settings, setSettings] = context.settings;

  const checked = (asked: AskedRun, loaded: LoadedPack | null): CheckedOptions =>
    checkAskedRun(asked, { loaded, wildcards: wildcards() });

  return async ({ id, asked, wasLeft = false }) => {
    const { model, seed, variation, restored } = asked.settings;
    let wanted: CheckedOptions;
    try {
      wanted = checked(asked, model === packState.id() ? packState.loaded() : null);
    } catch (error) {
      setInputError(explain(error));
      return "failed";
    }
    if (!settings.seedLocked) setSettings("seed", seed);
    if (!settings.variation.locked) setSettings("variation", "seed", variation.seed);
    const reason = await packState.during(model, () =>
      recall.forOneRun(restored, () =>
        runs.start(wanted, { id, settle: (loaded) => checked(asked, loaded), wasLeft }),
      ),
    );
    if (reason) setInputError(reason);
    const status = runs.shown()?.status;
    return status === "done" || status === "stopped" ? status : "failed";
  };
}
