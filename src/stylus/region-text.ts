// The regions of a finished image: with its own words and adapters, as settings, and in a `parameters` text. Pure.
import type { GenerationParameters } from "../formats/generation-parameters.ts";
import { latentCoupleLabel, readLatentCouple } from "../formats/latent-couple.ts";
import { readRegionalPrompter, regionalPrompterLabels } from "../formats/regional-prompter.ts";
import { limits } from "../shared/limits.ts";
import { withoutTags } from "../shared/prompt-syntax.ts";
import { checkRegions } from "../shared/request-check.ts";
import { say, type Saying } from "../shared/saying.ts";
import { elided } from "../shared/untrusted-text.ts";
import { formatLoraTag } from "./lora-tags.ts";
import {
  defaultBaseWeight,
  regionsFrom,
  withoutEmpty,
  type PartialRegions,
  type RegionOptions,
} from "./regions.ts";
import type { PlannedImage } from "./run-types.ts";

/**
 * The regions as an image has them: its own words, and its adapters as tags, so that they generate it again when none are chosen.
 * Those of which nothing is left are left out; null without any.
 * @param isLeft adapters without which it is
 */
export function regionsOfImage(
  regions: RegionOptions | null,
  image: Pick<PlannedImage, "regions">,
  isLeft: (id: string) => boolean = () => false,
): RegionOptions | null {
  if (regions === null) return null;
  return withoutEmpty({
    ...regions,
    areas: regions.areas.map((area, index) => {
      const { prompt = area.prompt, adapters = [] } = image.regions?.[index] ?? {};
      const tags = adapters.filter(({ id }) => !isLeft(id)).map(formatLoraTag);
      return { ...area, prompt: [withoutTags(prompt).trim(), ...tags].join(" ").trim() };
    }),
  });
}

/** Each adapter that has a part in an image: in the whole, in a region or in the detail pass. */
export const adapterIdsAnywhere = ({
  adapters,
  regions = [],
  detailAdapters = [],
}: Pick<PlannedImage, "adapters" | "regions" | "detailAdapters">): readonly string[] => {
  const uses = [...adapters, ...regions.flatMap((region) => region.adapters)];
  return [...new Set([...uses.map(({ id }) => id), ...detailAdapters])];
};

/** Labels of a `parameters` text. */
export const regionLabels = ["Regions", "Region base weight", "Region prompts"] as const;

/** Label and value pairs; empty without regions. */
export function regionFields(regions: RegionOptions | null): [string, string][] {
  if (regions === null) return [];
  const [areas, base, prompts] = regionLabels;
  return [
    [
      areas,
      JSON.stringify(regions.areas.map(({ weight, ...area }) => (weight === 1 ? area : { ...area, weight }))),
    ],
    [base, String(regions.baseWeight)],
    [prompts, regions.addPrompt ? "" : "alone"],
  ];
}

/** @returns null for a text without them; undefined for regions that cannot be read, or that no image can have */
export function readRegions(fields: ReadonlyMap<string, string>): PartialRegions | null | undefined {
  const [text = "", base = "", prompts = ""] = regionLabels.map((label) => fields.get(label)?.trim());
  if (text === "") return null;
  try {
    const listed: unknown = JSON.parse(text);
    const areas = regionsFrom(listed);
    if (areas.length === 0 || areas.length !== (listed as unknown[]).length) return undefined;
    const written = base === "" ? Number.NaN : Number(base);
    const baseWeight = Number.isFinite(written) ? written : defaultBaseWeight;
    checkRegions({ areas, baseWeight }, { maskedOnly: false });
    return { areas, addPrompt: prompts !== "alone", baseWeight };
  } catch {
    return undefined;
  }
}

/** Labels of AUTOMATIC1111's extensions. */
export const foreignRegionLabels: readonly string[] = [latentCoupleLabel, ...regionalPrompterLabels];

/** Prompts with the regions that stand in them. */
export interface WordsWithRegions {
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly regions?: PartialRegions;
}

export interface TakenRegions {
  readonly words: WordsWithRegions;
  /** Labels of the text that have no part in them. */
  readonly unread: readonly string[];
  readonly dropped: readonly Saying[];
}

/** What of the regions of other programs an image here can have. Null: there are none. */
export function takeForeignRegions(parameters: GenerationParameters): TakenRegions | null {
  const found = readRegionalPrompter(parameters) ?? readLatentCouple(parameters);
  if (found === null) return null;
  const { prompt, negativePrompt, areas, baseWeight, addPrompt, unread, negativeByRegion } = found;
  const isInside = (from: number, side: number): boolean =>
    from >= 0 && side >= limits.regionSide && from + side <= 1 + 1e-6;
  const fits = ({ x, y, width, height, weight }: (typeof areas)[number]): boolean =>
    isInside(x, width) &&
    isInside(y, height) &&
    weight >= limits.regionWeight.min &&
    weight <= limits.regionWeight.max;
  const taken = areas.filter(fits).slice(0, limits.regions);
  return {
    words: {
      prompt,
      negativePrompt,
      ...(taken.length > 0 && {
        regions: { areas: taken, baseWeight: Math.min(1, Math.max(0, baseWeight)), addPrompt },
      }),
    },
    unread,
    dropped: [
      ...[...areas.entries()]
        .filter(([, area]) => !taken.includes(area))
        .map(([index, area]) => say`region ${index + 1} “${elided(area.prompt, 30)}”`),
      ...(negativeByRegion ? [say`the negative prompt of each region`] : []),
    ],
  };
}
