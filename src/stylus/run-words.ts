// What a run says, and whether the model in use can do it: all that can be known before anything is chosen. Pure.
import { StylusError } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";
import { adviseOnName } from "./adapter-names.ts";
import { tagsOfDetails } from "./details/request.ts";
import type { LoadedPack } from "./loaded-pack.ts";
import { checkLoraTags, readLoraTags, type LoraTags } from "./lora-tags.ts";
import type { GenerateOptions } from "./options.ts";
import { adaptersOf, expandPlot, type PlotCell } from "./plot/cells.ts";
import { checkVaes } from "./plot/vaes.ts";
import { wordsOfRun, type RunWords } from "./run-images.ts";
import type { Wildcards } from "./wildcards/wildcards.ts";

export interface ReadWords {
  readonly cells: readonly PlotCell[] | null;
  readonly words: RunWords;
  /** Of each prompt. */
  readonly tagsOf: ReadonlyMap<string, LoraTags>;
  /** Of each area of the detail pass. */
  readonly inDetails: readonly LoraTags[];
}

function checkKnown(ids: readonly string[], pack: Pick<LoadedPack, "title" | "cards" | "leftOut">): void {
  const known = new Set(pack.cards.map((card) => card.id));
  const unknown = ids.find((id) => !known.has(id));
  if (unknown === undefined) return;
  if (pack.leftOut.some(({ id }) => id === unknown))
    throw new StylusError(
      "bad-input",
      say`The licence of “${unknown}” isn’t known to allow commercial use.`,
      {
        where: "adapters",
        remedy: say`Leave it out, or switch off “Only adapters whose licence allows commercial use” under Settings.`,
      },
    );
  throw new StylusError("bad-input", say`${pack.title} has no adapter “${unknown}”.`, {
    where: "adapters",
    remedy: adviseOnName(unknown, pack.cards),
  });
}

/**
 * The words of each image with their tags.
 * @param context.pack the model that will generate them
 * @throws StylusError bad-input: a template that becomes too long, a tag that cannot be understood, an adapter or VAE that the model does
 * not have; not-found: a VAE that is not downloaded
 */
export function readWords(
  options: GenerateOptions,
  {
    pack,
    wildcards,
  }: {
    readonly pack: Pick<LoadedPack, "title" | "cards" | "leftOut" | "vaes">;
    readonly wildcards: Wildcards;
  },
): ReadWords {
  const cells = options.plot && expandPlot(options.plot, options).cells;
  const words = wordsOfRun(options, { cells, wildcards });
  const tagsOf = new Map(words.prompts.map((prompt) => [prompt, readLoraTags(prompt, pack.cards)]));
  const inDetails = tagsOfDetails(options.details, pack);
  for (const tags of [...tagsOf.values(), ...inDetails]) checkLoraTags(tags);
  const listed = Array.isArray(options.adapters) ? options.adapters : [];
  checkKnown(
    listed.map(({ id }) => id),
    pack,
  );
  checkKnown(options.pins, pack);
  if (options.plot) {
    checkKnown(adaptersOf(options.plot), pack);
    checkVaes(options.plot, pack);
  }
  return { cells, words, tagsOf, inDetails };
}
