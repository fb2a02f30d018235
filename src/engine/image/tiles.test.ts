// Tiled decoding and encoding. With a local decoder, tiled output equals untiled output up to rounding; the VAE's group
// norms and attention depend on the whole input, and these tests bound the difference.

import { beforeAll, describe, expect, it } from "vitest";
import { engineRuns, type EngineRuns } from "../../../tests/fixtures/engine/engine-runs.ts";
import { miniaturePack } from "../../../tests/fixtures/engine/miniature-pack.ts";
import type { LatentSize } from "../latent-size.ts";
import { createGenerator } from "../noise/noise.ts";
import { runTiled } from "./tiles.ts";

const SCALE = 8;

/** Upsamples latents to 8 × 8 pixels, then averages over a window of `reach` pixels on each side; outside is 0. */
async function localDecoder(latent: Float32Array, size: LatentSize, reach: number): Promise<Float32Array> {
  const [width, height] = [size.width * SCALE, size.height * SCALE];
  const at = (c: number, y: number, x: number): number =>
    x < 0 || y < 0 || x >= width || y >= height
      ? 0
      : latent[(c * size.height + Math.floor(y / SCALE)) * size.width + Math.floor(x / SCALE)]!;
  const out = new Float32Array(3 * width * height);
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        out[(c * height + y) * width + x] =
          at(c, y, x) +
          at(c, y - reach, x) +
          2 * at(c, y + reach, x) +
          3 * at(c, y, x - reach) +
          4 * at(c, y, x + reach);
  return out;
}

const noiseOf = (size: LatentSize, channels = 4): Float32Array =>
  createGenerator("cpu", 5).randn(channels * size.width * size.height);
const difference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0);

describe("with a local decoder", () => {
  const REACH = 4; // pixels; tiles of 8 latents drop 4 at each inner edge
  it.each([
    { width: 16, height: 16 },
    { width: 19, height: 8 },
    { width: 6, height: 23 },
    { width: 9, height: 9 },
  ])("$width × $height latents", async (size) => {
    const latent = noiseOf(size);
    const sizes = new Set<string>();
    const tiled = await runTiled(latent, {
      size,
      tile: 8,
      scale: { input: 1, output: SCALE },
      run: (part, partSize) => {
        sizes.add(`${partSize.width}×${partSize.height}`);
        return localDecoder(part, partSize, REACH);
      },
    });
    const whole = await localDecoder(latent, size, REACH);
    expect(tiled.length).toBe(whole.length);
    expect(difference(tiled, whole)).toBeLessThan(1e-5);
    expect(sizes.size).toBe(1);
  });

  it("detects a decoder with a wider reach", async () => {
    const size = { width: 16, height: 16 };
    const latent = noiseOf(size);
    const tiled = await runTiled(latent, {
      size,
      tile: 8,
      scale: { input: 1, output: SCALE },
      run: (part, partSize) => localDecoder(part, partSize, 10),
    });
    expect(difference(tiled, await localDecoder(latent, size, 10))).toBeGreaterThan(0.1);
  });
});

describe("tiles", () => {
  /** A row of `width` latents; tile n has the value n. */
  async function numbered(width: number): Promise<{ readonly count: number; readonly row: Float32Array }> {
    let count = 0;
    const row = await runTiled(new Float32Array(width), {
      size: { width, height: 1 },
      tile: 16,
      scale: { input: 1, output: 8 },
      run: (_, part) => Promise.resolve(new Float32Array(64 * part.width * part.height).fill(count++)),
    });
    return { count, row: row.subarray(0, 8 * width) };
  }

  it.each([
    [15, 1],
    [16, 1],
    [17, 2],
    [28, 2],
    [29, 3],
    [40, 3],
    [41, 4],
  ])("of 16 latents share a quarter with the next: %i latents take %i", async (width, count) => {
    expect((await numbered(width)).count).toBe(count);
  });

  it("blend over the middle half of what they share", async () => {
    const { row } = await numbered(28); // 12 to 16 are in both
    const shared = Array.from(row.subarray(8 * 12, 8 * 16));
    const rising = Array.from({ length: 16 }, (_, i) => (i + 0.5) / 16);
    expect(shared).toEqual([...Array(8).fill(0), ...rising, ...Array(8).fill(1)]);
    expect(new Set(row.subarray(0, 8 * 12))).toEqual(new Set([0]));
    expect(new Set(row.subarray(8 * 16))).toEqual(new Set([1]));
  });
});

describe("with the VAE", () => {
  let runs: EngineRuns;
  beforeAll(async () => {
    runs = await engineRuns(miniaturePack());
  });

  it("differs from untiled output by less than 15 % of its deviation, without seams", async () => {
    const { networks } = runs.pipeline;
    const size = { width: 32, height: 24 };
    const latent = noiseOf(size).map((value) => value * 0.2);
    const whole = await networks.decode(latent, { size });
    const tiled = await networks.decode(latent, { size, tile: 16 });
    const spread = Math.sqrt(whole.reduce((sum, value) => sum + value * value, 0) / whole.length);
    const error = Math.sqrt(
      whole.reduce((sum, value, i) => sum + (value - tiled[i]!) ** 2, 0) / whole.length,
    );
    expect(error / spread).toBeLessThan(0.15);
    // Neighbouring columns do not differ more at seams than elsewhere.
    const width = size.width * SCALE;
    const jumps = Float64Array.from({ length: width - 1 }, (_, x) => {
      let sum = 0;
      for (let row = 0; row < tiled.length / width; row++)
        sum += Math.abs(tiled[row * width + x + 1]! - tiled[row * width + x]!);
      return sum;
    });
    const sorted = jumps.toSorted();
    expect(sorted.at(-1)! / sorted[Math.floor(sorted.length / 2)]!).toBeLessThan(1.5);
  });

  it("tiled encoding is as close", async () => {
    const { networks } = runs.pipeline;
    const size = { width: 32, height: 24 };
    const image = createGenerator("cpu", 6).randn(3 * 64 * size.width * size.height);
    const whole = await networks.encode(image, { size });
    const tiled = await networks.encode(image, { size, tile: 16 });
    const spread = Math.sqrt(whole.reduce((sum, value) => sum + value * value, 0) / whole.length);
    const error = Math.sqrt(
      whole.reduce((sum, value, i) => sum + (value - tiled[i]!) ** 2, 0) / whole.length,
    );
    expect(error / spread).toBeLessThan(0.15);
    const change = { width: 200, height: 136, steps: 2, vaeTilePixels: 64 };
    const grey = { width: 8, height: 8, rgba: new Uint8ClampedArray(256).fill(90) };
    expect(await runs.imageHash({ ...change, imageToImage: { image: grey, strength: 0.5 } })).toContain(
      "200×136",
    );
  });

  it("a single tile equals untiled output", async () => {
    const { networks } = runs.pipeline;
    const size = { width: 8, height: 8 };
    expect(await networks.decode(noiseOf(size), { size, tile: 8 })).toEqual(
      await networks.decode(noiseOf(size), { size }),
    );
  });

  it("a request can enable it, with one session of the tile's size", async () => {
    const change = { width: 200, height: 136, steps: 1 };
    expect(await runs.imageHash({ ...change, vaeTilePixels: 64 })).toContain("200×136");
    const created = runs.pipeline.networks.sessions.created;
    await runs.imageHash({ ...change, vaeTilePixels: 64 });
    expect(runs.pipeline.networks.sessions.created).toBe(created);
    for (const vaeTilePixels of [0, 32, 100, Number.NaN])
      await expect(runs.imageHash({ ...change, vaeTilePixels })).rejects.toMatchObject({
        code: "bad-input",
        where: "vaeTilePixels",
      });
  });
});
