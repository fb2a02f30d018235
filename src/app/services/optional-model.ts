// A small model that is no part of any pack (the reranker, the NSFW check): described and downloaded by its manifest, deleted like any other.
import { readManifest } from "../packs/packs.ts";
import { fetchPack } from "./pack-storage.ts";
import type { OptionalModelServices } from "./ports.ts";
import type { StorageClient } from "./storage-client.ts";

export interface OptionalModel extends OptionalModelServices {
  /** Its files, by path. Downloads nothing that is complete. */
  files(): Promise<ReadonlyMap<string, Blob>>;
}

export function createOptionalModel(storage: StorageClient, manifestId: string): OptionalModel {
  return {
    async state() {
      const { json, manifest } = await readManifest(manifestId);
      const { packs } = await storage.call((service) => service.describe([json], document.baseURI));
      const stored = packs.find(({ id }) => id === manifestId);
      return {
        title: manifest.title,
        sizeBytes: manifest.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
        state: stored?.complete ? "ready" : stored?.files.length ? "partial" : "absent",
      };
    },
    async download(options) {
      const { json } = await readManifest(manifestId);
      await fetchPack(storage, { json, local: new Map() }, options);
    },
    async files() {
      const { json } = await readManifest(manifestId);
      const { files } = await storage.call((service) => service.openPack(json, document.baseURI, {}));
      return files;
    },
  };
}
