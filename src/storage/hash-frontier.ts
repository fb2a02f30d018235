// SHA-256 of a file whose bytes arrive in any order: hashes the contiguous start, and reads bytes that arrived out of order
// back from the file. Works in steps, so that a backlog of gigabytes does not block the worker.
import { createSHA256, type IHasher } from "hash-wasm";
import type { FileWriter } from "./file-store.ts";

/** Bytes per readback; about 10 ms of hashing. */
const stepBytes = 4 << 20;

export class HashFrontier {
  readonly #hasher: IHasher;
  readonly #writer: FileWriter;
  #buffer: Uint8Array<ArrayBuffer> | null = null;
  #hashedBytes = 0;

  private constructor(hasher: IHasher, writer: FileWriter) {
    this.#hasher = hasher.init();
    this.#writer = writer;
  }

  static async open(writer: FileWriter): Promise<HashFrontier> {
    return new HashFrontier(await createSHA256(), writer);
  }

  /** A chunk that was just written; hashed from memory if it is the next one. */
  add(chunk: Uint8Array<ArrayBuffer>, offsetBytes: number): void {
    if (offsetBytes !== this.#hashedBytes) return;
    this.#hasher.update(chunk);
    this.#hashedBytes += chunk.length;
  }

  /** Hashes one step up to `contiguousBytes`; true if nothing is left. */
  step(contiguousBytes: number): boolean {
    const length = Math.min(stepBytes, contiguousBytes - this.#hashedBytes);
    if (length <= 0) return true;
    this.#buffer ??= new Uint8Array(stepBytes);
    const part = this.#buffer.subarray(0, length);
    this.#writer.read(part, this.#hashedBytes);
    this.#hasher.update(part);
    this.#hashedBytes += length;
    return this.#hashedBytes === contiguousBytes;
  }

  /** Lower-case hex. */
  digest(): string {
    return this.#hasher.digest("hex");
  }

  /** Restarts. */
  reset(): void {
    this.#hasher.init();
    this.#hashedBytes = 0;
  }
}
