import { describe, expect, it } from "vitest";
import { adviseOnName } from "./adapter-names.ts";

const cards = [
  ["noir", "Film noir"],
  ["watercolour", "Watercolour"],
  ["stained-glass", "Stained glass window"],
].map(([id, title]) => ({
  id: id!,
  title: title!,
  file: { path: `adapters/${id}.safetensors`, sizeBytes: 1, sha256: "" },
}));

describe("adviseOnName", () => {
  it.each([
    ["nior", "noir"],
    ["Noire", "noir"],
    ["watercolor", "watercolour"],
    ["wtercolour", "watercolour"],
    ["waterclour", "watercolour"],
    ["stained_glas", "stained-glass"],
    ["glass window", "stained-glass"],
    ["noir_v2", "noir"],
  ])("%s: did you mean %s?", (name, id) => {
    expect(adviseOnName(name, cards)).toBe(`Did you mean “${id}”?`);
  });
  it.each(["pixel art", "no", "x", ""])("“%s” resembles nothing", (name) => {
    expect(adviseOnName(name, cards)).toBe("The list of adapters shows every name.");
  });
});
