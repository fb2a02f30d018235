// The authors' cards of the pocket pack's adapters: training/pocket/cards.json.
import { readFileSync } from "node:fs";
import path from "node:path";
import type { AdapterCard } from "../../src/retrieval/card.ts";

export interface AuthorCard {
  readonly title: string;
  readonly author: string;
  readonly tags: readonly string[];
  readonly triggerWords: readonly string[];
  /** HTML, as stored on hubs. */
  readonly description: string;
  readonly samplePrompts: readonly string[];
  readonly refined: AdapterCard["refined"];
  readonly baseModel: string;
}

/** By id. */
export const authorCards = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, "../../training/pocket/cards.json"), "utf8"),
) as Record<string, AuthorCard>;
