// Which texts of a card have a vector, in the order of their rows in an index: what the adapter is, what people call it, and what it is
// not meant for.
import { type AdapterCard, embeddingDocument, searched } from "../card.ts";

export type TextSource = "document" | "title" | "trigger" | "tag" | "phrase" | "notMeant";

export interface IndexedText {
  readonly text: string;
  readonly source: TextSource;
}

/** Longer trigger "words" are whole prompts; their tags stand in the list as well. */
const maxNameLength = 200;

/** The document first. Each text once within names and phrases, and once within the unwanted uses. */
export function indexedTexts(card: AdapterCard): readonly IndexedText[] {
  const { phrases = [], notMeant = [] } = card.refined;
  const names = [
    { source: "title", texts: [card.title] },
    { source: "trigger", texts: card.triggerWords },
    { source: "tag", texts: card.tags },
    { source: "trigger", texts: (card.triggerSets ?? []).flat() },
  ] as const;
  const seen = new Set<string>();
  const texts: IndexedText[] = [{ text: embeddingDocument(card), source: "document" }];
  const add = (source: TextSource, values: readonly string[], limit: number): void => {
    for (const text of values.map((value) => value.trim().toLowerCase())) {
      if (text === "" || text.length > maxNameLength || seen.has(text) || texts.length >= limit) continue;
      seen.add(text);
      texts.push({ text, source });
    }
  };
  // Authors add dozens of tags; the first ones say what it is.
  for (const { source, texts: values } of names) add(source, values, searched.names + 1);
  add("phrase", phrases, texts.length + searched.phrases);
  seen.clear();
  add("notMeant", notMeant, Infinity);
  return texts;
}
