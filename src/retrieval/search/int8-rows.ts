// Unit vectors as int8 rows in one WebAssembly memory, compared exactly: the query as int16, sums in int32. Beyond `exactRows` rows a search
// of the nearest goes in two stages: Hamming distance of sign bits about the mean picks candidates, their exact similarities decide.
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import { distanceBins, maskedDistance, rowAlignment, scanKernel, type ScanKernel } from "./scan-kernel.ts";
import type { Vector } from "../embedding/vectors.ts";

/** Up to here scanning every row takes a few milliseconds; sign bits would save nothing. */
export const exactRows = 50_000;

/**
 * Rows whose exact similarity is computed for each one that is wanted, and the least of them. Recall at 30 of 307,000 rows against the full
 * scan is what `npm run bench:retrieval` prints.
 */
const candidatesPerWanted = 64;
const fewestCandidates = 4096;
/** Share of the rows that are compared exactly in any case. */
const candidateShare = 1 / 16;

/** Rows that the mean is taken of. */
const meanSample = 4096;

const pageBytes = 65_536;
/** Largest value of a quantised query: sums of products with rows stay below 2^31. */
const queryLimit = (dims: number): number => Math.min(32_767, Math.floor((2 ** 31 - 1) / (127 * dims)));
const maxDims = 2048;

const aligned = (value: number, to: number): number => Math.ceil(value / to) * to;

/** Rows with their cosine similarities. */
export interface NearRows {
  /** null: all rows, in their order, masked ones too. */
  readonly rows: Uint32Array | null;
  readonly similarities: Float32Array;
}

export class Int8Rows {
  readonly dims: number;
  /** Bytes of a row, of its sign bits. */
  readonly #stride: number;
  readonly #signStride: number;
  #capacity: number;
  #count = 0;
  #memory!: WebAssembly.Memory;
  #kernel!: ScanKernel;
  /** Value times this is the component of the unit vector. */
  #scales!: Float32Array<ArrayBuffer>;
  /** Addresses in the memory. */
  #at!: Readonly<
    Record<
      "query" | "signQuery" | "histogram" | "chosen" | "dots" | "rows" | "signs" | "distances" | "mask",
      number
    >
  >;
  #mean: Float32Array | null = null;

  /** @param capacity rows to make room for; more are taken, at the cost of a copy */
  constructor(dims: number, capacity: number) {
    if (!Number.isInteger(dims) || dims < 1 || dims > maxDims)
      throw new StylusError("unsupported", say`Vectors of ${dims} dimensions are not supported.`);
    this.dims = dims;
    this.#stride = aligned(dims, rowAlignment);
    this.#signStride = aligned(dims, 128) / 8;
    this.#capacity = Math.max(1, capacity);
    this.#allocate();
  }

  get count(): number {
    return this.#count;
  }

  get sizeBytes(): number {
    return this.#memory.buffer.byteLength + this.#scales.byteLength;
  }

  #allocate(): void {
    const capacity = this.#capacity;
    const twoStages = capacity > exactRows;
    let end = 0;
    const reserve = (bytes: number): number => {
      const start = end;
      end = aligned(end + bytes, 16);
      return start;
    };
    this.#at = {
      query: reserve(2 * this.#stride),
      signQuery: reserve(this.#signStride),
      histogram: reserve(4 * distanceBins),
      chosen: reserve(twoStages ? 4 * (capacity + 1) : 0),
      dots: reserve(4 * Math.min(capacity, exactRows)),
      rows: reserve(capacity * this.#stride),
      signs: reserve(twoStages ? capacity * this.#signStride : 0),
      distances: reserve(twoStages ? 2 * capacity : 0),
      mask: reserve(twoStages ? capacity : 0),
    };
    this.#memory = new WebAssembly.Memory({ initial: Math.ceil(end / pageBytes) });
    this.#kernel = scanKernel(this.#memory);
    this.#scales = new Float32Array(capacity);
  }

  #grow(): void {
    const [old, { rows }, scales] = [this.#memory, this.#at, this.#scales];
    this.#capacity *= 2;
    this.#allocate();
    this.#values(0, this.#count).set(new Int8Array(old.buffer, rows, this.#count * this.#stride));
    this.#scales.set(scales);
    this.#mean = null;
  }

  #values(row: number, count: number): Int8Array<ArrayBuffer> {
    return new Int8Array(
      this.#memory.buffer as ArrayBuffer,
      this.#at.rows + row * this.#stride,
      count * this.#stride,
    );
  }

  /** @param values `scales.length` rows of `dims` int8 values, @param scales so that value × scale is a unit vector's component */
  append(values: Int8Array, scales: Float32Array): void {
    while (this.#count + scales.length > this.#capacity) this.#grow();
    if (this.#stride === this.dims) this.#values(this.#count, scales.length).set(values);
    else
      for (let row = 0; row < scales.length; row++)
        this.#values(this.#count + row, 1).set(values.subarray(row * this.dims, (row + 1) * this.dims));
    this.#scales.set(scales, this.#count);
    this.#count += scales.length;
    this.#mean = null;
  }

  /** A row as it is stored. */
  values(row: number): Int8Array<ArrayBuffer> {
    return this.#values(row, 1).subarray(0, this.dims);
  }

  /** Writes the query as int16; the result turns a dot product with a row into a similarity, with the row's scale. */
  #writeQuery(query: Vector): number {
    if (query.length !== this.dims)
      throw new StylusError(
        "bad-input",
        say`The query has ${query.length} dimensions, the index has ${this.dims}.`,
      );
    let largest = 0;
    for (const value of query) largest = Math.max(largest, Math.abs(value));
    const factor = largest === 0 ? 0 : queryLimit(this.dims) / largest;
    const written = new Int16Array(this.#memory.buffer, this.#at.query, this.#stride).fill(0);
    for (let i = 0; i < this.dims; i++) written[i] = Math.round(query[i]! * factor);
    return factor === 0 ? 0 : 1 / factor;
  }

  /** Exact similarities of the rows from `begin` to `end`, in their order. */
  similarities(query: Vector, { begin = 0, end = this.#count } = {}): Float32Array {
    const unit = this.#writeQuery(query);
    const found = new Float32Array(end - begin);
    for (let start = begin; start < end; start += exactRows) {
      const count = Math.min(exactRows, end - start);
      this.#kernel.dots({
        query: this.#at.query,
        row: this.#at.rows + start * this.#stride,
        count,
        stride: this.#stride,
        out: this.#at.dots,
      });
      const dots = new Int32Array(this.#memory.buffer, this.#at.dots, count);
      for (let i = 0; i < count; i++) found[start - begin + i] = dots[i]! * unit * this.#scales[start + i]!;
    }
    return found;
  }

  /**
   * The most similar rows, in no order: all of them that are among the `wanted` best, and more.
   * @param masked one byte a row, 1 for rows that may not be found
   */
  nearest(query: Vector, { wanted, masked }: { wanted: number; masked: Uint8Array }): NearRows {
    const candidates = Math.max(fewestCandidates, wanted * candidatesPerWanted, this.#count * candidateShare);
    if (this.#capacity <= exactRows || this.#count <= candidates)
      return { rows: null, similarities: this.similarities(query) };
    const { query: queryAt, rows, dots, chosen } = this.#at;
    this.#mean ??= this.#writeSigns();
    const unit = this.#writeQuery(query);
    const near = this.#nearBySigns(query, candidates, masked);
    const similarities = new Float32Array(near.length);
    for (let start = 0; start < near.length; start += exactRows) {
      const count = Math.min(exactRows, near.length - start);
      const stride = this.#stride;
      this.#kernel.dotsOf({ query: queryAt, rows, chosen: chosen + 4 * start, count, stride, out: dots });
      const products = new Int32Array(this.#memory.buffer, dots, count);
      for (let i = 0; i < count; i++)
        similarities[start + i] = products[i]! * unit * this.#scales[near[start + i]!]!;
    }
    return { rows: near, similarities };
  }

  /** The `wanted` rows with the fewest differing signs, and all that differ in as many. */
  #nearBySigns(query: Vector, wanted: number, masked: Uint8Array): Uint32Array {
    const mean = this.#mean!;
    const { signQuery, signs, mask, distances, histogram, chosen } = this.#at;
    const { buffer } = this.#memory;
    const count = this.#count;
    const bits = new Uint8Array(buffer, signQuery, this.#signStride).fill(0);
    for (let i = 0; i < this.dims; i++) if (query[i]! > mean[i]!) bits[i >> 3]! |= 1 << (i & 7);
    const bins = new Uint32Array(buffer, histogram, distanceBins).fill(0);
    new Uint8Array(buffer, mask, count).set(masked.subarray(0, count));
    const stride = this.#signStride;
    this.#kernel.hamming({ query: signQuery, signs, count, stride, mask, out: distances, histogram });
    let [radius, within] = [0, bins[0]!];
    while (within < wanted && radius < maskedDistance - 1) within += bins[++radius]!;
    const end = this.#kernel.within({ distances, count, radius, out: chosen });
    return new Uint32Array(buffer, chosen, (end - chosen) / 4);
  }

  /**
   * Sign bits of all rows about the mean of some of them, which it answers: sentence vectors share a direction that would waste the bits.
   */
  #writeSigns(): Float32Array {
    const { dims } = this;
    const stride = this.#stride;
    const mean = new Float32Array(dims);
    const step = Math.max(1, Math.floor(this.#count / meanSample));
    let [sampled, scales] = [0, 0];
    for (let row = 0; row < this.#count; row += step, sampled++) {
      const values = this.#values(row, 1);
      scales += this.#scales[row]!;
      for (let i = 0; i < dims; i++) mean[i]! += values[i]! * this.#scales[row]!;
    }
    const { query, rows, signs } = this.#at;
    const thresholds = new Int8Array(this.#memory.buffer, query, stride).fill(0); // the query is written after it
    for (let i = 0; i < dims; i++) {
      mean[i]! /= sampled;
      thresholds[i] = Math.max(-127, Math.min(127, Math.round((mean[i]! * sampled) / scales)));
    }
    this.#kernel.signs({
      row: rows,
      thresholds: query,
      count: this.#count,
      stride,
      signStride: this.#signStride,
      out: signs,
    });
    return mean;
  }
}
