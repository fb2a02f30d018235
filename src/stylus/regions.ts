// Regional prompts: rectangles of an image with words, and so adapters, of their own. Plain data, kept in settings, runs and files.
import { withoutTags } from "../shared/prompt-syntax.ts";
import { limits } from "../shared/limits.ts";
import type { Rectangle } from "../shared/request.ts";
import { formatLoraTag } from "./lora-tags.ts";
import type { PlannedImage } from "./run-types.ts";

export interface Region extends Rectangle {
  /** Its adapters are chosen as those of the prompt are; `<lora:…>` tags in it add some to this region only. */
  readonly prompt: string;
  /** Beside the prompt and other regions: 1 is usual. */
  readonly weight: number;
}

/** The prompt covers the whole image; regions lie over it. */
export interface RegionOptions {
  /** Share of the prompt inside a region: 0 leaves it out there. */
  readonly baseWeight: number;
  /** Whether the words of the prompt follow those of each region: “a cat, a meadow”. Its adapters work there anyway. */
  readonly addPrompt: boolean;
  readonly areas: readonly Region[];
}

/** Holds the regions together, and leaves each its subject: measured with Pocket (docs/prompting.md). */
export const defaultBaseWeight = 0.2;

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
        areas: regions.areas.map(({ x, y, width, height, prompt, weight = 1 }) => ({
          x,
          y,
          width,
          height,
          prompt,
          weight,
        })),
      };

/**
 * The regions as an image has them: its own words, and its adapters as tags, so that they generate it again when none are chosen.
 * @param isLeft adapters without which it is
 */
export function regionsOfImage(
  regions: RegionOptions | null,
  image: Pick<PlannedImage, "regions">,
  isLeft: (id: string) => boolean = () => false,
): RegionOptions | null {
  if (regions === null) return null;
  return {
    ...regions,
    areas: regions.areas.map((area, index) => {
      const { prompt = area.prompt, adapters = [] } = image.regions?.[index] ?? {};
      const tags = adapters.filter(({ id }) => !isLeft(id)).map(formatLoraTag);
      return { ...area, prompt: [withoutTags(prompt).trim(), ...tags].join(" ") };
    }),
  };
}

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

/** Regions from what was stored or sent: those that are whole. */
export function regionsFrom(value: unknown): Region[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, limits.regions).flatMap((entry: unknown): Region[] => {
    const { x, y, width, height, weight = 1, prompt } = (entry ?? {}) as Partial<Region>;
    const isWhole =
      isNumber(x) &&
      isNumber(y) &&
      isNumber(width) &&
      isNumber(height) &&
      isNumber(weight) &&
      typeof prompt === "string";
    return isWhole ? [{ x, y, width, height, weight, prompt }] : [];
  });
}

/** Labels of a `parameters` text; the extensions of other programs cut an image otherwise, and their labels are not read. */
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

/** @returns null for a text without them; undefined for regions that cannot be read */
export function readRegions(fields: ReadonlyMap<string, string>): PartialRegions | null | undefined {
  const [text = "", base = "", prompts = ""] = regionLabels.map((label) => fields.get(label)?.trim());
  if (text === "") return null;
  try {
    const written: unknown = JSON.parse(text);
    const areas = regionsFrom(written);
    if (areas.length === 0 || areas.length !== (written as unknown[]).length) return undefined;
    const baseWeight = base === "" ? Number.NaN : Number(base);
    return { areas, addPrompt: prompts !== "alone", ...(Number.isFinite(baseWeight) ? { baseWeight } : {}) };
  } catch {
    return undefined;
  }
}
