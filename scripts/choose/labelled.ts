// Labelled catalogues: a folder with `catalogue.json` (raw cards), `phrases.json` (phrases and notMeant by card; may be missing) and `prompts.jsonl`
// (prompt, wanted adapters with their words, adapters that would do too, kind); training/choice/catalogues has them. `pack-test` has more prompts for the cards of `pack`.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import * as v from "valibot";
import { StylusError } from "../../src/shared/errors.ts";
import { say, type Saying } from "../../src/shared/saying.ts";
import { type Catalogue, rawCatalogue, readJson, readRawCards } from "./catalogue.ts";
import type { LabelledPrompt } from "./choice-figures.ts";

export const cataloguesFolder = path.resolve(import.meta.dirname, "../../training/choice/catalogues");

const phrasesByCard = v.record(
  v.string(),
  v.object({ phrases: v.array(v.string()), notMeant: v.array(v.string()) }),
);

const labelledPrompt = v.object({
  prompt: v.string(),
  picks: v.array(v.object({ id: v.string(), span: v.string() })),
  ok: v.optional(v.array(v.string()), []),
  kind: v.string(),
});

function fault(where: string, problem: string, remedy: Saying): StylusError {
  return new StylusError("bad-file", say`${where}: ${problem}.`, { where, remedy });
}

function checked<const Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  { where, remedy }: { readonly where: string; readonly remedy: Saying },
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, value, { abortEarly: true });
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw fault(where, `${v.getDotPath(issue) ?? "the value"}: ${issue.message}`, remedy);
}

function promptOf(line: string, where: string, ids: ReadonlySet<string>): LabelledPrompt {
  const remedy = say`Give an object with prompt, picks (id, span), ok and kind on each line.`;
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw fault(where, "the line is not JSON", remedy);
  }
  const prompt = checked(labelledPrompt, json, { where, remedy });
  const unknown = [...prompt.picks.map(({ id }) => id), ...prompt.ok].find((id) => !ids.has(id));
  if (unknown !== undefined)
    throw fault(where, `catalogue.json has no card ${unknown}`, say`Name cards of the catalogue.`);
  const foreign = prompt.picks.find(({ span }) => span === "" || !prompt.prompt.includes(span));
  if (foreign)
    throw fault(where, `“${foreign.span}” is not in the prompt`, say`Give words of the prompt as span.`);
  return prompt;
}

/** Where a catalogue's cards are: in its own folder, or in that of the catalogue whose name its own begins with. */
export function cardsFolder(folder: string): string {
  const hasCards = (place: string): boolean => existsSync(path.join(place, "catalogue.json"));
  const of = path.join(path.dirname(folder), path.basename(folder).split("-")[0]!);
  return hasCards(folder) || !hasCards(of) ? folder : of;
}

/**
 * @param phrases false: cards as their authors left them, without phrases and unwanted uses
 * @throws StylusError bad-file, naming file and line or field
 */
export function openLabelled(
  folder: string,
  { phrases }: { readonly phrases: boolean },
): { readonly catalogue: Catalogue; readonly prompts: readonly LabelledPrompt[] } {
  const own = cardsFolder(folder);
  const cards = readRawCards(path.join(own, "catalogue.json"));
  const refinedFile = path.join(own, "phrases.json");
  const refined = existsSync(refinedFile)
    ? checked(phrasesByCard, readJson(refinedFile), {
        where: refinedFile,
        remedy: say`Give lists phrases and notMeant for each card's id.`,
      })
    : null;
  const ids = new Set(cards.map(({ id }) => id));
  const promptsFile = path.join(folder, "prompts.jsonl");
  const prompts = readFileSync(promptsFile, "utf8")
    .split("\n")
    .flatMap((line, i) => (line.trim() === "" ? [] : [promptOf(line, `${promptsFile}, line ${i + 1}`, ids)]));
  const none = { phrases: [], notMeant: [] };
  return {
    catalogue: rawCatalogue(
      cards.map((card) => (phrases ? { ...card, ...refined?.[card.id] } : { ...card, ...none })),
    ),
    prompts,
  };
}
