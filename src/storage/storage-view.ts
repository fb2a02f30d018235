// The data of the storage view: each pack's files on disk, and files that belong to no pack.
import type { StoredFile } from "./file-store.ts";
import type { Manifest, ManifestKind } from "./manifest.ts";

export interface StoredPack {
  readonly id: string;
  readonly title: string;
  readonly kind: ManifestKind;
  /** On disk, including partial files; a file shared by several packs counts in each. */
  readonly storedBytes: number;
  /** According to the manifest. */
  readonly totalBytes: number;
  readonly complete: boolean;
  readonly files: readonly (StoredFile & { readonly path: string })[];
}

export interface StorageView {
  /** Only packs with stored files, largest first. */
  readonly packs: readonly StoredPack[];
  /** Files of no known pack, left by an earlier version of the site. */
  readonly others: readonly StoredFile[];
  readonly usedBytes: number;
}

const sum = (files: readonly { sizeBytes: number }[]): number =>
  files.reduce((total, { sizeBytes }) => total + sizeBytes, 0);

export function describeStorage(
  packs: readonly { manifest: Manifest; files: readonly { path: string; key: string }[] }[],
  stored: readonly StoredFile[],
): StorageView {
  const byName = new Map(stored.map((file) => [file.name, file]));
  const claimed = new Set<string>();
  const described = packs.map(({ manifest, files }): StoredPack => {
    const own = files.flatMap(({ path, key }) => {
      const file = byName.get(key);
      if (file) claimed.add(key);
      return file ? [{ path, ...file }] : [];
    });
    return {
      id: manifest.id,
      title: manifest.title,
      kind: manifest.kind,
      storedBytes: sum(own),
      totalBytes: sum(manifest.files),
      complete: own.length === files.length && own.every(({ complete }) => complete),
      files: own,
    };
  });
  return {
    packs: described.filter(({ files }) => files.length > 0).sort((a, b) => b.storedBytes - a.storedBytes),
    others: stored.filter(({ name }) => !claimed.has(name)),
    usedBytes: sum(stored),
  };
}
