// The adapter card: what is known of one adapter. Author's words and refined words are kept apart; retrieval
// reads the refined ones (Stylus §3.1), the page shows both. Card text is untrusted data.

/** What an adapter changes. The reader has learnt these very words. */
export const adapterCategories = [
  "style",
  "concept",
  "object",
  "character",
  "creature",
  "animal",
  "vehicle",
  "building",
  "clothing",
  "pose",
  "action",
  "expression",
  "eyes",
  "background",
  "lighting",
  "effect",
  "material",
  "composition",
  "colour",
  "slider",
] as const;
export type AdapterCategory = (typeof adapterCategories)[number];

export interface AdapterCard {
  /** Stable id, also the name in `<lora:id:weight>`. */
  readonly id: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly triggerWords: readonly string[];
  /** The author's description as plain text (HTML already stripped). */
  readonly description: string;
  /** Written by the refiner from images and card. */
  readonly refined: {
    readonly description: string;
    readonly category: AdapterCategory;
    /** Recommended strength. 0.8 when nobody says (Stylus reference code). */
    readonly weight: number;
    /** What people type when they want it; absent in cards that an earlier version has kept. */
    readonly phrases?: readonly string[];
    /** Uses of its words that do not want it: "clay tennis court" of a clay style. */
    readonly notMeant?: readonly string[];
  };
  readonly baseModel: string;
  readonly file: { readonly path: string; readonly sizeBytes: number; readonly sha256: string };
  readonly license: string;
  readonly author: string;
  /** Images made with the adapter, each with its prompt. */
  readonly samples: readonly { readonly path: string; readonly prompt: string }[];
  /** Set for few-step adapters (LCM …): never retrieved, offered as a mode instead. */
  readonly fewStep?: {
    readonly steps: number;
    readonly cfgScale: number;
    readonly sampler: string;
    readonly schedule: string;
  };
}

/** The document that is embedded: title + refined description + tags; trigger words are left out (Stylus reference). */
export function embeddingDocument(card: AdapterCard): string {
  return [card.title, card.refined.description, card.tags.join(", ")]
    .filter((part) => part !== "")
    .join(". ");
}
