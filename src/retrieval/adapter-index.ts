// The prebuilt index of a pack's adapters: `index.json` says what was embedded with which model, `vectors.bin` holds one
// int8 row per embedded text, in the order of index.json: for each entry its document, then its keys. int8 rows are
// scaled by their largest component; normalising them again restores the unit vector (cosine error below 0.005).
import { StylusError } from "../shared/errors.ts";
import { type AdapterCard, embeddingDocument } from "./card.ts";
import { type CardKey, type KeySource, keyTexts } from "./candidate.ts";
import { sha256 } from "./sha256.ts";
import { normalise, toInt8, type Vector } from "./vectors.ts";

const indexFormat = "stylus-web/index";
const indexVersion = 1;

export interface IndexEntry {
  readonly id: string;
  /** Unit vector of the embedding document. */
  readonly vector: Vector;
  readonly keys: readonly CardKey[];
}

export interface AdapterIndex {
  readonly model: { readonly name: string; readonly sha256: string };
  readonly dims: number;
  readonly entries: readonly IndexEntry[];
}

interface IndexHeader {
  readonly format: typeof indexFormat;
  readonly version: typeof indexVersion;
  readonly model: { readonly name: string; readonly sha256: string };
  readonly dims: number;
  readonly rows: number;
  readonly entries: readonly {
    readonly id: string;
    /** SHA-256 of the embedded document, to notice a card that changed after the index was built. */
    readonly documentSha256: string;
    readonly keys: readonly { readonly text: string; readonly source: KeySource }[];
  }[];
}

function fault(where: string, problem: string): StylusError {
  return new StylusError("bad-file", `${where} ${problem}.`, {
    where,
    remedy: "Build the index again (npm run build:index) or download the pack again.",
  });
}

/** The two files of an index, byte for byte the same for the same cards and vectors. */
export async function writeIndex(
  index: AdapterIndex,
  cards: readonly AdapterCard[],
): Promise<{ json: string; bytes: Uint8Array<ArrayBuffer> }> {
  const entries = [];
  const rows: Int8Array[] = [];
  for (const entry of index.entries) {
    const card = cards.find(({ id }) => id === entry.id);
    if (!card) throw fault(`index entry ${entry.id}`, "has no card");
    entries.push({
      id: entry.id,
      documentSha256: await sha256(embeddingDocument(card)),
      keys: entry.keys.map(({ text, source }) => ({ text, source })),
    });
    rows.push(toInt8(entry.vector), ...entry.keys.map(({ vector }) => toInt8(vector)));
  }
  const bytes = new Uint8Array(rows.length * index.dims);
  for (const [row, values] of rows.entries()) bytes.set(new Uint8Array(values.buffer), row * index.dims);
  const header: IndexHeader = {
    format: indexFormat,
    version: indexVersion,
    model: index.model,
    dims: index.dims,
    rows: rows.length,
    entries,
  };
  return { json: `${JSON.stringify(header, null, 1)}\n`, bytes };
}

function checkHeader(value: unknown, name: string): IndexHeader {
  const header = value as Partial<IndexHeader> | null;
  if (typeof header !== "object" || header === null) throw fault(name, "is not an object");
  if (header.format !== indexFormat) throw fault(`${name}: format`, `must be “${indexFormat}”`);
  if (header.version !== indexVersion) {
    throw fault(
      `${name}: version`,
      `is ${String(header.version)}, this program reads version ${indexVersion}`,
    );
  }
  const { model, dims, rows, entries } = header;
  if (typeof model?.name !== "string" || typeof model.sha256 !== "string") {
    throw fault(`${name}: model`, "must have a name and a sha256");
  }
  if (!Number.isInteger(dims) || dims! < 1 || dims! > 4096)
    throw fault(`${name}: dims`, "must be a whole number, 1 to 4096");
  if (!Array.isArray(entries)) throw fault(`${name}: entries`, "must be a list");
  const seen = new Set<string>();
  let counted = 0;
  for (const [index, entry] of entries.entries()) {
    const where = `${name}: entries[${index}]`;
    if (typeof entry?.id !== "string" || seen.has(entry.id))
      throw fault(`${where}.id`, "must be a text, each id once");
    seen.add(entry.id);
    if (typeof entry.documentSha256 !== "string") throw fault(`${where}.documentSha256`, "must be a text");
    if (!Array.isArray(entry.keys)) throw fault(`${where}.keys`, "must be a list");
    for (const key of entry.keys) {
      if (typeof key?.text !== "string" || !["title", "trigger", "tag"].includes(key.source)) {
        throw fault(`${where}.keys`, "must hold a text and a source (title, trigger or tag) each");
      }
    }
    counted += 1 + entry.keys.length;
  }
  if (rows !== counted) throw fault(`${name}: rows`, `is ${String(rows)}, the entries need ${counted}`);
  return header as IndexHeader;
}

/**
 * Reads an index.
 * @param json parsed index.json, @param bytes vectors.bin
 * @param names file names for errors
 * @throws StylusError (bad-file) naming file and field
 */
export function readIndex(
  json: unknown,
  bytes: Uint8Array,
  names: { json: string; bytes: string } = { json: "index.json", bytes: "vectors.bin" },
): AdapterIndex {
  const header = checkHeader(json, names.json);
  const { dims } = header;
  if (bytes.byteLength !== header.rows * dims) {
    throw fault(
      names.bytes,
      `has ${bytes.byteLength} bytes, ${header.rows} rows of ${dims} need ${header.rows * dims}`,
    );
  }
  let row = 0;
  const next = (): Vector => {
    const values = new Int8Array(bytes.buffer, bytes.byteOffset + row * dims, dims);
    return normalise(values, `${names.bytes} row ${row++}`);
  };
  const entries = header.entries.map(({ id, keys }) => {
    const vector = next();
    return { id, vector, keys: keys.map(({ text, source }) => ({ text, source, vector: next() })) };
  });
  return { model: header.model, dims, entries };
}

/** Ids whose card no longer says what was embedded, and cards that are missing from the index. */
export async function staleEntries(
  json: unknown,
  cards: readonly AdapterCard[],
  name = "index.json",
): Promise<readonly string[]> {
  const known = new Map(checkHeader(json, name).entries.map((entry) => [entry.id, entry]));
  const stale: string[] = [];
  for (const card of cards) {
    const entry = known.get(card.id);
    const keys = keyTexts(card);
    const same =
      entry?.documentSha256 === (await sha256(embeddingDocument(card))) &&
      entry.keys.length === keys.length &&
      entry.keys.every((key, i) => key.text === keys[i]!.text && key.source === keys[i]!.source);
    if (!same) stale.push(card.id);
  }
  return stale;
}

/** What an embedder must offer to index cards. */
type Embed = (texts: readonly string[], options: { kind: "query" | "card" }) => Promise<readonly Vector[]>;

/** Embeds cards: the document as a card, the keys as queries. */
export async function embedCards(
  cards: readonly AdapterCard[],
  embed: Embed,
): Promise<readonly IndexEntry[]> {
  const documents = await embed(cards.map(embeddingDocument), { kind: "card" });
  const keys = cards.map(keyTexts);
  const keyVectors = await embed(
    keys.flat().map(({ text }) => text),
    { kind: "query" },
  );
  let next = 0;
  return cards.map((card, index) => ({
    id: card.id,
    vector: documents[index]!,
    keys: keys[index]!.map((key) => ({ ...key, vector: keyVectors[next++]! })),
  }));
}
