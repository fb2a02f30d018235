import type { AdapterCard } from "./card.ts";
import type { IndexedText } from "./text/indexed-texts.ts";

/** An adapter with the vectors of its texts, as the retriever takes it. */
export interface EmbeddedAdapter {
  readonly card: AdapterCard;
  readonly texts: readonly IndexedText[];
  /** [texts, dims] */
  readonly values: Int8Array<ArrayBuffer>;
}
