// Embedder and search, in a worker each, kept in step with the pack and with the user's own adapters. A worker that crashed is
// loaded again by the next call.
import type { EmbedderService } from "../../retrieval/embedder-service.ts";
import type { AdapterCard } from "../../retrieval/card.ts";
import type { Candidate } from "../../retrieval/candidate.ts";
import type { Vector } from "../../retrieval/vectors.ts";
import { checkSameModel } from "../../retrieval/same-model.ts";
import type { SearchService } from "../../retrieval/search-service.ts";
import { WorkerClient } from "../../rpc/client.ts";
import { indexFiles } from "../packs/index-cache.ts";
import type { UserAdapter } from "../../stylus/loaded-pack.ts";

/** What retrieval needs of a pack. */
export interface RetrievalPack {
  readonly packId: string;
  readonly baseModels: readonly string[];
  readonly files: ReadonlyMap<string, Blob>;
  /** Cards that come without an index; null for a pack that has cards and index among its files. */
  readonly unindexed: readonly AdapterCard[] | null;
}

export interface RetrievalWorkers {
  /** Loads cards and index of a pack, cheap when they are; answers the pack's cards. */
  load(pack: RetrievalPack, onPreparing: (text: string) => void): Promise<readonly AdapterCard[]>;
  /** Brings the index up to date with what the user has added, changed and removed. */
  indexOwn(own: readonly UserAdapter[]): Promise<void>;
  embedQueries(texts: readonly string[]): Promise<Vector[]>;
  search(
    query: Vector,
    options: {
      readonly k: number;
      readonly filter: { readonly baseModels: readonly string[]; readonly bans: readonly string[] };
    },
  ): Promise<readonly Candidate[]>;
  terminate(): void;
}

const embedderPrefix = "embedder/";

export function createRetrievalWorkers(): RetrievalWorkers {
  const embedder = new WorkerClient<EmbedderService>(
    "embedder",
    () => new Worker(new URL("../../../workers/embedder.ts", import.meta.url), { type: "module" }),
  );
  const search = new WorkerClient<SearchService>(
    "search",
    () => new Worker(new URL("../../../workers/search.ts", import.meta.url), { type: "module" }),
  );
  /** Which start of each worker holds the pack: a restarted worker holds nothing. */
  let holders = { packId: "", embedder: 0, search: 0 };
  let cards: readonly AdapterCard[] = [];
  /** The user's adapters as the index knows them. */
  const indexed = new Map<string, UserAdapter>();

  const embedCard = (card: AdapterCard) => embedder.call((service) => service.embedCard(card));

  return {
    async load({ packId, baseModels, files, unindexed }, onPreparing) {
      const current =
        holders.packId === packId && holders.embedder === embedder.starts && holders.search === search.starts;
      if (current && embedder.alive && search.alive) return cards;
      const ofEmbedder = new Map(
        [...files]
          .filter(([path]) => path.startsWith(embedderPrefix))
          .map(([path, blob]) => [path.slice(embedderPrefix.length), blob]),
      );
      const { dims, model } = await embedder.call((service) => service.load(ofEmbedder));
      const ofSearch = unindexed
        ? await indexFiles(unindexed, {
            key: `${baseModels[0]} ${unindexed.map(({ id }) => id).join(" ")}`,
            dims,
            model,
            embed: embedCard,
            onCard: (done, total) => onPreparing(`Embedding adapter ${done + 1} of ${total}`),
          })
        : new Map([...files].filter(([path]) => path.startsWith("index/") || path === "adapters/cards.json"));
      const index = await search.call((service) => service.load(ofSearch));
      checkSameModel(index.model, model);
      cards = index.cards;
      indexed.clear();
      holders = { packId, embedder: embedder.starts, search: search.starts };
      return cards;
    },

    async indexOwn(own) {
      for (const id of [...indexed.keys()].filter((known) => !own.some((adapter) => adapter.id === known))) {
        await search.call((service) => service.remove(id));
        indexed.delete(id);
      }
      for (const adapter of own) {
        if (JSON.stringify(indexed.get(adapter.id)?.card) === JSON.stringify(adapter.card)) continue;
        const entry = await embedCard(adapter.card);
        await search.call((service) => service.add(adapter.card, entry));
        indexed.set(adapter.id, adapter);
      }
    },

    embedQueries: (texts) => embedder.call((service) => service.embed(texts, { kind: "query" })),

    search: async (query, options) =>
      (await search.call((service) => service.search(query, options))).candidates,

    terminate() {
      embedder.terminate();
      search.terminate();
    },
  };
}
