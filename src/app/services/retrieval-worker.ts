// The retrieval worker, kept in step with the pack and with the user's own adapters. A worker that crashed is loaded again by the next
// call.
import type { Vector } from "../../retrieval/embedding/vectors.ts";
import { t } from "../../texts/texts.ts";
import type { AdapterCard } from "../../retrieval/card.ts";
import type { CandidateRequest, CandidateService } from "../../compose/candidate-service.ts";
import type { Composition } from "../../compose/composition.ts";
import type { RerankCandidate } from "../../compose/service.ts";
import type { ReadingCandidate } from "../../compose/reader/card-text.ts";
import type { RetrievalFilter } from "../../retrieval/search/eligibility.ts";
import type { RetrievedAdapter, SimilarAdapter } from "../../retrieval/retriever.ts";
import { WorkerClient } from "../../rpc/client.ts";
import { StylusError } from "../../shared/errors.ts";
import { inTurn } from "../../shared/in-turn.ts";
import { say } from "../../shared/saying.ts";
import type { UserAdapter } from "../../stylus/loaded-pack.ts";
import type { AdapterVectors } from "../adapters/adapter-vectors.ts";
import { keptIndex } from "../packs/index-cache.ts";
import { isLoss } from "./through-loss.ts";

/** What retrieval needs of a pack. */
export interface RetrievalPack {
  readonly packId: string;
  readonly baseModels: readonly string[];
  readonly files: ReadonlyMap<string, Blob>;
  /** Cards that come without an index; null for a pack that has cards and index among its files. */
  readonly unindexed: readonly AdapterCard[] | null;
}

type Filter = Required<RetrievalFilter>;

export interface RetrievalWorker {
  /** Loads cards and index of a pack, cheap when they are; answers the pack's cards. */
  load(pack: RetrievalPack, onPreparing: (text: string) => void): Promise<readonly AdapterCard[]>;
  /** Whether the pack is loaded in a worker that lives. */
  holds(packId: string): boolean;
  /** Brings the index up to date with what the user has added, changed and removed. */
  indexUserAdapters(userAdapters: readonly UserAdapter[], onPreparing: (text: string) => void): Promise<void>;
  /** The adapters that a prompt may want, best first, with what is read of their cards. */
  readingCandidates(
    prompt: string,
    options: { readonly k: number; readonly filter: Filter },
  ): Promise<readonly ReadingCandidate[]>;
  /** The adapters that a text may want, best first, with their nearest texts. */
  retrieve(
    text: string,
    options: { readonly k: number; readonly filter: Filter },
  ): Promise<readonly RetrievedAdapter[]>;
  embedQuery(prompt: string): Promise<{ readonly dimensions: number }>;
  /** A unit vector. */
  embedText(text: string): Promise<Vector>;
  /** The adapters most similar to a whole prompt. */
  search(
    prompt: string,
    options: { readonly k: number; readonly filter: Filter },
  ): Promise<readonly SimilarAdapter[]>;
  /** What the reranker reads of adapters, in their order. */
  rerankCandidates(ids: readonly string[]): Promise<readonly RerankCandidate[]>;
  /** What the rules or a baseline choose among what was found. */
  compose(request: CandidateRequest, found: readonly SimilarAdapter[]): Promise<Composition>;
  terminate(): void;
}

const embedderPrefix = "embedder/";
const cardsPath = "adapters/cards.json";
export const indexPath = "index/adapters.safetensors";

function fileOf(files: ReadonlyMap<string, Blob>, path: string): Blob {
  const blob = files.get(path);
  if (blob) return blob;
  throw new StylusError("not-found", say`The pack lacks its file ${path}.`, {
    where: path,
    remedy: say`Download the pack again.`,
  });
}

const tellCards =
  (onPreparing: (text: string) => void) =>
  (done: number, total: number): void =>
    onPreparing(t.models.preparing.adapter(done + 1, total));

export function createRetrievalWorker({
  vectors,
}: {
  readonly vectors: Pick<AdapterVectors, "of">;
}): RetrievalWorker {
  const worker = new WorkerClient<CandidateService>(
    say`retrieval`,
    () => new Worker(new URL("../../../workers/retrieval.ts", import.meta.url), { type: "module" }),
  );
  /** Which start of the worker holds the pack: a restarted worker holds nothing. */
  let holder = { packId: "", start: 0 };
  let cards: readonly AdapterCard[] = [];
  let embedder = { model: { sha256: "" }, dims: 0 };
  /** Settles when no pack is being loaded. */
  const loadInTurn = inTurn();
  /** The user's adapters as the index knows them. */
  const indexed = new Map<string, UserAdapter>();

  const holds = (packId: string): boolean =>
    holder.packId === packId && holder.start === worker.starts && worker.alive > 0;

  async function load(
    { packId, baseModels, files, unindexed }: RetrievalPack,
    onPreparing: (text: string) => void,
  ): Promise<readonly AdapterCard[]> {
    if (holds(packId)) return cards;
    const ofEmbedder = new Map(
      [...files]
        .filter(([path]) => path.startsWith(embedderPrefix))
        .map(([path, blob]) => [path.slice(embedderPrefix.length), blob]),
    );
    embedder = await worker.call((service) => service.loadEmbedder(ofEmbedder));
    const { model } = embedder;
    const onCard = tellCards(onPreparing);
    const openIndex = async (isFresh: boolean): Promise<{ readonly ids: readonly string[] }> => {
      const index = unindexed
        ? await keptIndex(unindexed, {
            key: `${baseModels[0]} ${unindexed.map(({ id }) => id).join(" ")}`,
            model,
            build: (retrievable) => worker.call((service) => service.buildIndex(retrievable, { onCard })),
            isFresh,
          })
        : fileOf(files, indexPath);
      return worker.call((service) => service.loadIndex(index, indexPath));
    };
    const { ids } = await openIndex(false).catch((error: unknown) => {
      // A kept one may be damaged.
      if (!unindexed || isLoss(error)) throw error;
      return openIndex(true);
    });
    const known = new Set(ids);
    const loaded =
      unindexed ?? (await worker.call((service) => service.readCards(fileOf(files, cardsPath), cardsPath)));
    const missing = loaded.find(({ id, fewStep }) => !fewStep && !known.has(id));
    if (missing)
      throw new StylusError("bad-file", say`The index knows no adapter “${missing.id}”.`, {
        where: indexPath,
        remedy: say`Index and cards do not belong together: run npm run build:index.`,
      });
    cards = loaded;
    indexed.clear();
    holder = { packId, start: worker.starts };
    return cards;
  }

  return {
    holds,

    load(pack, onPreparing) {
      // One after the other: a pack that fails ends the worker before the next one is loaded into it.
      return loadInTurn(() =>
        load(pack, onPreparing).catch((error: unknown) => {
          worker.terminate(); // a runtime that failed to start stays failed
          throw error;
        }),
      );
    },

    async indexUserAdapters(userAdapters, onPreparing) {
      for (const id of [...indexed.keys()].filter(
        (known) => !userAdapters.some((adapter) => adapter.id === known),
      )) {
        await worker.call((service) => service.remove(id));
        indexed.delete(id);
      }
      const changed = userAdapters.filter(
        ({ id, card }) => JSON.stringify(indexed.get(id)?.card) !== JSON.stringify(card),
      );
      const found = await vectors.of(
        changed.map(({ card }) => card),
        {
          ...embedder,
          embed: (some) => worker.call((service) => service.embedCards(some)),
          onCard: tellCards(onPreparing),
        },
      );
      for (const [i, adapter] of changed.entries()) {
        await worker.call((service) => service.add(adapter.card, found[i]!));
        indexed.set(adapter.id, adapter);
      }
    },

    readingCandidates: (prompt, options) =>
      worker.call((service) => service.readingCandidates(prompt, options)),
    retrieve: (text, options) => worker.call((service) => service.retrieve(text, options)),
    embedQuery: (prompt) => worker.call((service) => service.embedQuery(prompt)),
    embedText: (text) => worker.call((service) => service.embedText(text)),
    search: (prompt, options) => worker.call((service) => service.search(prompt, options)),
    rerankCandidates: (ids) => worker.call((service) => service.rerankCandidates(ids)),
    compose: (request, found) => worker.call((service) => service.compose(request, found)),
    terminate: () => worker.terminate(),
  };
}
