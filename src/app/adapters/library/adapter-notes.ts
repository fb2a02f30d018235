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

export type NotesChange = Partial<Pick<AdapterNotes, "tags" | "hidden">>;

export interface AdapterNotesStore {
  /** @throws DOMException: the browser does not read them */
  all(): Promise<AdapterNotes[]>;
  /**
   * Changes the rows of `keys`, all or none, and answers what they are then. What is kept counts, not what the page has read: another
   * tab may have changed it. An empty row is deleted.
   * @throws DOMException
   */
  change(keys: readonly string[], next: (notes: AdapterNotes) => NotesChange): Promise<AdapterNotes[]>;
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

const isEmpty = ({ tags, hidden }: AdapterNotes): boolean => tags.length === 0 && !hidden;

const changed = (
  key: string,
  before: AdapterNotes | undefined,
  next: (notes: AdapterNotes) => NotesChange,
): AdapterNotes => {
  const notes = before ?? { key, tags: [], hidden: false };
  return { ...notes, ...next(notes) };
};

function inMemory(): AdapterNotesStore {
  const rows = new Map<string, AdapterNotes>();
  return {
    all: async () => [...rows.values()],
    async change(keys, next) {
      const after = keys.map((key) => changed(key, rows.get(key), next));
      for (const row of after) rows.set(row.key, row);
      return after;
    },
  };
}

export async function openAdapterNotes(): Promise<AdapterNotesStore> {
  const records = await Records.open(shape);
  if (!records) return inMemory();
  return {
    all: () => records.all("notes", schema),
    change: (keys, next) =>
      records.run(async (database) => {
        const { store, done } = database.transaction("notes", "readwrite");
        const work = keys.map(async (key) => {
          const before = await store.get(key);
          const row = changed(key, v.is(schema, before) ? before : undefined, next);
          await (isEmpty(row) ? store.delete(key) : store.put(row));
          return row;
        });
        const [rows] = await Promise.all([Promise.all(work), done]);
        return rows;
      }),
  };
}
