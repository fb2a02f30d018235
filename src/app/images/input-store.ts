// Init images and masks, kept in IndexedDB so that a reload and the gallery find them again; each is named by
// the SHA-256 of its file. Where the browser refuses storage they last as long as the page.
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { sha256 } from "../../shared/sha256.ts";

interface StoredInput {
  /** SHA-256 of the file, lower-case hex. */
  readonly id: string;
  readonly file: Blob;
  /** Milliseconds since 1970. */
  readonly addedAt: number;
}

export interface InputStore {
  /** False when nothing outlives the page. */
  readonly persistent: boolean;
  /** Answers the file's id. @throws when the browser does not keep it */
  put(file: Blob): Promise<string>;
  get(id: string): Promise<Blob | null>;
  /** Of all files together. */
  sizeBytes(): Promise<number>;
  remove(id: string): Promise<void>;
  /** Removes what is not among `ids` and was added before `olderThan` (milliseconds since 1970). */
  prune(ids: ReadonlySet<string>, olderThan: number): Promise<void>;
}

interface InputDatabase extends DBSchema {
  inputs: { key: string; value: StoredInput };
}

/** Users have this in their browsers: a change of shape needs a new version and an upgrade step. */
const databaseName = "stylus-web-inputs";
const databaseVersion = 1;

export function memoryInputs(): InputStore {
  const inputs = new Map<string, Blob>();
  return {
    persistent: false,
    async put(file) {
      const id = await sha256(file);
      inputs.set(id, file);
      return id;
    },
    get: async (id) => inputs.get(id) ?? null,
    sizeBytes: async () => [...inputs.values()].reduce((sum, { size }) => sum + size, 0),
    remove: async (id) => void inputs.delete(id),
    async prune() {},
  };
}

const overDatabase = (database: IDBPDatabase<InputDatabase>): InputStore => ({
  persistent: true,
  async put(file) {
    const id = await sha256(file);
    await database.put("inputs", { id, file, addedAt: Date.now() });
    return id;
  },
  get: async (id) => (await database.get("inputs", id))?.file ?? null,
  sizeBytes: async () => (await database.getAll("inputs")).reduce((sum, { file }) => sum + file.size, 0),
  remove: (id) => database.delete("inputs", id),
  async prune(ids, olderThan) {
    const transaction = database.transaction("inputs", "readwrite");
    for await (const cursor of transaction.store) {
      if (!ids.has(cursor.value.id) && cursor.value.addedAt < olderThan) await cursor.delete();
    }
    await transaction.done;
  },
});

export async function openInputs(): Promise<InputStore> {
  try {
    return overDatabase(
      await openDB<InputDatabase>(databaseName, databaseVersion, {
        upgrade: (upgraded) => void upgraded.createObjectStore("inputs", { keyPath: "id" }),
        blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
      }),
    );
  } catch {
    return memoryInputs();
  }
}
