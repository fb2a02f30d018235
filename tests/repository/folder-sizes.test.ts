// A folder is read at a glance: with more than 25 source files it is time to split it. Tests, styles and data are not counted.
import { readdirSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const most = 25;

const isSource = (file: string): boolean => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file);

/** `folder: count` of those with too many. */
function fullFolders(files: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const folder of files.filter(isSource).map((file) => path.posix.dirname(file)))
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > most).map(([folder, count]) => `${folder}: ${count}`);
}

test("no folder has too many source files", () => {
  const files = readdirSync(path.join(root, "src"), { recursive: true, encoding: "utf8" });
  expect(files.filter(isSource).length).toBeGreaterThan(300);
  expect(fullFolders(files.map((file) => `src/${file.replaceAll("\\", "/")}`))).toEqual([]);
});

test("a folder with too many is noticed; tests and styles do not count", () => {
  const numbered = (count: number, ending: string): string[] =>
    Array.from({ length: count }, (_, i) => `x/${i}${ending}`);
  const enough = [...numbered(20, ".ts"), ...numbered(5, ".tsx"), "x/b/c.ts"];
  expect(fullFolders([...enough, ...numbered(9, ".test.ts"), ...numbered(9, ".module.css")])).toEqual([]);
  expect(fullFolders([...enough, "x/more.ts"])).toEqual(["x: 26"]);
});
