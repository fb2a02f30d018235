// What the library lists: filters that add up, with the number of adapters behind each choice. Pure.
import { effectKind, type EffectKind } from "../../../retrieval/effect.ts";
import type { AdapterKind, CommercialUse, LibraryAdapter } from "./library-adapter.ts";

export interface LibraryFilter {
  readonly kind: AdapterKind | null;
  readonly baseModel: string | null;
  readonly commercial: CommercialUse | null;
  /** As measured; adapters that were not measured have none. */
  readonly effect: EffectKind | null;
  readonly use: "used" | "unused" | null;
  /** One of the user's own. */
  readonly tag: string | null;
  readonly own: boolean;
  readonly stored: boolean;
  readonly pinned: boolean;
  readonly banned: boolean;
  /** Only those that are hidden; without it none of them. */
  readonly hidden: boolean;
  /** Only those that the setting `commercialOnly` leaves out; without it none of them. */
  readonly leftOut: boolean;
}

export const noLibraryFilter: LibraryFilter = {
  kind: null,
  baseModel: null,
  commercial: null,
  effect: null,
  use: null,
  tag: null,
  own: false,
  stored: false,
  pinned: false,
  banned: false,
  hidden: false,
  leftOut: false,
};

export type Facet = keyof LibraryFilter;
const facets = Object.keys(noLibraryFilter) as Facet[];

/** The values by which an adapter is found under a facet. */
const valuesOf: { readonly [Name in Facet]: (adapter: LibraryAdapter) => readonly (string | boolean)[] } = {
  kind: ({ kind }) => [kind],
  baseModel: ({ card }) => [card.baseModel],
  commercial: ({ commercial }) => [commercial],
  effect: ({ card }) => (card.effect ? [effectKind(card.effect)] : []),
  use: ({ uses }) => [uses > 0 ? "used" : "unused"],
  tag: ({ tags }) => tags,
  own: ({ own }) => [own !== null],
  stored: ({ isStored }) => [isStored],
  pinned: ({ isPinned }) => [isPinned],
  banned: ({ isBanned }) => [isBanned],
  hidden: ({ isHidden }) => [isHidden],
  leftOut: ({ isLeftOut }) => [isLeftOut],
};

/** Those that are not listed unless they are asked for. */
const outOfSight: ReadonlySet<Facet> = new Set(["hidden", "leftOut"]);

const isAsked = (facet: Facet, filter: LibraryFilter): boolean =>
  filter[facet] !== null && (filter[facet] !== false || outOfSight.has(facet));

/** How many filters the user has set. */
export const countFilters = (filter: LibraryFilter): number =>
  facets.filter((facet) => filter[facet] !== noLibraryFilter[facet]).length;

export interface FilteredLibrary {
  readonly adapters: readonly LibraryAdapter[];
  /** By facet and value: how many adapters there would be with it, all other filters being as they are. */
  readonly counts: Readonly<Record<Facet, ReadonlyMap<string | boolean, number>>>;
}

export function filterLibrary(adapters: readonly LibraryAdapter[], filter: LibraryFilter): FilteredLibrary {
  const counts = Object.fromEntries(
    facets.map((facet) => [facet, new Map<string | boolean, number>()]),
  ) as Record<Facet, Map<string | boolean, number>>;
  const asked = facets.filter((facet) => isAsked(facet, filter));
  const found = adapters.filter((adapter) => {
    const failed = asked.filter((facet) => !valuesOf[facet](adapter).includes(filter[facet]!));
    if (failed.length > 1) return false;
    for (const facet of failed.length === 1 ? failed : facets)
      for (const value of valuesOf[facet](adapter))
        counts[facet].set(value, (counts[facet].get(value) ?? 0) + 1);
    return failed.length === 0;
  });
  return { adapters: found, counts };
}
