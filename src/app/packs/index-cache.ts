// Indexes of adapters that come without one: made in the browser by the embedder, once, and kept in IndexedDB. Where storage
// is refused they are made again at every visit.
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { staleEntries, writeIndex, type IndexEntry } from "../../retrieval/adapter-index.ts";
import type { AdapterCard } from "../../retrieval/card.ts";

interface KeptIndex {
  readonly modelSha256: string;
  readonly json: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Milliseconds since 1970; absent in what an earlier version has written. */
  readonly usedAt?: number;
}

interface IndexDatabase extends DBSchema {
  /** By the pack's base model and the ids of its adapters. */
  indexes: { key: string; value: KeptIndex };
}

/** Users have this in their browsers: a change of shape needs a new version and an upgrade step. */
const databaseName = "stylus-web-indexes";
const databaseVersion = 1;

let database: Promise<IDBPDatabase<IndexDatabase> | null> | null = null;

const open = (): Promise<IDBPDatabase<IndexDatabase> | null> =>
  (database ??= openDB<IndexDatabase>(databaseName, databaseVersion, {
    upgrade: (upgraded) => void upgraded.createObjectStore("indexes"),
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  }).catch(() => null));

/** Indexes that stay: a list per kind of model, and room to go back and forth. Those of lists that have changed go. */
const keptIndexes = 4;

/** Puts an index with the time of its use, and removes those that were used longest ago. */
async function keep(records: IDBPDatabase<IndexDatabase>, key: string, index: KeptIndex): Promise<void> {
  const { store, done } = records.transaction("indexes", "readwrite");
  const replace = async (): Promise<void> => {
    await store.put({ ...index, usedAt: Date.now() }, key);
    const [keys, all] = await Promise.all([store.getAllKeys(), store.getAll()]);
    const uses = keys.map((each, i) => ({
      key: each,
      usedAt: each === key ? Infinity : (all[i]!.usedAt ?? 0),
    }));
    uses.sort((a, b) => b.usedAt - a.usedAt);
    for (const { key: old } of uses.slice(keptIndexes)) await store.delete(old);
  };
  await Promise.all([replace(), done]); // both fail when there is no room
}

async function isCurrent(
  kept: KeptIndex,
  { cards, modelSha256 }: { cards: readonly AdapterCard[]; modelSha256: string },
): Promise<boolean> {
  if (kept.modelSha256 !== modelSha256) return false;
  try {
    return (await staleEntries(JSON.parse(kept.json), cards)).length === 0;
  } catch {
    return false; // written by another version
  }
}

/**
 * The files that retrieval reads of a pack whose cards have no prebuilt index.
 * @param options.key names the list of cards: an index made before for the same list, the same words and the same embedder is
 * taken
 * @param options.embed index entry of one card
 */
export async function indexFiles(
  cards: readonly AdapterCard[],
  options: {
    readonly key: string;
    readonly dims: number;
    readonly model: { readonly name: string; readonly sha256: string };
    readonly embed: (card: AdapterCard) => Promise<IndexEntry>;
    readonly onCard?: (done: number, total: number) => void;
  },
): Promise<ReadonlyMap<string, Blob>> {
  const { key, dims, model, embed, onCard = () => {} } = options;
  const retrievable = cards.filter(({ fewStep }) => !fewStep);
  const records = await open();
  let kept = await records?.get("indexes", key).catch(() => undefined);
  if (!kept || !(await isCurrent(kept, { cards: retrievable, modelSha256: model.sha256 }))) {
    const entries: IndexEntry[] = [];
    for (const [done, card] of retrievable.entries()) {
      onCard(done, retrievable.length);
      entries.push(await embed(card));
    }
    kept = { modelSha256: model.sha256, ...(await writeIndex({ model, dims, entries }, cards)) };
  }
  if (records) await keep(records, key, kept).catch(() => {}); // no room: the next visit makes it again
  return new Map([
    ["adapters/cards.json", new Blob([JSON.stringify(cards)])],
    ["index/index.json", new Blob([kept.json])],
    ["index/vectors.bin", new Blob([kept.bytes])],
  ]);
}
