import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { VectorSearch } from "./search.ts";
import { dot, normalise, type Vector } from "./vectors.ts";
import { VoyModule } from "./voy.ts";

const wasm = readFileSync(createRequire(import.meta.url).resolve("voy-search/voy_search_bg.wasm"));

/** Repeatable pseudo-random unit vectors. */
function randomVector(seed: number, dims: number): Vector {
  let state = seed * 2654435761 + 12345;
  const values = Array.from({ length: dims }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 0x8000_0000;
  });
  return normalise(values, "test");
}

function reference(
  items: Map<string, Vector>,
  query: Vector,
  k: number,
  exclude = new Set<string>(),
): string[] {
  return [...items]
    .filter(([id]) => !exclude.has(id))
    .map(([id, vector]) => ({ id, similarity: dot(query, vector) }))
    .sort((a, b) => b.similarity - a.similarity || (a.id < b.id ? -1 : 1))
    .slice(0, k)
    .map(({ id }) => id);
}

let voy: VoyModule;
beforeAll(async () => {
  voy = await VoyModule.compile(wasm);
});

describe("search", () => {
  for (const dims of [8, 256, 384]) {
    test(`voy with ${dims} dimensions finds what a scan finds`, async () => {
      const search = new VectorSearch(dims, voy);
      const items = new Map<string, Vector>(
        Array.from({ length: 300 }, (_, i) => [`a${i}`, randomVector(i, dims)] as const),
      );
      for (const [id, vector] of items) search.add(id, vector);
      for (let q = 0; q < 20; q++) {
        const query = randomVector(1000 + q, dims);
        const found = await search.search(query, { k: 10 });
        expect(found.map(({ id }) => id)).toEqual(reference(items, query, 10));
        expect(found[0]!.similarity).toBeCloseTo(dot(query, items.get(found[0]!.id)!), 6);
      }
      expect(search.engine).toBe("voy");
    });
  }

  test("excluded adapters leave their places to others: the filter acts before the top K", async () => {
    const search = new VectorSearch(64, voy);
    const items = new Map<string, Vector>(
      Array.from({ length: 200 }, (_, i) => [`a${i}`, randomVector(i, 64)] as const),
    );
    for (const [id, vector] of items) search.add(id, vector);
    const query = randomVector(5000, 64);
    const exclude = new Set(reference(items, query, 150));
    const found = await search.search(query, { k: 40, exclude });
    expect(found.map(({ id }) => id)).toEqual(reference(items, query, 40, exclude));
    expect(found).toHaveLength(40);
  });

  test("forty identical vectors: one row, all ids, no panic", async () => {
    const search = new VectorSearch(32, voy);
    for (let i = 0; i < 40; i++) search.add(`same${String(i).padStart(2, "0")}`, randomVector(7, 32));
    search.add("other", randomVector(8, 32));
    const found = await search.search(randomVector(7, 32), { k: 100 });
    expect(found).toHaveLength(41);
    expect(found[0]!.id).toBe("same00");
    expect(found.at(-1)!.id).toBe("other");
    expect(search.engine).toBe("voy");
  });

  test("vectors that share coordinates are indexed all the same", async () => {
    const search = new VectorSearch(64, voy);
    const items = new Map<string, Vector>();
    for (let i = 0; i < 120; i++) {
      const values = Array.from({ length: 64 }, () => 0);
      values[i % 3] = 1;
      values[3 + (i % 60)] = 0.5 + i / 1000;
      items.set(`a${i}`, normalise(values, "test"));
    }
    for (const [id, vector] of items) search.add(id, vector);
    const query = randomVector(3, 64);
    expect((await search.search(query, { k: 15 })).map(({ id }) => id)).toEqual(reference(items, query, 15));
    expect(search.engine).toBe("voy");
  });

  test("adding, replacing and removing at run time", async () => {
    const search = new VectorSearch(16, voy);
    for (let i = 0; i < 50; i++) search.add(`a${i}`, randomVector(i, 16));
    const query = randomVector(999, 16);
    expect((await search.search(query, { k: 1 }))[0]!.id).not.toBe("mine");
    search.add("mine", query);
    expect((await search.search(query, { k: 1 }))[0]!).toEqual({
      id: "mine",
      similarity: expect.closeTo(1, 5),
    });
    search.add("mine", randomVector(998, 16));
    search.remove("a3");
    expect(search.size).toBe(50);
    expect((await search.search(query, { k: 50 })).some(({ id }) => id === "a3")).toBe(false);
  });

  test("more dimensions than voy holds are scanned, with the same answers", async () => {
    const search = new VectorSearch(1024, voy);
    const items = new Map<string, Vector>(
      Array.from({ length: 50 }, (_, i) => [`a${i}`, randomVector(i, 1024)] as const),
    );
    for (const [id, vector] of items) search.add(id, vector);
    const query = randomVector(77, 1024);
    expect((await search.search(query, { k: 5 })).map(({ id }) => id)).toEqual(reference(items, query, 5));
    expect(search.engine).toBe("scan");
  });

  test("after a panic inside voy other trees work: sensitivity of the guard", async () => {
    const { Voy } = await import("voy-search/voy_search_bg.js");
    const same = Array.from({ length: 40 }, (_, i) => ({
      id: String(i),
      title: "",
      url: "",
      embeddings: [1, 0],
    }));
    const logged = vi.spyOn(console, "error").mockImplementation(() => undefined); // voy prints its panic
    expect(() => new Voy({ embeddings: same })).toThrow();
    logged.mockRestore();
    await voy.restart();
    const search = new VectorSearch(16, voy);
    for (let i = 0; i < 60; i++) search.add(`a${i}`, randomVector(i, 16));
    expect(await search.search(randomVector(2, 16), { k: 3 })).toHaveLength(3);
    expect(search.engine).toBe("voy");
  });

  test("a vector of another length is refused by name", () => {
    const search = new VectorSearch(16, null);
    expect(() => search.add("short", randomVector(1, 8))).toThrow(
      /“short” has 8 dimensions, the index has 16/,
    );
    expect(() => normalise([0, Number.NaN], "index.json row 3")).toThrow(/not finite/);
    expect(() => normalise([0, 0], "index.json row 3")).toThrow(/all zeros/);
  });
});
