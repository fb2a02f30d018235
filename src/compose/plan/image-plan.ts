// From a composition to the images of a batch: bans and pins, a seeded mask per image, strengths. Image i of a batch has
// seed + i, or the seed that variations share (src/shared/seeds.ts), and depends on that seed alone, so it equals a single image with
// that seed.
import type { ImageJob } from "../../shared/request.ts";
import { seedsOfImage } from "../../shared/seeds.ts";
import type { Composition, AdapterPick } from "../composition.ts";
import { sampleMask, type TaskMask, totalMasks } from "./adapter-masks.ts";
import { type MaskRule, presets } from "./presets.ts";
import { seededRandom } from "./random.ts";
import { type PlannedUse, type StrengthOverrides, strengths } from "./weights.ts";
import type { CombineId, PresetId } from "../../shared/limits.ts";

/** An adapter that the user wants in every image. */
interface Pin {
  readonly id: string;
  /** Refined weight from its card. */
  readonly weight: number;
}

interface Overrides extends StrengthOverrides {
  readonly pins?: readonly Pin[] | undefined;
  readonly bans?: readonly string[] | undefined;
}

export interface PlanOptions {
  readonly preset: PresetId;
  /** "switch": strengths for adapters that take turns in the U-Net; who has which turn is decided by the caller. "merge" if absent. */
  readonly combine?: CombineId | undefined;
  /** Images in the batch. */
  readonly count: number;
  readonly seed: number;
  /** Of a batch of variations, which share the seed. */
  readonly variation?: { readonly seed: number } | null | undefined;
  readonly overrides?: Overrides | undefined;
  /** Replaces the preset's mask rule; baselines use "all". */
  readonly masks?: MaskRule | undefined;
}

interface ImagePlan extends ImageJob {
  /** Per task of the plan, which of its picks are active. */
  readonly mask: readonly TaskMask[];
  readonly uses: readonly PlannedUse[];
  /** Ids of picks that the mask excludes. */
  readonly masked: readonly string[];
}

export interface Plan {
  /** The composition after bans and pins; masks and `taskIndex` refer to its tasks. */
  readonly composition: Composition;
  /** Number of different masks, as decimal digits (it may exceed 2^53). */
  readonly maskCount: string;
  readonly images: readonly ImagePlan[];
}

/** The composition without banned adapters and with pinned ones; a pin outside all tasks becomes its own task. */
function applyOverrides(composition: Composition, { bans = [], pins = [] }: Overrides): Composition {
  const tasks = composition.tasks.map((task) => ({
    ...task,
    picks: task.picks.filter(({ id }) => !bans.includes(id)),
  }));
  const present = new Set(tasks.flatMap(({ picks }) => picks.map(({ id }) => id)));
  const added = pins
    .filter(({ id }) => !present.has(id))
    .map(({ id, weight }) => ({
      text: "",
      start: null,
      end: null,
      picks: [{ id, weight, similarity: 1, reason: { kind: "pinned" } } satisfies AdapterPick],
    }));
  return { ...composition, tasks: [...tasks, ...added] };
}

/** Pure: the same composition and options always give the same plan. */
export function planImages(composition: Composition, options: PlanOptions): Plan {
  const preset = presets[options.preset];
  const { combine = "merge" } = options;
  const overrides = options.overrides ?? {};
  const final = applyOverrides(composition, overrides);
  const pinned = new Set(overrides.pins?.map(({ id }) => id));
  const sizes = final.tasks.map(({ picks }) => picks.length);
  const rule = options.masks ?? preset.masks;
  const images = Array.from({ length: options.count }, (_, index): ImagePlan => {
    const { seed } = seedsOfImage(options, index);
    const sampled = sampleMask(sizes, rule, seededRandom(seed, "masks"));
    const mask = sampled.map((bits, t) =>
      bits.map((bit, i) => bit || pinned.has(final.tasks[t]!.picks[i]!.id)),
    );
    const uses = strengths(final, mask, { ...overrides, preset, combine });
    // The text is encoded once, with the text parts of all: they share in either case.
    const texts =
      combine === "merge" ? uses : strengths(final, mask, { ...overrides, preset, combine: "merge" });
    const adapters = uses
      .map(({ id, strength }, i) => ({ id, unetStrength: strength, textStrength: texts[i]!.strength }))
      .filter(({ unetStrength }) => unetStrength !== 0);
    const masked = final.tasks.flatMap(({ picks }, t) =>
      picks.filter((_, i) => !mask[t]![i]).map(({ id }) => id),
    );
    return { seed, adapters, mask, uses, masked };
  });
  return { composition: final, maskCount: totalMasks(sizes, rule).toString(), images };
}
