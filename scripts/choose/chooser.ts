// Retrieval and composers as in the page, on WASM in Node: opened once, then used with one catalogue after another.
import path from "node:path";
import { commonTags, type ReadingCandidate } from "../../src/compose/reader/card-text.ts";
import { readCandidates } from "../../src/compose/reader/reader-composer.ts";
import { readerFiles } from "../../src/compose/reader/reader.ts";
import type { Composition } from "../../src/compose/composition.ts";
import { ComposerService } from "../../src/compose/service.ts";
import { openFileNetwork } from "../../src/ort/file-network.ts";
import type { RetrievalFilter } from "../../src/retrieval/search/eligibility.ts";
import { RetrievalService } from "../../src/retrieval/service.ts";
import type { PresetId } from "../../src/shared/limits.ts";
import { type Catalogue, filesIn, pocketFolder } from "./catalogue.ts";

export const composers = ["reader", "rules"] as const;
export type ComposerId = (typeof composers)[number];

export const pocketReader = path.join(pocketFolder, "reader");

export class Chooser {
  readonly #retrieval = new RetrievalService();
  readonly #composer = new ComposerService(openFileNetwork);
  readonly #preset: PresetId;
  #filter: RetrievalFilter = { baseModels: [] };
  #common: ReadonlySet<string> = new Set();
  #listedId: (id: string) => string = (id) => id;

  private constructor(preset: PresetId) {
    this.#preset = preset;
  }

  /** @throws StylusError not-found | bad-file | device */
  static async open(preset: PresetId): Promise<Chooser> {
    const chooser = new Chooser(preset);
    await chooser.#retrieval.loadEmbedder(filesIn(path.join(pocketFolder, "embedder")));
    return chooser;
  }

  /** @returns false when the folder has no reader @throws StylusError bad-file | device */
  async loadReader(folder: string): Promise<boolean> {
    const files = filesIn(folder);
    if (!files.has(readerFiles.onnx)) return false;
    await this.#composer.loadReader(files);
    return true;
  }

  /** Chooses from this catalogue from now on; builds its index where it has none. */
  async use({ cards, listedId, index, baseModel }: Catalogue): Promise<void> {
    const onCard = (done: number, total: number): void => {
      if (done % 100 === 0) console.error(`Embedding card ${done + 1} of ${total}`);
    };
    await this.#retrieval.loadIndex(index ?? (await this.#retrieval.buildIndex(cards, { onCard })), "index");
    this.#filter = { baseModels: [baseModel] };
    this.#common = commonTags(cards);
    this.#listedId = listedId ?? ((id) => id);
  }

  /** Picks have the ids of the catalogue's list. */
  async choose(prompt: string, by: ComposerId): Promise<Composition> {
    const composition = await (by === "reader" ? this.#byReader(prompt) : this.#byRules(prompt));
    const tasks = composition.tasks.map((task) => ({
      ...task,
      picks: task.picks.map((pick) => ({ ...pick, id: this.#listedId(pick.id) })),
    }));
    return { ...composition, tasks };
  }

  /** Ids of the `k` adapters that a prompt may want, best first. */
  async retrieve(prompt: string, k: number): Promise<readonly string[]> {
    const found = await this.#retrieval.retrieve(prompt, { k, filter: this.#filter });
    return found.map(({ id }) => this.#listedId(id));
  }

  #byReader(prompt: string): Promise<Composition> {
    const retrieve = async (text: string): Promise<readonly ReadingCandidate[]> => {
      const found = await this.#retrieval.retrieve(text, { k: readCandidates, filter: this.#filter });
      const cards = await this.#retrieval.cards(found.map(({ id }) => id));
      return found.map((adapter, i) => ({ ...adapter, card: cards[i]! }));
    };
    const request = { prompt, preset: this.#preset, pins: [], commonTags: this.#common };
    return this.#composer.read(request, retrieve);
  }

  async #byRules(prompt: string): Promise<Composition> {
    const [query] = await this.#retrieval.embedQueries([prompt]);
    const candidates = await this.#retrieval.candidates(query!, { filter: this.#filter });
    return this.#composer.compose({ prompt, candidates, preset: this.#preset }, (texts) =>
      this.#retrieval.embedQueries(texts),
    );
  }
}
