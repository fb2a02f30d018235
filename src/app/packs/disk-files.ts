// Files and folders from the user's disk, as the picker or a drop gives them: with a handle that can be kept where the browser
// has them, otherwise as plain files.
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";

/** What was picked, all of it one model. */
export interface DiskPick {
  /** A folder, or files side by side; null where the browser gives no handles: then nothing outlives the page. */
  readonly handles: readonly (FileSystemFileHandle | FileSystemDirectoryHandle)[] | null;
  readonly files: readonly DiskFile[];
}

export interface DiskFile {
  /** With forward slashes, from the folder that was picked. */
  readonly path: string;
  readonly blob: File;
}

/** Most adapter folders have some hundred files, with what lies beside them some thousand; more is a folder taken by mistake. */
const maxFiles = 10_000;

const isDirectory = (handle: FileSystemHandle): handle is FileSystemDirectoryHandle =>
  handle.kind === "directory";

async function filesBelow(folder: FileSystemDirectoryHandle, prefix: string): Promise<DiskFile[]> {
  const files: DiskFile[] = [];
  for await (const handle of folder.values()) {
    const path = `${prefix}${handle.name}`;
    if (isDirectory(handle)) files.push(...(await filesBelow(handle, `${path}/`)));
    else files.push({ path, blob: await (handle as FileSystemFileHandle).getFile() });
    if (files.length > maxFiles) throw tooMany(folder.name);
  }
  return files;
}

const tooMany = (folder: string): StylusError =>
  new StylusError("bad-input", say`${folder} contains more than ${maxFiles.toLocaleString("en")} files.`, {
    where: folder,
    remedy: say`Choose the folder of one model, or of your adapters.`,
  });

/** A dropped file or folder, in browsers that give no handles. */
export type DroppedEntry = Pick<FileSystemEntry, "name" | "fullPath" | "isFile">;

/** What is read of a drop. */
export interface Drop {
  readonly files: Iterable<File>;
  readonly items: Iterable<
    Pick<DataTransferItem, "kind" | "getAsFileSystemHandle"> & {
      webkitGetAsEntry?(): DroppedEntry | null;
    }
  >;
}

/** @throws StylusError bad-input */
async function filesOfEntry(entry: DroppedEntry): Promise<DiskFile[]> {
  if (entry.isFile) {
    const blob = await new Promise<File>((...settle) => (entry as FileSystemFileEntry).file(...settle));
    return [{ path: entry.fullPath.replace(/^\//, ""), blob }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: DiskFile[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((...settle) => reader.readEntries(...settle));
    if (some.length === 0) return files; // it gives some at a time
    for (const each of some) files.push(...(await filesOfEntry(each)));
    if (files.length > maxFiles) throw tooMany(entry.name);
  }
}

const notReadable = (name: string, cause: unknown): StylusError =>
  new StylusError("not-found", say`${name} can no longer be read from your disk.`, {
    where: name,
    remedy: say`If you moved or renamed it, choose it again; otherwise remove it from the list of models.`,
    cause,
  });

/** @throws StylusError not-found: a file was moved or deleted; bad-input: too many files */
export async function filesOfHandles(
  handles: readonly (FileSystemFileHandle | FileSystemDirectoryHandle)[],
): Promise<DiskFile[]> {
  const all: DiskFile[] = [];
  for (const handle of handles) {
    try {
      if (isDirectory(handle)) all.push(...(await filesBelow(handle, `${handle.name}/`)));
      else all.push({ path: handle.name, blob: await handle.getFile() });
    } catch (cause) {
      if (cause instanceof StylusError) throw cause;
      throw notReadable(handle.name, cause);
    }
  }
  return all;
}

/** Whether all may be read; `ask` asks the user, which the browser allows right after a click only. */
export async function mayRead(
  handles: readonly FileSystemHandle[],
  { ask }: { readonly ask: boolean },
): Promise<boolean> {
  for (const handle of handles) {
    const known = (await handle.queryPermission?.({ mode: "read" })) ?? "granted";
    if (known === "granted") continue;
    if (!ask || (await handle.requestPermission?.({ mode: "read" })) !== "granted") return false;
  }
  return true;
}

/** The pickers throw when the user changes their mind. */
const isChangeOfMind = (error: unknown): boolean =>
  error instanceof DOMException && error.name === "AbortError";

/**
 * @returns null when the browser has no such picker; an empty pick when the user chose nothing
 * @throws StylusError as filesOfHandles
 */
export function pickFromDisk(what: "files" | "folder"): Promise<DiskPick> | null {
  const hasPicker = (what === "files" ? window.showOpenFilePicker : window.showDirectoryPicker) !== undefined;
  return hasPicker ? pickWithHandles(what) : null;
}

async function pickWithHandles(what: "files" | "folder"): Promise<DiskPick> {
  try {
    const handles =
      what === "folder"
        ? [await window.showDirectoryPicker!({ id: "stylus-models", mode: "read" })]
        : await window.showOpenFilePicker!({
            id: "stylus-models",
            multiple: true,
            types: [
              {
                description: "Stable Diffusion 1.x checkpoint",
                accept: { "application/octet-stream": [".safetensors", ".sft", ".ckpt"] },
              },
            ],
          });
    return { handles, files: await filesOfHandles(handles) };
  } catch (error) {
    if (isChangeOfMind(error)) return { handles: [], files: [] };
    throw error;
  }
}

/** For `<input type=file>`, with or without folders. */
export const pickOfInput = (files: readonly File[]): DiskPick => ({
  handles: null,
  files: files.map((blob) => ({ path: blob.webkitRelativePath || blob.name, blob })),
});

/** @throws StylusError as filesOfHandles */
export const pickOfHandles = async (handles: readonly FileSystemFileHandle[]): Promise<DiskPick> => ({
  handles,
  files: await filesOfHandles(handles),
});

/**
 * A drop: to be called at once, the browser empties it when the event is over.
 * @throws StylusError as filesOfHandles
 */
export async function pickOfDrop(transfer: Drop): Promise<DiskPick> {
  const plain = [...transfer.files];
  const items = [...transfer.items].filter(({ kind }) => kind === "file");
  const entries = items.map((item) => item.webkitGetAsEntry?.() ?? null).filter((entry) => entry !== null);
  const asked = items.map(
    (item) => item.getAsFileSystemHandle?.().catch(() => null) ?? Promise.resolve(null),
  );
  const handles = await Promise.all(asked);
  // Null for what is no file of the disk, by the specification; undefined in Chromium.
  const usable = handles.filter((handle) => handle !== null && handle !== undefined);
  if (usable.length === 0 || usable.length < handles.length) {
    // Among the plain files a folder is one that cannot be read.
    if (entries.length < items.length || entries.every(({ isFile }) => isFile)) return pickOfInput(plain);
    const read = entries.map((entry) =>
      filesOfEntry(entry).catch((cause: unknown) => {
        throw cause instanceof StylusError ? cause : notReadable(entry.name, cause);
      }),
    );
    return { handles: null, files: (await Promise.all(read)).flat() };
  }
  const known = usable as (FileSystemFileHandle | FileSystemDirectoryHandle)[];
  return { handles: known, files: await filesOfHandles(known) };
}
