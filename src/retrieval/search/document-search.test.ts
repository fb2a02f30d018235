import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { beforeAll, expect, test, vi } from "vitest";
import { int8Rows, randomVector } from "../../../tests/fixtures/random-vectors.ts";
import { DocumentSearch } from "./document-search.ts";
import { Int8Rows } from "./int8-rows.ts";
import { normalise, type Vector } from "../embedding/vectors.ts";
import { VoyModule } from "./voy.ts";

const wasm = readFileSync(createRequire(import.meta.url).resolve("voy-search/voy_search_bg.wasm"));
let voy: VoyModule;
beforeAll(async () => {
  voy = await VoyModule.compile(wasm);
});

function filled(vectors: readonly Vector[], module: VoyModule | null = voy) {
  const { values, scales } = int8Rows(vectors);
  const rows = new Int8Rows(vectors[0]!.length, vectors.length);
  rows.append(values, scales);
  return { rows, search: new DocumentSearch(rows, { count: vectors.length, voy: module }) };
}

/** Best rows by a scan in float64. */
function reference(rows: Int8Rows, query: Vector, options: { k: number; masked: Uint8Array }): number[] {
  const similarity = (row: number): number => {
    const values = rows.values(row);
    return values.reduce((sum, value, i) => sum + value * query[i]!, 0) / Math.hypot(...values);
  };
  return Array.from({ length: rows.count }, (_, row) => ({ row, similarity: similarity(row) }))
    .filter(({ row }) => options.masked[row] === 0)
    .sort((a, b) => b.similarity - a.similarity || a.row - b.row)
    .slice(0, options.k)
    .map(({ row }) => row);
}

const random = (count: number, dims: number): Vector[] =>
  Array.from({ length: count }, (_, i) => randomVector(i + 1, dims));

test.each([8, 256, 384])("voy with %i dimensions finds what a scan finds", async (dims) => {
  const { rows, search } = filled(random(300, dims));
  const masked = new Uint8Array(300);
  for (let q = 0; q < 20; q++) {
    const query = randomVector(1000 + q, dims);
    const found = await search.nearest(query, { k: 10, masked });
    expect(found.map(({ row }) => row)).toEqual(reference(rows, query, { k: 10, masked }));
  }
  expect(search.engine).toBe("voy");
});

test("masked documents leave their places to others: the filter acts before the top K", async () => {
  const { rows, search } = filled(random(200, 64));
  const query = randomVector(5000, 64);
  const masked = new Uint8Array(200);
  for (const row of reference(rows, query, { k: 150, masked })) masked[row] = 1;
  const found = await search.nearest(query, { k: 40, masked });
  expect(found.map(({ row }) => row)).toEqual(reference(rows, query, { k: 40, masked }));
  expect(found).toHaveLength(40);
});

test("forty identical vectors: one place in the tree, all rows, no panic", async () => {
  const { search } = filled([...Array.from({ length: 40 }, () => randomVector(7, 32)), randomVector(8, 32)]);
  const found = await search.nearest(randomVector(7, 32), { k: 100, masked: new Uint8Array(41) });
  expect(found).toHaveLength(41);
  expect(found[0]!.row).toBe(0);
  expect(found.at(-1)!.row).toBe(40);
  expect(search.engine).toBe("voy");
});

test("vectors that share coordinates are indexed all the same", async () => {
  const vectors = Array.from({ length: 120 }, (_, i) => {
    const values = Array.from({ length: 64 }, () => 0);
    values[i % 3] = 1;
    values[3 + (i % 60)] = 0.5 + i / 1000;
    return normalise(values, "test");
  });
  const { rows, search } = filled(vectors);
  const masked = new Uint8Array(120);
  const query = randomVector(3, 64);
  const found = await search.nearest(query, { k: 15, masked });
  expect(found.map(({ row }) => row)).toEqual(reference(rows, query, { k: 15, masked }));
  expect(search.engine).toBe("voy");
});

test("more dimensions than voy holds are scanned, with the same answers", async () => {
  const { rows, search } = filled(random(50, 1024));
  const masked = new Uint8Array(50);
  const query = randomVector(77, 1024);
  const found = await search.nearest(query, { k: 5, masked });
  expect(found.map(({ row }) => row)).toEqual(reference(rows, query, { k: 5, masked }));
  expect(search.engine).toBe("scan");
});

test("other trees still work after a panic inside voy", async () => {
  const { Voy } = await import("voy-search/voy_search_bg.js");
  const embeddings = [1, 0];
  const same = Array.from({ length: 40 }, (_, i) => ({ id: String(i), title: "", url: "", embeddings }));
  const logged = vi.spyOn(console, "error").mockImplementation(() => undefined); // voy prints its panic
  expect(() => new Voy({ embeddings: same })).toThrow();
  logged.mockRestore();
  await voy.restart();
  const { search } = filled(random(60, 16));
  expect(await search.nearest(randomVector(2, 16), { k: 3, masked: new Uint8Array(60) })).toHaveLength(3);
  expect(search.engine).toBe("voy");
});
