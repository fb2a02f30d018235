// The interface of a model file store: opfs-store.ts on disk, memory-store.ts for the lifetime of the page.

/** A file being written. End it with exactly one of `finish` and `close`. */
export interface FileWriter {
  /** Current length, which may include gaps: see the journal. */
  readonly sizeBytes: number;
  /** Reads up to `target.length` bytes from `offsetBytes`. */
  read(target: Uint8Array<ArrayBuffer>, offsetBytes: number): void;
  write(chunk: Uint8Array<ArrayBuffer>, offsetBytes: number): void;
  /** The last `writeJournal`; null if it was never called for this file. */
  readJournal(): Promise<Uint8Array<ArrayBuffer> | null>;
  writeJournal(bytes: Uint8Array<ArrayBuffer>, offsetBytes: number): Promise<void>;
  /** Deletes everything written so far, including the journal. */
  reset(): Promise<void>;
  /** Ends writing and stores the complete file under `sha256`. */
  finish(sha256: string): Promise<void>;
  /** Ends writing and keeps the partial file for a later attempt. */
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
  /** @param key SHA-256, or another name while it is unknown */
  write(key: string): Promise<FileWriter>;
  /** The complete and the partial file with that name. */
  remove(name: string): Promise<void>;
  list(): Promise<StoredFile[]>;
}
