// What a user keeps for prompts under names, in IndexedDB between visits: wildcard files, styles. Where the browser refuses storage it
// lasts as long as the page.
import type { DBSchema } from "idb";
import * as v from "valibot";
import { Records, type DatabaseShape } from "../../storage/records/database.ts";
import type { PromptStyle } from "../../stylus/styles.ts";
import type { WildcardFile } from "../../stylus/wildcards/files.ts";

export interface NamedRows<Row extends { readonly name: string }> {
  /** False when nothing outlives the page. */
  readonly persistent: boolean;
  /** By name. @throws DOMException: the browser does not read them */
  all(): Promise<Row[]>;
  /** Adds rows, or replaces those of the same names: all or none. @throws DOMException */
  put(rows: readonly Row[]): Promise<void>;
  remove(name: string): Promise<void>;
}

interface RowDatabase<Row> extends DBSchema {
  rows: { key: string; value: Row };
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : Number(a.name > b.name);

function inMemory<Row extends { readonly name: string }>(): NamedRows<Row> {
  const rows = new Map<string, Row>();
  return {
    persistent: false,
    all: async () => [...rows.values()].sort(byName),
    put: async (added) => {
      for (const row of added) rows.set(row.name, row);
    },
    remove: async (name) => void rows.delete(name),
  };
}

async function openRows<Row extends { readonly name: string }>(
  database: string,
  schema: v.GenericSchema,
): Promise<NamedRows<Row>> {
  const shape: DatabaseShape<RowDatabase<Row>> = {
    name: database,
    version: 1,
    stores: { rows: { keyPath: "name" } },
  };
  const records = await Records.open(shape);
  if (!records) return inMemory();
  return {
    persistent: true,
    all: async () => (await records.all("rows", schema)).sort(byName),
    put: (rows) =>
      records.run(async (opened) => {
        const transaction = opened.transaction("rows", "readwrite");
        await Promise.all([...rows.map((row) => transaction.store.put(row)), transaction.done]);
      }),
    remove: (name) => records.run((opened) => opened.delete("rows", name)),
  };
}

export const openWildcards = (): Promise<NamedRows<WildcardFile>> =>
  openRows("stylus-web-wildcards", v.looseObject({ name: v.string(), text: v.string() }));

export const openStyles = (): Promise<NamedRows<PromptStyle>> =>
  openRows(
    "stylus-web-styles",
    v.looseObject({ name: v.string(), prompt: v.string(), negativePrompt: v.string() }),
  );
