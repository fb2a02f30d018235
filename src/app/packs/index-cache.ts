// Indexes of adapters that come without one: built in the browser, once, and kept in IndexedDB. Where storage is refused they are built
// again at every visit.
import type { DBSchema } from "idb";
import * as v from "valibot";
import type { AdapterCard } from "../../retrieval/card.ts";
import { indexVersion } from "../../retrieval/index/index-writer.ts";
import { sha256 } from "../../shared/sha256.ts";
import { Records, type DatabaseShape } from "../../storage/records/database.ts";

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

const shape: DatabaseShape<IndexDatabase> = {
  name: "stylus-web-indexes",
  version: 2,
  stores: { indexes: { keyPath: null } },
  replaces: ["indexes"], // version 1 kept indexes of the first format
};

/** Any other row is built again. */
const keptSchema = v.looseObject({ sourceSha256: v.string(), index: v.blob() });

let opened: Promise<Records<IndexDatabase> | null> | null = null;

/** Indexes that stay: a list per kind of model, and room to go back and forth. Those of lists that have changed go. */
const keptIndexes = 4;

/** Puts an index with the time of its use, and removes those that were used longest ago. */
const keep = (
  records: Records<IndexDatabase>,
  key: string,
  index: Omit<KeptIndex, "usedAt">,
): Promise<unknown> =>
  records.write([{ ...index, usedAt: Date.now() }], async (database, [row]) => {
    const { store, done } = database.transaction("indexes", "readwrite");
    const replace = async (): Promise<void> => {
      await store.put(row!, key);
      const [keys, all] = await Promise.all([store.getAllKeys(), store.getAll()]);
      const uses = keys.map((each, i) => ({
        key: each,
        usedAt: each === key ? Infinity : Number(all[i]?.usedAt) || 0,
      }));
      uses.sort((first, second) => second.usedAt - first.usedAt);
      for (const { key: old } of uses.slice(keptIndexes)) await store.delete(old);
    };
    await Promise.all([replace(), done]); // both fail when there is no room
  });

/**
 * The index of cards that come without one.
 * @param options.key names the list of cards: an index built before for the same list, the same words and the same embedder is
 * taken
 * @param options.isFresh builds it again whatever is kept
 */
export async function keptIndex(
  cards: readonly AdapterCard[],
  options: {
    readonly key: string;
    readonly model: { readonly sha256: string };
    readonly build: (cards: readonly AdapterCard[]) => Promise<Blob>;
    readonly isFresh?: boolean;
  },
): Promise<Blob> {
  const { key, model, build, isFresh = false } = options;
  const retrievable = cards.filter(({ fewStep }) => !fewStep);
  const sourceSha256 = await sha256(JSON.stringify([indexVersion, model.sha256, retrievable]));
  const records = await (opened ??= Records.open(shape));
  const kept = await records?.get("indexes", key, keptSchema).catch(() => undefined);
  const isKept = !isFresh && kept?.sourceSha256 === sourceSha256;
  const index = isKept ? kept.index : await build(retrievable);
  if (records) await keep(records, key, { sourceSha256, index }).catch(() => {}); // no room: the next visit builds it again
  return index;
}
