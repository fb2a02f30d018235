// The adapters that a user has added, file and card, kept in IndexedDB between visits. Where the browser refuses storage
// they last as long as the page.
import type { DBSchema } from "idb";
import * as v from "valibot";
import { adapterCategories } from "../../retrieval/card.ts";
import { readingError } from "../../shared/errors.ts";
import { say, verbatim, type Saying } from "../../shared/saying.ts";
import { Records, type DatabaseShape } from "../../storage/records/database.ts";
import { sayingSchema } from "../../storage/records/saying.ts";
import type { UserAdapter } from "../../stylus/loaded-pack.ts";

export interface UserAdapterStore {
  /** False when nothing outlives the page. */
  readonly persistent: boolean;
  /** Oldest first. @throws StylusError quota: the browser does not read them */
  all(): Promise<UserAdapter[]>;
  /** Adds one. @throws DOMException ConstraintError: another tab has added one of the same id */
  add(adapter: UserAdapter): Promise<void>;
  /** Adds one, or replaces that of the same id. */
  put(adapter: UserAdapter): Promise<void>;
  remove(id: string): Promise<void>;
}

interface UserAdapterDatabase extends DBSchema {
  adapters: { key: string; value: UserAdapter };
}

const shape: DatabaseShape<UserAdapterDatabase> = {
  name: "stylus-web-adapters",
  version: 1,
  stores: { adapters: { keyPath: "id" } },
};

const list = v.array(v.looseObject({}));
const texts = v.array(v.string());
/** Texts are of rows that an earlier version stored. */
const words = v.union([v.string(), sayingSchema]);
const number = v.pipe(v.number(), v.finite());

const originSchema = v.variant("kind", [
  v.object({ kind: v.literal("civitai"), modelId: number, versionId: number }),
  v.object({ kind: v.literal("hub"), repo: v.string(), path: v.string(), sha256: v.string() }),
]);

/** What the page, the retrieval and the engine read of a row. */
const adapterSchema = v.looseObject({
  id: v.string(),
  addedAt: number,
  file: v.blob(),
  preview: v.optional(v.blob()),
  origin: v.optional(originSchema),
  words: v.optional(
    v.object({ description: v.string(), triggerSets: v.array(texts), sampleWeights: v.array(number) }),
  ),
  card: v.looseObject({
    id: v.string(),
    title: v.string(),
    tags: texts,
    triggerWords: texts,
    triggerSets: v.optional(v.array(texts)),
    description: v.string(),
    refined: v.looseObject({
      description: v.string(),
      category: v.picklist(adapterCategories),
      weight: number,
      phrases: v.optional(texts),
      notMeant: v.optional(texts),
    }),
    baseModel: v.string(),
    file: v.looseObject({ path: v.string(), sizeBytes: number, sha256: v.string() }),
    license: v.string(),
    author: v.string(),
    samples: list,
  }),
  report: v.looseObject({
    fileName: v.string(),
    sizeBytes: number,
    dtypes: texts,
    families: list,
    ranks: v.array(v.number()),
    alphas: v.array(v.number()),
    matched: list,
    unmatched: v.array(v.looseObject({ cause: words, keys: texts })),
    base: v.looseObject({ evidence: v.array(words) }),
    embeddings: list,
    metadata: v.array(v.looseObject({ label: v.string(), value: v.string() })),
    triggers: list,
    warnings: v.array(words),
  }),
});

const sayingOf = (words: Saying | string): Saying => (typeof words === "string" ? verbatim(words) : words);

/** A row, whichever version stored it. */
function withSayings(adapter: UserAdapter): UserAdapter {
  const { report } = adapter;
  return {
    ...adapter,
    report: {
      ...report,
      warnings: report.warnings.map(sayingOf),
      unmatched: report.unmatched.map(({ cause, keys }) => ({ cause: sayingOf(cause), keys })),
      base: { ...report.base, evidence: report.base.evidence.map(sayingOf) },
    },
  };
}

const byAge = (a: UserAdapter, b: UserAdapter): number => a.addedAt - b.addedAt;

function openMemoryAdapters(): UserAdapterStore {
  const adapters = new Map<string, UserAdapter>();
  const put = async (adapter: UserAdapter): Promise<void> => void adapters.set(adapter.id, adapter);
  return {
    persistent: false,
    all: async () => [...adapters.values()].sort(byAge),
    add: put,
    put,
    remove: async (id) => void adapters.delete(id),
  };
}

const overRecords = (records: Records<UserAdapterDatabase>): UserAdapterStore => ({
  persistent: true,
  async all() {
    try {
      return (await records.all("adapters", adapterSchema)).map(withSayings).sort(byAge);
    } catch (cause) {
      throw readingError(say`Your adapters`, cause);
    }
  },
  add: async (adapter) =>
    void (await records.write([adapter], (database, [row]) => database.add("adapters", row!))),
  put: async (adapter) =>
    void (await records.write([adapter], (database, [row]) => database.put("adapters", row!))),
  remove: (id) => records.run((database) => database.delete("adapters", id)),
});

export async function openUserAdapters(): Promise<UserAdapterStore> {
  const records = await Records.open(shape);
  return records ? overRecords(records) : openMemoryAdapters();
}
