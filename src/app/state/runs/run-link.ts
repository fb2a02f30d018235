// The link of a run that was asked for: settings and words as they were written, without what the user's own files are called.
import { promptTags } from "../../../shared/prompt-syntax.ts";
import { idNamed } from "../../../stylus/adapter-names.ts";
import type { LoadedPack } from "../../../stylus/loaded-pack.ts";
import type { GenerateOptions } from "../../../stylus/options.ts";
import { adaptersOf } from "../../../stylus/plot/cells.ts";
import { promptsOf } from "../../../stylus/regions.ts";
import { wordsOfRun } from "../../../stylus/run-images.ts";
import { writeLink } from "../../../stylus/share-link.ts";
import type { Wildcards } from "../../../stylus/wildcards/wildcards.ts";
import { isUserModel } from "../../packs/user-models.ts";

const namesOfTags = (words: readonly string[]): string[] =>
  promptTags(words.join(" ")).map(({ name }) => name);

/** What options call adapters: ids, and the names that stand in tags. */
export function namesIn({ prompt, regions, details, plot }: GenerateOptions): string[] {
  const inAxes = Object.values(plot ?? {}).map((axis) => axis?.values ?? "");
  return [
    ...(plot ? adaptersOf(plot) : []),
    ...namesOfTags([prompt, ...promptsOf(regions), ...promptsOf(details), ...inAxes]),
  ];
}

type Catalogue = Pick<LoadedPack, "cards" | "leftOut" | "userAdapters">;

/** Tags name by title, or by the file's name. */
export const meantBy = (name: string, pack: Catalogue | null): string => idNamed(name, pack?.cards ?? []);

/** Of these names those that are not in the catalogue, and so may be those of the user's files. */
export function namesOutside(names: readonly string[], pack: Catalogue | null): string[] {
  const inCatalogue = (id: string): boolean =>
    pack !== null &&
    !pack.userAdapters.has(id) &&
    [...pack.cards, ...pack.leftOut].some((card) => card.id === id);
  return names.filter((name) => !inCatalogue(meantBy(name, pack)));
}

/**
 * The fragment, with its "#", that fills the form with what makes the first image: words that templates draw are in it, since the names in
 * templates are those of files.
 * @param context.pack whole; null: none is loaded, so that all names are left out
 * @throws StylusError bad-input: a template that becomes too long
 */
export function linkOfRun(
  options: GenerateOptions,
  { pack, wildcards }: { readonly pack: LoadedPack | null; readonly wildcards: Wildcards },
): string {
  const { seed, variation, regions, plot } = options;
  const words = plot === null ? wordsOfRun(options, { cells: null, wildcards }).images[0]! : null;
  const areas = regions?.areas.map((area, index) => ({
    ...area,
    prompt: words?.regions[index] ?? area.prompt,
  }));
  const { prompt, negativePrompt } = words ?? options;
  const written = { ...options, prompt, regions: regions && { ...regions, areas: areas! } };
  return writeLink(
    {
      options: written,
      image: {
        seed,
        ...(variation ? { variationSeed: variation.seed } : {}),
        adapters: [],
        prompt,
        negativePrompt,
      },
      model: pack === null || isUserModel(pack.id) ? "" : pack.title,
      isAsked: true,
    },
    new Set(namesOutside(namesIn(written), pack)),
  );
}
