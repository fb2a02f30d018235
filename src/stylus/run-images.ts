// The images of a run: the words of each, drawn from its templates, and the adapters that its batch or its cell of a plot gives it. Pure.
import type { Composition } from "../compose/composition.ts";
import type { PresetId } from "../shared/limits.ts";
import type { AdapterUse } from "../shared/request.ts";
import { checkText } from "../shared/request-check.ts";
import { distinct, say, type Saying } from "../shared/saying.ts";
import { planBatch, regionPlanOptions, type PlannedBatch } from "./batch-plan.ts";
import { adaptersOfDetails } from "./details/request.ts";
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
} from "./wildcards/wildcards.ts";

export interface RunWords {
  /** Of each image. */
  readonly images: readonly ImageWords[];
  /** The different prompts of images, the first one's first, then those of regions. */
  readonly prompts: readonly string[];
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
    prompts: [
      ...new Set([...images.map(({ prompt }) => prompt), ...images.flatMap(({ regions }) => regions)]),
    ],
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

const imageOfCell = (
  image: PlannedImage,
  { seed, sampling, preset, vae, weight }: PlotCell,
): PlannedImage => ({
  ...image,
  seed,
  ...(Object.keys(sampling).length === 0 ? {} : { sampling }),
  ...(preset && { preset }),
  ...(vae && { vae: vae.id }),
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

/** The presets that adapters are chosen by, that of the first image first. */
export const presetsOf = (
  { preset }: Pick<GenerateOptions, "preset">,
  cells: readonly PlotCell[] | null,
): PresetId[] => [...new Set(cells?.map((cell) => cell.preset ?? preset) ?? [preset])];

/** What was chosen for each prompt by each preset. */
export type Choices = ReadonlyMap<PresetId, ReadonlyMap<string, Composition>>;

/** @returns the batch of the first prompt, with the images of all */
export function planRun(
  { images: words, prompts }: Pick<RunWords, "images" | "prompts">,
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
    readonly chosen: Choices;
  },
): PlannedBatch {
  const strengthOf = strengthIn(pack);
  const contextOf = (prompt: string): LoadedPack & { readonly tagged: readonly AdapterUse[] } => ({
    ...pack,
    tagged: tagsOf.get(prompt)!.adapters,
  });
  const ofRegions = regionPlanOptions(options);
  const planner = (own: GenerateOptions): ((prompt: string, preset: PresetId) => PlannedBatch) =>
    remembered((prompt, preset) =>
      planBatch(chosen.get(preset)!.get(prompt)!, { ...own, preset }, contextOf(prompt)),
    );
  const planOf = planner(options);
  const regionPlanOf = planner(ofRegions);
  const presetOf = (index: number): PresetId => cells?.[index]!.preset ?? options.preset;
  const regionsOf = (own: ImageWords, index: number): PlannedRegion[] =>
    own.regions.map((prompt, region) => {
      const { adapters, masked, formulas } = regionPlanOf(prompt, presetOf(index)).images[cells ? 0 : index]!;
      return {
        ...(prompt === options.regions!.areas[region]!.prompt ? {} : { prompt }),
        adapters: cells ? ownAdaptersOfCell(adapters, cells[index]!) : adapters,
        masked,
        formulas,
      };
    });
  const inCell = ({ prompt, regions }: ImageWords, cell: PlotCell): PlannedImage => {
    const preset = cell.preset ?? options.preset;
    const ofThem = regions.flatMap((region) => regionPlanOf(region, preset).images[0]!.adapters);
    const context = { strengthOf, inRegions: new Set(ofThem.map(({ id }) => id)) };
    const { images } = planBatch(
      chosen.get(preset)!.get(prompt)!,
      { ...options, preset, count: 1 },
      { ...contextOf(prompt), change: (adapters) => adaptersOfCell(adapters, cell, context) },
    );
    return imageOfCell(images[0]!, cell);
  };
  const detailAdapters = adaptersOfDetails(options.details, pack);
  const images = words.map((own, index) => ({
    ...(cells ? inCell(own, cells[index]!) : planOf(own.prompt, options.preset).images[index]!),
    ...ownWords(own, options),
    ...(own.regions.length === 0 ? {} : { regions: regionsOf(own, index) }),
    ...(detailAdapters.length === 0 ? {} : { detailAdapters }),
  }));
  return { ...planOf(prompts[0]!, presetOf(0)), images };
}

/** Of each pair made once. */
function remembered<Value>(make: (prompt: string, preset: PresetId) => Value): typeof make {
  const made = new Map<string, Value>();
  return (prompt, preset) => {
    const key = `${preset} ${prompt}`;
    if (!made.has(key)) made.set(key, make(prompt, preset));
    return made.get(key)!;
  };
}
