// What a store of model files does: opfs-store.ts on disk, memory-store.ts for as long as the page lives.

/** One file being written. Exactly one of `finish` and `close` ends it. */
export interface FileWriter {
  /** Length now; nothing is said about gaps: see the journal. */
  readonly sizeBytes: number;
  /** Reads up to `target.length` bytes from `offsetBytes`. */
  read(target: Uint8Array<ArrayBuffer>, offsetBytes: number): void;
  write(chunk: Uint8Array<ArrayBuffer>, offsetBytes: number): void;
  /** What `writeJournal` left; null when it was never called for this file. */
  readJournal(): Promise<Uint8Array<ArrayBuffer> | null>;
  writeJournal(bytes: Uint8Array<ArrayBuffer>, offsetBytes: number): Promise<void>;
  /** Drops everything written so far, the journal too. */
  reset(): Promise<void>;
  /** Ends writing; the file is complete under `sha256`. */
  finish(sha256: string): Promise<void>;
  /** Ends writing, keeping what is there for a later attempt. */
  close(): void;
}

export interface StoredFile {
  /** SHA-256 of a complete file, key of a partial one. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly complete: boolean;
}

export interface FileStore {
  readonly persistent: boolean;
  /** The complete file with this hash, or null. */
  open(sha256: string): Promise<Blob | null>;
  /** @param key SHA-256, or another name where it is not known yet */
  write(key: string): Promise<FileWriter>;
  /** Complete and partial file of that name. */
  remove(name: string): Promise<void>;
  list(): Promise<StoredFile[]>;
}
