// What a dropped file is taken for.
import { expect, it } from "vitest";
import { kindOfFile } from "./dropped-files.ts";

it.each([
  ["a.safetensors", "", "adapter"],
  ["A.PT", "", "adapter"],
  ["pytorch_lora_weights.bin", "application/octet-stream", "adapter"],
  ["adapter_config.json", "application/json", "adapter"],
  ["other.json", "application/json", "unknown"],
  ["picture.png", "image/png", "picture"],
  ["picture", "image/webp", "picture"],
  ["notes.txt", "text/plain", "unknown"],
] as const)("%s (%s) is %s", (name, type, kind) => {
  expect(kindOfFile({ name, type })).toBe(kind);
});
