// Packs out of several manifests: addresses, replacements, and that storage takes the result.
import { expect, it } from "vitest";
import { parseManifest } from "../../storage/manifest.ts";
import { composeManifest } from "./parts.ts";

const checkpoint = parseManifest(
  {
    id: "base",
    kind: "checkpoint",
    title: "Base",
    license: "openrail",
    source: { repo: "owner/base" },
    baseUrl: "https://hub.example/owner/base/resolve/main/",
    files: [
      { path: "unet/weights.safetensors", sizeBytes: 9, sha256: "a".repeat(64) },
      { path: "vae/weights.safetensors", approximateBytes: 5 },
    ],
  },
  "base",
);
const vae = parseManifest(
  {
    id: "other-vae",
    kind: "vae",
    title: "Other VAE",
    license: "mit",
    baseUrl: "https://hub.example/owner/vae/resolve/main/",
    files: [{ path: "vae/weights.safetensors", url: "weights.safetensors", sizeBytes: 7 }],
  },
  "other-vae",
);
const site = parseManifest(
  {
    id: "pocket",
    kind: "checkpoint",
    title: "Pocket",
    license: "Apache-2.0",
    baseUrl: "packs/pocket/",
    files: [
      { path: "embedder/model.onnx", sizeBytes: 3, sha256: "b".repeat(64) },
      { path: "unet/weights.safetensors", sizeBytes: 1, sha256: "c".repeat(64) },
    ],
  },
  "pocket",
);
const siteUrl = "https://example.org/stylus/";

it("takes the picked files of every part at their own addresses; later parts replace earlier ones", () => {
  const json = composeManifest(
    "base",
    [
      { manifest: checkpoint },
      { manifest: vae },
      { manifest: site, pick: (path) => path.startsWith("embedder/") },
    ],
    { siteUrl },
  );
  expect(parseManifest(json, "composed")).toMatchObject({ id: "base", title: "Base", license: "openrail" });
  expect((json as { files: unknown }).files).toEqual([
    {
      path: "unet/weights.safetensors",
      url: "https://hub.example/owner/base/resolve/main/unet/weights.safetensors",
      sizeBytes: 9,
      sha256: "a".repeat(64),
    },
    {
      path: "vae/weights.safetensors",
      url: "https://hub.example/owner/vae/resolve/main/weights.safetensors",
      sizeBytes: 7,
    },
    {
      path: "embedder/model.onnx",
      url: "https://example.org/stylus/packs/pocket/embedder/model.onnx",
      sizeBytes: 3,
      sha256: "b".repeat(64),
    },
  ]);
});
