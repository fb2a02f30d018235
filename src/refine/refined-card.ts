// A refined card: what is written about an adapter once, offline, so that a small reader can choose it later. One strict schema
// for language models' answers, and a wider one for files, where narrow adapters have fewer phrases.
import * as v from "valibot";
import { StylusError } from "../shared/errors.ts";
import { limits } from "../shared/limits.ts";
import { say } from "../shared/saying.ts";
import {
  type AdapterCard,
  type AdapterCategory,
  adapterCategories,
  triggerFields,
} from "../retrieval/card.ts";

/** Who says the weight: the author, the prompts of the sample images, an estimate by whoever refined the card, or nobody. */
export const weightSources = ["author", "samples", "suggested", "default"] as const;
export type WeightSource = (typeof weightSources)[number];

export interface RefinedCard {
  readonly title: string;
  readonly description: string;
  readonly category: AdapterCategory;
  /** Each set of trigger words works by itself; a LoRA of three outfits has three. */
  readonly triggerSets: readonly (readonly string[])[];
  /** Recommended strength. */
  readonly weight: number;
  readonly weightSource: WeightSource;
  /** What people type when they want the adapter. */
  readonly phrases: readonly string[];
  /** Uses of its words that do not want it. */
  readonly notMeant: readonly string[];
}

/** Bounds of an answer. Phrases outside of them are documents, or padding. */
export const bounds = {
  title: 80,
  description: 600,
  phrase: 60,
  trigger: 200,
  triggerSets: 12,
  triggersOfSet: 20,
  weight: limits.adapterStrength.max,
  phrases: { least: 40, most: 60 },
  notMeant: { least: 10, most: 20 },
} as const;

const line = (most: number) =>
  v.pipe(
    v.string("must be a text"),
    v.trim(),
    v.minLength(1, "is empty"),
    v.maxLength(most, `is longer than ${most} characters`),
    // ">_<" is a face; "<lora:x:1>" and "<b>" are mark-up, which has no business in a card.
    v.regex(/^(?!.*<[^\s<>]+[^<>]*>)\P{Cc}*$/u, "has control characters or mark-up"),
  );

const unique = (texts: readonly string[]): string[] => {
  const seen = new Set<string>();
  return texts.filter((text) => {
    const key = text.toLowerCase();
    return !seen.has(key) && seen.add(key);
  });
};

const phrasesOf = ({ least, most }: { readonly least: number; readonly most: number }) =>
  v.pipe(
    v.array(line(bounds.phrase), "must be a list"),
    v.transform((texts: string[]) => unique(texts)),
    v.check(
      ({ length }) => length >= least && length <= most,
      ({ input }) => `must have ${least} to ${most} different entries, not ${input.length}`,
    ),
  );

const schemaOf = (least: { readonly phrases: number; readonly notMeant: number }) =>
  v.strictObject(
    {
      title: line(bounds.title),
      description: line(bounds.description),
      category: v.picklist(adapterCategories, `must be one of ${adapterCategories.join(", ")}`),
      triggerSets: v.pipe(
        v.array(
          v.pipe(
            v.array(line(bounds.trigger), "must be a list"),
            v.minLength(1, "is empty"),
            v.maxLength(bounds.triggersOfSet, `has more than ${bounds.triggersOfSet} entries`),
          ),
          "must be a list",
        ),
        v.maxLength(bounds.triggerSets, `has more than ${bounds.triggerSets} entries`),
      ),
      weight: v.pipe(
        v.number("must be a number"),
        v.finite("must be a finite number"),
        v.minValue(-bounds.weight, `must be at least ${-bounds.weight}`),
        v.maxValue(bounds.weight, `must be at most ${bounds.weight}`),
      ),
      weightSource: v.picklist(weightSources, `must be one of ${weightSources.join(", ")}`),
      phrases: phrasesOf({ ...bounds.phrases, least: least.phrases }),
      notMeant: phrasesOf({ ...bounds.notMeant, least: least.notMeant }),
    },
    // valibot reports missing and unknown fields with the object's own message.
    ({ expected }) =>
      expected === "Object" ? "must be an object" : expected === "never" ? "is not a field" : "is missing",
  );

const answer = schemaOf({ phrases: bounds.phrases.least, notMeant: bounds.notMeant.least });
/** Hand-written cards of narrow adapters ("small round mouth") have 25 good phrases rather than 50 padded ones. */
const stored = schemaOf({ phrases: 1, notMeant: 0 });

export type Checked =
  | { readonly card: RefinedCard }
  /** One sentence a fault, the first ten: "phrases must have 40 to 60 different entries, not 12". */
  | { readonly faults: readonly string[] };

const maxFaults = 10;

const faultsOf = (issues: readonly v.BaseIssue<unknown>[]): string[] =>
  issues.slice(0, maxFaults).map((issue) => `${v.getDotPath(issue) ?? "The answer"} ${issue.message}`);

/** Holds a language model's answer, as parsed JSON, to the strict schema. */
export function checkAnswer(value: unknown): Checked {
  const parsed = v.safeParse(answer, value);
  return parsed.success ? { card: parsed.output } : { faults: faultsOf(parsed.issues) };
}

/**
 * Refined cards of a file, by id.
 * @throws StylusError (bad-file) naming file, card and field
 */
export function parseRefinedCards(value: unknown, fileName: string): ReadonlyMap<string, RefinedCard> {
  const parsed = v.safeParse(v.record(v.string(), stored, "must be an object of cards by id"), value);
  if (parsed.success) return new Map(Object.entries(parsed.output));
  throw new StylusError("bad-file", say`${fileName}: ${faultsOf(parsed.issues)[0]}.`, {
    where: fileName,
    remedy: say`Correct the file; docs/refine.md describes its fields.`,
  });
}

const text = (most: number) => ({ type: "string", minLength: 1, maxLength: most });
const list = (items: object, { least, most }: { least: number; most: number }) => ({
  type: "array",
  minItems: least,
  maxItems: most,
  items,
});

/** The strict schema as JSON schema, for servers that decode under one. */
export const answerJsonSchema = {
  type: "object",
  additionalProperties: false,
  required: [
    "title",
    "description",
    "category",
    "triggerSets",
    "weight",
    "weightSource",
    "phrases",
    "notMeant",
  ],
  properties: {
    title: text(bounds.title),
    description: text(bounds.description),
    category: { type: "string", enum: adapterCategories },
    triggerSets: list(list(text(bounds.trigger), { least: 1, most: bounds.triggersOfSet }), {
      least: 0,
      most: bounds.triggerSets,
    }),
    weight: { type: "number", minimum: -bounds.weight, maximum: bounds.weight },
    weightSource: { type: "string", enum: weightSources },
    phrases: list(text(bounds.phrase), bounds.phrases),
    notMeant: list(text(bounds.phrase), bounds.notMeant),
  },
} as const;

/** `card` with the words of `refined`. The words of further trigger sets stay names to search by. */
export function withRefined(card: AdapterCard, refined: RefinedCard): AdapterCard {
  const [, ...others] = refined.triggerSets;
  const { title, description, category, weight, phrases, notMeant } = refined;
  return {
    ...card,
    title,
    ...triggerFields(refined.triggerSets),
    tags: unique([...card.tags, ...others.flat()]),
    refined: { description, category, weight, phrases, notMeant },
  };
}
