// Stores model files in the origin private file system, so that a second visit needs no network. Files are written in place
// and partial files stay on disk: a crash or a closed tab loses at most the last chunks. Complete files are named by their
// SHA-256. Needs a dedicated worker (synchronous access handles exist only there). In browsers without OPFS (some private
// windows and embedded frames) files stay in memory for the lifetime of the page.
import type { FileStore, FileWriter, StoredFile } from "./file-store.ts";
import { openMemoryStore } from "./memory-store.ts";
import { isQuotaError, quotaError } from "./quota.ts";

/** Folder names persist on users' disks: changing them loses downloads. */
const completeFolder = "stylus-files";
const partialFolder = "stylus-partial";
const journalSuffix = ".journal";

/** A closed tab releases its handles with a delay. */
const handleRetries = 20;
const handleRetryMs = 100;

const isNamed = (error: unknown, name: string): boolean =>
  error instanceof DOMException && error.name === name;
const isMissing = (error: unknown): boolean => isNamed(error, "NotFoundError");

/** `FileSystemFileHandle.move`, which TypeScript's DOM library does not declare yet. */
interface MovableFileHandle extends FileSystemFileHandle {
  move(parent: FileSystemDirectoryHandle, name: string): Promise<void>;
}

async function openHandle(handle: FileSystemFileHandle): Promise<FileSystemSyncAccessHandle> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await handle.createSyncAccessHandle();
    } catch (error) {
      if (!isNamed(error, "NoModificationAllowedError") || attempt === handleRetries) throw error;
      await new Promise((resolve) => setTimeout(resolve, handleRetryMs));
    }
  }
}

function writeAt(
  access: FileSystemSyncAccessHandle,
  chunk: Uint8Array<ArrayBuffer>,
  offsetBytes: number,
): void {
  try {
    if (access.write(chunk, { at: offsetBytes }) !== chunk.byteLength) throw quotaError(undefined);
  } catch (error) {
    throw isQuotaError(error) ? quotaError(error) : error;
  }
}

async function removeIfThere(folder: FileSystemDirectoryHandle, name: string): Promise<void> {
  await folder.removeEntry(name).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
}

async function openWriter(
  key: string,
  folders: { complete: FileSystemDirectoryHandle; partial: FileSystemDirectoryHandle },
): Promise<FileWriter> {
  const { complete, partial } = folders;
  const handle = (await partial.getFileHandle(key, { create: true })) as MovableFileHandle;
  const access = await openHandle(handle);
  let journal: FileSystemSyncAccessHandle | null = null;
  const openJournal = async (create: boolean): Promise<FileSystemSyncAccessHandle | null> => {
    try {
      journal ??= await openHandle(await partial.getFileHandle(key + journalSuffix, { create }));
    } catch (error) {
      if (create || !isMissing(error)) throw error;
    }
    return journal;
  };
  const closeJournal = (): void => {
    journal?.close();
    journal = null;
  };
  return {
    get sizeBytes() {
      return access.getSize();
    },
    read(target, offsetBytes) {
      access.read(target, { at: offsetBytes });
    },
    write: (chunk, offsetBytes) => writeAt(access, chunk, offsetBytes),
    async readJournal() {
      const file = await openJournal(false);
      if (!file) return null;
      const bytes = new Uint8Array(file.getSize());
      file.read(bytes, { at: 0 });
      return bytes;
    },
    async writeJournal(bytes, offsetBytes) {
      const file = journal ?? (await openJournal(true))!;
      writeAt(file, bytes, offsetBytes);
      if (offsetBytes === 0) file.flush();
    },
    async reset() {
      closeJournal();
      await removeIfThere(partial, key + journalSuffix);
      access.truncate(0);
    },
    async finish(sha256) {
      closeJournal();
      access.flush();
      access.close();
      await handle.move(complete, sha256);
      await removeIfThere(partial, key + journalSuffix);
    },
    close() {
      closeJournal();
      access.flush();
      access.close();
    },
  };
}

async function* filesIn(
  folder: FileSystemDirectoryHandle,
): AsyncGenerator<{ name: string; sizeBytes: number }> {
  for await (const [name, handle] of folder.entries()) {
    if (handle.kind !== "file" || name.endsWith(journalSuffix)) continue;
    // A file may disappear or be locked by another tab during the listing.
    const file = await (handle as FileSystemFileHandle).getFile().catch(() => null);
    if (file) yield { name, sizeBytes: file.size };
  }
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
    write: (key) => openWriter(key, { complete, partial }),
    async remove(name) {
      await removeIfThere(complete, name);
      await removeIfThere(partial, name);
      await removeIfThere(partial, name + journalSuffix);
    },
    async list() {
      const files: StoredFile[] = [];
      for await (const file of filesIn(complete)) files.push({ ...file, complete: true });
      for await (const file of filesIn(partial)) files.push({ ...file, complete: false });
      return files;
    },
  };
}

/** The browser's persistent store, or memory if there is none. */
export async function openFileStore(): Promise<FileStore> {
  try {
    return await openOpfs();
  } catch {
    return openMemoryStore();
  }
}
