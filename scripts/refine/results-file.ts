// The answers of `npm run refine`: one adapter card a line, only ever appended to, so that a kill loses at most the line being written.
// Memory holds a key and a place in the file for each card, not the card.
import { createReadStream, existsSync } from "node:fs";
import { appendFile, type FileHandle, open, truncate } from "node:fs/promises";
import type { AdapterCard } from "../../src/retrieval/card.ts";
import type { RawCard } from "../../src/refine/raw-card.ts";
import type { RefinedBy, Results } from "../../src/refine/refine-cards.ts";
import { type RefinedCard, withRefined } from "../../src/refine/refined-card.ts";
import { StylusError } from "../../src/shared/errors.ts";
import { say } from "../../src/shared/saying.ts";

/** An adapter card that `npm run build:index` takes, and what a further run needs to know. */
export interface ResultLine extends AdapterCard {
  readonly refinement: { readonly key: string; readonly model: string; readonly card: RefinedCard };
}

/** Where a line lies: first byte and length without its line feed. */
type Place = readonly [start: number, length: number];

const lineFeed = 10;

/** Complete lines of a file with their places; what follows the last line feed is not one. */
async function* linesOf(path: string): AsyncGenerator<{ readonly text: string; readonly place: Place }> {
  let rest: Buffer = Buffer.alloc(0);
  let start = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let end = rest.indexOf(lineFeed); end >= 0; end = rest.indexOf(lineFeed, from)) {
      yield { text: rest.toString("utf8", from, end), place: [start + from, end - from] };
      from = end + 1;
    }
    rest = rest.subarray(from);
    start += from;
  }
}

export class ResultsFile implements Results {
  readonly path: string;
  /** Failed cards and why, one JSON object a line; tried again by the next run. */
  readonly failuresPath: string;
  readonly #file: FileHandle;
  #sizeBytes: number;
  readonly #places = new Map<string, Place>();
  /** Id and key of every card that is done. */
  readonly #done = new Set<string>();
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.failuresPath = `${path.replace(/\.jsonl$/u, "")}.failed.jsonl`;
    this.#file = file;
    this.#sizeBytes = 0;
  }

  /**
   * @param options.resume continue a file that is there
   * @throws StylusError bad-input: it is there; bad-file: a line of it is not one of ours
   */
  static async open(path: string, { resume }: { readonly resume: boolean }): Promise<ResultsFile> {
    if (existsSync(path) && !resume) {
      throw new StylusError("bad-input", say`${path} is there already.`, {
        where: path,
        remedy: say`Continue it with --resume, or name another file with --out.`,
      });
    }
    const results = new ResultsFile(path, await open(path, "a+"));
    for await (const { text, place } of linesOf(path)) results.#index(text, place);
    await truncate(path, results.#sizeBytes); // a line that a kill cut off
    return results;
  }

  get count(): number {
    return this.#done.size;
  }

  #index(text: string, place: Place): void {
    let line: Partial<ResultLine>;
    try {
      line = JSON.parse(text) as Partial<ResultLine>;
    } catch (cause) {
      throw this.#strange(place, cause);
    }
    const key = line.refinement?.key;
    if (typeof key !== "string" || typeof line.id !== "string") throw this.#strange(place);
    this.#remember(key, line.id, place);
    this.#sizeBytes = place[0] + place[1] + 1;
  }

  #strange([start]: Place, cause?: unknown): StylusError {
    return new StylusError("bad-file", say`${this.path} holds something else at byte ${start}.`, {
      where: this.path,
      remedy: say`Name another file with --out, or remove that line.`,
      cause,
    });
  }

  #remember(key: string, id: string, place: Place): void {
    if (!this.#places.has(key)) this.#places.set(key, place);
    this.#done.add(`${key} ${id}`);
  }

  has(key: string, id: string): boolean {
    return this.#done.has(`${key} ${id}`);
  }

  async find(key: string): Promise<RefinedBy | null> {
    const place = this.#places.get(key);
    if (!place) return null;
    const { buffer } = await this.#file.read({ buffer: Buffer.alloc(place[1]), position: place[0] });
    const { refinement } = JSON.parse(buffer.toString("utf8")) as ResultLine;
    return { card: refinement.card, model: refinement.model };
  }

  keep(key: string, raw: RawCard, { card, model }: RefinedBy): Promise<void> {
    const line: ResultLine = { ...withRefined(raw.card, card), refinement: { key, model, card } };
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    const write = this.#writing.then(async () => {
      await this.#file.appendFile(bytes);
      this.#remember(key, raw.card.id, [this.#sizeBytes, bytes.length - 1]);
      this.#sizeBytes += bytes.length;
    });
    this.#writing = write.catch(() => {});
    return write;
  }

  async fail(key: string, raw: RawCard, reason: string): Promise<void> {
    await appendFile(this.failuresPath, `${JSON.stringify({ id: raw.card.id, key, reason })}\n`);
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }
}
