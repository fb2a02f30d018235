// A miniature diffusers folder, with everything that a user's own folder has.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { miniaturePack } from "../fixtures/engine/miniature-pack.ts";

/** By path in the folder. */
export async function modelFolder(): Promise<Map<string, Buffer>> {
  const wanted = /^(?:unet|vae|text_encoder|tokenizer|scheduler)\//;
  const files = new Map<string, Buffer>();
  for (const [file, blob] of miniaturePack())
    if (wanted.test(file)) files.set(file, Buffer.from(await blob.arrayBuffer()));
  return files;
}

export async function writeModelFolder(folder: string): Promise<void> {
  for (const [file, bytes] of await modelFolder()) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), bytes);
  }
}
