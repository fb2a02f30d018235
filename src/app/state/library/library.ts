// The library of adapters: what is listed by search, filters and order, which of them are selected, and what is done with them.
import { batch, createMemo, createSignal, type Accessor } from "solid-js";
import { adapterIdsAnywhere } from "../../../stylus/region-text.ts";
import type { LoadedPack } from "../../../stylus/loaded-pack.ts";
import { openAdapterNotes } from "../../adapters/library/adapter-notes.ts";
import { exportedCards } from "../../adapters/exported-cards.ts";
import {
  libraryAdapter,
  libraryAdapters,
  librarySize,
  ownNotesKey,
  type LibraryAdapter,
  type LibrarySources,
} from "../../adapters/library/library-adapter.ts";
import {
  filterLibrary,
  noLibraryFilter,
  type FilteredLibrary,
  type LibraryFilter,
} from "../../adapters/library/library-filter.ts";
import { searchLibrary, type FoundAdapter, type LibrarySort } from "../../adapters/library/library-search.ts";
import type { PageServices } from "../../services/ports.ts";
import type { ChoiceState } from "../choice.ts";
import type { GalleryState } from "../gallery.ts";
import type { Intake } from "../intake/intake.ts";
import type { Settings } from "../settings/settings.ts";
import { createNearest, type Nearest } from "./nearest.ts";
import { createNotes, type NotesState } from "./notes.ts";

export interface Library {
  readonly isOpen: Accessor<boolean>;
  /** @param filter what it lists at first; as it was left when absent */
  open(filter?: Partial<LibraryFilter>): void;
  close(): void;
  readonly query: Accessor<string>;
  search(query: string): void;
  readonly nearest: Pick<Nearest, "status">;
  readonly sort: Accessor<LibrarySort>;
  setSort(sort: LibrarySort): void;
  readonly filter: Accessor<LibraryFilter>;
  setFilter(change: Partial<LibraryFilter>): void;
  resetFilter(): void;
  /** How many adapters there are, also while it is closed. */
  readonly size: Accessor<number>;
  /** All adapters, whatever is listed; none while it is closed. */
  readonly all: Accessor<readonly LibraryAdapter[]>;
  /** What is listed, in order. */
  readonly found: Accessor<readonly FoundAdapter[]>;
  readonly counts: Accessor<FilteredLibrary["counts"]>;
  /** The user's tags, by letters. */
  readonly tags: Accessor<readonly string[]>;
  /** One adapter by its key, also while it is closed. */
  adapter(key: string): LibraryAdapter | undefined;
  /** Keys of the selected ones; null: nothing is being selected. */
  readonly selected: Accessor<ReadonlySet<string> | null>;
  setSelecting(selecting: boolean): void;
  toggle(key: string): void;
  /** All that are listed. */
  selectAll(): void;
  /** The selected ones that are there, in their order. */
  readonly chosen: Accessor<readonly LibraryAdapter[]>;
  readonly notesError: NotesState["error"];
  /** @throws StylusError quota */
  setHidden(adapters: readonly LibraryAdapter[], hidden: boolean): Promise<void>;
  /** @throws StylusError quota */
  addTag(adapters: readonly LibraryAdapter[], tag: string): Promise<void>;
  /** @throws StylusError quota */
  removeTag(adapters: readonly LibraryAdapter[], tag: string): Promise<void>;
  /** Those that can be chosen for a prompt. */
  setBanned(adapters: readonly LibraryAdapter[], banned: boolean): void;
  /** The user's among them, with their files. @throws StylusError quota */
  remove(adapters: readonly LibraryAdapter[]): Promise<void>;
  /** Deletes the downloaded file; it downloads again when an image needs it. @throws StylusError quota */
  deleteFile(adapter: LibraryAdapter): Promise<void>;
  /** Their cards as JSON, with the user's tags. */
  export(adapters: readonly LibraryAdapter[]): Blob;
}

/** Pins and bans are of the model in use, and say nothing of few-step adapters. */
export const canBeChosen = ({ isOther, kind }: LibraryAdapter): boolean => !isOther && kind !== "fewStep";

const sameTag = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

export function createLibrary(context: {
  readonly services: PageServices;
  readonly settings: Settings;
  /** Whole. */
  readonly pack: Accessor<LoadedPack | null>;
  readonly refresh: () => Promise<LoadedPack>;
  readonly choice: Pick<ChoiceState, "pins" | "bans" | "setBanned">;
  readonly gallery: Pick<GalleryState, "images">;
  readonly forget: Intake["forget"];
}): Library & { forgetNotes(ids: readonly string[]): Promise<void> } {
  const { services, settings, pack, choice, gallery } = context;
  const { notes, error: notesError, change, forget } = createNotes({ opening: openAdapterNotes() });
  const [isOpen, setOpen] = createSignal(false);
  const [query, search] = createSignal("");
  const [sort, setSort] = createSignal<LibrarySort>("match");
  const [filter, setFilter] = createSignal(noLibraryFilter);
  const [selected, setSelected] = createSignal<ReadonlySet<string> | null>(null);

  const uses = (): ReadonlyMap<string, number> => {
    const counts = new Map<string, number>();
    for (const image of gallery.images())
      for (const id of adapterIdsAnywhere(image)) counts.set(id, (counts.get(id) ?? 0) + 1);
    return counts;
  };
  const usesWhileOpen = createMemo(() => (isOpen() ? uses() : new Map<string, number>()));
  const sources = (loaded: LoadedPack, counted: ReadonlyMap<string, number>): LibrarySources => ({
    pack: loaded,
    commercialOnly: settings.commercialOnly,
    pins: new Set(choice.pins()),
    bans: new Set(choice.bans()),
    notes: notes(),
    uses: counted,
  });
  const all = createMemo(() => {
    const loaded = isOpen() ? pack() : null;
    return loaded ? libraryAdapters(sources(loaded, usesWhileOpen())) : [];
  });
  const filtered = createMemo(() => filterLibrary(all(), filter()));
  const nearest = createNearest({ services, pack, query: () => (isOpen() ? query() : null) });
  const found = createMemo(() =>
    searchLibrary(filtered().adapters, { query: query(), near: nearest.near(), sort: sort() }),
  );
  const tags = createMemo(() =>
    [...new Set([...notes().values()].flatMap((each) => each.tags))].sort((a, b) => a.localeCompare(b)),
  );
  const chosen = createMemo(() => all().filter(({ key }) => selected()?.has(key)));
  const notesOf = (adapters: readonly LibraryAdapter[]): string[] => adapters.map(({ notesKey }) => notesKey);

  return {
    isOpen,
    open(first) {
      batch(() => {
        if (first) {
          search("");
          setFilter({ ...noLibraryFilter, ...first });
        }
        setOpen(true);
      });
    },
    close() {
      batch(() => {
        setOpen(false);
        setSelected(null);
      });
    },
    query,
    search,
    nearest,
    sort,
    setSort,
    filter,
    setFilter: (part) => setFilter((before) => ({ ...before, ...part })),
    resetFilter: () => setFilter(noLibraryFilter),
    size: () => librarySize(pack()),
    all,
    found,
    counts: () => filtered().counts,
    tags,
    adapter(key) {
      const loaded = pack();
      return loaded ? libraryAdapter(key, sources(loaded, uses())) : undefined;
    },
    selected,
    setSelecting: (selecting) => setSelected(selecting ? new Set() : null),
    toggle: (key) =>
      setSelected((before) => {
        const keys = new Set(before);
        if (!keys.delete(key)) keys.add(key);
        return keys;
      }),
    selectAll: () => setSelected(new Set(found().map(({ adapter }) => adapter.key))),
    chosen,
    notesError,
    setHidden: (adapters, hidden) => change(notesOf(adapters), () => ({ hidden })),
    async addTag(adapters, text) {
      const tag = text.trim();
      if (tag === "") return;
      await change(notesOf(adapters), (before) => ({
        tags: before.tags.some((each) => sameTag(each, tag)) ? before.tags : [...before.tags, tag],
      }));
    },
    removeTag: (adapters, tag) =>
      change(notesOf(adapters), (before) => ({ tags: before.tags.filter((each) => !sameTag(each, tag)) })),
    setBanned: (adapters, banned) =>
      choice.setBanned(
        adapters.filter(canBeChosen).map(({ card }) => card.id),
        banned,
      ),
    remove: (adapters) =>
      context.forget(adapters.filter(({ own }) => own !== null).map(({ card }) => card.id)),
    async deleteFile({ card }) {
      await services.deleteAdapterFile(card.id);
      await context.refresh();
    },
    export: (adapters) => new Blob([exportedCards(adapters)], { type: "application/json" }),
    forgetNotes: (ids) => forget(ids.map(ownNotesKey)),
  };
}
