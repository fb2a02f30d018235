// Downloads a file of known size into a writer: large files in parallel segments, each resumable, with the hash computed on
// the way.
import { pause } from "../shared/abortable.ts";
import { StylusError, throwIfAborted } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";
import type { FileWriter } from "./file-store.ts";
import type { HashFrontier } from "./hash-frontier.ts";
import { chunksOf, requestPart, type ConnectionLimit } from "./request.ts";
import {
  contiguousBytes,
  decodeJournal,
  encodeJournal,
  journalOffset,
  planSegments,
  receivedBytes,
  segmentLength,
  segmentStart,
  type SegmentPlan,
} from "./segments.ts";

export interface TransferOptions {
  readonly path: string;
  readonly url: string;
  readonly sizeBytes: number;
  readonly token?: string | undefined;
  readonly segmentBytes: number;
  readonly connections: ConnectionLimit;
  /** Concurrent segments per file. */
  readonly parallelSegments: number;
  /** Delays between attempts without progress; their count is the number of retries. */
  readonly retryDelaysMs: readonly number[];
  readonly stallMs: number;
  readonly signal: AbortSignal;
  /** Stored bytes of the file, and bytes that just arrived. */
  readonly onBytes: (receivedBytes: number, newBytes: number) => void;
}

/** A fast connection would otherwise keep the worker from receiving an abort. */
const yieldEveryMs = 50;

/** The server sent the whole file for a range. */
class NoRanges extends Error {}

/** The plan of an earlier attempt, or a new one. */
async function openPlan(writer: FileWriter, options: TransferOptions): Promise<SegmentPlan> {
  const { sizeBytes, segmentBytes } = options;
  const journal = await writer.readJournal();
  if (journal) {
    const left = decodeJournal(journal, sizeBytes);
    const onDisk = left?.received.every(
      (bytes, index) => bytes === 0 || segmentStart(left, index) + bytes <= writer.sizeBytes,
    );
    if (left && onDisk) return left;
    await writer.reset();
  }
  const fresh = planSegments(sizeBytes, segmentBytes);
  if (fresh.received.length === 1) {
    // Written sequentially, so its length is enough.
    if (writer.sizeBytes > sizeBytes) await writer.reset();
    fresh.received[0] = writer.sizeBytes;
  } else {
    if (writer.sizeBytes > 0) await writer.reset();
    await writer.writeJournal(encodeJournal(fresh), 0);
  }
  return fresh;
}

export class Transfer {
  readonly #writer: FileWriter;
  readonly #hash: HashFrontier;
  readonly #options: TransferOptions;
  #segments: SegmentPlan;
  #serverHasRanges = true;
  #yieldedMs = performance.now();
  /** True once the file has bytes from more than one attempt: a wrong hash may then be our fault. */
  resumed: boolean;

  private constructor(
    writer: FileWriter,
    { hash, options, segments }: { hash: HashFrontier; options: TransferOptions; segments: SegmentPlan },
  ) {
    this.#writer = writer;
    this.#hash = hash;
    this.#options = options;
    this.#segments = segments;
    this.resumed = receivedBytes(segments) > 0;
  }

  static async open(
    writer: FileWriter,
    { hash, options }: { hash: HashFrontier; options: TransferOptions },
  ): Promise<Transfer> {
    return new Transfer(writer, { hash, options, segments: await openPlan(writer, options) });
  }

  /**
   * Downloads the missing bytes.
   * @returns SHA-256 of the whole file
   */
  async run(): Promise<string> {
    this.#options.onBytes(receivedBytes(this.#segments), 0);
    try {
      await this.#fetchAll();
    } catch (error) {
      if (!(error instanceof NoRanges)) throw error;
      this.#serverHasRanges = false;
      await this.#startAnew();
      await this.#fetchAll();
    }
    while (!this.#hash.step(this.#options.sizeBytes)) await pause(0, this.#options.signal);
    return this.#hash.digest();
  }

  /** As one segment from the first byte. */
  async #startAnew(): Promise<void> {
    const { sizeBytes, onBytes } = this.#options;
    await this.#writer.reset();
    this.#hash.reset();
    this.#segments = planSegments(sizeBytes, sizeBytes);
    onBytes(0, 0);
  }

  async #fetchAll(): Promise<void> {
    const segments = this.#segments;
    const queue = [...segments.received.keys()].filter(
      (index) => segments.received[index] !== segmentLength(segments, index),
    );
    const stop = new AbortController();
    const signal = AbortSignal.any([this.#options.signal, stop.signal]);
    let failure: { error: unknown } | null = null;
    const worker = async (): Promise<void> => {
      try {
        for (let index = queue.shift(); index !== undefined; index = queue.shift()) {
          await this.#fetchSegment(index, signal);
        }
      } catch (error) {
        failure ??= { error };
        stop.abort();
      }
    };
    // All must end before any other use of the writer.
    await Promise.all(Array.from({ length: this.#options.parallelSegments }, worker));
    throwIfAborted(this.#options.signal);
    if (failure) throw (failure as { error: unknown }).error;
  }

  async #fetchSegment(index: number, signal: AbortSignal): Promise<void> {
    const { connections, retryDelaysMs } = this.#options;
    for (let fruitless = 0; ;) {
      const before = this.#segments.received[index]!;
      try {
        await connections.run(() => this.#fetchOnce(index, signal));
        return;
      } catch (error) {
        if (!(error instanceof StylusError) || error.code !== "network") throw error;
        const progressed = this.#serverHasRanges && this.#segments.received[index]! > before;
        fruitless = progressed ? 0 : fruitless + 1;
        if (fruitless > retryDelaysMs.length || retryDelaysMs.length === 0) throw error;
        this.resumed = true;
        await pause(retryDelaysMs[Math.max(0, fruitless - 1)]!, signal);
      }
    }
  }

  async #fetchOnce(index: number, signal: AbortSignal): Promise<void> {
    const { path, url, sizeBytes, token, stallMs, onBytes } = this.#options;
    throwIfAborted(signal);
    if (!this.#serverHasRanges) await this.#startAnew();
    const segments = this.#segments;
    const start = segmentStart(segments, index);
    const length = segmentLength(segments, index);
    const isLast = index === segments.received.length - 1;
    if (segments.received[index] === length) return;
    const fromByte = start + segments.received[index]!;
    const stop = new AbortController();
    const stall = setTimeout(() => stop.abort(), stallMs);
    const part = { path, fromByte, toByte: isLast ? null : start + length, sizeBytes, token };
    let response: Response;
    try {
      response = await requestPart(url, { ...part, signal: AbortSignal.any([signal, stop.signal]) });
    } catch (error) {
      throwIfAborted(signal);
      const stalled = error instanceof StylusError && error.code === "cancelled";
      throw stalled
        ? new StylusError("network", say`The server did not respond for ${path}.`, { where: url })
        : error;
    } finally {
      clearTimeout(stall);
    }
    if (response.status !== 206 && (fromByte > 0 || !isLast)) {
      stop.abort();
      throw new NoRanges();
    }
    for await (const chunk of chunksOf(response, { path, url, stop, signal, stallMs })) {
      const room = length - segments.received[index]!;
      if (isLast && chunk.length > room) {
        stop.abort();
        throw new StylusError("bad-file", say`${path} is longer than the expected ${sizeBytes} bytes.`, {
          where: url,
          remedy: say`Download it again. If that fails, the server's copy is damaged or has changed.`,
        });
      }
      await this.#put(chunk.length > room ? chunk.subarray(0, room) : chunk, index);
      onBytes(receivedBytes(segments), Math.min(chunk.length, room));
      if (!isLast && segments.received[index] === length) break;
    }
    stop.abort(); // ignores a server that sends more than requested
    if (segments.received[index]! < length) {
      throw new StylusError(
        "network",
        say`${path} ended after ${receivedBytes(segments)} of ${sizeBytes} bytes.`,
        {
          where: url,
          remedy: say`Try again; the download resumes.`,
        },
      );
    }
  }

  async #put(chunk: Uint8Array<ArrayBuffer>, index: number): Promise<void> {
    const segments = this.#segments;
    const offset = segmentStart(segments, index) + segments.received[index]!;
    this.#writer.write(chunk, offset);
    this.#hash.add(chunk, offset);
    const received = segments.received[index]! + chunk.length;
    if (segments.received.length > 1) {
      const value = Float64Array.of(received);
      await this.#writer.writeJournal(new Uint8Array(value.buffer), journalOffset(index));
    }
    segments.received[index] = received; // only now: what counts as received survives a crash
    this.#hash.step(contiguousBytes(segments));
    if (performance.now() - this.#yieldedMs > yieldEveryMs) {
      await pause(0, this.#options.signal);
      this.#yieldedMs = performance.now();
    }
  }
}
