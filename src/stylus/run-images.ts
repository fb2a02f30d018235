// The images of a run: the words of each, drawn from its templates, and the adapters that its batch or its cell of a plot gives it. Pure.
import type { Composition } from "../compose/composition.ts";
import type { AdapterUse } from "../shared/request.ts";
import { checkText } from "../shared/request-check.ts";
import { distinct, say, type Saying } from "../shared/saying.ts";
import { planBatch, regionPlanOptions, type PlannedBatch } from "./batch-plan.ts";
import type { LoadedPack } from "./loaded-pack.ts";
import type { LoraTags } from "./lora-tags.ts";
import type { GenerateOptions } from "./options.ts";
import { adaptersOfCell, ownAdaptersOfCell, type PlotCell } from "./plot/cells.ts";
import { promptsOf } from "./regions.ts";
import type { PlannedImage, PlannedRegion } from "./run-types.ts";
import {
  expandBatch,
  type ExpandedBatch,
  type ImagePrompt,
  type ImageWords,
  type Wildcards,
} from "./wildcards.ts";

export interface RunWords {
  /** Of each image. */
  readonly images: readonly ImageWords[];
  /** The different prompts of images, the first one's first. */
  readonly prompts: readonly string[];
  /** The different prompts of regions. */
  readonly inRegions: readonly string[];
  /** What the templates ask for and the run does without. */
  readonly notes: readonly Saying[];
}

/** @throws StylusError bad-input: a template has become too long */
export function wordsOfRun(
  options: GenerateOptions,
  { cells, wildcards }: { readonly cells: readonly PlotCell[] | null; readonly wildcards: Wildcards },
): RunWords {
  const { images, notes } = cells
    ? wordsOfCells(cells, { seed: options.seed, wildcards })
    : expandBatch({ ...options, regions: promptsOf(options.regions) }, wildcards);
  for (const { prompt, negativePrompt, regions } of images) {
    for (const text of [prompt, ...regions]) checkText("prompt", text, say`The prompt`);
    checkText("negativePrompt", negativePrompt, say`The negative prompt`);
  }
  return {
    images,
    prompts: [...new Set(images.map(({ prompt }) => prompt))],
    inRegions: [...new Set(images.flatMap(({ regions }) => regions))],
    notes,
  };
}

/** Those of a plot are drawn by its own seed, so that they are the same in all cells. */
function wordsOfCells(
  cells: readonly PlotCell[],
  { seed, wildcards }: { readonly seed: number; readonly wildcards: Wildcards },
): ExpandedBatch {
  const each = cells.map(({ prompt, negativePrompt, regions }) =>
    expandBatch({ prompt, negativePrompt, regions, seed, count: 1 }, wildcards),
  );
  return {
    images: each.map(({ images }) => images[0]!),
    notes: distinct(each.flatMap(({ notes }) => notes)),
  };
}

/** The strength of an adapter that nobody has chosen. */
const strengthIn =
  ({ cards }: LoadedPack) =>
  (id: string): number =>
    cards.find((card) => card.id === id)?.refined.weight ?? 0.8;

const imageOfCell = (image: PlannedImage, { seed, sampling, weight }: PlotCell): PlannedImage => ({
  ...image,
  seed,
  ...(Object.keys(sampling).length === 0 ? {} : { sampling }),
  formulas:
    weight === null
      ? image.formulas
      : Object.fromEntries(
          Object.entries(image.formulas).filter(([id]) => weight.id !== null && id !== weight.id),
        ),
});

/** What an image says and the options do not. */
const ownWords = (own: ImagePrompt, options: GenerateOptions): Partial<ImagePrompt> => ({
  ...(own.prompt === options.prompt ? {} : { prompt: own.prompt }),
  ...(own.negativePrompt === options.negativePrompt ? {} : { negativePrompt: own.negativePrompt }),
});

/** @returns the batch of the first prompt, with the images of all */
export function planRun(
  { images: words, prompts, inRegions }: RunWords,
  {
    options,
    cells,
    pack,
    tagsOf,
    chosen,
  }: {
    readonly options: GenerateOptions;
    readonly cells: readonly PlotCell[] | null;
    readonly pack: LoadedPack;
    /** Of each prompt, as `chosen`. */
    readonly tagsOf: ReadonlyMap<string, LoraTags>;
    readonly chosen: ReadonlyMap<string, Composition>;
  },
): PlannedBatch {
  const strengthOf = strengthIn(pack);
  const contextOf = (prompt: string): LoadedPack & { readonly tagged: readonly AdapterUse[] } => ({
    ...pack,
    tagged: tagsOf.get(prompt)!.adapters,
  });
  const ofRegions = regionPlanOptions(options);
  const regionPlans = new Map(
    inRegions.map((prompt) => [prompt, planBatch(chosen.get(prompt)!, ofRegions, contextOf(prompt))]),
  );
  const plans = new Map(
    prompts.map((prompt) => [prompt, planBatch(chosen.get(prompt)!, options, contextOf(prompt))]),
  );
  const regionsOf = (own: ImageWords, index: number): PlannedRegion[] =>
    own.regions.map((prompt, region) => {
      const { adapters, masked, formulas } = regionPlans.get(prompt)!.images[cells ? 0 : index]!;
      return {
        ...(prompt === options.regions!.areas[region]!.prompt ? {} : { prompt }),
        adapters: cells ? ownAdaptersOfCell(adapters, cells[index]!) : adapters,
        masked,
        formulas,
      };
    });
  const inCell = ({ prompt, regions }: ImageWords, cell: PlotCell): PlannedImage => {
    const ofThem = regions.flatMap((region) => regionPlans.get(region)!.images[0]!.adapters);
    const context = { strengthOf, inRegions: new Set(ofThem.map(({ id }) => id)) };
    const { images } = planBatch(
      chosen.get(prompt)!,
      { ...options, count: 1 },
      { ...contextOf(prompt), change: (adapters) => adaptersOfCell(adapters, cell, context) },
    );
    return imageOfCell(images[0]!, cell);
  };
  const images = words.map((own, index) => ({
    ...(cells ? inCell(own, cells[index]!) : plans.get(own.prompt)!.images[index]!),
    ...ownWords(own, options),
    ...(own.regions.length === 0 ? {} : { regions: regionsOf(own, index) }),
  }));
  return { ...plans.get(prompts[0]!)!, images };
}
