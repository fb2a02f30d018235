// Benchmark files in the origin private file system, where Stylus stores models: read from disk, not from memory.

import type { KeepFile } from "./random-pack.ts";

/** Reuses an existing file, because writes are atomic. */
export function keepInOpfs(folder: string): KeepFile {
  return async (path, pieces) => {
    const root = await navigator.storage.getDirectory();
    const directory = await root.getDirectoryHandle(`bench-${folder}`, { create: true });
    const handle = await directory.getFileHandle(path.replaceAll("/", "--"), { create: true });
    const known = await handle.getFile();
    if (known.size > 0) return known;
    const stream = await handle.createWritable();
    for (const piece of pieces()) await stream.write(piece);
    await stream.close();
    return handle.getFile();
  };
}
