// The hashes by which model sites identify an adapter. AutoV2: first 10 hex digits of the file's SHA-256. AutoV3: first
// 12 of the SHA-256 of the bytes after the safetensors header, so it survives edits of the metadata
// (kohya sd-scripts, `addnet_hash_safetensors`).

export interface AdapterHashes {
  readonly sha256: string;
  readonly autoV2: string;
  /** Null for files without a safetensors header. */
  readonly autoV3: string | null;
}

/** @param dataOffset start of the tensors' bytes; null for pickles */
export async function adapterHashes(
  blob: Blob,
  { dataOffset }: { dataOffset: number | null },
): Promise<AdapterHashes> {
  const bytes = await blob.arrayBuffer();
  const sha256 = await sha256Hex(bytes);
  const dataHash = dataOffset === null ? null : await sha256Hex(new Uint8Array(bytes, dataOffset));
  return { sha256, autoV2: sha256.slice(0, 10), autoV3: dataHash?.slice(0, 12) ?? null };
}

async function sha256Hex(bytes: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
