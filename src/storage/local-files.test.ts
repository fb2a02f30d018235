// Files from the user's disk: how they are identified, and the error if there is no model among them.
import { expect, test } from "vitest";
import { assignLocalFiles, packFromDisk } from "./local-files.ts";
import { parseManifest } from "./manifest.ts";

const blob = (sizeBytes: number): Blob => new Blob([new Uint8Array(sizeBytes)]);
const file = (path: string, sizeBytes = 1) => ({ path, blob: blob(sizeBytes) });

test("strips only the folders around the model from a dropped folder", () => {
  const files = ["models/sd/unet/model.safetensors", "models/sd/vae/config.json"].map((path) => file(path));
  expect([...packFromDisk(files).keys()]).toEqual(["unet/model.safetensors", "vae/config.json"]);
  expect([...packFromDisk([file("unet/model.safetensors")]).keys()]).toEqual(["unet/model.safetensors"]);
  expect([...packFromDisk([file("downloads/any.ckpt")]).keys()]).toEqual(["any.ckpt"]);
});

test("rejects files without a model and gives a remedy", () => {
  expect(() => packFromDisk([file("holiday.png")])).toThrow(
    expect.objectContaining({ code: "not-found", remedy: expect.stringContaining(".safetensors") }),
  );
  expect(() => packFromDisk([])).toThrow(expect.objectContaining({ code: "not-found" }));
});

test("finds a manifest's files by path or hub name, with the exact size", () => {
  const manifest = parseManifest(
    {
      id: "x",
      kind: "checkpoint",
      title: "X",
      license: "mit",
      baseUrl: "packs/x/",
      files: [
        { path: "unet/model.safetensors", url: "unet/model.fp16.safetensors", sizeBytes: 3 },
        { path: "vae/model.safetensors", url: "vae/model.fp16.safetensors", sizeBytes: 4 },
        { path: "tokenizer/vocab.json", approximateBytes: 9 },
      ],
    },
    "x.json",
  );
  const files = [
    file("x/unet/model.fp16.safetensors", 3),
    file("x/vae/model.fp16.safetensors", 5),
    file("x/tokenizer/vocab.json", 7),
  ];
  const { local, unused } = assignLocalFiles(manifest, files);
  expect([...local.keys()]).toEqual(["unet/model.safetensors", "tokenizer/vocab.json"]);
  expect(unused.map(({ path }) => path)).toEqual(["vae/model.fp16.safetensors"]);
});
