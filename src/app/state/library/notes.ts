// What the user notes of adapters, as the page has it: a signal over what is kept.
import { createSignal, type Accessor } from "solid-js";
import { keepingError, readingError, toPlainError, type PlainError } from "../../../shared/errors.ts";
import { say } from "../../../shared/saying.ts";
import type { AdapterNotes, AdapterNotesStore, NotesChange } from "../../adapters/library/adapter-notes.ts";

export interface NotesState {
  /** By the adapters' `notesKey`. */
  readonly notes: Accessor<ReadonlyMap<string, AdapterNotes>>;
  /** Why they cannot be read; null when they can. */
  readonly error: Accessor<PlainError | null>;
  /**
   * Changes what is noted of several adapters: of all or of none.
   * @throws StylusError quota: the browser does not keep it
   */
  change(keys: readonly string[], next: (notes: AdapterNotes) => NotesChange): Promise<void>;
  /** Those of an adapter that is gone. */
  forget(keys: readonly string[]): Promise<void>;
}

export function createNotes({ opening }: { readonly opening: Promise<AdapterNotesStore> }): NotesState {
  const [notes, setNotes] = createSignal<ReadonlyMap<string, AdapterNotes>>(new Map());
  const [error, setError] = createSignal<PlainError | null>(null);
  const ready = opening.then(async (store) => {
    try {
      setNotes(new Map((await store.all()).map((row) => [row.key, row])));
    } catch (cause) {
      setError(toPlainError(readingError(say`Your tags of adapters`, cause)));
    }
    return store;
  });

  async function change(keys: readonly string[], next: (notes: AdapterNotes) => NotesChange): Promise<void> {
    const store = await ready;
    const rows = await store.change(keys, next).catch((cause: unknown) => {
      throw keepingError(say`this change`, cause, { full: say`Free disk space, then try again.` });
    });
    setNotes((before) => new Map([...before, ...rows.map((row) => [row.key, row] as const)]));
  }

  return {
    notes,
    error,
    change,
    forget: (keys) => change(keys, () => ({ tags: [], hidden: false })),
  };
}
