// Folders side by side have an order: following the imports from one, those of types too, never leads back to it.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");

interface Import {
  readonly from: string;
  readonly to: string;
}

const importsOf = (file: string, text: string): Import[] =>
  Array.from(text.matchAll(/\b(?:from|import)\s*\(?\s*"(\.[^"]+)"/g), ([, to]) => ({
    from: file,
    to: path.posix.join(path.posix.dirname(file), to!),
  }));

/** The folders under the last one that two files share; null when one of them lies in it. */
function siblings({ from, to }: Import): { readonly folder: string; readonly pair: [string, string] } | null {
  const [a, b] = [from.split("/"), to.split("/")];
  const shared = a.findIndex((part, i) => part !== b[i]);
  if (shared < 0 || shared >= a.length - 1 || shared >= b.length - 1) return null;
  return { folder: a.slice(0, shared).join("/"), pair: [a[shared]!, b[shared]!] };
}

/** `folder: a → b → a`, once for each folder from which imports lead back. */
function circlesOf(imports: readonly Import[]): string[] {
  const graphs = new Map<string, Map<string, Set<string>>>();
  for (const found of imports.map(siblings)) {
    if (!found) continue;
    const { folder, pair } = found;
    const graph = graphs.get(folder) ?? new Map<string, Set<string>>();
    graphs.set(folder, graph.set(pair[0], (graph.get(pair[0]) ?? new Set()).add(pair[1])));
  }
  return [...graphs].flatMap(([folder, graph]) =>
    [...graph.keys()].flatMap((start) => {
      const way = wayBack(graph, start);
      return way ? [`${folder}: ${way.join(" → ")}`] : [];
    }),
  );
}

/** The shortest way from a folder to itself. */
function wayBack(graph: ReadonlyMap<string, ReadonlySet<string>>, start: string): string[] | null {
  const seen = new Set<string>();
  const ways = [[start]];
  for (const way of ways) {
    for (const next of graph.get(way.at(-1)!) ?? []) {
      if (next === start) return [...way, start];
      if (!seen.has(next)) ways.push([...way, next]);
      seen.add(next);
    }
  }
  return null;
}

test("no folders side by side import in a circle", () => {
  const files = readdirSync(path.join(root, "src"), { recursive: true, encoding: "utf8" })
    .map((file) => path.posix.join("src", file.replaceAll(path.sep, "/")))
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file));
  const imports = files.flatMap((file) => importsOf(file, readFileSync(path.join(root, file), "utf8")));
  expect(imports.length).toBeGreaterThan(1500);
  expect(circlesOf(imports)).toEqual([]);
});

test("a circle is noticed, over several folders and by types alone; files of the shared folder are none", () => {
  const imports = [
    ...importsOf("lib/a/x/one.ts", 'import type { Two } from "../y/two.ts";'),
    ...importsOf("lib/a/y/deep/two.ts", 'export { three } from "../../z/three.ts";'),
    ...importsOf("lib/a/z/three.ts", 'const one = await import("../x/one.ts");'),
    ...importsOf("lib/a/four.ts", 'import { one } from "./x/one.ts";'),
    ...importsOf("lib/a/x/five.ts", 'import "../four.ts";'),
    ...importsOf("lib/b/six.ts", 'import { one } from "../a/x/one.ts";'),
  ];
  expect(circlesOf(imports)).toEqual([
    "lib/a: x → y → z → x",
    "lib/a: y → z → x → y",
    "lib/a: z → x → y → z",
  ]);
});
