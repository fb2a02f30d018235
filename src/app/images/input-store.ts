// Init images and masks, kept in IndexedDB so that a reload and the gallery find them again; each is named by
// the SHA-256 of its file. Where the browser refuses storage they last as long as the page.
import type { DBSchema } from "idb";
import * as v from "valibot";
import { sha256 } from "../../shared/sha256.ts";
import { Records, type DatabaseShape } from "../../storage/records/database.ts";

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

const shape: DatabaseShape<InputDatabase> = {
  name: "stylus-web-inputs",
  version: 1,
  stores: { inputs: { keyPath: "id" } },
};

const inputSchema = v.looseObject({ id: v.string(), file: v.blob(), addedAt: v.number() });

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

const overRecords = (records: Records<InputDatabase>): InputStore => ({
  persistent: true,
  async put(file) {
    const id = await sha256(file);
    const row = { id, file, addedAt: Date.now() };
    await records.write([row], (database, [kept]) => database.put("inputs", kept!));
    return id;
  },
  get: async (id) => (await records.get("inputs", id, inputSchema))?.file ?? null,
  sizeBytes: async () =>
    (await records.all("inputs", inputSchema)).reduce((sum, { file }) => sum + file.size, 0),
  remove: (id) => records.run((database) => database.delete("inputs", id)),
  prune: (ids, olderThan) =>
    records.run(async (database) => {
      const transaction = database.transaction("inputs", "readwrite");
      for await (const cursor of transaction.store) {
        if (!ids.has(cursor.value.id) && cursor.value.addedAt < olderThan) await cursor.delete();
      }
      await transaction.done;
    }),
});

export async function openInputs(): Promise<InputStore> {
  const records = await Records.open(shape);
  return records ? overRecords(records) : memoryInputs();
}
