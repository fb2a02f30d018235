// No cast goes by way of `unknown`, where the compiler checks nothing: a stand-in in a test is a whole value of its type, or the code under
// test asks for no more than it uses.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const { stdout } = spawnSync(
  "git",
  ["ls-files", "--cached", "--others", "--exclude-standard", "--", "*.ts", "*.tsx"],
  { cwd: root, encoding: "utf8", maxBuffer: 1 << 24 },
);
const files = stdout.split("\n").filter((file) => file !== "" && existsSync(path.join(root, file)));

const castsIn = (text: string): number => text.match(/\bas\s+unknown\s+as\b/g)?.length ?? 0;

test("no cast goes by way of unknown", () => {
  expect(files.length).toBeGreaterThan(500);
  expect(files.filter((file) => castsIn(readFileSync(path.join(root, file), "utf8")) > 0)).toEqual([]);
});

test("such a cast is noticed, also over lines; others are not", () => {
  const cast = ["as", "unknown", "as"];
  expect(castsIn(`a ${cast.join(" ")} B; c ${cast.join("\n  ")} D`)).toBe(2);
  expect(castsIn("a as unknown; b as B")).toBe(0);
});
