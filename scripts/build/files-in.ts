// A folder's files as the page has a pack's.
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

/** Every file in a folder, by relative path. */
export function filesIn(folder: string): Map<string, Blob> {
  const files = new Map<string, Blob>();
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const full = path.join(folder, name);
    if (statSync(full).isFile()) files.set(name.split(path.sep).join("/"), new Blob([readFileSync(full)]));
  }
  return files;
}
