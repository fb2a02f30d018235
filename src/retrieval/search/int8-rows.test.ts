import { describe, expect, test } from "vitest";
import { int8Rows, nearVector, randomVector } from "../../../tests/fixtures/random-vectors.ts";
import { exactRows, Int8Rows } from "./int8-rows.ts";
import type { Vector } from "../embedding/vectors.ts";

/** Float64 cosine of a query with the int8 row as it is stored. */
function reference(query: Vector, values: Int8Array, row: number): number {
  const dims = query.length;
  let [product, squares, own] = [0, 0, 0];
  for (let i = 0; i < dims; i++) {
    const value = values[row * dims + i]!;
    product += query[i]! * value;
    squares += value * value;
    own += query[i]! * query[i]!;
  }
  return product / Math.sqrt(squares * own);
}

function filled(vectors: readonly Vector[], capacity = vectors.length) {
  const { values, scales } = int8Rows(vectors);
  const rows = new Int8Rows(vectors[0]!.length, capacity);
  rows.append(values, scales);
  return { rows, values };
}

describe("exact similarities", () => {
  test.each([1, 4, 31, 32, 33, 256, 300, 384, 2048])("%i dimensions: within 1e-5 of float64", (dims) => {
    const { rows, values } = filled(Array.from({ length: 50 }, (_, i) => randomVector(i + 1, dims)));
    const query = randomVector(1000, dims);
    rows.similarities(query).forEach((similarity, row) => {
      expect(Math.abs(similarity - reference(query, values, row))).toBeLessThan(1e-5);
    });
  });

  test("do not overflow at the largest values: the same vector has similarity 1", () => {
    const one = Float32Array.from({ length: 2048 }, () => 1 / Math.sqrt(2048));
    const { rows } = filled([one]);
    expect(rows.similarities(one)[0]).toBeCloseTo(1, 6);
    expect(rows.similarities(one.map((value) => -value))[0]).toBeCloseTo(-1, 6);
  });

  test("a part of the rows, and rows that come later", () => {
    const vectors = Array.from({ length: 20 }, (_, i) => randomVector(i + 1, 48));
    const { rows: whole } = filled(vectors);
    const grown = new Int8Rows(48, 1);
    for (const vector of vectors) {
      const { values, scales } = int8Rows([vector]);
      grown.append(values, scales);
    }
    const query = randomVector(77, 48);
    expect(grown.similarities(query)).toEqual(whole.similarities(query));
    expect(whole.similarities(query, { begin: 3, end: 7 })).toEqual(whole.similarities(query).slice(3, 7));
    expect(grown.count).toBe(20);
  });

  test("sensitivity: one changed value shows", () => {
    const { rows, values } = filled([randomVector(1, 64)]);
    const query = randomVector(2, 64);
    const before = rows.similarities(query)[0]!;
    values[5] = values[5]! > 0 ? -127 : 127;
    expect(Math.abs(before - reference(query, values, 0))).toBeGreaterThan(1e-3);
  });

  test("a query of another length is refused", () =>
    expect(() => filled([randomVector(1, 8)]).rows.similarities(randomVector(1, 9))).toThrow(
      "The query has 9 dimensions, the index has 8.",
    ));
});

describe("search in two stages", () => {
  const dims = 64;
  const centers = Array.from({ length: 300 }, (_, i) => randomVector(i + 1, dims));
  const vectors = Array.from({ length: exactRows + 5000 }, (_, i) =>
    nearVector(centers[i % centers.length]!, { seed: i + 1000, spread: 0.7 }),
  );
  const { rows, values } = filled(vectors);
  const masked = new Uint8Array(vectors.length);

  test("the 30 nearest of 25,000 are all among those found, with their exact similarity", () => {
    let [hits, wanted] = [0, 0];
    for (let q = 0; q < 20; q++) {
      const query = nearVector(centers[q * 7]!, { seed: q + 1, spread: 0.5 });
      const all = rows.similarities(query);
      const best = [...all.keys()].sort((a, b) => all[b]! - all[a]!).slice(0, 30);
      const near = rows.nearest(query, { wanted: 30, masked });
      const found = new Map(Array.from(near.rows!, (row, i) => [row, near.similarities[i]!]));
      expect(found.size).toBeLessThan(8000);
      for (const row of best) {
        wanted += 1;
        if (!found.has(row)) continue;
        hits += 1;
        expect(found.get(row)).toBe(all[row]);
        expect(Math.abs(all[row]! - reference(query, values, row))).toBeLessThan(1e-5);
      }
    }
    expect(hits / wanted).toBeGreaterThanOrEqual(0.999);
  });

  test("masked rows are not found and leave their places to others", () => {
    const query = nearVector(centers[0]!, { seed: 1, spread: 0.5 });
    const mask = new Uint8Array(vectors.length);
    for (let row = 0; row < vectors.length; row += 300) mask[row] = 1; // the whole cluster of the query
    const found = rows.nearest(query, { wanted: 30, masked: mask }).rows!;
    expect(found.length).toBeGreaterThanOrEqual(30);
    expect(found.some((row) => mask[row] === 1)).toBe(false);
  });
});
