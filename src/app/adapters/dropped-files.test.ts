// What a dropped file is taken for.
import { expect, it } from "vitest";
import { adapterFilesOf, kindOfFile, sortDrop } from "./dropped-files.ts";

it.each([
  ["a.safetensors", "", "adapter"],
  ["A.PT", "", "adapter"],
  ["pytorch_lora_weights.bin", "application/octet-stream", "adapter"],
  ["adapter_config.json", "application/json", "adapter"],
  ["other.json", "application/json", "unknown"],
  ["image.png", "image/png", "image"],
  ["image", "image/webp", "image"],
  ["colours.txt", "text/plain", "text"],
  ["styles.csv", "text/csv", "table"],
  ["notes.md", "text/markdown", "unknown"],
] as const)("%s (%s) is %s", (name, type, kind) => {
  expect(kindOfFile({ name, type })).toBe(kind);
});

it("keeps sidecars with their adapter, and its preview from the canvas", () => {
  const names = [
    "a.safetensors",
    "a.civitai.info",
    "a.json",
    "a.preview.png",
    "a.png",
    "a.txt",
    "b.png",
    "b.json",
    "adapter_config.json",
  ];
  const files = names.map((name) => new File([], name));
  const { images, adapters, unknown } = sortDrop(files);
  const of = (list: readonly File[]): string[] => list.map(({ name }) => name);
  expect(of(adapters)).toEqual([
    "a.safetensors",
    "adapter_config.json",
    "a.civitai.info",
    "a.json",
    "a.preview.png",
    "a.png",
    "a.txt",
  ]);
  expect(of(images)).toEqual(["b.png"]);
  expect(of(unknown)).toEqual(["b.json"]);
  const [all] = adapterFilesOf(adapters);
  expect([all!.file, all!.config, all!.sidecar, all!.notes, all!.preview].map((file) => file?.name)).toEqual([
    "a.safetensors",
    "adapter_config.json",
    "a.civitai.info",
    "a.txt",
    "a.preview.png",
  ]);
  const [less] = adapterFilesOf(adapters.filter(({ name }) => !/info|preview|config|txt/.test(name)));
  expect([less!.config, less!.sidecar!.name, less!.notes, less!.preview!.name]).toEqual([
    null,
    "a.json",
    null,
    "a.png",
  ]);
});

it("knows the sidecars of other managers", () => {
  for (const ending of [".metadata.json", ".cm-info.json"]) {
    const files = ["a.safetensors", `a${ending}`, "a.json"].map((name) => new File([], name));
    const { adapters, unknown } = sortDrop(files);
    expect(unknown).toEqual([]);
    expect(adapterFilesOf(adapters).map(({ sidecar }) => sidecar?.name)).toEqual([`a${ending}`]);
  }
});

it("gives a PEFT configuration to the file that it belongs to", () => {
  const given = (...names: string[]): string[] =>
    adapterFilesOf(names.map((name) => new File([], name)))
      .filter(({ config }) => config?.name === "adapter_config.json")
      .map(({ file }) => file.name);
  expect(given("a.safetensors", "adapter_config.json")).toEqual(["a.safetensors"]);
  expect(given("a.safetensors", "b.pt", "adapter_config.json")).toEqual([]);
  expect(given("a.safetensors", "adapter_model.safetensors", "adapter_config.json")).toEqual([
    "adapter_model.safetensors",
  ]);
});

it("finds what belongs to an adapter whatever the case of its letters", () => {
  const files = ["Fox.safetensors", "fox.PNG", "FOX.txt"].map((name) => new File([], name));
  const { images, adapters } = sortDrop(files);
  expect([images.length, adapters.length]).toEqual([0, 3]);
  const [fox] = adapterFilesOf(adapters);
  expect([fox!.notes!.name, fox!.preview!.name]).toEqual(["FOX.txt", "fox.PNG"]);
});

it("takes text files for wildcards where they come alone", () => {
  const of = (list: readonly File[]): string[] => list.map(({ name }) => name);
  const files = ["a.txt", "b.txt"].map((name) => new File([], name));
  expect(of(sortDrop(files).texts)).toEqual(["a.txt", "b.txt"]);
  const beside = sortDrop([...files, new File([], "a.safetensors"), new File([], "styles.csv")]);
  expect([of(beside.texts), of(beside.unknown)]).toEqual([[], ["b.txt"]]);
  expect(of(beside.adapters)).toEqual(["a.safetensors", "a.txt"]);
  expect(of(beside.tables)).toEqual(["styles.csv"]);
});
