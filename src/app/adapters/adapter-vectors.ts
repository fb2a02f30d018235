// Vectors of the user's adapters, kept in IndexedDB, so that a visit embeds only what was added or changed since. Where the browser
// refuses storage they are embedded at every visit.
import type { DBSchema } from "idb";
import * as v from "valibot";
import type { AdapterCard } from "../../retrieval/card.ts";
import { withTexts } from "../../retrieval/embedded-adapter.ts";
import { indexVersion } from "../../retrieval/index/index-writer.ts";
import { sha256 } from "../../shared/sha256.ts";
import { Records, type DatabaseShape } from "../../storage/records/database.ts";

/** Of a card's texts: [texts, dims] */
export type CardVectors = Int8Array<ArrayBuffer>;

interface Row {
  readonly id: string;
  /** Of index version, embedder and texts: other vectors are embedded again. */
  readonly sourceSha256: string;
  readonly values: CardVectors;
}

/** Any other row is replaced. */
const rowSchema = v.looseObject({ sourceSha256: v.string(), values: v.instance(Int8Array) });

interface VectorDatabase extends DBSchema {
  vectors: { key: string; value: Row };
}

const shape: DatabaseShape<VectorDatabase> = {
  name: "stylus-web-vectors",
  version: 1,
  stores: { vectors: { keyPath: "id" } },
};

/** Cards that are embedded in one call, and then kept: what a closed tab loses of a long list. */
const cardsAtOnce = 16;

export interface Embedding {
  readonly model: { readonly sha256: string };
  readonly dims: number;
  readonly embed: (cards: readonly AdapterCard[]) => Promise<readonly CardVectors[]>;
  /** Before each call of `embed`: of the cards that have to be embedded, how many are. */
  readonly onCard: (done: number, total: number) => void;
}

export class AdapterVectors {
  #records: Promise<Records<VectorDatabase> | null> | undefined;

  #open(): Promise<Records<VectorDatabase> | null> {
    return (this.#records ??= Records.open(shape));
  }

  /** The vectors of each card, in order: what is not kept is embedded, and kept from now on. @throws what `embed` throws */
  async of(
    cards: readonly AdapterCard[],
    { model, dims, embed, onCard }: Embedding,
  ): Promise<readonly CardVectors[]> {
    const sources = await Promise.all(cards.map((card) => sourceOf(card, model)));
    const kept = await this.#read(cards);
    const vectors = cards.map((_, i): CardVectors | null => {
      const { success, output } = v.safeParse(rowSchema, kept[i]);
      const { sourceSha256, length } = sources[i]!;
      if (!success || output.sourceSha256 !== sourceSha256 || output.values.length !== length * dims)
        return null;
      return output.values as CardVectors;
    });
    const missing = [...vectors.keys()].filter((i) => vectors[i] === null);
    for (let done = 0; done < missing.length; done += cardsAtOnce) {
      onCard(done, missing.length);
      const some = missing.slice(done, done + cardsAtOnce);
      const embedded = await embed(some.map((i) => cards[i]!));
      for (const [at, i] of some.entries()) vectors[i] = embedded[at]!;
      await this.#keep(
        some.map((i) => ({
          id: cards[i]!.id,
          sourceSha256: sources[i]!.sourceSha256,
          values: vectors[i]!,
        })),
      );
    }
    return vectors.map((values) => values!);
  }

  /** Those of a removed adapter. What cannot be deleted is never read again. */
  async forget(id: string): Promise<void> {
    const records = await this.#open();
    await records?.run((database) => database.delete("vectors", id)).catch(() => {});
  }

  async #read(cards: readonly AdapterCard[]): Promise<readonly unknown[]> {
    const records = await this.#open();
    const read = records?.run((database) => {
      const { store } = database.transaction("vectors");
      return Promise.all(cards.map(({ id }) => store.get(id)));
    });
    return (await read?.catch(() => null)) ?? [];
  }

  /** Where there is no room, the next visit embeds them again. */
  async #keep(rows: readonly Row[]): Promise<void> {
    const records = await this.#open();
    const write = records?.run(async (database) => {
      const { store, done } = database.transaction("vectors", "readwrite");
      await Promise.all([...rows.map((row) => store.put(row)), done]);
    });
    await write?.catch(() => {});
  }
}

async function sourceOf(
  card: AdapterCard,
  model: Embedding["model"],
): Promise<{ readonly sourceSha256: string; readonly length: number }> {
  const texts = withTexts(card).texts.map(({ text }) => text);
  const sourceSha256 = await sha256(JSON.stringify([indexVersion, model.sha256, texts]));
  return { sourceSha256, length: texts.length };
}
