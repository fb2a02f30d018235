// Files from the user's disk: how they are identified, and the error if there is no model among them.
import { expect, test, vi } from "vitest";
import { assignLocalFiles, hashBlob, packFromDisk, verifyLocalFile } from "./local-files.ts";
import { parseManifest } from "./manifest.ts";
import { StorageRecords } from "./pins.ts";

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

test("takes leading slashes and shared folders off, but not a folder that not all share", () => {
  const keys = (paths: string[]): string[] => [...packFromDisk(paths.map((path) => file(path))).keys()];
  expect(keys(["//sd/a.safetensors", "/sd/b.txt"])).toEqual(["a.safetensors", "b.txt"]);
  expect(keys(["sd/a.safetensors", "sd2/b.txt"])).toEqual(["sd/a.safetensors", "sd2/b.txt"]);
  expect(keys(["my-vae/a.SAFETENSORS"])).toEqual(["a.SAFETENSORS"]);
  for (const ending of ["sft", "ckpt", "pt", "pth", "bin"]) expect(keys([`a.${ending}`])).toHaveLength(1);
  expect(() => keys(["a.bin.txt", "bin"])).toThrow("None of these files is a model.");
});

test("one file is used once, by a whole name, also where the hub's is escaped", () => {
  const manifest = parseManifest(
    {
      id: "x",
      kind: "checkpoint",
      title: "X",
      license: "mit",
      baseUrl: "packs/x/",
      files: [
        { path: "a/w.bin", approximateBytes: 3 },
        { path: "b/w.bin", approximateBytes: 3 },
        { path: "c.bin", url: "my%20model.bin", approximateBytes: 3 },
      ],
    },
    "x.json",
  );
  const files = [file("w.bin"), file("my model.bin"), file("v.bin")];
  const { local, unused } = assignLocalFiles(manifest, files);
  expect([...local]).toEqual([
    ["a/w.bin", files[0]!.blob],
    ["c.bin", files[1]!.blob],
  ]);
  expect(unused.map(({ path }) => path)).toEqual(["v.bin"]);
});

test("reads a file once to know it, and again when it has changed", async () => {
  const records = new StorageRecords();
  const sha256 = await hashBlob(blob(5), undefined);
  expect(sha256).toBe("8855508aade16ec573d21e6a485dfd0a7624085c1a14b5ecdd6485de0c6839a4");
  const expected = { path: "a.bin", sha256 };
  const stream = vi.spyOn(Blob.prototype, "stream");
  const make = (bytes: number, lastModified: number): File =>
    new File([new Uint8Array(bytes)], "mine.bin", { lastModified });
  await verifyLocalFile(make(5, 1), expected, { records });
  await verifyLocalFile(make(5, 1), expected, { records });
  expect(stream).toHaveBeenCalledTimes(1);
  await verifyLocalFile(make(5, 2), expected, { records });
  expect(stream).toHaveBeenCalledTimes(2);
  const wrong = verifyLocalFile(make(6, 1), expected, { records });
  await expect(wrong).rejects.toMatchObject({ code: "bad-file", where: "a.bin" });
  await expect(verifyLocalFile(blob(6), expected, { records })).rejects.toThrow(
    "The file from your disk is not this model's a.bin.",
  );
  await verifyLocalFile(blob(5), expected, { records });
  await verifyLocalFile(blob(5), expected, { records });
  expect(stream).toHaveBeenCalledTimes(6);
  stream.mockRestore();
});

test("stops reading when told to, and lets go of the file", async () => {
  const cancel = vi.fn();
  const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.enqueue(new Uint8Array(1)),
    cancel,
  });
  const controller = new AbortController();
  const hashed = hashBlob({ stream: () => endless }, controller.signal);
  controller.abort();
  await expect(hashed).rejects.toMatchObject({ code: "cancelled" });
  expect(cancel).toHaveBeenCalledTimes(1);
});
