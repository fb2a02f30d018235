// The detail pass: parts of the finished image that are generated once more, enlarged, each with words of its own if it has some. Plain data,
// kept in settings, runs and files.
import { limits } from "../shared/limits.ts";
import { replaceTags } from "../shared/prompt-syntax.ts";
import { readRegionMask } from "../shared/region-mask.ts";
import { checkDetails } from "../shared/request-check.ts";
import type { DetailPass, RegionArea } from "../shared/request.ts";

export interface Detail extends RegionArea {
  /** In place of the image's; empty: the image's. `<lora:…>` tags in it add to the image's adapters. It is no template. */
  readonly prompt: string;
}

export interface DetailOptions extends Pick<DetailPass, "strength" | "padding" | "feather"> {
  readonly areas: readonly Detail[];
}

/** As in AUTOMATIC1111's extension ADetailer. */
export const defaultDetails: Omit<DetailOptions, "areas"> = { strength: 0.4, padding: 32, feather: 4 };

/** What a request may leave out. */
export type PartialDetails = Partial<Omit<DetailOptions, "areas">> & {
  readonly areas: readonly (RegionArea & Partial<Pick<Detail, "prompt">>)[];
};

/** Null: none. */
export const completeDetails = (details: PartialDetails | null | undefined): DetailOptions | null =>
  !details || details.areas.length === 0
    ? null
    : {
        strength: details.strength ?? defaultDetails.strength,
        padding: details.padding ?? defaultDetails.padding,
        feather: details.feather ?? defaultDetails.feather,
        areas: details.areas.map(({ x, y, width, height, mask, prompt = "" }) => ({
          x,
          y,
          width,
          height,
          ...(mask === undefined ? {} : { mask }),
          prompt,
        })),
      };

/** Areas from what was stored or sent: those that are whole. */
export function detailsFrom(value: unknown): Detail[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, limits.details).flatMap((entry: unknown): Detail[] => {
    const { x, y, width, height, mask, prompt = "" } = (entry ?? {}) as Partial<Detail>;
    const areNumbers = [x, y, width, height].every((side) => Number.isFinite(side));
    const isMask = mask === undefined || (typeof mask === "string" && readRegionMask(mask) !== null);
    if (!areNumbers || !isMask || typeof prompt !== "string") return [];
    return [{ x: x!, y: y!, width: width!, height: height!, ...(mask && { mask }), prompt }];
  });
}

/** Without the tags of some adapters. */
export const withoutTagsOf = (
  details: DetailOptions | null,
  isLeft: (name: string) => boolean,
): DetailOptions | null =>
  details && {
    ...details,
    areas: details.areas.map((area) => ({
      ...area,
      prompt: replaceTags(area.prompt, ({ name, text }) => (isLeft(name) ? "" : text)).trim(),
    })),
  };

/** Labels of a `parameters` text. */
export const detailLabels = ["Details", "Detail strength", "Detail padding", "Detail edge"] as const;

/** Label and value pairs; empty without a detail pass. */
export function detailFields(details: DetailOptions | null): [string, string][] {
  if (details === null) return [];
  const [areas, strength, padding, feather] = detailLabels;
  const listed = details.areas.map(({ prompt, ...area }) => (prompt === "" ? area : { ...area, prompt }));
  return [
    [areas, JSON.stringify(listed)],
    [strength, String(details.strength)],
    [padding, String(details.padding)],
    [feather, String(details.feather)],
  ];
}

/** @returns null for a text without them; undefined for areas that cannot be read, or that no image can have */
export function readDetails(fields: ReadonlyMap<string, string>): DetailOptions | null | undefined {
  const [text = "", ...values] = detailLabels.map((label) => fields.get(label)?.trim() ?? "");
  if (text === "") return null;
  try {
    const listed: unknown = JSON.parse(text);
    const areas = detailsFrom(listed);
    if (areas.length === 0 || areas.length !== (listed as unknown[]).length) return undefined;
    const [strength, padding, feather] = values.map((value) => (value === "" ? undefined : Number(value)));
    const given = Object.entries({ strength, padding, feather }).filter(([, value]) => value !== undefined);
    const details = completeDetails({ ...(Object.fromEntries(given) as Partial<DetailOptions>), areas })!;
    checkDetails(details);
    return details;
  } catch {
    return undefined;
  }
}
