// What was found out on the user's GPUs: for each which tiles it computes right, and the fastest way to compute each product. Stored in
// IndexedDB; where that is denied it is found again at every visit.
import type { DBSchema } from "idb";
import * as v from "valibot";
import { locked } from "./lock.ts";
import { Records, type DatabaseShape } from "./records/database.ts";

/** Rows of another shape count as missing, and are replaced. */
const rowSchema = v.object({
  /** Of the kernels: a row of others is replaced. */
  version: v.string(),
  /** Whether a tile is computed right, by its name. */
  tiles: v.map(v.string(), v.boolean()),
  /** Names of choices by names of shapes. */
  choices: v.map(v.string(), v.string()),
  /** Tiles and shapes that are being tried, or that ended the device or the tab. */
  trying: v.set(v.string()),
});
type Row = v.InferOutput<typeof rowSchema>;

interface TuningDatabase extends DBSchema {
  /** By the description of the adapter. */
  adapters: { key: string; value: Row };
}

const shape: DatabaseShape<TuningDatabase> = {
  name: "stylus-web-tuning",
  version: 1,
  stores: { adapters: { keyPath: null } },
};

/** A run waits for it: finding out again takes little longer. */
const patience = 1000;

interface Key {
  readonly adapter: string;
  readonly version: string;
}
type Findings = Omit<Row, "version">;

export class TuningRecords {
  #records: Promise<Records<TuningDatabase> | null> | undefined;

  #open(): Promise<Records<TuningDatabase> | null> {
    return (this.#records ??= Records.open(shape, { patience }));
  }

  /** What is known of an adapter with these kernels: nothing where the database does not answer. */
  async read({ adapter, version }: Key): Promise<Findings> {
    const records = await this.#open();
    const row = await records?.run((database) => database.get("adapters", adapter)).catch(() => null);
    return findingsOf(row, version);
  }

  /** Changes it in one transaction, whatever other tabs write. What cannot be stored is found again. */
  async update({ adapter, version }: Key, change: (findings: Findings) => void): Promise<void> {
    const records = await this.#open();
    const write = records?.run(async (database) => {
      const transaction = database.transaction("adapters", "readwrite");
      const findings = findingsOf(await transaction.store.get(adapter), version);
      change(findings);
      await Promise.all([transaction.store.put({ version, ...findings }, adapter), transaction.done]);
    });
    await write?.catch(() => {});
  }

  /** Does `work` while no other tab does. @throws StylusError cancelled while it waits; and what `work` throws */
  alone<Value>(work: () => Promise<Value>, signal?: AbortSignal): Promise<Value> {
    return locked("tuning", { signal, work });
  }

  /** Adapters of which something is known. */
  async count(): Promise<number> {
    const records = await this.#open();
    return (await records?.run((database) => database.count("adapters"))) ?? 0;
  }

  /** Forgets all of them. @throws DOMException */
  async reset(): Promise<void> {
    const records = await this.#open();
    await records?.run((database) => database.clear("adapters"));
  }
}

function findingsOf(row: unknown, version: string): Findings {
  const { success, output } = v.safeParse(rowSchema, row);
  if (!success || output.version !== version)
    return { tiles: new Map(), choices: new Map(), trying: new Set() };
  const { tiles, choices, trying } = output;
  return { tiles, choices, trying };
}
