// Noise equals the references bit for bit: goldens recorded by tests/fixtures/engine/make_goldens.py.

import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import brownianGoldens from "../../../tests/fixtures/engine/goldens/brownian.json" with { type: "json" };
import cpuGoldens from "../../../tests/fixtures/engine/goldens/noise_cpu.json" with { type: "json" };
import nvGoldens from "../../../tests/fixtures/engine/goldens/noise_nv.json" with { type: "json" };
import { BrownianTree } from "./brownian.ts";
import { fusedMultiplyAdd } from "./float32-math.ts";
import { createGenerator } from "./noise.ts";
import { seedSequence } from "./seed-sequence.ts";

function sha256(parts: readonly Float32Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  return hash.digest("hex");
}

describe("torch CPU noise", () => {
  it.each(cpuGoldens)(
    "seed $seed, draws of $counts, bit for bit",
    ({ seed, counts, first, sha256: expected }) => {
      const generator = createGenerator("cpu", seed);
      const draws = counts.map((count) => generator.randn(count));
      expect(draws.flatMap((draw) => [...draw.subarray(0, 4)]).slice(0, 4)).toEqual(first.slice(0, 4));
      expect(sha256(draws)).toBe(expected);
    },
  );

  it("the hash detects one unfused multiplication", () => {
    // Sensitivity: the fused and the plain result differ for ordinary operands.
    let different = 0;
    const values = createGenerator("cpu", 5).randn(999);
    for (let i = 0; i + 2 < values.length; i += 3) {
      const [a, b, c] = [values[i]!, values[i + 1]!, values[i + 2]!];
      if (fusedMultiplyAdd(a, b, c) !== Math.fround(Math.fround(a * b) + c)) different++;
    }
    expect(different).toBeGreaterThan(50);
  });
});

describe("fused multiply-add", () => {
  it.each([
    // Cases where rounding to double first rounds the wrong way: the sum is a float32 tie plus a tiny remainder.
    { a: 1 + 2 ** -23, b: 1, c: 2 ** -24, expected: 1 + 2 ** -22 },
    { a: 2 ** -40, b: 2 ** -40, c: 1 + 2 ** -23, expected: 1 + 2 ** -23 },
    { a: 1 + 2 ** -12, b: 1 + 2 ** -12, c: 2 ** -60, expected: 1 + 2 ** -11 + 2 ** -23 },
    { a: 1 + 2 ** -12, b: 1 + 2 ** -12, c: -(2 ** -60), expected: 1 + 2 ** -11 },
    { a: -(1 + 2 ** -12), b: 1 + 2 ** -12, c: 2 ** -60, expected: -(1 + 2 ** -11) },
    { a: 3, b: 5, c: 7, expected: 22 },
  ])("rounds $a · $b + $c once", ({ a, b, c, expected }) => {
    expect(fusedMultiplyAdd(a, b, c)).toBe(expected);
  });
});

describe("NVIDIA noise", () => {
  it.each(nvGoldens)("seed $seed, bit for bit", ({ seed, calls, count, first, sha256: expected }) => {
    const generator = createGenerator("nv", seed);
    const draws = Array.from({ length: calls }, () => generator.randn(count));
    expect([...draws[0]!.subarray(0, 4)]).toEqual(first);
    expect(sha256(draws)).toBe(expected);
  });

  it("starts like torch on an NVIDIA GPU", () => {
    const values = createGenerator("nv", 0).randn(4);
    for (const [i, expected] of [-0.92466259, -0.42534415, -2.6438457, 0.14518388].entries())
      expect(Math.abs(values[i]! - expected)).toBeLessThan(3e-7);
  });
});

describe("seeds", () => {
  it("image i of a batch is a single image of seed + i", () => {
    const batch = [0, 1, 2].map((i) => createGenerator("cpu", 100 + i).randn(64));
    expect(batch[2]).toEqual(createGenerator("cpu", 102).randn(64));
  });

  it.each(["cpu", "nv"] as const)("%s accepts negative and 53-bit seeds", (kind) => {
    for (const seed of [-1, Number.MAX_SAFE_INTEGER])
      expect(createGenerator(kind, seed).randn(20).every(Number.isFinite)).toBe(true);
  });
});

describe("Brownian noise", () => {
  it.each(brownianGoldens.seedSequence)(
    "SeedSequence($entropy, $spawnKey)",
    ({ entropy, spawnKey, poolSize, state }) => {
      expect([...seedSequence(entropy, { spawnKey, poolSize, count: 5 })]).toEqual(state);
    },
  );

  it.each(brownianGoldens.increments)(
    "seed $seed, $count values, bit for bit",
    ({ seed, count, queries, first, sha256: expected }) => {
      const tree = new BrownianTree({ seed, kind: "cpu", count, sigmaMin: 0.0291675, sigmaMax: 14.614647 });
      const draws = queries.map(([from, to]) => tree.between(from!, to!));
      expect([...draws[0]!.subarray(0, 4)]).toEqual(first);
      expect(sha256(draws)).toBe(expected);
    },
  );

  it("is still below its lowest noise level", () => {
    const tree = new BrownianTree({ seed: 11, kind: "cpu", count: 3, sigmaMin: 0.03, sigmaMax: 14 });
    expect([...tree.between(0.03, 0)].map(Math.abs)).toEqual([0, 0, 0]);
  });

  it("is one path: increments do not depend on the order of calls", () => {
    const make = () => new BrownianTree({ seed: 11, kind: "cpu", count: 16, sigmaMin: 0.03, sigmaMax: 14 });
    const [a, b] = [make(), make()];
    const direct = a.between(9, 2);
    for (const [from, to] of [
      [14, 9],
      [3, 1],
      [9, 5],
      [5, 2],
    ] as const)
      b.between(from, to);
    expect(b.between(9, 2)).toEqual(direct);
  });
});
