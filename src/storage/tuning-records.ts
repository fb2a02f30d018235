// What was measured on the user's GPUs: for each the fastest way to compute each product. Stored in IndexedDB; where that is denied it is
// measured again at every visit.
import type { DBSchema } from "idb";
import * as v from "valibot";
import { Records, type DatabaseShape } from "./records/database.ts";

interface Measured {
  /** Of the kernels: a row of others is replaced. */
  readonly version: string;
  /** Names of choices by names of shapes. */
  readonly choices: ReadonlyMap<string, string>;
}

interface TuningDatabase extends DBSchema {
  /** By the description of the adapter. */
  adapters: { key: string; value: Measured };
}

const shape: DatabaseShape<TuningDatabase> = {
  name: "stylus-web-tuning",
  version: 1,
  stores: { adapters: { keyPath: null } },
};

/** Rows of another shape count as missing, and are replaced. */
const measuredSchema = v.object({ version: v.string(), choices: v.map(v.string(), v.string()) });

/** A run waits for it: measuring again takes little longer. */
const patience = 1000;

export class TuningRecords {
  #records: Promise<Records<TuningDatabase> | null> | undefined;

  #open(): Promise<Records<TuningDatabase> | null> {
    return (this.#records ??= Records.open(shape, { patience }));
  }

  /** The choices for an adapter, if they are of these kernels; empty when there are none or the database does not answer. */
  async read(adapter: string, version: string): Promise<ReadonlyMap<string, string>> {
    const records = await this.#open();
    const row = await records?.get("adapters", adapter, measuredSchema).catch(() => undefined);
    return row?.version === version ? row.choices : new Map();
  }

  /** Adds choices to those of the same kernels, or replaces others. What cannot be stored is measured again. */
  async add(adapter: string, version: string, choices: ReadonlyMap<string, string>): Promise<void> {
    const records = await this.#open();
    const known = await this.read(adapter, version);
    const row = { version, choices: new Map([...known, ...choices]) };
    await records?.run((database) => database.put("adapters", row, adapter)).catch(() => {});
  }

  /** Adapters with measurements. */
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
