import { cleanCard, type AdapterCard } from "./card.ts";
import { indexedTexts, type IndexedText } from "./text/indexed-texts.ts";

/** An adapter with the vectors of its texts, as the retriever takes it. */
export interface EmbeddedAdapter {
  readonly card: AdapterCard;
  readonly texts: readonly IndexedText[];
  /** [texts, dims] */
  readonly values: Int8Array<ArrayBuffer>;
}

/** An adapter whose texts are to be embedded. */
export function withTexts(written: AdapterCard): Pick<EmbeddedAdapter, "card" | "texts"> {
  const card = cleanCard(written);
  return { card, texts: indexedTexts(card) };
}
