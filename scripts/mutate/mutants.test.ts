import { readFileSync } from "node:fs";
import { runInThisContext } from "node:vm";
import { expect, it } from "vitest";
import { mutantsOf, mutated } from "./mutants.ts";
import { equivalents } from "./reviewed.ts";
import { sample, testsFor } from "./sample.ts";
import { topLevel, withProbes } from "./syntax.ts";

const changesOf = (text: string): string[] => mutantsOf("a.ts", text).map((mutant) => mutated(text, mutant));

it("swaps operators for their inverse and for their boundary", () => {
  expect(changesOf("a < b")).toEqual(["a <= b", "a >= b"]);
  expect(changesOf("a * (b)")).toEqual(["a / (b)"]);
  expect(changesOf("a && !b")).toEqual(["a || !b", "a && b"]);
  expect(changesOf("a += 1")).toEqual([";", "a -= 1", "a += 2"]);
});

it("drops defaults, optional links, statements, jumps and calls", () => {
  expect(changesOf("a?.b ?? c")).toEqual(["a?.b", "a.b ?? c"]);
  expect(changesOf("await f(a);")).toEqual([";"]);
  expect(changesOf("for (;;) if (a) { f = a; break; }")).toEqual([
    "for (;;) if (true) { f = a; break; }",
    "for (;;) if (false) { f = a; break; }",
    "for (;;) if (a) { f = a; ; }",
    "for (;;) if (a) { ; break; }",
  ]);
  expect(changesOf("const a = b.filter(c).some(d);")).toEqual([
    "const a = b.filter(c).every(d);",
    "const a = b.some(d);",
  ]);
});

it("leaves messages, types, imports and names alone", () => {
  const text = `import a from "a";
export * from "a";
type A = 1 | "a";
const b = { 1: c } as A<"a">;
if (b! as A) throw new StylusError("bad-file", "It is " + a, { remedy: b ? "c" : "d" });
console.log("a");`;
  expect(mutantsOf("a.ts", text).map(({ original }) => original)).toEqual(["b! as A", "b! as A"]);
  expect(mutantsOf("a.ts", `const a = "b" + c;`).map(({ original }) => original)).toEqual([`"b"`]);
});

it("knows the line and the innermost function of each", () => {
  const text = "const a = 1;\nfunction f() {\n  return b.map((c) => c - d);\n}";
  expect(mutantsOf("a.ts", text).map(({ line, body, source }) => ({ line, body, source }))).toEqual([
    { line: 1, body: topLevel, source: "const a = 1;" },
    { line: 3, body: text.indexOf("c - d"), source: "return b.map((c) => c - d);" },
  ]);
});

it("probes add the functions that run", () => {
  const text =
    "const f = (a) => (b) => ({ c: a + b }); function g() { return 1; } f(1); globalThis.sum = f(1)(2).c;";
  const reached = new Set<string>();
  Object.assign(globalThis, { reached });
  runInThisContext(withProbes("a.ts", text));
  expect(globalThis).toMatchObject({ sum: 3 });
  expect([...reached]).toEqual(["a.ts:0", `a.ts:${text.indexOf("(b)")}`, `a.ts:${text.indexOf("({ c")}`]);
});

it("reviewed changes are such of the sources as they are", () => {
  const known = new Map<string, Set<string>>();
  const keyOf = (of: { source: string; original: string; replacement: string }): string =>
    [of.source, of.original, of.replacement].join("\n");
  const gone = equivalents.filter((reviewed) => {
    const { file } = reviewed;
    const keys = known.get(file) ?? new Set(mutantsOf(file, readFileSync(file, "utf8")).map(keyOf));
    known.set(file, keys);
    return !keys.has(keyOf(reviewed));
  });
  expect(gone).toEqual([]);
});

it("samples by seed", () => {
  const all = Array.from({ length: 100 }, (_, index) => index);
  expect(sample(all, 5, 1)).toEqual(sample(all, 5, 1));
  expect(sample(all, 5, 2)).not.toEqual(sample(all, 5, 1));
  expect(sample(all, 1_000, 1).toSorted((a, b) => a - b)).toEqual(all);
});

it("runs the tests that reach a mutant, near and fast ones and those that told before first, its own in any case", () => {
  const mutant = mutantsOf("a/b/c/c.ts", "const a = 1;")[0]!;
  const reach = (ms: number, ...reached: string[]) => ({ ms, reached: new Set(reached) });
  const reaches = new Map([
    ["z/y/far.test.ts", reach(10, "a/b/c/c.ts:0")],
    ["a/b/c/slow.test.ts", reach(5_000, "a/b/c/c.ts:0")],
    ["a/b/c/other.test.ts", reach(10, "a/b/c/c.ts:9")],
    ["a/b/c/c.test.ts", reach(20, "a/b/c/c.ts:0")],
  ]);
  const near = "a/b/c/c.test.ts";
  const [far, slow] = ["z/y/far.test.ts", "a/b/c/slow.test.ts"];
  const testsWith = (patience: number, ...told: string[]) =>
    testsFor(mutant, { reaches, patience, killers: new Map([["a/b/c/c.ts", new Set(told)]]) });
  expect(testsWith(5_010)).toEqual([near, far, slow]);
  expect(testsWith(5_009)).toEqual([near, far]);
  expect(testsWith(0)).toEqual([near]);
  expect(testsWith(0, far)).toEqual([far, near]);
  expect(testsWith(9_999, far)).toEqual([far, near, slow]);
});
