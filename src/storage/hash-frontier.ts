// SHA-256 of a file whose bytes arrive in any order: hashes what is there without a gap, and reads back from the file what
// came out of order. In steps, so that a backlog of gigabytes does not keep the worker from answering.
import { createSHA256, type IHasher } from "hash-wasm";
import type { FileWriter } from "./file-store.ts";

/** Read back at once; about 10 ms of hashing. */
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

  /** A chunk that has just been written; hashed from memory when it is the next one. */
  add(chunk: Uint8Array<ArrayBuffer>, offsetBytes: number): void {
    if (offsetBytes !== this.#hashedBytes) return;
    this.#hasher.update(chunk);
    this.#hashedBytes += chunk.length;
  }

  /** Hashes one step of what is there up to `contiguousBytes`; true when nothing is left. */
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

  /** Starts anew. */
  reset(): void {
    this.#hasher.init();
    this.#hashedBytes = 0;
  }
}
