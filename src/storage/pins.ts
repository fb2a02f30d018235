// What was learnt about files whose manifest leaves size or hash open: written down at the first download and enforced from
// then on, so that a file that changes on the hub is noticed. Kept in IndexedDB; where that is refused, for this visit.
import { openDB, type DBSchema, type IDBPDatabase } from "idb";

export interface Pin {
  readonly sizeBytes: number | null;
  readonly sha256: string | null;
  /** The commit that a moving revision ("main") stood for. */
  readonly commit: string | null;
  /** Who said so: the hub before the download, or the bytes of the first one. */
  readonly origin: "hub" | "first-download";
  readonly pinnedAt: Date;
}

interface StorageSchema extends DBSchema {
  /** By the address in the manifest. */
  pins: { key: string; value: Pin };
  /** SHA-256 of files on the user's disk, by name, size and time of change: they are not hashed at every visit. */
  localHashes: { key: string; value: string };
}

/** Names are part of what users have on disk. */
const databaseName = "stylus-storage";

type Store = "pins" | "localHashes";

export class StorageRecords {
  #database: Promise<IDBPDatabase<StorageSchema> | null> | undefined;
  readonly #memory = new Map<string, unknown>();

  #open(): Promise<IDBPDatabase<StorageSchema> | null> {
    this.#database ??= openDB<StorageSchema>(databaseName, 1, {
      upgrade(database) {
        database.createObjectStore("pins");
        database.createObjectStore("localHashes");
      },
    }).catch(() => null);
    return this.#database;
  }

  async get<Name extends Store>(store: Name, key: string): Promise<StorageSchema[Name]["value"] | null> {
    const database = await this.#open();
    if (!database) return (this.#memory.get(`${store} ${key}`) as StorageSchema[Name]["value"]) ?? null;
    return (await database.get(store, key)) ?? null;
  }

  async put<Name extends Store>(
    store: Name,
    key: string,
    value: StorageSchema[Name]["value"],
  ): Promise<void> {
    const database = await this.#open();
    if (database) await database.put(store, value, key);
    else this.#memory.set(`${store} ${key}`, value);
  }

  async forget(store: Store, key: string): Promise<void> {
    const database = await this.#open();
    await database?.delete(store, key);
    this.#memory.delete(`${store} ${key}`);
  }
}
