import { describe, expect, it } from "vitest";
import { adaptersNamed, adviseOnName } from "./adapter-names.ts";
import { english } from "../shared/saying.ts";

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
    expect(english(adviseOnName(name, cards))).toBe(`Did you mean “${id}”?`);
  });
  it.each(["pixel art", "no", "x", ""])("“%s” resembles nothing", (name) => {
    expect(english(adviseOnName(name, cards))).toBe("The list of adapters shows every name.");
  });
});

describe("adaptersNamed", () => {
  const named = (id: string, path: string) => ({
    id,
    title: id.toUpperCase(),
    file: { path, sizeBytes: 1, sha256: "" },
  });
  const ids = (name: string, list: readonly ReturnType<typeof named>[]): string[] =>
    adaptersNamed(name, list).map(({ id }) => id);
  const folders = [named("sample", "char/sample.safetensors"), named("sample-2", "pose/sample.safetensors")];

  it.each([
    ["pose/sample.safetensors", ["sample-2"]],
    ["pose\\Sample", ["sample-2"]],
    ["char/sample", ["sample"]],
    ["sample", ["sample"]], // an id
    ["SAMPLE.pt", ["sample"]],
    ["other/sample", ["sample", "sample-2"]], // ask
    ["e/sample", ["sample", "sample-2"]], // "pose" is no folder "e"
    ["", []],
    ["/", []],
  ])("%s", (name, expected) => expect(ids(name, folders)).toEqual(expected));

  it("asks where files have no folders", () => {
    expect(ids("pose/sample", [named("sample", "sample.pt"), named("sample-2", "sample.pt")])).toEqual([
      "sample",
      "sample-2",
    ]);
    expect(ids("pose/sample", [named("sample", "sample.pt"), named("other", "other.pt")])).toEqual([
      "sample",
    ]);
  });

  it("an adapter may be called constructor, and nothing else is", () => {
    for (const id of ["constructor", "__proto__", "toString"]) {
      expect(ids(id, [named(id, `${id}.pt`)])).toEqual([id]);
      expect(ids(id, folders)).toEqual([]);
    }
  });
});
