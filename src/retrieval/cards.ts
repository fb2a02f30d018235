// Reads and checks adapter cards: the pack's cards.json and cards a user adds. Card text is data from strangers: lengths
// are bounded here, and every fault names the file, the card and the field.
import * as v from "valibot";
import { StylusError } from "../shared/errors.ts";
import { say, verbatim, type Saying } from "../shared/saying.ts";
import { type AdapterCard, adapterCategories, cleanCard } from "./card.ts";

const maxTextLength = 20_000;
const maxListLength = 200;
/** Search phrases are what people type; longer ones are documents, and embedding them takes time. */
const maxPhraseLength = 200;

const textOf = (maxLength: number) =>
  v.pipe(v.string("must be a text"), v.maxLength(maxLength, `is longer than ${maxLength} characters`));
const text = textOf(maxTextLength);
const number = v.pipe(v.number("must be a finite number"), v.finite("must be a finite number"));
// `unknown` first: the length is checked before any entry is.
const listOf = <Entry extends v.GenericSchema>(entry: Entry) =>
  v.pipe(
    v.array(v.unknown(), "must be a list"),
    v.maxLength(maxListLength, `has more than ${maxListLength} entries`),
    v.array(entry),
  );
/** valibot reports a missing field with the object's own message, at the path of the field. */
const object = <Entries extends v.ObjectEntries>(entries: Entries) =>
  v.object(entries, ({ expected }) => (expected === "Object" ? "must be an object" : "is missing"));
const texts = listOf(text);
const phrases = v.optional(listOf(textOf(maxPhraseLength)), []);

const cardSchema = object({
  id: v.pipe(
    text,
    v.regex(/^[\w.-]{1,100}$/, "may hold letters, digits, “.”, “-” and “_” only, at most 100"),
  ),
  title: text,
  tags: texts,
  triggerWords: texts,
  triggerSets: v.optional(listOf(texts)),
  description: text,
  refined: object({
    description: text,
    category: v.picklist(adapterCategories, `must be one of ${adapterCategories.join(", ")}`),
    weight: number,
    phrases,
    notMeant: phrases,
  }),
  baseModel: text,
  file: object({ path: text, sizeBytes: number, sha256: text }),
  license: text,
  commercialUse: v.optional(v.nullable(v.boolean("must be true, false or null"))),
  author: text,
  samples: listOf(object({ path: text, prompt: text })),
  effect: v.nullish(
    object({ direction: number, low: number, high: number, strength: number, prompts: number }),
  ),
  fewStep: v.nullish(object({ steps: number, cfgScale: number, sampler: text, schedule: text })),
});

function fault(where: string, problem: Saying): StylusError {
  return new StylusError("bad-file", say`${where} ${problem}.`, {
    where,
    remedy: say`Correct the card file; docs/stylus.md describes its fields.`,
  });
}

/** "refined.phrases[3]" */
const fieldPath = (issue: v.BaseIssue<unknown>): string =>
  (issue.path ?? []).map(({ key }) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");

/**
 * One card out of parsed JSON; unknown fields are dropped.
 * @param where names the card in errors, for example `cards.json[3]`
 * @throws StylusError (bad-file) naming the field
 */
export function parseCard(value: unknown, where: string): AdapterCard {
  const parsed = v.safeParse(cardSchema, value, { abortEarly: true });
  if (parsed.success) {
    const { fewStep, effect, ...card } = parsed.output;
    return cleanCard({ ...card, ...(effect && { effect }), ...(fewStep && { fewStep }) });
  }
  const issue = parsed.issues[0];
  const field = fieldPath(issue);
  const id = (value as { id?: unknown } | null | undefined)?.id;
  const named = typeof id === "string" && field !== ".id" ? `${where} (${id.slice(0, 100)})` : where;
  throw fault(named + field, verbatim(issue.message));
}

/**
 * All cards of a file.
 * @throws StylusError (bad-file) naming file, card and field; also when two cards share an id
 */
export function parseCards(value: unknown, fileName: string): readonly AdapterCard[] {
  if (!Array.isArray(value)) throw fault(fileName, say`must be a list of cards`);
  const seen = new Set<string>();
  return value.map((entry, index) => {
    const card = parseCard(entry, `${fileName}[${index}]`);
    if (seen.has(card.id)) throw fault(`${fileName}[${index}].id`, say`repeats the id ${card.id}`);
    seen.add(card.id);
    return card;
  });
}
