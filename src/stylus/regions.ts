// Regional prompts: rectangles or drawn parts of an image with words, and so adapters, of their own. Plain data, kept in settings, runs and files.
import { limits } from "../shared/limits.ts";
import { readRegionMask } from "../shared/region-mask.ts";
import type { RegionArea } from "../shared/request.ts";

export interface Region extends RegionArea {
  /** Its adapters are chosen as those of the prompt are; `<lora:…>` tags in it add some to this region only. */
  readonly prompt: string;
  /** Beside the prompt and other regions: 1 is usual. */
  readonly weight: number;
}

/** A region that says nothing is no part of an image. */
export const hasPrompt = ({ prompt }: Pick<Region, "prompt">): boolean => prompt.trim() !== "";

/** The prompt covers the whole image; regions lie over it. */
export interface RegionOptions {
  /** Share of the prompt inside a region: 0 leaves it out there. */
  readonly baseWeight: number;
  /** Whether the words of the prompt follow those of each region: “a cat, a meadow”. Its adapters work there anyway. */
  readonly addPrompt: boolean;
  readonly areas: readonly Region[];
}

export const promptsOf = (
  regions: { readonly areas: readonly Pick<Region, "prompt">[] } | null | undefined,
): string[] => regions?.areas.map(({ prompt }) => prompt) ?? [];

/** Holds the regions together, and leaves each its subject: measured with Pocket (docs/prompting.md). */
export const defaultBaseWeight = 0.2;

/** Without regions that say nothing; null when none are left. */
export function withoutEmpty(regions: RegionOptions): RegionOptions | null {
  const areas = regions.areas.filter(hasPrompt);
  return areas.length === 0 ? null : { ...regions, areas };
}

/** What a request may leave out. */
export type PartialRegions = Partial<Pick<RegionOptions, "baseWeight" | "addPrompt">> & {
  readonly areas: readonly (Omit<Region, "weight"> & Partial<Pick<Region, "weight">>)[];
};

/** Null: none. */
export const completeRegions = (regions: PartialRegions | null | undefined): RegionOptions | null =>
  !regions || regions.areas.length === 0
    ? null
    : {
        baseWeight: regions.baseWeight ?? defaultBaseWeight,
        addPrompt: regions.addPrompt ?? true,
        areas: regions.areas.map(({ x, y, width, height, mask, prompt, weight = 1 }) => ({
          x,
          y,
          width,
          height,
          ...(mask === undefined ? {} : { mask }),
          prompt,
          weight,
        })),
      };

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

/** Regions from what was stored or sent: those that are whole. */
export function regionsFrom(value: unknown): Region[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, limits.regions).flatMap((entry: unknown): Region[] => {
    const { x, y, width, height, mask, weight = 1, prompt } = (entry ?? {}) as Partial<Region>;
    const isWhole =
      isNumber(x) &&
      isNumber(y) &&
      isNumber(width) &&
      isNumber(height) &&
      isNumber(weight) &&
      (mask === undefined || (typeof mask === "string" && readRegionMask(mask) !== null)) &&
      typeof prompt === "string";
    return isWhole ? [{ x, y, width, height, ...(mask && { mask }), weight, prompt }] : [];
  });
}
