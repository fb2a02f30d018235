// Cards as a file: a list of cards as cards.json has it, for another browser, `npm run choose -- --catalogue` and `npm run refine`. Pure.
import type { AdapterReport } from "../../adapters/report.ts";
import type { AdapterCard } from "../../retrieval/card.ts";
import { parseCard } from "../../retrieval/cards.ts";
import { freeId } from "./free-id.ts";

/** Beside adapter files it is read for those that it has cards of. */
export const cardsFileName = "stylus-cards.json";

/**
 * @param cards with the tags that the user gave them, which join the author's
 * @returns JSON of a list in which every id is there once
 */
export function exportedCards(
  cards: readonly { readonly card: AdapterCard; readonly tags: readonly string[] }[],
): string {
  const taken = new Set<string>();
  const list = cards.map(({ card, tags }) => {
    const id = freeId(card.id, taken);
    taken.add(id);
    return { ...card, id, tags: [...new Set([...card.tags, ...tags])] };
  });
  return `${JSON.stringify(list, null, 1)}\n`;
}

interface Written {
  readonly file?: { readonly path?: unknown; readonly sha256?: unknown };
}

const isCard = (value: unknown): value is Written =>
  typeof value === "object" && value !== null && "refined" in value && "triggerWords" in value;

const nameOf = (path: unknown): string =>
  typeof path === "string" ? path.slice(path.lastIndexOf("/") + 1).toLowerCase() : "";

/** The one of the file's hash, or its name. */
function cardIn(list: readonly unknown[], { fileName, hashes }: FileNames): Written | undefined {
  const cards = list.filter(isCard);
  return (
    (hashes && cards.find(({ file }) => file?.sha256 === hashes.sha256)) ??
    cards.find(({ file }) => nameOf(file?.path) === nameOf(fileName))
  );
}

type FileNames = Pick<AdapterReport, "fileName" | "hashes">;

/**
 * The card that the page exported for a file.
 * @param value parsed JSON: a card, or a list of them. @returns null: it has none
 */
export function exportedCardOf(value: unknown, file: FileNames): AdapterCard | null {
  const found = Array.isArray(value) ? cardIn(value, file) : value;
  if (!isCard(found)) return null;
  try {
    return parseCard(found, cardsFileName);
  } catch {
    return null; // not one that this version knows
  }
}
