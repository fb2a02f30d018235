// What a user notes of adapters, tags of one's own and whether they are hidden, kept in IndexedDB between visits. Where the browser
// refuses storage it lasts as long as the page.
import type { DBSchema } from "idb";
import * as v from "valibot";
import { Records, type DatabaseShape } from "../../../storage/records/database.ts";

export interface AdapterNotes {
  /** Names the adapter: `notesKey` of library-adapter.ts. */
  readonly key: string;
  readonly tags: readonly string[];
  /** Not listed unless asked for; it can be chosen all the same. */
  readonly hidden: boolean;
}

export interface AdapterNotesStore {
  /** @throws DOMException: the browser does not read them */
  all(): Promise<AdapterNotes[]>;
  /** Puts rows in the place of those of the same keys, all or none; an empty one is deleted. @throws DOMException */
  put(rows: readonly AdapterNotes[]): Promise<void>;
}

interface NotesDatabase extends DBSchema {
  notes: { key: string; value: AdapterNotes };
}

const shape: DatabaseShape<NotesDatabase> = {
  name: "stylus-web-library",
  version: 1,
  stores: { notes: { keyPath: "key" } },
};

const schema = v.looseObject({ key: v.string(), tags: v.array(v.string()), hidden: v.boolean() });

export const isEmpty = ({ tags, hidden }: AdapterNotes): boolean => tags.length === 0 && !hidden;

function inMemory(): AdapterNotesStore {
  const rows = new Map<string, AdapterNotes>();
  return {
    all: async () => [...rows.values()],
    async put(changed) {
      for (const row of changed) rows.set(row.key, row);
    },
  };
}

export async function openAdapterNotes(): Promise<AdapterNotesStore> {
  const records = await Records.open(shape);
  if (!records) return inMemory();
  return {
    all: () => records.all("notes", schema),
    put: (rows) =>
      records.run(async (database) => {
        const { store, done } = database.transaction("notes", "readwrite");
        const work = rows.map((row) => (isEmpty(row) ? store.delete(row.key) : store.put(row)));
        await Promise.all([...work, done]);
      }),
  };
}
