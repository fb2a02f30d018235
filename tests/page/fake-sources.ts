// Civitai and Hugging Face with an adapter each, one of them for another base model.
import type { SourceAddress } from "../../src/app/adapters/sources/addresses.ts";
import { civitaiListing } from "../../src/app/adapters/sources/civitai.ts";
import { hubListings } from "../../src/app/adapters/sources/hub.ts";
import type { SourceServices } from "../../src/app/services/ports.ts";
import { StylusError, throwIfAborted } from "../../src/shared/errors.ts";
import { say } from "../../src/shared/saying.ts";
import { civitaiModel, civitaiVersion, hubRepository } from "../fixtures/site-answers.ts";
import { drawPixels, drawScene } from "./scene.ts";

const anyFile = { fileId: null, type: null, format: null, size: null, fp: null };
function listed(address: SourceAddress) {
  if (address.kind === "hub") {
    const files = [{ path: "crochet.safetensors", sizeBytes: 3_227_464, sha256: "b".repeat(64) }];
    return hubListings(hubRepository(address.repo, { files, commit: "main" }), address);
  }
  if (address.modelId === 404)
    throw new StylusError(
      "not-found",
      say`Civitai has no model ${address.modelId}. Its creator or Civitai may have removed it.`,
    );
  const isXl = address.modelId === 66;
  const id = isXl ? 72 : 71;
  const file = { id, name: `collage_${id}.safetensors`, sizeBytes: 18_986_312, sha256: "a".repeat(64) };
  const version = civitaiVersion({ id, files: [file], baseModel: isXl ? "SDXL 1.0" : "Pocket" });
  const model = civitaiModel(55, [version], { name: isXl ? "Paper Collage XL" : "Paper Collage" });
  return [civitaiListing(model, version, anyFile)];
}

export function fakeSources(): SourceServices {
  let key: string | null = null;
  const sleep = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => setTimeout(resolve, milliseconds));
  return {
    lookUp: async (address) => listed(address),
    newer: async () => null,
    preview: async ({ origin, fileName }) =>
      origin.kind === "civitai" ? drawPixels(drawScene(3, fileName)) : null,
    async download({ sizeBytes }, { onProgress, signal }) {
      for (let share = 0; share <= 1; share += 0.1) {
        throwIfAborted(signal);
        onProgress((sizeBytes ?? 0) * share);
        await sleep(50);
      }
      return { blob: new Blob(["weights"]), config: null, release: async () => {} };
    },
    key: { read: () => key, keep: (next) => void (key = next) },
  };
}
