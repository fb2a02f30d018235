// The field of AUTOMATIC1111's extension Latent Couple (two_shot.py): "divisions=1:1,1:2,1:2 positions=0:0,0:0,0:1
// weights=0.2,0.8,0.8 end at step=20", each pair rows before columns, one entry for each part of the prompt between the words AND.
import { conjuncts, promptTags, withoutTags } from "../shared/prompt-syntax.ts";
import type { ForeignRegion, ForeignRegions } from "./foreign-regions.ts";
import type { GenerationParameters } from "./generation-parameters.ts";

export const latentCoupleLabel = "Latent Couple";

const pattern =
  /^divisions=([\d.:,\s]+?)[;\s]+positions=([\d.:,\s-]+?)[;\s]+weights=([\d.,\s+-]+?)(?:[;\s]+end at step=(\d+))?$/u;

/** Of what people write in its three boxes. */
const longest = 1000;

interface Filter extends Omit<ForeignRegion, "prompt"> {}

/** "1-4" is from 1 to 4, "1" from 1 to 2; shares of the image. */
function span(division: string | undefined, position: string | undefined): [from: number, to: number] {
  const count = Number(division || Number.NaN);
  const [from = Number.NaN, to = from + 1] = (position || "none").split("-").map(Number);
  const share = (at: number): number => Math.min(1, Math.max(0, at / count));
  return [share(from), share(to)];
}

const lists = (text: string): string[] => text.split(",").map((entry) => entry.trim());

function readFilters(divisions: string, positions: string, weights: string): Filter[] | null {
  const [byPosition, byWeight] = [lists(positions), lists(weights)];
  const filters = lists(divisions)
    .slice(0, Math.min(byPosition.length, byWeight.length))
    .map((division, index): Filter => {
      const [rows, columns] = division.split(":");
      const [row, column] = byPosition[index]!.split(":");
      const [top, bottom] = span(rows, row);
      const [left, right] = span(columns, column);
      return {
        x: left,
        y: top,
        width: right - left,
        height: bottom - top,
        weight: Number(byWeight[index] || Number.NaN),
      };
    });
  const isRead = filters.every((filter) => Object.values(filter).every(Number.isFinite));
  return isRead ? filters : null;
}

const isWhole = ({ width, height }: Filter): boolean => width === 1 && height === 1;

const rounded = (value: number): number => Number(value.toFixed(4));

/**
 * Tags work everywhere, wherever they stand, so that they become the prompt’s. The first part that has all of the image is the prompt; of
 * weights only their ratio is kept, since ours always add up to the CFG scale.
 */
export function readLatentCouple({
  prompt,
  negativePrompt,
  fields,
}: GenerationParameters): ForeignRegions | null {
  const field = fields.get(latentCoupleLabel)?.trim() ?? "";
  if (field === "") return null;
  const none = { negativePrompt, negativeByRegion: false, addPrompt: false };
  const spaced = field.slice(0, longest).replaceAll(/\s+/gu, " "); // blanks in a row make the pattern slow
  const [, divisions, positions = "", weights = "", end] = pattern.exec(spaced) ?? [];
  const filters = divisions === undefined ? null : readFilters(divisions, positions, weights);
  if (filters === null) return { ...none, prompt, areas: [], baseWeight: 0, unread: [latentCoupleLabel] };
  const words = withoutTags(prompt);
  const parts = conjuncts(words).map(({ start, wordsEnd, weight }, index) => {
    const filter = filters[index] ?? { x: 0, y: 0, width: 1, height: 1, weight: 1 }; // one too many is not masked
    return { ...filter, weight: filter.weight * weight, prompt: words.slice(start, wordsEnd).trim() };
  });
  const base = parts.find(isWhole);
  const regions = parts.filter((part) => part !== base);
  const usual = regions[0]?.weight ?? 1;
  const tags = promptTags(prompt).map(({ text }) => text);
  const ownWords = base?.prompt ?? regions.map((region) => region.prompt).join(", ");
  const steps = Number(fields.get("Steps"));
  return {
    ...none,
    prompt: [ownWords, ...tags].join(" ").trim(),
    areas: regions.map((region) => ({ ...region, weight: rounded(region.weight / usual) })),
    baseWeight: base ? rounded(base.weight / (base.weight + usual)) || 0 : 0,
    // Later steps have no regions there.
    unread: end !== undefined && Number(end) < steps ? [latentCoupleLabel] : [],
  };
}
