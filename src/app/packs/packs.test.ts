import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseManifest } from "../../storage/manifest.ts";
import { infoOfPack, pocketId, readerId, readerManifest, readManifests } from "./packs.ts";

test("the build finds every file of model-manifests", async () => {
  const ids = (await readManifests()).map(({ manifest }) => manifest.id);
  const files = readdirSync("model-manifests").filter((name) => name.endsWith(".json"));
  expect(ids.filter((id) => id !== readerId).toSorted()).toEqual(
    files.map((name) => name.replace(/\.json$/, "")).toSorted(),
  );
});

test("the reader is a manifest of its own out of Pocket's files, where they are there", () => {
  const files = ["unet/model.safetensors", "reader/reader.onnx"].map((path) => ({
    path,
    sizeBytes: 1,
    sha256: "0".repeat(64),
  }));
  const pocket = { license: "Apache-2.0", baseUrl: "packs/pocket/", files };
  const manifest = parseManifest(readerManifest(pocket), "reader");
  expect(manifest).toMatchObject({ id: "reader", kind: "reader", baseUrl: "packs/pocket/" });
  expect(manifest.files.map(({ path }) => path)).toEqual(["reader/reader.onnx"]);
  expect(readerManifest({ ...pocket, files: files.slice(0, 1) })).toBeNull();
});

test("Pocket has as many text layers as its files say", () => {
  const config = JSON.parse(readFileSync("public/packs/pocket/text_encoder/config.json", "utf8")) as object;
  expect(config).toMatchObject({ num_hidden_layers: infoOfPack(pocketId).textLayers });
});
