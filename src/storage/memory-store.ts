// The file store for browsers without OPFS and for tests: everything lasts as long as the page.
import type { FileStore, FileWriter } from "./file-store.ts";

/** A growing buffer with random-access writes. */
interface PartialFile {
  bytes: Uint8Array<ArrayBuffer>;
  sizeBytes: number;
  journal: Uint8Array<ArrayBuffer> | null;
}

function put(target: Uint8Array<ArrayBuffer>, chunk: Uint8Array, at: number): Uint8Array<ArrayBuffer> {
  let bytes = target;
  if (at + chunk.length > bytes.length) {
    bytes = new Uint8Array(Math.max(at + chunk.length, 2 * bytes.length));
    bytes.set(target);
  }
  bytes.set(chunk, at);
  return bytes;
}

export function openMemoryStore(): FileStore {
  const complete = new Map<string, Blob>();
  const partial = new Map<string, PartialFile>();

  function writer(key: string): FileWriter {
    const file = partial.get(key) ?? { bytes: new Uint8Array(0), sizeBytes: 0, journal: null };
    partial.set(key, file);
    return {
      get sizeBytes() {
        return file.sizeBytes;
      },
      read: (target, at) => target.set(file.bytes.subarray(at, Math.min(at + target.length, file.sizeBytes))),
      write(chunk, at) {
        file.bytes = put(file.bytes, chunk, at);
        file.sizeBytes = Math.max(file.sizeBytes, at + chunk.length);
      },
      readJournal: async () => file.journal,
      async writeJournal(bytes, at) {
        const end = Math.max(file.journal?.length ?? 0, at + bytes.length);
        file.journal = put(file.journal ?? new Uint8Array(0), bytes, at).slice(0, end);
      },
      async reset() {
        Object.assign(file, { bytes: new Uint8Array(0), sizeBytes: 0, journal: null });
      },
      async finish(sha256) {
        complete.set(sha256, new Blob([file.bytes.subarray(0, file.sizeBytes)]));
        partial.delete(key);
      },
      close() {},
    };
  }

  return {
    persistent: false,
    open: async (sha256) => complete.get(sha256) ?? null,
    write: async (key) => writer(key),
    async remove(name) {
      complete.delete(name);
      partial.delete(name);
    },
    list: async () => [
      ...[...complete].map(([name, { size }]) => ({ name, sizeBytes: size, complete: true })),
      ...[...partial].map(([name, { sizeBytes }]) => ({ name, sizeBytes, complete: false })),
    ],
  };
}
