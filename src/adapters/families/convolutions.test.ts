// Convolutions in two parts, the kernel in either or in both, and GLoRA's in three, against sums over all pairs of positions.
import { describe, expect, test } from "vitest";
import { file, read, refusalOf, tiny } from "../../../tests/fixtures/adapters/small-files.ts";
import { mergeParameter } from "../merging/merge.ts";

const conv = "lora_unet_down_blocks_0_resnets_0_conv1"; // [8, 8, 3, 3] in the tiny model
const random = (count: number, seed: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.sin(seed + i * 1.7));

describe("convolutions whose up part has a kernel", () => {
  test.each([
    { up: [3, 3], down: [1, 1] },
    { up: [3, 1], down: [1, 3] },
    { up: [1, 3], down: [3, 1] },
    { up: [2, 2], down: [2, 2] },
  ])("$up after $down is one convolution", async ({ up, down }) => {
    const [rank, size] = [2, 8];
    const [upArea, downArea] = [up[0]! * up[1]!, down[0]! * down[1]!];
    const ups = Float32Array.from(random(size * rank * upArea, 1));
    const downs = Float32Array.from(random(rank * size * downArea, 2));
    const { report, updates } = await read(
      file([
        [`${conv}.lora_up.weight`, [size, rank, ...up], [...ups]],
        [`${conv}.lora_down.weight`, [rank, size, ...down], [...downs]],
        [`${conv}.alpha`, [], [1]],
      ]),
      tiny,
    );
    expect(report).toMatchObject({
      refusal: null,
      unmatched: [],
      ranks: [rank],
      families: [{ family: "LoCon" }],
    });
    const merged = mergeParameter(new Float32Array(size * size * 9), updates[0]!.shape, [
      { update: updates[0]!, strength: 2 },
    ]);
    // Every pair of kernel positions by itself: an independent order of sums.
    const expected = new Float64Array(size * size * 9);
    for (let a = 0; a < upArea; a++)
      for (let b = 0; b < downArea; b++) {
        const y = Math.floor(a / up[1]!) + Math.floor(b / down[1]!);
        const x = (a % up[1]!) + (b % down[1]!);
        for (let o = 0; o < size; o++)
          for (let i = 0; i < size; i++)
            for (let r = 0; r < rank; r++)
              // strength 2 · alpha 1 / rank 2
              expected[(o * size + i) * 9 + y * 3 + x]! +=
                ups[(o * rank + r) * upArea + a]! * downs[(r * size + i) * downArea + b]!;
      }
    for (const [i, value] of merged.entries()) expect(value).toBeCloseTo(expected[i]!, 5);
  });

  test("kernels that do not add up to the layer's", async () => {
    const refused = (up: readonly number[], down: readonly number[]): Promise<string> =>
      refusalOf(
        [
          [`${conv}.lora_up.weight`, up],
          [`${conv}.lora_down.weight`, down],
        ],
        tiny,
      );
    expect(await refused([8, 2, 3, 3], [2, 8, 3, 3])).toContain(
      "down is [2, 8, 3, 3], expected [2, 8, 1, 1]",
    );
    expect(await refused([8, 2, 5, 5], [2, 8, 1, 1])).toContain("up is [8, 2, 5, 5], expected [8, 2] with");
    expect(await refused([8, 2, 3, 3], [3, 8, 1, 1])).toContain(`for example ${conv}.lora_down.weight`);
    expect(await refused([8, 0, 3, 3], [0, 8, 1, 1])).toContain("expected a matrix or a convolution");
  });
});

describe("GLoRA with a kernel of its own between two matrices", () => {
  const [b1, bm, b2] = [random(8 * 2, 1), random(2 * 3 * 9, 2), random(3 * 8, 3)];
  const projection: [string, number[]][] = [
    [`${conv}.a1.weight`, [8, 1]],
    [`${conv}.a2.weight`, [1, 8]],
  ];

  test("is b1 · bm · b2", async () => {
    const { report, updates } = await read(
      file([
        ...projection,
        [`${conv}.b1.weight`, [8, 2], b1],
        [`${conv}.bm.weight`, [2, 3, 3, 3], bm],
        [`${conv}.b2.weight`, [3, 8], b2],
        [`${conv}.alpha`, [], [1]],
      ]),
      tiny,
    );
    expect(report).toMatchObject({
      refusal: null,
      unmatched: [],
      ranks: [2],
      families: [{ family: "GLoRA" }],
    });
    const merged = mergeParameter(new Float32Array(8 * 8 * 9), updates[0]!.shape, [
      { update: updates[0]!, strength: 2 },
    ]);
    const expected = new Float64Array(8 * 8 * 9);
    for (const [at] of expected.entries()) {
      const [o, i, k] = [Math.floor(at / 72), Math.floor(at / 9) % 8, at % 9];
      for (let r = 0; r < 2; r++)
        for (let q = 0; q < 3; q++)
          // strength 2 · alpha 1 / rank 2
          expected[at]! += b1[o * 2 + r]! * bm[(r * 3 + q) * 9 + k]! * b2[q * 8 + i]!;
    }
    for (const [at, value] of merged.entries()) expect(value).toBeCloseTo(expected[at]!, 5);
  });

  test("refuses matrices that do not fit it", async () => {
    const refused = (middle: number[], inner: number[]): Promise<string> =>
      refusalOf(
        [
          ...projection,
          [`${conv}.b1.weight`, [8, 2]],
          [`${conv}.bm.weight`, middle],
          [`${conv}.b2.weight`, inner],
        ],
        tiny,
      );
    expect(await refused([2, 3, 3, 3], [3, 7])).toContain("b2 is [3, 7], expected [3, 8]");
    expect(await refused([2, 4, 3, 3], [3, 8])).toContain("bm is [2, 4, 3, 3], expected [2, 27]");
  });
});
