// The adapters that a user has added, file and card, kept in IndexedDB between visits. Where the browser refuses storage
// they last as long as the page.
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { AdapterReport } from "../../adapters/report.ts";
import type { AdapterCard } from "../../retrieval/card.ts";
import { readingError } from "../../shared/errors.ts";

export interface OwnAdapter {
  /** The card's id. */
  readonly id: string;
  readonly card: AdapterCard;
  /** The diagnosis made when it was added. */
  readonly report: AdapterReport;
  readonly file: Blob;
  /** Milliseconds since 1970. */
  readonly addedAt: number;
}

export interface OwnAdapterStore {
  /** False when nothing outlives the page. */
  readonly persistent: boolean;
  /** Oldest first. @throws StylusError quota: the browser does not read them */
  all(): Promise<OwnAdapter[]>;
  /** Adds one, or replaces that of the same id. */
  put(adapter: OwnAdapter): Promise<void>;
  remove(id: string): Promise<void>;
}

interface OwnAdapterDatabase extends DBSchema {
  adapters: { key: string; value: OwnAdapter };
}

/** Users have this in their browsers: a change of shape needs a new version and an upgrade step. */
const databaseName = "stylus-web-adapters";
const databaseVersion = 1;

const byAge = (a: OwnAdapter, b: OwnAdapter): number => a.addedAt - b.addedAt;

function openMemoryAdapters(): OwnAdapterStore {
  const adapters = new Map<string, OwnAdapter>();
  return {
    persistent: false,
    all: async () => [...adapters.values()].sort(byAge),
    put: async (adapter) => void adapters.set(adapter.id, adapter),
    remove: async (id) => void adapters.delete(id),
  };
}

const overDatabase = (database: IDBPDatabase<OwnAdapterDatabase>): OwnAdapterStore => ({
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

export async function openOwnAdapters(): Promise<OwnAdapterStore> {
  try {
    return overDatabase(
      await openDB<OwnAdapterDatabase>(databaseName, databaseVersion, {
        upgrade: (upgraded) => void upgraded.createObjectStore("adapters", { keyPath: "id" }),
        blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
      }),
    );
  } catch {
    return openMemoryAdapters();
  }
}
