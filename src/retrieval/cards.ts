// Reads and checks adapter cards: the pack's cards.json and cards a user adds. Card text is data from strangers: lengths
// are bounded here, and every fault names the file, the card and the field.
import { StylusError } from "../shared/errors.ts";
import type { AdapterCard, AdapterCategory } from "./card.ts";

const categories: readonly AdapterCategory[] = [
  "concept",
  "style",
  "pose",
  "action",
  "character",
  "clothing",
  "background",
  "building",
  "vehicle",
  "animal",
];

const maxTextLength = 20_000;
const maxListLength = 200;

type Fields = Record<string, unknown>;

function fault(where: string, problem: string): StylusError {
  return new StylusError("bad-file", `${where} ${problem}.`, {
    where,
    remedy: "Correct the card file; docs/stylus.md describes its fields.",
  });
}

function record(value: unknown, where: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw fault(where, "must be an object");
  return value as Fields;
}

function text(fields: Fields, name: string, where: string): string {
  const value = fields[name];
  if (typeof value !== "string") throw fault(`${where}.${name}`, "must be a text");
  if (value.length > maxTextLength)
    throw fault(`${where}.${name}`, `is longer than ${maxTextLength} characters`);
  return value;
}

function number(fields: Fields, name: string, where: string): number {
  const value = fields[name];
  if (typeof value !== "number" || !Number.isFinite(value))
    throw fault(`${where}.${name}`, "must be a finite number");
  return value;
}

function list(fields: Fields, name: string, where: string): readonly unknown[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw fault(`${where}.${name}`, "must be a list");
  if (value.length > maxListLength) throw fault(`${where}.${name}`, `has more than ${maxListLength} entries`);
  return value;
}

function texts(fields: Fields, name: string, where: string): readonly string[] {
  return list(fields, name, where).map((_, index, all) =>
    text(all as unknown as Fields, String(index), `${where}.${name}`),
  );
}

function fewStepOf(value: unknown, where: string): NonNullable<AdapterCard["fewStep"]> {
  const fields = record(value, where);
  return {
    steps: number(fields, "steps", where),
    cfgScale: number(fields, "cfgScale", where),
    sampler: text(fields, "sampler", where),
    schedule: text(fields, "schedule", where),
  };
}

/**
 * One card out of parsed JSON; unknown fields are dropped.
 * @param where names the card in errors, for example `cards.json[3]`
 * @throws StylusError (bad-file) naming the field
 */
function parseCard(value: unknown, where: string): AdapterCard {
  const fields = record(value, where);
  const id = text(fields, "id", where);
  if (!/^[\w.-]{1,100}$/.test(id))
    throw fault(`${where}.id`, "may hold letters, digits, “.”, “-” and “_” only, at most 100");
  const named = `${where} (${id})`;
  const refined = record(fields["refined"], `${named}.refined`);
  const category = text(refined, "category", `${named}.refined`) as AdapterCategory;
  if (!categories.includes(category))
    throw fault(`${named}.refined.category`, `must be one of ${categories.join(", ")}`);
  const file = record(fields["file"], `${named}.file`);
  const samples = list(fields, "samples", named).map((sample, index) => {
    const at = `${named}.samples[${index}]`;
    const sampleFields = record(sample, at);
    return { path: text(sampleFields, "path", at), prompt: text(sampleFields, "prompt", at) };
  });
  const fewStep = fields["fewStep"];
  return {
    id,
    title: text(fields, "title", named),
    tags: texts(fields, "tags", named),
    triggerWords: texts(fields, "triggerWords", named),
    description: text(fields, "description", named),
    refined: {
      description: text(refined, "description", `${named}.refined`),
      category,
      weight: number(refined, "weight", `${named}.refined`),
    },
    baseModel: text(fields, "baseModel", named),
    file: {
      path: text(file, "path", `${named}.file`),
      sizeBytes: number(file, "sizeBytes", `${named}.file`),
      sha256: text(file, "sha256", `${named}.file`),
    },
    license: text(fields, "license", named),
    author: text(fields, "author", named),
    samples,
    ...(fewStep === undefined || fewStep === null ? {} : { fewStep: fewStepOf(fewStep, `${named}.fewStep`) }),
  };
}

/**
 * All cards of a file.
 * @throws StylusError (bad-file) naming file, card and field; also when two cards share an id
 */
export function parseCards(value: unknown, fileName: string): readonly AdapterCard[] {
  if (!Array.isArray(value)) throw fault(fileName, "must be a list of cards");
  const seen = new Set<string>();
  return value.map((entry, index) => {
    const card = parseCard(entry, `${fileName}[${index}]`);
    if (seen.has(card.id)) throw fault(`${fileName}[${index}].id`, `repeats the id ${card.id}`);
    seen.add(card.id);
    return card;
  });
}
