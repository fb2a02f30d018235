// What comes in by drop, paste or file chooser, to where it belongs: pictures to start from, adapter files to be examined,
// checkpoints among the models.
import type { PlainError } from "../shared/errors.ts";
import { sortPick } from "./checkpoint-facts.ts";
import type { DiskPick } from "./disk-files.ts";
import { kindOfFile } from "./dropped-files.ts";
import type { Intake } from "./intake.ts";
import type { Models } from "./models-state.ts";
import { explain } from "./runs.ts";
import type { StartState } from "./start-state.ts";

export function createTaking(context: {
  readonly start: Pick<StartState, "receive">;
  readonly intake: Pick<Intake, "take">;
  readonly models: Pick<Models, "takeFromDisk">;
  readonly setInputError: (error: PlainError | null) => void;
}): (pick: DiskPick | Promise<DiskPick>) => Promise<void> {
  const { start, intake, models, setInputError } = context;

  async function takeFiles(files: readonly File[]): Promise<void> {
    const adapters = files.filter((file) => kindOfFile(file) === "adapter");
    const others = files.filter((file) => !adapters.includes(file));
    if (adapters.length > 0) intake.take(adapters);
    const picture = others.find((file) => kindOfFile(file) === "picture");
    if (picture) await start.receive(picture);
    else if (others.length > 0) {
      setInputError({
        code: "unsupported",
        message: `${others[0]!.name} is neither a picture nor an adapter file.`,
        remedy: "Drop a picture to start from, or a LoRA file (.safetensors, .pt or .bin).",
      });
    }
  }

  return async (pick) => {
    setInputError(null); // it was about something else
    try {
      const { model, others } = await sortPick(await pick);
      if (others.length > 0) await takeFiles(others);
      if (model.files.length > 0) await models.takeFromDisk(model);
    } catch (error) {
      setInputError(explain(error));
    }
  };
}
