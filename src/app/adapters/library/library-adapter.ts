// An adapter as the library lists it: its card, where it is from, and what the user has made of it. Pure.
import { commercialUse } from "../../../retrieval/commercial-use.ts";
import type { AdapterCard, AdapterCategory } from "../../../retrieval/card.ts";
import type { LoadedPack, UserAdapter } from "../../../stylus/loaded-pack.ts";
import type { AdapterNotes } from "./adapter-notes.ts";

export type AdapterKind = AdapterCategory | "fewStep";

export type CommercialUse = "allowed" | "refused" | "unknown";

export interface LibraryAdapter {
  /** The card's id; of adapters for other models, which may share one with the pack's, another name. */
  readonly key: string;
  /** Names what the user has noted of it. */
  readonly notesKey: string;
  readonly card: AdapterCard;
  readonly kind: AdapterKind;
  readonly commercial: CommercialUse;
  /** As the user has added it; null: it is the pack's or a list's. */
  readonly own: UserAdapter | null;
  /** Kept for another model than the one in use. */
  readonly isOther: boolean;
  /** The setting `commercialOnly` leaves it out. */
  readonly isLeftOut: boolean;
  /** Its file is in this browser. */
  readonly isStored: boolean;
  readonly sizeBytes: number;
  /** Of the user's: milliseconds since 1970. */
  readonly addedAt: number | null;
  /** Images of the gallery that it works in. */
  readonly uses: number;
  readonly isPinned: boolean;
  readonly isBanned: boolean;
  readonly isHidden: boolean;
  /** The user's own. */
  readonly tags: readonly string[];
}

const otherPrefix = "other/";

export const ownNotesKey = (id: string): string => `own/${id}`;

/** A user's adapter keeps its notes whatever the model; others are known by the base model, whose lists give ids. */
const notesKeyOf = ({ id, baseModel }: AdapterCard, isOwn: boolean): string =>
  isOwn ? ownNotesKey(id) : `${baseModel}/${id}`;

export function commercialUseOf(card: Pick<AdapterCard, "license" | "commercialUse">): CommercialUse {
  const isAllowed = commercialUse(card);
  return isAllowed === null ? "unknown" : isAllowed ? "allowed" : "refused";
}

export interface LibrarySources {
  /** Whole. */
  readonly pack: LoadedPack;
  readonly commercialOnly: boolean;
  readonly pins: ReadonlySet<string>;
  readonly bans: ReadonlySet<string>;
  /** By `notesKey`. */
  readonly notes: ReadonlyMap<string, AdapterNotes>;
  /** Images of the gallery, by adapter id. */
  readonly uses: ReadonlyMap<string, number>;
}

function adapterOf(
  card: AdapterCard,
  sources: LibrarySources,
  { own, isOther = false }: { readonly own: UserAdapter | undefined; readonly isOther?: boolean },
): LibraryAdapter {
  const { pack, commercialOnly, pins, bans, notes, uses } = sources;
  const { id } = card;
  const notesKey = notesKeyOf(card, own !== undefined);
  const { tags = [], hidden = false } = notes.get(notesKey) ?? {};
  const commercial = commercialUseOf(card);
  return {
    key: isOther ? otherPrefix + id : id,
    notesKey,
    card,
    kind: card.fewStep ? "fewStep" : card.refined.category,
    commercial,
    own: own ?? null,
    isOther,
    isLeftOut: commercialOnly && commercial !== "allowed",
    isStored: pack.remote.get(id)?.stored ?? true,
    sizeBytes: own?.file.size ?? card.file.sizeBytes,
    addedAt: own?.addedAt ?? null,
    uses: uses.get(id) ?? 0,
    isPinned: !isOther && pins.has(id),
    isBanned: !isOther && bans.has(id),
    isHidden: hidden,
    tags,
  };
}

/** All adapters: the user's, newest first, the pack's in its order, and the user's for other models. */
export function libraryAdapters(sources: LibrarySources): readonly LibraryAdapter[] {
  const { cards, userAdapters, otherAdapters } = sources.pack;
  const fitting = cards.map((card) => adapterOf(card, sources, { own: userAdapters.get(card.id) }));
  return [
    ...fitting.filter(({ own }) => own).toSorted((a, b) => b.addedAt! - a.addedAt!),
    ...fitting.filter(({ own }) => !own),
    ...otherAdapters.map((own) => adapterOf(own.card, sources, { own, isOther: true })),
  ];
}

/** How many they are: few-step adapters and the user's for other models are among them. */
export const librarySize = (pack: Pick<LoadedPack, "cards" | "otherAdapters"> | null): number =>
  pack === null ? 0 : pack.cards.length + pack.otherAdapters.length;

/** One of them by its key; undefined when it is gone. */
export function libraryAdapter(key: string, sources: LibrarySources): LibraryAdapter | undefined {
  const { cards, userAdapters, otherAdapters } = sources.pack;
  const other = otherAdapters.find(({ id }) => otherPrefix + id === key);
  if (other) return adapterOf(other.card, sources, { own: other, isOther: true });
  const card = cards.find(({ id }) => id === key);
  return card && adapterOf(card, sources, { own: userAdapters.get(key) });
}
