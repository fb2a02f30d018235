// What makes sampling less work, in a `parameters` text, under labels of our own. Pure.
import { numberIn } from "./infotext-images.ts";
import { limits } from "../shared/limits.ts";
import type { GenerateOptions } from "./options.ts";

type Fields = ReadonlyMap<string, string>;

const INTERVAL_LABEL = "Guidance interval";

/** Of DeepCache's authors. */
const CACHE_LABEL = "DeepCache interval";

export const samplingLabels = [INTERVAL_LABEL, CACHE_LABEL];

/** Label and value pairs; empty values are left out of the text. */
export const samplingFields = ({
  guidanceInterval,
  cacheInterval,
}: Pick<GenerateOptions, "guidanceInterval" | "cacheInterval">): [string, string][] => [
  [INTERVAL_LABEL, guidanceInterval === null ? "" : `${guidanceInterval.start} to ${guidanceInterval.end}`],
  [CACHE_LABEL, cacheInterval === 1 ? "" : String(cacheInterval)],
];

export const readCacheInterval = (fields: Fields): number | undefined =>
  numberIn(fields, CACHE_LABEL, { ...limits.cacheInterval, whole: true });

/** "0.2 to 0.8"; undefined if it says nothing of the kind. */
export function readInterval(fields: Fields): NonNullable<GenerateOptions["guidanceInterval"]> | undefined {
  const [from, to] = (fields.get(INTERVAL_LABEL) ?? "").split(" to ");
  const ends = new Map([
    ["from", from ?? ""],
    ["to", to ?? ""],
  ]);
  const [start, end] = [...ends.keys()].map((key) => numberIn(ends, key, limits.guidanceInterval));
  return start !== undefined && end !== undefined && start <= end ? { start, end } : undefined;
}
