// The adapters that a user has added, file and card, kept in IndexedDB between visits. Where the browser refuses storage
// they last as long as the page.
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { readingError } from "../../shared/errors.ts";
import type { UserAdapter } from "../../stylus/loaded-pack.ts";

export interface UserAdapterStore {
  /** False when nothing outlives the page. */
  readonly persistent: boolean;
  /** Oldest first. @throws StylusError quota: the browser does not read them */
  all(): Promise<UserAdapter[]>;
  /** Adds one, or replaces that of the same id. */
  put(adapter: UserAdapter): Promise<void>;
  remove(id: string): Promise<void>;
}

interface UserAdapterDatabase extends DBSchema {
  adapters: { key: string; value: UserAdapter };
}

/** Users have this in their browsers: a change of shape needs a new version and an upgrade step. */
const databaseName = "stylus-web-adapters";
const databaseVersion = 1;

const byAge = (a: UserAdapter, b: UserAdapter): number => a.addedAt - b.addedAt;

function openMemoryAdapters(): UserAdapterStore {
  const adapters = new Map<string, UserAdapter>();
  return {
    persistent: false,
    all: async () => [...adapters.values()].sort(byAge),
    put: async (adapter) => void adapters.set(adapter.id, adapter),
    remove: async (id) => void adapters.delete(id),
  };
}

const overDatabase = (database: IDBPDatabase<UserAdapterDatabase>): UserAdapterStore => ({
  persistent: true,
  async all() {
    try {
      return (await database.getAll("adapters")).sort(byAge);
    } catch (cause) {
      throw readingError("Your adapters", cause);
    }
  },
  put: async (adapter) => void (await database.put("adapters", adapter)),
  remove: (id) => database.delete("adapters", id),
});

export async function openUserAdapters(): Promise<UserAdapterStore> {
  try {
    return overDatabase(
      await openDB<UserAdapterDatabase>(databaseName, databaseVersion, {
        upgrade: (upgraded) => void upgraded.createObjectStore("adapters", { keyPath: "id" }),
        blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
      }),
    );
  } catch {
    return openMemoryAdapters();
  }
}
