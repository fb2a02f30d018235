// A file of known size from the network into a writer: in segments side by side when it is large, each resumed where it
// stopped, and hashed on the way.
import { StylusError, throwIfAborted } from "../shared/errors.ts";
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
  readonly segmentBytes: number;
  readonly connections: ConnectionLimit;
  /** Segments of one file under way at once. */
  readonly parallelSegments: number;
  /** Waits between attempts that bring nothing; their number is the number of retries. */
  readonly retryDelaysMs: readonly number[];
  readonly stallMs: number;
  readonly signal: AbortSignal;
  /** Bytes of the file that are there, and how many the network has just brought. */
  readonly onBytes: (receivedBytes: number, newBytes: number) => void;
}

/** A fast connection would otherwise keep the worker from hearing of a stop. */
const yieldEveryMs = 50;

/** The server answered a range with the whole file. */
class NoRanges extends Error {}

export const sleep = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });

/** The plan that an earlier attempt left, or a new one. */
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
    // Written from start to end: its length says all.
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
  /** True once bytes of more than one attempt are in the file: a wrong hash may then be ours. */
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
   * Brings what is missing.
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
    while (!this.#hash.step(this.#options.sizeBytes)) {
      throwIfAborted(this.#options.signal);
      await sleep(0, this.#options.signal);
    }
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
    // All must have ended before the writer is used for anything else.
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
        await sleep(retryDelaysMs[Math.max(0, fruitless - 1)]!, signal);
        throwIfAborted(signal);
      }
    }
  }

  async #fetchOnce(index: number, signal: AbortSignal): Promise<void> {
    const { path, url, sizeBytes, stallMs, onBytes } = this.#options;
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
    const part = { path, fromByte, toByte: isLast ? null : start + length, sizeBytes };
    let response: Response;
    try {
      response = await requestPart(url, { ...part, signal: AbortSignal.any([signal, stop.signal]) });
    } catch (error) {
      throwIfAborted(signal);
      const stalled = error instanceof StylusError && error.code === "cancelled";
      throw stalled
        ? new StylusError("network", `The server does not answer for ${path}.`, { where: url })
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
        throw new StylusError("bad-file", `${path} is longer than the ${sizeBytes} bytes it should have.`, {
          where: url,
          remedy:
            "Try again: it is downloaded anew. If it happens again, the copy on the server is damaged or another file.",
        });
      }
      await this.#put(chunk.length > room ? chunk.subarray(0, room) : chunk, index);
      onBytes(receivedBytes(segments), Math.min(chunk.length, room));
      if (!isLast && segments.received[index] === length) break;
    }
    stop.abort(); // a server that goes on after what was asked for is not listened to
    if (segments.received[index]! < length) {
      throw new StylusError(
        "network",
        `${path} ended after ${receivedBytes(segments)} of ${sizeBytes} bytes.`,
        {
          where: url,
          remedy: "Try again; the download goes on where it stopped.",
        },
      );
    }
  }

  async #put(chunk: Uint8Array<ArrayBuffer>, index: number): Promise<void> {
    const segments = this.#segments;
    const offset = segmentStart(segments, index) + segments.received[index]!;
    this.#writer.write(chunk, offset);
    this.#hash.add(chunk, offset);
    segments.received[index]! += chunk.length;
    if (segments.received.length > 1) {
      const value = Float64Array.of(segments.received[index]!);
      await this.#writer.writeJournal(new Uint8Array(value.buffer), journalOffset(index));
    }
    this.#hash.step(contiguousBytes(segments));
    if (performance.now() - this.#yieldedMs > yieldEveryMs) {
      await sleep(0, this.#options.signal);
      this.#yieldedMs = performance.now();
    }
  }
}
