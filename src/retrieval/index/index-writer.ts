// Writes an index: vectors, words and cards of adapters in one safetensors file, described in docs/index-format.md.
import { type TensorData, writeSafetensors } from "../../formats/safetensors.ts";
import type { DType } from "../../shared/dtype.ts";
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import type { AdapterCard } from "../card.ts";
import { withTexts, type EmbeddedAdapter } from "../embedded-adapter.ts";
import type { TextKind } from "../embedding/embedder.ts";
import { eligibilityFacts } from "../search/eligibility.ts";
import { adapterTerms, packTerms } from "../text/lexicon.ts";
import { toInt8, unitScale, type Vector } from "../embedding/vectors.ts";

export const indexFormat = "stylus-web/index";
export const indexVersion = "3";

const characterTags = new Set(["character", "celebrity"]);

/** In `flags`: a slider, a character, a licence that is known to allow commercial use. */
export const adapterFlags = { slider: 1, character: 2, commercial: 4 } as const;

function flagsOf(card: AdapterCard): number {
  const { title, tags, refined } = card;
  const isCharacter =
    refined.category === "character" || tags.some((tag) => characterTags.has(tag.toLowerCase()));
  return (
    (/slider/i.test(title) ? adapterFlags.slider : 0) |
    (isCharacter ? adapterFlags.character : 0) |
    (eligibilityFacts(card).isCommercial ? adapterFlags.commercial : 0)
  );
}

/** Rows that may stay in memory: 320,000 of 384 dimensions are 123 MB. More, and each adapter keeps `fewRows` there. */
const maxResidentRows = 320_000;
const fewRows = 4;

/** What an embedder must offer to index cards. */
export type EmbedTexts = (
  texts: readonly string[],
  options: { readonly kind: TextKind },
) => Promise<readonly Vector[]>;

/** Embeds what cards say, all together: the documents as cards, everything else as queries. */
export async function embedAdapters(
  cards: readonly AdapterCard[],
  embed: EmbedTexts,
): Promise<EmbeddedAdapter[]> {
  const adapters = cards.map(withTexts);
  const documents = await embed(
    adapters.map(({ texts }) => texts[0]!.text),
    { kind: "card" },
  );
  const others = await embed(
    adapters.flatMap(({ texts }) => texts.slice(1).map(({ text }) => text)),
    { kind: "query" },
  );
  let taken = 0;
  return adapters.map(({ card, texts }, i) => {
    const dims = documents[i]!.length;
    const values = new Int8Array(texts.length * dims);
    const names = others.slice(taken, (taken += texts.length - 1));
    for (const [row, vector] of [documents[i]!, ...names].entries()) values.set(toInt8(vector), row * dims);
    return { card, texts, values };
  });
}

export const embedAdapter = async (card: AdapterCard, embed: EmbedTexts): Promise<EmbeddedAdapter> =>
  (await embedAdapters([card], embed))[0]!;

/**
 * The texts whose vectors stay in memory: the document, the title, then those farthest from all before them, so that a few stand for
 * many. Unwanted uses never do.
 */
function residentItems({ texts, values }: EmbeddedAdapter, limit: number): number[] {
  const wanted = texts.flatMap(({ source }, item) => (source === "notMeant" ? [] : [item]));
  if (wanted.length <= limit) return wanted;
  const dims = values.length / texts.length;
  const unit = wanted.map((item) => {
    const row = values.subarray(item * dims, (item + 1) * dims);
    const scale = unitScale(row);
    return Float32Array.from(row, (value) => value * scale);
  });
  const chosen = [0];
  const nearest = unit.map(() => -2);
  while (chosen.length < limit) {
    const last = unit[chosen.at(-1)!]!;
    for (const [i, vector] of unit.entries()) {
      let similarity = 0;
      for (let d = 0; d < dims; d++) similarity += vector[d]! * last[d]!;
      nearest[i] = Math.max(nearest[i]!, similarity);
    }
    const farthest = chosen.length === 1 ? 1 : nearest.indexOf(Math.min(...nearest));
    chosen.push(farthest);
    nearest[farthest] = 2;
  }
  return chosen.map((i) => wanted[i]!).sort((a, b) => a - b);
}

const bytesOf = (values: ArrayBufferView<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** Each text followed by a line feed, and where each begins, with one place behind the last. */
function packLines(lines: readonly string[]): {
  bytes: Uint8Array<ArrayBuffer>;
  starts: Uint32Array<ArrayBuffer>;
} {
  const encoder = new TextEncoder();
  const encoded = lines.map((line) => encoder.encode(`${line}\n`));
  const starts = new Uint32Array(lines.length + 1);
  let end = 0;
  for (const [i, { length }] of encoded.entries()) starts[i + 1] = end += length;
  if (end > 0xffff_ffff)
    throw new StylusError("unsupported", say`The cards take over 4 GB: split them into several indexes.`);
  const bytes = new Uint8Array(end);
  for (const [i, line] of encoded.entries()) bytes.set(line, starts[i]);
  return { bytes, starts };
}

/** Rows of a table that grows adapter by adapter. */
class RowTable {
  readonly #dims: number;
  readonly rows: Int8Array[] = [];

  constructor(dims: number) {
    this.#dims = dims;
  }

  add({ values }: EmbeddedAdapter, item: number): void {
    this.rows.push(values.subarray(item * this.#dims, (item + 1) * this.#dims));
  }

  pack(): { values: Uint8Array<ArrayBuffer>; scales: Float32Array<ArrayBuffer> } {
    const values = new Int8Array(this.rows.length * this.#dims);
    for (const [i, row] of this.rows.entries()) values.set(row, i * this.#dims);
    return { values: bytesOf(values), scales: Float32Array.from(this.rows, unitScale) };
  }
}

/**
 * The file, byte for byte the same for the same adapters.
 * @param adapters in the order of their numbers; few-step adapters are left out
 * @param options.residentRows vectors of an adapter that stay in memory; all of them where there is room
 */
export function writeIndex(
  adapters: readonly EmbeddedAdapter[],
  options: {
    readonly model: { readonly name: string; readonly sha256: string };
    readonly dims: number;
    readonly residentRows?: number;
  },
): Uint8Array<ArrayBuffer> {
  const { model, dims } = options;
  const indexed = adapters.filter(({ card }) => !card.fewStep);
  const wantedRows = indexed.reduce(
    (sum, { texts }) => sum + texts.filter((t) => t.source !== "notMeant").length,
    0,
  );
  const residentRows = options.residentRows ?? (wantedRows <= maxResidentRows ? Infinity : fewRows);
  const [resident, further] = [new RowTable(dims), new RowTable(dims)];
  const rowStarts = new Uint32Array(indexed.length + 1);
  const furtherStarts = new Uint32Array(indexed.length + 1);
  const items: number[] = [];
  for (const adapter of indexed) resident.add(adapter, 0);
  for (const [number, adapter] of indexed.entries()) {
    const kept = residentItems(adapter, residentRows);
    for (let item = 1; item < adapter.texts.length; item++) {
      if (kept.includes(item)) {
        resident.add(adapter, item);
        items.push(item);
      } else further.add(adapter, item);
    }
    rowStarts[number + 1] = items.length;
    furtherStarts[number + 1] = further.rows.length;
  }
  const baseModels = [...new Set(indexed.map(({ card }) => card.baseModel))];
  const cards = packLines(indexed.map(({ card }) => JSON.stringify(card)));
  const ids = packLines(indexed.map(({ card }) => card.id));
  const terms = packTerms(indexed.map(({ texts }) => adapterTerms(texts)));
  const [vectors, furtherVectors] = [resident.pack(), further.pack()];
  const tensor = (
    name: string,
    dtype: DType,
    { values, shape }: { values: ArrayBufferView<ArrayBuffer>; shape?: readonly number[] },
  ): TensorData => {
    const bytes = bytesOf(values);
    return { name, dtype, bytes, shape: shape ?? [(values as Uint8Array).length] };
  };
  return writeSafetensors(
    [
      tensor("vectors", "I8", { values: vectors.values, shape: [resident.rows.length, dims] }),
      tensor("scales", "F32", { values: vectors.scales }),
      tensor("row_starts", "U32", { values: rowStarts }),
      tensor("row_items", "U16", { values: Uint16Array.from(items) }),
      tensor("further_vectors", "I8", { values: furtherVectors.values, shape: [further.rows.length, dims] }),
      tensor("further_starts", "U32", { values: furtherStarts }),
      tensor("terms", "U8", { values: terms.terms }),
      tensor("term_counts", "U32", { values: terms.counts }),
      tensor("posting_starts", "U32", { values: terms.starts }),
      tensor("postings", "U8", { values: terms.postings }),
      tensor("ids", "U8", { values: ids.bytes }),
      tensor("base_models", "U16", {
        values: Uint16Array.from(indexed, ({ card }) => baseModels.indexOf(card.baseModel)),
      }),
      tensor("sample_counts", "U8", {
        values: Uint8Array.from(indexed, ({ card }) => Math.min(255, card.samples.length)),
      }),
      tensor("flags", "U8", { values: Uint8Array.from(indexed, ({ card }) => flagsOf(card)) }),
      tensor("cards", "U8", { values: cards.bytes }),
      tensor("card_starts", "U32", { values: cards.starts }),
    ],
    {
      format: indexFormat,
      version: indexVersion,
      model: model.name,
      model_sha256: model.sha256,
      base_models: JSON.stringify(baseModels),
    },
  );
}
