// Indexes of adapters that come without one: built in the browser, once, and kept in IndexedDB. Where storage is refused they are built
// again at every visit.
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { AdapterCard } from "../../retrieval/card.ts";
import { indexVersion } from "../../retrieval/index/index-writer.ts";
import { sha256 } from "../../shared/sha256.ts";

interface KeptIndex {
  /** Of index version, embedder and cards: another one and the index is built again. */
  readonly sourceSha256: string;
  readonly index: Blob;
  /** Milliseconds since 1970. */
  readonly usedAt: number;
}

interface IndexDatabase extends DBSchema {
  /** By the pack's base model and the ids of its adapters. */
  indexes: { key: string; value: KeptIndex };
}

/** Users have this in their browsers: a change of shape needs a new version and an upgrade step. */
const databaseName = "stylus-web-indexes";
/** Version 1 kept indexes of the first format. */
const databaseVersion = 2;

let database: Promise<IDBPDatabase<IndexDatabase> | null> | null = null;

const open = (): Promise<IDBPDatabase<IndexDatabase> | null> =>
  (database ??= openDB<IndexDatabase>(databaseName, databaseVersion, {
    upgrade(upgraded) {
      if (upgraded.objectStoreNames.contains("indexes")) upgraded.deleteObjectStore("indexes");
      upgraded.createObjectStore("indexes");
    },
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  }).catch(() => null));

/** Indexes that stay: a list per kind of model, and room to go back and forth. Those of lists that have changed go. */
const keptIndexes = 4;

/** Puts an index with the time of its use, and removes those that were used longest ago. */
async function keep(
  records: IDBPDatabase<IndexDatabase>,
  key: string,
  index: Omit<KeptIndex, "usedAt">,
): Promise<void> {
  const { store, done } = records.transaction("indexes", "readwrite");
  const replace = async (): Promise<void> => {
    await store.put({ ...index, usedAt: Date.now() }, key);
    const [keys, all] = await Promise.all([store.getAllKeys(), store.getAll()]);
    const uses = keys.map((each, i) => ({ key: each, usedAt: each === key ? Infinity : all[i]!.usedAt }));
    uses.sort((a, b) => b.usedAt - a.usedAt);
    for (const { key: old } of uses.slice(keptIndexes)) await store.delete(old);
  };
  await Promise.all([replace(), done]); // both fail when there is no room
}

/**
 * The index of cards that come without one.
 * @param options.key names the list of cards: an index built before for the same list, the same words and the same embedder is
 * taken
 */
export async function keptIndex(
  cards: readonly AdapterCard[],
  options: {
    readonly key: string;
    readonly model: { readonly sha256: string };
    readonly build: (cards: readonly AdapterCard[]) => Promise<Blob>;
  },
): Promise<Blob> {
  const { key, model, build } = options;
  const retrievable = cards.filter(({ fewStep }) => !fewStep);
  const sourceSha256 = await sha256(JSON.stringify([indexVersion, model.sha256, retrievable]));
  const records = await open();
  const kept = await records?.get("indexes", key).catch(() => undefined);
  const index = kept?.sourceSha256 === sourceSha256 ? kept.index : await build(retrievable);
  if (records) await keep(records, key, { sourceSha256, index }).catch(() => {}); // no room: the next visit builds it again
  return index;
}
