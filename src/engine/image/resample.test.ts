// Against Pillow (within 1 of 255, because it computes in fixed point) and torch.nn.functional.interpolate (1e-5).

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type ImageFilter, type LatentFilter, resizeImage, resizeLatent } from "./resample.ts";

interface Case<Filter> {
  readonly filter: Filter;
  /** [height, width] */
  readonly from: [number, number];
  readonly to: [number, number];
  readonly values: number[];
}

const goldens = JSON.parse(
  readFileSync(new URL("../../../tests/fixtures/engine/goldens/images.json", import.meta.url), "utf8"),
) as { pil: Case<ImageFilter>[]; latents: Case<LatentFilter>[] };

const testPlane = ([height, width]: [number, number]): Float32Array =>
  Float32Array.from({ length: height * width }, (_, i) => (i * 37 + i * i * 11) % 256);
const sizeOf = ([height, width]: [number, number]) => ({ width, height });
const difference = (a: Float32Array, b: readonly number[]): number =>
  Math.max(...b.map((value, i) => Math.abs(value - a[i]!)));

describe("images like PIL", () => {
  it.each(goldens.pil)("$filter $from → $to", ({ filter, from, to, values }) => {
    const out = resizeImage(testPlane(from), { channels: 1, from: sizeOf(from), to: sizeOf(to), filter });
    expect(out.length).toBe(values.length);
    expect(difference(out, values)).toBeLessThanOrEqual(filter === "nearest" ? 0 : 1);
  });
});

it("overshoots beyond no byte", () => {
  const edge = Float32Array.of(0, 0, 0, 255, 255, 255);
  for (const filter of ["lanczos", "bicubic"] as const) {
    const out = resizeImage(edge, {
      channels: 1,
      from: { width: 6, height: 1 },
      to: { width: 24, height: 1 },
      filter,
    });
    expect([Math.min(...out), Math.max(...out)]).toEqual([0, 255]);
  }
});

describe("latents like torch", () => {
  it.each(goldens.latents)("$filter $from → $to", ({ filter, from, to, values }) => {
    const latent = testPlane(from).map((value) => value / 64 - 2);
    const out = resizeLatent(latent, { channels: 1, from: sizeOf(from), to: sizeOf(to), filter });
    expect(difference(out, values)).toBeLessThan(1e-5);
  });

  it("distinguishes both kinds of nearest and of bicubic", () => {
    const options = { channels: 1, from: { width: 7, height: 5 }, to: { width: 9, height: 12 } };
    const all = (["nearest", "nearest-exact", "bilinear", "bicubic"] as const).map((filter) =>
      resizeLatent(testPlane([5, 7]), { ...options, filter }).join(),
    );
    all.push(resizeImage(testPlane([5, 7]), { ...options, filter: "bicubic" }).join());
    expect(new Set(all).size).toBe(5);
  });

  it("keeps channels separate", () => {
    const two = new Float32Array([...testPlane([4, 4]), ...testPlane([4, 4]).map((value) => -value)]);
    const out = resizeLatent(two, {
      channels: 2,
      from: { width: 4, height: 4 },
      to: { width: 6, height: 7 },
      filter: "bicubic",
    });
    expect(out.slice(42)).toEqual(out.slice(0, 42).map((value) => -value));
  });
});
