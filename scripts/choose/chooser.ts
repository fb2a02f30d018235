// Retrieval and composers as in the page, on WASM in Node: opened once, then used with one catalogue after another.
import path from "node:path";
import { composeByAsking } from "../../src/compose/llm/llm-composer.ts";
import { serverModel } from "../../src/compose/llm/engines/server.ts";
import { openOnnxModel } from "../../src/compose/llm/engines/transformers.ts";
import type { LanguageModel } from "../../src/compose/llm/language-model.ts";
import { shownCandidates, shownOnCpu } from "../../src/compose/llm/question.ts";
import { CandidateService } from "../../src/compose/candidate-service.ts";
import { commonTags, type ReadingCandidate } from "../../src/compose/reader/card-text.ts";
import { readCandidates } from "../../src/compose/reader/reader-composer.ts";
import { readerFiles } from "../../src/compose/reader/reader.ts";
import type { Composition } from "../../src/compose/composition.ts";
import { ComposerService } from "../../src/compose/service.ts";
import { openFileNetwork } from "../../src/ort/file-network.ts";
import type { ChatServer } from "../../src/refine/chat-server.ts";
import type { RetrievalFilter } from "../../src/retrieval/search/eligibility.ts";
import { StylusError } from "../../src/shared/errors.ts";
import { say } from "../../src/shared/saying.ts";
import type { PresetId } from "../../src/shared/limits.ts";
import { type Catalogue, filesIn, pocketFolder } from "./catalogue.ts";

export const composers = ["reader", "rules", "llm", "reranker"] as const;
export type ComposerId = (typeof composers)[number];

export const pocketReader = path.join(pocketFolder, "reader");

export class Chooser {
  readonly #retrieval = new CandidateService();
  readonly #composer = new ComposerService(openFileNetwork);
  readonly #preset: PresetId;
  #filter: RetrievalFilter = { baseModels: [] };
  #common: ReadonlySet<string> = new Set();
  #listedId: (id: string) => string = (id) => id;
  #languageModel: { readonly model: LanguageModel; readonly shown: number } | null = null;
  /** What the language model wrote for the last prompt: a second answer where the first had to be repaired. */
  answers: readonly string[] = [];

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

  /** @throws StylusError not-found | bad-file | device */
  async loadReranker(folder: string): Promise<void> {
    await this.#composer.loadReranker(filesIn(folder));
  }

  /** The composer "llm" asks this server. */
  askServer(server: ChatServer): void {
    this.#languageModel = { model: serverModel(server), shown: shownCandidates };
  }

  /**
   * The composer "llm" asks the language model in this folder, on the CPU, by the page's own engine.
   * @throws StylusError not-found | bad-file | unsupported | device
   */
  async loadLanguageModel(folder: string): Promise<void> {
    const source = { title: path.basename(folder), files: filesIn(folder) };
    const { signal } = new AbortController();
    this.#languageModel = { model: await openOnnxModel(source, { signal }), shown: shownOnCpu };
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
    const composition = await this.#compose(prompt, by);
    const tasks = composition.tasks.map((task) => ({
      ...task,
      picks: task.picks.map((pick) => ({ ...pick, id: this.#listedId(pick.id) })),
    }));
    return { ...composition, tasks };
  }

  #compose(prompt: string, by: ComposerId): Promise<Composition> {
    if (by === "llm") return this.#byLanguageModel(prompt);
    if (by === "reranker") return this.#byReranker(prompt);
    return by === "reader" ? this.#byReader(prompt) : this.#byRules(prompt);
  }

  /** Ids of the `k` adapters that a prompt may want, best first. */
  async retrieve(prompt: string, k: number): Promise<readonly string[]> {
    const found = await this.#retrieval.retrieve(prompt, { k, filter: this.#filter });
    return found.map(({ id }) => this.#listedId(id));
  }

  #candidates(prompt: string, k: number): Promise<readonly ReadingCandidate[]> {
    return this.#retrieval.readingCandidates(prompt, { k, filter: this.#filter });
  }

  async #byLanguageModel(prompt: string): Promise<Composition> {
    if (!this.#languageModel) throw new StylusError("not-found", say`No language model is named.`);
    const { model, shown } = this.#languageModel;
    const candidates = await this.#candidates(prompt, shown);
    const request = { prompt, preset: this.#preset, candidates, pinned: [], temperature: 0, seed: 0 };
    const { signal } = new AbortController();
    const timeoutMilliseconds = 3_600_000; // a busy machine does not change what is chosen
    const answers: string[] = [];
    this.answers = answers;
    const heard: LanguageModel = {
      name: model.name,
      async complete(...question) {
        const answer = await model.complete(...question);
        answers.push(answer);
        return answer;
      },
    };
    return composeByAsking(request, { model: heard, signal, timeoutMilliseconds });
  }

  async #byReader(prompt: string): Promise<Composition> {
    const candidates = await this.#candidates(prompt, readCandidates);
    const request = { prompt, preset: this.#preset, pins: [], commonTags: this.#common, candidates };
    return this.#composer.read(request);
  }

  async #byReranker(prompt: string): Promise<Composition> {
    const found = await this.#retrieval.search(prompt, { filter: this.#filter });
    return this.#composer.rerank(prompt, await this.#retrieval.rerankCandidates(found.map(({ id }) => id)));
  }

  async #byRules(prompt: string): Promise<Composition> {
    const found = await this.#retrieval.search(prompt, { filter: this.#filter });
    return this.#retrieval.compose({ method: "stylus", prompt, preset: this.#preset, seed: 0 }, found);
  }
}
