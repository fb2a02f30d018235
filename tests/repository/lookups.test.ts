// No table is looked up by a text as a plain object: "constructor", "toString" and "__proto__" are in every one. A Map holds its own keys only;
// where an object must be one, the file asks Object.hasOwn first.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const { stdout } = spawnSync(
  "git",
  ["ls-files", "--cached", "--others", "--exclude-standard", "--", "src/*.ts", "src/*.tsx", ":!*.test.ts"],
  { cwd: root, encoding: "utf8", maxBuffer: 1 << 24 },
);
const files = stdout.split("\n").filter((file) => file !== "" && existsSync(path.join(root, file)));

/** Names of the tables, written out and keyed by any text, that are looked up unasked. */
function plainLookups(text: string): string[] {
  const tables = [
    ...text.matchAll(/\bconst (\w+): (?:Readonly<)?Record<string, [^=;]*>\s*=\s*\{\s*[^\s.}]/g),
  ];
  return tables
    .map(([, name]) => name!)
    .filter((name) => new RegExp(`(?<![\\w.])${name}\\??\\.?\\[(?!["'\`])`).test(text))
    .filter((name) => !new RegExp(`Object\\.hasOwn\\(${name},`).test(text));
}

test("tables that are looked up by a text are Maps, or asked for their own keys", () => {
  expect(files.length).toBeGreaterThan(500);
  const found = files.flatMap((file) =>
    plainLookups(readFileSync(path.join(root, file), "utf8")).map((name) => `${file}: ${name}`),
  );
  expect(found).toEqual([]);
});

test("such a lookup is noticed; others are not", () => {
  const table = (rest: string): string =>
    `const words: Readonly<Record<string, string>> = { a: "b" };\n${rest}`;
  expect(plainLookups(table("words[key]"))).toEqual(["words"]);
  expect(plainLookups(table("words[`${key}`]"))).toEqual([]);
  expect(plainLookups(table('words["a"]; other.words[key]'))).toEqual([]);
  expect(plainLookups(table("Object.hasOwn(words, key) ? words[key] : null"))).toEqual([]);
  expect(
    plainLookups('const words: ReadonlyMap<string, string> = new Map([["a", "b"]]); words.get(key)'),
  ).toEqual([]);
});
