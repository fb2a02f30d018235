// Which categories of adapters fit which kinds of tasks: the whole table.
import { expect, it } from "vitest";
import type { AdapterCategory } from "../../retrieval/card.ts";
import { kindFit } from "./kinds.ts";
import type { SegmentKind } from "./phrase-kinds.ts";

const categories =
  "concept style pose action character clothing background building vehicle animal object creature expression eyes lighting effect material composition colour slider".split(
    " ",
  ) as AdapterCategory[];
const things = "concept object character creature animal vehicle building expression eyes";
const looks = "style lighting effect material composition colour slider";

it.each<[SegmentKind, string, string]>([
  ["style", looks, ""],
  ["place", "background building", ""],
  ["time", "background lighting", "style"],
  ["weather", "background effect", "action"],
  ["clothing", "clothing", ""],
  ["action", "action pose", ""],
  ["framing", "pose composition", "style"],
  ["object", things, ""],
  ["open", `${things} ${looks} background pose action clothing`, ""],
])("%s: the same are %s; near are: %s", (kind, same, near) => {
  const that = (fit: string): string[] =>
    categories.filter((category) => kindFit(kind, category) === fit).sort();
  expect(that("same")).toEqual(same.split(" ").sort());
  expect(that("near")).toEqual(near === "" ? [] : [near]);
  const others = categories.filter((category) => !`${same} ${near}`.split(" ").includes(category));
  expect(others.map((category) => kindFit(kind, category))).toEqual(others.map(() => null));
});
