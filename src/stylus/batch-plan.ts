// From what was chosen to the images of a batch: masks and strengths by the preset's rules (src/compose/plan/image-plan.ts), with
// what the user asked for by hand: pins, sliders, tags in the prompt, or a list; then the turns, if they take turns. Pure.
import type { Composition } from "../compose/composition.ts";
import { planImages } from "../compose/plan/image-plan.ts";
import { inTurns } from "../shared/adapter-uses.ts";
import type { AdapterUse } from "../shared/request.ts";
import { seedsOfImage } from "../shared/seeds.ts";
import { useOf, type GenerateOptions } from "./options.ts";
import type { PlannedImage, PlannedRegion } from "./run-types.ts";
import type { LoadedPack, UserAdapter } from "./loaded-pack.ts";

export interface PlannedBatch {
  /** The composition after pins, bans and removals. */
  readonly composition: Composition;
  readonly images: readonly PlannedImage[];
  /** Number of different masks, as decimal digits: it may exceed 2^53. */
  readonly maskCount: string;
}

/** Adds the adapters of tags to an image, where they exist; a tag beats the strength that a stage chose. */
function withTags(image: PlannedImage, tagged: readonly AdapterUse[]): PlannedImage {
  if (tagged.length === 0) return image;
  const ids = new Set(tagged.map(({ id }) => id));
  return {
    ...image,
    adapters: [...image.adapters.filter(({ id }) => !ids.has(id)), ...tagged],
    masked: image.masked.filter((id) => !ids.has(id)),
    formulas: { ...image.formulas, ...Object.fromEntries(tagged.map(({ id }) => [id, "tag in the prompt"])) },
  };
}

/** Whether a file changes the text encoder only, or brings embeddings only: at its turn the U-Net would have no adapter. */
const leavesUnet = (adapter: UserAdapter | undefined): boolean =>
  adapter !== undefined &&
  adapter.report.refusal === null &&
  !adapter.report.matched.some(({ network, modules }) => network === "unet" && modules > 0);

/** Ids of adapters that work at every step, whatever takes turns. */
const takesNoTurns = ({ cards, userAdapters }: Pick<LoadedPack, "cards" | "userAdapters">): Set<string> =>
  new Set(cards.filter(({ id, fewStep }) => fewStep || leavesUnet(userAdapters.get(id))).map(({ id }) => id));

/** What the options leave for a region: pins and adapters listed by hand are those of the whole image. */
export const regionPlanOptions = (options: GenerateOptions): GenerateOptions => ({
  ...options,
  adapters: options.adapters === "auto" ? "auto" : "none",
  combine: "merge", // turns are taken together with the image's
  pins: [],
});

/** All adapters of a region: the image's work there too, but for those whose place its own take. */
export function adaptersInRegion(
  image: Pick<PlannedImage, "adapters">,
  region: Pick<PlannedRegion, "adapters">,
  context: Pick<LoadedPack, "cards" | "userAdapters"> & Pick<GenerateOptions, "combine">,
): readonly AdapterUse[] {
  const own = new Set(region.adapters.map(({ id }) => id));
  if (own.size === 0) return image.adapters;
  const all = [...image.adapters.filter(({ id }) => !own.has(id)), ...region.adapters];
  return context.combine === "merge" ? all : inTurns(all, { always: takesNoTurns(context) });
}

/**
 * The images of a batch: planned by the preset's rules, or as listed by hand.
 * @param context.tagged adapters of the prompt's tags, which are added to every image if there are such adapters
 */
export function planBatch(
  composition: Composition,
  options: GenerateOptions,
  context: Pick<LoadedPack, "cards" | "userAdapters"> & {
    readonly tagged: readonly AdapterUse[];
    /** What else becomes of an image's adapters. */
    readonly change?: (adapters: readonly AdapterUse[]) => readonly AdapterUse[];
  },
): PlannedBatch {
  const cards = new Map(context.cards.map((card) => [card.id, card]));
  const tagged = context.tagged.filter(({ id }) => cards.has(id));
  const always = takesNoTurns(context);
  const { change = (adapters) => adapters } = context;
  const finished = (image: PlannedImage, index: number): PlannedImage => {
    const { adapters, ...named } = withTags(image, tagged);
    const whole = { ...named, adapters: change(adapters), ...seedsOfImage(options, index) };
    if (options.combine === "merge") return whole;
    return { ...whole, adapters: inTurns(whole.adapters, { always }) };
  };
  if (options.adapters !== "auto") {
    const adapters = options.adapters === "none" ? [] : options.adapters.map(useOf);
    const images = Array.from({ length: options.count }, () => ({
      seed: options.seed,
      adapters,
      masked: [],
      formulas: {},
    }));
    return { composition, images: images.map(finished), maskCount: "1" };
  }
  const plan = planImages(composition, {
    preset: options.preset,
    combine: options.combine,
    count: options.count,
    seed: options.seed,
    variation: options.variation,
    overrides: {
      pins: options.pins.map((id) => ({ id, weight: cards.get(id)?.refined.weight ?? 0.8 })),
      bans: [...options.bans, ...options.removed],
      strengths: options.strengths,
    },
    ...(options.method === "stylus" ? {} : { masks: "all" as const }),
  });
  const images = plan.images.map(({ seed, adapters, masked, uses }) => ({
    seed,
    adapters,
    masked,
    formulas: Object.fromEntries(uses.map(({ id, formula }) => [id, formula])),
  }));
  return {
    composition: plan.composition,
    images: images.map(finished),
    maskCount: plan.maskCount,
  };
}
