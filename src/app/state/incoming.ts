// What comes in by drop, paste or file chooser, to where it belongs: init images, adapter files to be examined,
// checkpoints among the models, text files among the wildcards, tables among the styles.
import type { PlainError } from "../../shared/errors.ts";
import { sortPick } from "../packs/checkpoint-facts.ts";
import type { DiskPick } from "../packs/disk-files.ts";
import { sortDrop } from "../adapters/dropped-files.ts";
import type { Intake } from "./intake.ts";
import type { Models } from "./models.ts";
import type { StylesState } from "./prompt/styles.ts";
import type { WildcardsState } from "./prompt/wildcards.ts";
import { explain } from "./runs.ts";
import type { InitImageState } from "./init-image.ts";

export function createTaking(context: {
  readonly initImage: Pick<InitImageState, "receive">;
  readonly intake: Pick<Intake, "take" | "refuseOthers">;
  readonly models: Pick<Models, "takeFromDisk">;
  readonly wildcards: Pick<WildcardsState, "take">;
  readonly styles: Pick<StylesState, "take">;
  readonly setInputError: (error: PlainError | null) => void;
}): (pick: DiskPick | Promise<DiskPick>) => Promise<void> {
  const { initImage, intake, models, wildcards, styles, setInputError } = context;

  async function takeFiles(files: readonly File[]): Promise<void> {
    const { adapters, unknown, images, texts, tables } = sortDrop(files);
    if (tables.length > 0) await styles.take(tables);
    if (texts.length > 0) await wildcards.take(texts);
    if (adapters.length > 0) intake.take(adapters);
    if (unknown.length > 0) intake.refuseOthers(unknown);
    const [image] = images;
    if (image) await initImage.receive(image);
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
