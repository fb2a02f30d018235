// What a dropped file is taken for.
import { expect, it } from "vitest";
import { kindOfFile, sidecarOf, sortDrop } from "./dropped-files.ts";

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
    "b.png",
    "b.json",
    "adapter_config.json",
  ];
  const files = names.map((name) => new File([], name));
  const { images, adapters, unknown } = sortDrop(files);
  const of = (list: readonly File[]): string[] => list.map(({ name }) => name);
  expect(of(adapters)).toEqual(["a.safetensors", "adapter_config.json", "a.civitai.info", "a.json"]);
  expect(of(images)).toEqual(["b.png"]);
  expect(of(unknown)).toEqual(["b.json"]);
  expect(sidecarOf(files[0]!, adapters)?.name).toBe("a.civitai.info");
  expect(sidecarOf(files[0]!, [files[2]!])?.name).toBe("a.json");
  expect(sidecarOf(files[0]!, [files[5]!])).toBeNull();
});

it("takes text files for wildcards where they come alone", () => {
  const of = (list: readonly File[]): string[] => list.map(({ name }) => name);
  const files = ["a.txt", "b.txt"].map((name) => new File([], name));
  expect(of(sortDrop(files).texts)).toEqual(["a.txt", "b.txt"]);
  const beside = sortDrop([...files, new File([], "a.safetensors"), new File([], "styles.csv")]);
  expect([of(beside.texts), of(beside.unknown)]).toEqual([[], ["a.txt", "b.txt"]]);
  expect(of(beside.tables)).toEqual(["styles.csv"]);
});
