// Where model files live: the origin private file system, so that a second visit needs no network. A file is written in
// place under its SHA-256, with what has arrived so far kept on disk: a crash or a closed tab loses at most the last chunk.
// Needs a dedicated worker (synchronous access handles exist only there). Where the browser has no OPFS (some private
// windows and embedded frames) files are kept in memory for as long as the page lives.
import { StylusError } from "../shared/errors.ts";

/** One file being written. Exactly one of `finish` and `close` ends it. */
export interface FileWriter {
  /** Bytes already there from an earlier, interrupted download. */
  readonly sizeBytes: number;
  /** Reads `target.length` bytes from `offsetBytes`; used to hash what an earlier download left. */
  read(target: Uint8Array<ArrayBuffer>, offsetBytes: number): void;
  append(chunk: Uint8Array<ArrayBuffer>): void;
  /** Drops everything written so far. */
  reset(): void;
  /** Ends writing and marks the file as complete. */
  finish(): Promise<void>;
  /** Ends writing, keeping what is there for a later attempt. */
  close(): void;
}

export interface StoredFile {
  readonly sha256: string;
  readonly sizeBytes: number;
}

export interface FileStore {
  readonly persistent: boolean;
  /** The complete file with this hash, or null. */
  open(sha256: string): Promise<Blob | null>;
  write(sha256: string): Promise<FileWriter>;
  remove(sha256: string): Promise<void>;
  list(): Promise<StoredFile[]>;
}

/** Folder names are part of what users have on disk: changing them loses their downloads. */
const completeFolder = "stylus-files";
const partialFolder = "stylus-partial";

const quotaError = (cause: unknown): StylusError =>
  new StylusError("quota", "There is not enough storage left for this model.", {
    remedy: "Free disk space, or delete models you no longer use in the storage view, then try again.",
    cause,
  });

const isQuota = (error: unknown): boolean =>
  error instanceof DOMException && error.name === "QuotaExceededError";
const isMissing = (error: unknown): boolean =>
  error instanceof DOMException && error.name === "NotFoundError";

/** `FileSystemFileHandle.move`, which TypeScript's DOM library does not declare yet. */
interface MovableFileHandle extends FileSystemFileHandle {
  move(parent: FileSystemDirectoryHandle, name: string): Promise<void>;
}

async function openOpfs(): Promise<FileStore> {
  const root = await navigator.storage.getDirectory();
  const complete = await root.getDirectoryHandle(completeFolder, { create: true });
  const partial = await root.getDirectoryHandle(partialFolder, { create: true });
  return {
    persistent: true,
    async open(sha256) {
      try {
        return await (await complete.getFileHandle(sha256)).getFile();
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },
    async write(sha256) {
      const handle = (await partial.getFileHandle(sha256, { create: true })) as MovableFileHandle;
      const access = await handle.createSyncAccessHandle();
      let sizeBytes = access.getSize();
      return {
        sizeBytes,
        read(target, offsetBytes) {
          access.read(target, { at: offsetBytes });
        },
        append(chunk) {
          try {
            const written = access.write(chunk, { at: sizeBytes });
            if (written !== chunk.byteLength) throw quotaError(undefined);
          } catch (error) {
            throw isQuota(error) ? quotaError(error) : error;
          }
          sizeBytes += chunk.byteLength;
        },
        reset() {
          access.truncate(0);
          sizeBytes = 0;
        },
        async finish() {
          access.flush();
          access.close();
          await handle.move(complete, sha256);
        },
        close() {
          access.flush();
          access.close();
        },
      };
    },
    async remove(sha256) {
      for (const folder of [complete, partial]) {
        await folder.removeEntry(sha256).catch((error: unknown) => {
          if (!isMissing(error)) throw error;
        });
      }
    },
    async list() {
      const files: StoredFile[] = [];
      for await (const [name, handle] of complete.entries()) {
        if (handle.kind === "file") {
          files.push({ sha256: name, sizeBytes: (await (handle as FileSystemFileHandle).getFile()).size });
        }
      }
      return files;
    },
  };
}

/** Files kept in memory: for browsers without OPFS, and for tests. */
export function openMemoryStore(): FileStore {
  const complete = new Map<string, Blob>();
  const partial = new Map<string, Uint8Array<ArrayBuffer>[]>();
  return {
    persistent: false,
    open: async (sha256) => complete.get(sha256) ?? null,
    async write(sha256) {
      const chunks = partial.get(sha256) ?? [];
      partial.set(sha256, chunks);
      return {
        sizeBytes: chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0),
        read(target, offsetBytes) {
          let position = 0;
          for (const chunk of chunks) {
            const from = Math.max(offsetBytes, position);
            const to = Math.min(offsetBytes + target.length, position + chunk.length);
            if (from < to) target.set(chunk.subarray(from - position, to - position), from - offsetBytes);
            position += chunk.length;
          }
        },
        append: (chunk) => void chunks.push(chunk.slice()),
        reset: () => void chunks.splice(0),
        async finish() {
          complete.set(sha256, new Blob(chunks));
          partial.delete(sha256);
        },
        close() {},
      };
    },
    async remove(sha256) {
      complete.delete(sha256);
      partial.delete(sha256);
    },
    list: async () => [...complete].map(([sha256, blob]) => ({ sha256, sizeBytes: blob.size })),
  };
}

/** The browser's persistent store, or memory where it has none. */
export async function openFileStore(): Promise<FileStore> {
  try {
    return await openOpfs();
  } catch {
    return openMemoryStore();
  }
}
