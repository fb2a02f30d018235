// Pins the size and hash of files whose manifest omits them at the first download and enforces them afterwards, which
// detects files that change on the hub. Stored in IndexedDB, or for this visit if that is denied.
import { openDB, type DBSchema, type IDBPDatabase } from "idb";

export interface Pin {
  readonly sizeBytes: number | null;
  readonly sha256: string | null;
  /** The commit that a moving revision ("main") pointed to. */
  readonly commit: string | null;
  /** The source: the hub before the download, or the bytes of the first download. */
  readonly origin: "hub" | "first-download";
  readonly pinnedAt: Date;
}

interface StorageSchema extends DBSchema {
  /** By manifest address. */
  pins: { key: string; value: Pin };
  /** SHA-256 of files on the user's disk, by name, size and modification time, to avoid hashing them on every visit. */
  localHashes: { key: string; value: string };
}

/** Names persist on users' disks. */
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
