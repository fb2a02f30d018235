// Pins the size and hash of files whose manifest omits them at the first download and enforces them afterwards, which
// detects files that change on the hub. Stored in IndexedDB, or for this visit if that is denied.
import type { DBSchema } from "idb";
import * as v from "valibot";
import { Records, type DatabaseShape } from "./records/database.ts";

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

const shape: DatabaseShape<StorageSchema> = {
  name: "stylus-storage",
  version: 1,
  stores: { pins: { keyPath: null }, localHashes: { keyPath: null } },
};

/** Rows of another shape count as missing, and are replaced. */
const schemas = {
  pins: v.object({
    sizeBytes: v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
    sha256: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
    commit: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/))),
    origin: v.picklist(["hub", "first-download"]),
    pinnedAt: v.date(),
  }),
  localHashes: v.string(),
};

type Store = "pins" | "localHashes";

export class StorageRecords {
  #records: Promise<Records<StorageSchema> | null> | undefined;
  readonly #memory = new Map<string, unknown>();

  #open(): Promise<Records<StorageSchema> | null> {
    return (this.#records ??= Records.open(shape));
  }

  /** Null where there is none, or the database does not answer: then what it says is found out again. */
  async get<Name extends Store>(store: Name, key: string): Promise<StorageSchema[Name]["value"] | null> {
    const kept = this.#memory.get(`${store} ${key}`) as StorageSchema[Name]["value"] | undefined;
    if (kept !== undefined) return kept;
    const records = await this.#open();
    return (await records?.get(store, key, schemas[store]).catch(() => null)) ?? null;
  }

  async put<Name extends Store>(
    store: Name,
    key: string,
    value: StorageSchema[Name]["value"],
  ): Promise<void> {
    const records = await this.#open();
    const keep = (): void => void this.#memory.set(`${store} ${key}`, value); // for this visit
    if (records) await records.run((database) => database.put(store, value, key)).catch(keep);
    else keep();
  }

  async forget(store: Store, key: string): Promise<void> {
    const records = await this.#open();
    await records?.run((database) => database.delete(store, key));
    this.#memory.delete(`${store} ${key}`);
  }
}
