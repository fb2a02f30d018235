// Reads an index (docs/index-format.md) by ranges: what every query needs goes into memory, cards and further vectors are read adapter by
// adapter. The file is data from strangers: sizes and numbers are checked before use, cards when they are read.
import { readHeader, type SafetensorsFile, type TensorSource } from "../../formats/safetensors.ts";
import type { DType } from "../../shared/dtype.ts";
import { StylusError } from "../../shared/errors.ts";
import { say, type Saying } from "../../shared/saying.ts";
import { parseCard } from "../cards.ts";
import type { EligibilityFacts } from "../search/eligibility.ts";
import { adapterFlags, indexFormat, indexVersion } from "./index-writer.ts";
import type { EmbeddedAdapter } from "../embedded-adapter.ts";
import { indexedTexts } from "../text/indexed-texts.ts";
import { Int8Rows } from "../search/int8-rows.ts";
import { Lexicon } from "../text/lexicon.ts";

/** Bytes of vectors read at a time, so that loading takes no second copy of them. */
const chunkBytes = 4_194_304;

/** Cards and further vectors of a smaller file are read at once, with one request instead of one per adapter. */
const wholeFileBytes = 16_777_216;

const maxCardBytes = 16_777_216;

export interface IndexFile {
  readonly model: { readonly name: string; readonly sha256: string };
  readonly dims: number;
  /** Of each adapter, by its number. */
  readonly facts: readonly EligibilityFacts[];
  /** Row a is the document of adapter a; the other rows follow, adapter by adapter. */
  readonly rows: Int8Rows;
  /** Adapter of each row. */
  readonly owners: Uint32Array;
  readonly lexicon: Lexicon;
  /** Card and all vectors of one adapter. @throws StylusError (bad-file) naming card and field */
  read(adapter: number): Promise<EmbeddedAdapter>;
}

function fault(fileName: string, problem: Saying): StylusError {
  return new StylusError("bad-file", say`${fileName} ${problem}.`, {
    where: fileName,
    remedy: say`Build the index again (npm run build:index) or download it again.`,
  });
}

const arrays = {
  I8: Int8Array,
  U8: Uint8Array,
  U16: Uint16Array,
  U32: Uint32Array,
  F32: Float32Array,
} as const;
type Stored = keyof typeof arrays;

class Tensors {
  readonly file: SafetensorsFile;

  constructor(file: SafetensorsFile) {
    this.file = file;
  }

  /** @param shape of each dimension; null: any */
  source(name: string, dtype: DType, shape: readonly (number | null)[]): TensorSource {
    const source = this.file.tensors.get(name);
    const fits =
      source?.dtype === dtype &&
      source.shape.length === shape.length &&
      shape.every((size, i) => size === null || size === source.shape[i]);
    if (fits) return source;
    const wanted = `${dtype} [${shape.map((size) => size ?? "any").join(", ")}]`;
    const found = source
      ? say`is ${source.dtype} [${source.shape.join(", ")}], expected ${wanted}`
      : say`is missing`;
    throw fault(this.file.fileName, say`is not an index: its tensor ${name} ${found}`);
  }

  /** Elements `begin` to `end` of the flattened tensor. */
  async range<Type extends Stored>(
    source: TensorSource,
    { begin, end }: { begin: number; end: number },
  ): Promise<InstanceType<(typeof arrays)[Type]>> {
    const type = arrays[source.dtype as Type];
    const from = source.offset + begin * type.BYTES_PER_ELEMENT;
    const bytes = await source.blob.slice(from, from + (end - begin) * type.BYTES_PER_ELEMENT).arrayBuffer();
    return new type(bytes) as InstanceType<(typeof arrays)[Type]>;
  }

  async all<Type extends Stored>(name: string, dtype: Type, shape: readonly (number | null)[]) {
    const source = this.source(name, dtype, shape);
    return this.range<Type>(source, { begin: 0, end: source.shape.reduce((a, b) => a * b, 1) });
  }

  /** Starts of lists that lie behind each other: ascending from 0 to `end`. */
  async starts(name: string, count: number, end: number): Promise<Uint32Array> {
    const starts = await this.all(name, "U32", [count + 1]);
    if (
      starts[0] !== 0 ||
      starts[count] !== end ||
      starts.some((start, i) => i > 0 && start < starts[i - 1]!)
    )
      throw fault(this.file.fileName, say`is damaged: ${name} does not ascend from 0 to ${end}`);
    return starts;
  }
}

async function readFacts(tensors: Tensors, count: number): Promise<EligibilityFacts[]> {
  const { fileName, metadata } = tensors.file;
  let names: unknown;
  try {
    names = JSON.parse(metadata.get("base_models") ?? "");
  } catch {
    names = null;
  }
  if (!Array.isArray(names) || names.some((name) => typeof name !== "string"))
    throw fault(fileName, say`is damaged: base_models must be a list of names`);
  const text = new TextDecoder().decode(await tensors.all("ids", "U8", [null]));
  const ids = text.split("\n");
  const baseModels = await tensors.all("base_models", "U16", [count]);
  const flags = await tensors.all("flags", "U8", [count]);
  tensors.source("sample_counts", "U8", [count]); // reserved
  if (ids.pop() !== "" || ids.length !== count || new Set(ids).size !== count)
    throw fault(fileName, say`is damaged: ids must hold ${count} different lines`);
  return ids.map((id, i) => {
    const baseModel = (names as string[])[baseModels[i]!];
    if (baseModel === undefined) throw fault(fileName, say`is damaged: ${id} has an unknown base model`);
    return { id, baseModel, fewStep: false, isCommercial: (flags[i]! & adapterFlags.commercial) !== 0 };
  });
}

async function readRows(tensors: Tensors, vectors: TensorSource): Promise<Int8Rows> {
  const [count = 0, dims = 0] = vectors.shape;
  const scales = await tensors.all("scales", "F32", [count]);
  const bad = scales.findIndex((scale) => !(scale > 0 && scale <= 1));
  if (bad >= 0)
    throw fault(tensors.file.fileName, say`is damaged: the scale of row ${bad} is ${scales[bad]}`);
  const rows = new Int8Rows(dims, count);
  const chunk = Math.max(1, Math.floor(chunkBytes / dims));
  for (let row = 0; row < count; row += chunk) {
    const end = Math.min(count, row + chunk);
    rows.append(
      await tensors.range<"I8">(vectors, { begin: row * dims, end: end * dims }),
      scales.subarray(row, end),
    );
  }
  return rows;
}

/**
 * Opens an index.
 * @throws StylusError bad-file | unsupported, naming file and tensor
 */
export async function openIndex(blob: Blob, fileName: string): Promise<IndexFile> {
  const file = await readHeader(blob, { fileName });
  const { metadata } = file;
  if (metadata.get("format") !== indexFormat)
    throw fault(fileName, say`is not an index: its format must be “${indexFormat}”`);
  const version = metadata.get("version");
  if (version !== indexVersion)
    throw fault(fileName, say`has version ${version}, this program reads version ${indexVersion}`);
  const tensors = new Tensors(file);
  const vectors = tensors.source("vectors", "I8", [null, null]);
  const [rowCount = 0, dims = 0] = vectors.shape;
  const items = await tensors.all("row_items", "U16", [null]);
  const count = rowCount - items.length;
  if (count < 0 || dims < 1) throw fault(fileName, say`is damaged: it has fewer rows than items`);
  const further = tensors.source("further_vectors", "I8", [null, dims]);
  const cards = tensors.source("cards", "U8", [null]);
  const [facts, rowStarts, furtherStarts, cardStarts] = await Promise.all([
    readFacts(tensors, count),
    tensors.starts("row_starts", count, items.length),
    tensors.starts("further_starts", count, further.shape[0]!),
    tensors.starts("card_starts", count, cards.sizeBytes),
  ]);
  const [terms, counts, starts, postings] = await Promise.all([
    tensors.all("terms", "U8", [null]),
    tensors.all("term_counts", "U32", [null]),
    tensors.all("posting_starts", "U32", [null]),
    tensors.all("postings", "U8", [null]),
  ]);
  if (starts.length !== counts.length + 1)
    throw fault(fileName, say`is damaged: posting_starts must have one entry more than term_counts`);
  const lexicon = new Lexicon({ terms, counts, starts, postings }, { adapterCount: count, fileName });
  const rows = await readRows(tensors, vectors);
  const owners = new Uint32Array(rowCount);
  for (let adapter = 0; adapter < count; adapter++) {
    owners[adapter] = adapter;
    owners.fill(adapter, count + rowStarts[adapter]!, count + rowStarts[adapter + 1]!);
  }
  const small = cards.sizeBytes + further.sizeBytes <= wholeFileBytes;
  const [allCards, allFurther] = small
    ? await Promise.all([
        tensors.range<"U8">(cards, { begin: 0, end: cards.sizeBytes }),
        tensors.range<"I8">(further, { begin: 0, end: further.sizeBytes }),
      ])
    : [null, null];

  async function read(adapter: number): Promise<EmbeddedAdapter> {
    const { id } = facts[adapter]!;
    const where = `${fileName}: card ${adapter}`;
    const cardRange = { begin: cardStarts[adapter]!, end: cardStarts[adapter + 1]! };
    if (cardRange.end - cardRange.begin > maxCardBytes) throw fault(where, say`is larger than 16 MB`);
    const furtherRange = { begin: furtherStarts[adapter]! * dims, end: furtherStarts[adapter + 1]! * dims };
    const [line, apart] = await Promise.all([
      allCards?.subarray(cardRange.begin, cardRange.end) ?? tensors.range<"U8">(cards, cardRange),
      allFurther?.subarray(furtherRange.begin, furtherRange.end) ??
        tensors.range<"I8">(further, furtherRange),
    ]);
    let json: unknown;
    try {
      json = JSON.parse(new TextDecoder().decode(line));
    } catch {
      throw fault(where, say`is not valid JSON`);
    }
    const card = parseCard(json, where);
    if (card.id !== id) throw fault(where, say`is that of ${card.id}, expected ${id}`);
    const texts = indexedTexts(card);
    const [first, last] = [rowStarts[adapter]!, rowStarts[adapter + 1]!];
    if (texts.length !== 1 + last - first + apart.length / dims)
      throw fault(
        where,
        say`has ${texts.length} texts, the index has ${1 + last - first + apart.length / dims} vectors`,
      );
    const values = new Int8Array(texts.length * dims);
    values.set(rows.values(adapter), 0);
    let [row, next] = [first, 0];
    for (let item = 1; item < texts.length; item++) {
      const resident = row < last && items[row] === item;
      if (!resident && next >= apart.length) throw fault(where, say`has rows in the wrong order`);
      values.set(resident ? rows.values(count + row++) : apart.subarray(next, (next += dims)), item * dims);
    }
    return { card, texts, values };
  }

  const model = { name: metadata.get("model") ?? "", sha256: metadata.get("model_sha256") ?? "" };
  return { model, dims, facts, rows, owners, lexicon, read };
}
