// Comments, titles and documents keep to plain English: none of the words that come of translating word by word.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const folders = ["src", "workers", "scripts", "tests", "docs"];
const { stdout } = spawnSync(
  "git",
  ["ls-files", "--cached", "--others", "--exclude-standard", "--", ...folders],
  { cwd: root, encoding: "utf8", maxBuffer: 1 << 24 },
);
const readable = /\.(?:css|md|ts|tsx)$/;
/** Decision records stay as they were written; these three name the words. */
const passedOver =
  /^(?:docs\/decisions\/|docs\/glossary\.md$|src\/texts\/texts\.test\.ts$|tests\/repository\/words\.test\.ts$)/;
const files = stdout
  .split("\n")
  .filter((file) => readable.test(file) && !passedOver.test(file) && existsSync(path.join(root, file)));

/** `file:line: word` of every such word, also across line ends of a comment. */
function foundIn(file: string, text: string): string[] {
  return [
    ...text.matchAll(/\b(?:anew|meanwhile|(?:is|are)(?:\s|\/\/|\*)+told|is(?:\s|\/\/|\*)+borne)\b/gi),
  ].map(({ 0: word, index }) => `${file}:${text.slice(0, index).split("\n").length}: ${word}`);
}

test("comments, titles and documents use no translated words", () => {
  expect(files.length).toBeGreaterThan(500);
  expect(files.flatMap((file) => foundIn(file, readFileSync(path.join(root, file), "utf8")))).toEqual([]);
});

test("such a word is noticed, also across lines; parts of other words are not", () => {
  expect(foundIn("a.ts", "x\n// it is\n// told; Meanwhile")).toEqual([
    "a.ts:2: is\n// told",
    "a.ts:3: Meanwhile",
  ]);
  expect(foundIn("a.ts", "a new one is toldless")).toEqual([]);
});
