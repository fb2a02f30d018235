// Which tiles a device is offered, and which the shipped rates prefer.
import { describe, expect, it } from "vitest";
import { chooseProduct, type ProductShape, rankedChoices } from "./product-choice.ts";
import { TUNING, tuningFor } from "./tuning.ts";

/** The values of GEGLU at 64×64 latents, both images. */
const large: ProductShape = {
  operand: "rows",
  rows: 8192,
  columns: 2560,
  groups: 1,
  depth: 320,
  isDivisible: false,
  isWide: true,
  isInt8: false,
  byMatrices: false,
};
const limits = { invocations: 1024, tuning: TUNING };
const tilesOf = (shape: ProductShape, memory: number): string[] =>
  rankedChoices(shape, { ...limits, memory }).map(({ choice }) => choice.name);

describe("workgroup memory", () => {
  it("leaves out the tiles that do not fit", () => {
    expect(tilesOf(large, 49_152).length).toBe(8);
    const without = ["128x128x16 8 each by rows/1", "256x64x16 8 each by rows/1"];
    expect(tilesOf(large, 32_768)).toEqual(tilesOf(large, 49_152).filter((name) => !without.includes(name)));
    expect(tilesOf(large, 16_384).toSorted()).toEqual([
      "128x128x8 8 each by depth/1",
      "16x32x16 2 each by rows/1",
      "64x64x8 8 each by rows/1",
    ]);
  });

  it("leaves matrices a tile of each kind on devices with 32 KB", () => {
    const names = tilesOf({ ...large, byMatrices: true }, 32_768);
    expect(names.map((name) => name.split(" ")[0]).toSorted()).toEqual([
      "128x256x32",
      "128x80x32",
      "64x64x32",
    ]);
  });
});

describe("choice", () => {
  const choose = (shape: ProductShape, measured = new Map<string, string>()): string =>
    chooseProduct(shape, { ...limits, memory: 49_152, measured }).name;

  it("takes the largest tile for a large product, more workgroups to a sum for a small one", () => {
    expect(choose(large)).toBe("256x128x8 16 each by depth/1");
    const small = { ...large, rows: 512, columns: 1280, depth: 1280, isDivisible: true };
    expect(choose(small)).toBe("256x128x8 16 each by depth/6");
  });

  it("takes no tile of many registers on a card that none has been measured on", () => {
    const on = (vendor: string): string =>
      chooseProduct(large, { ...limits, memory: 49_152, tuning: tuningFor({ vendor }), measured: new Map() })
        .name;
    expect([on("nvidia"), on("intel")]).toEqual([
      "256x128x8 16 each by depth/1",
      "128x128x8 8 each by depth/1",
    ]);
  });

  it("takes what was measured on the device instead", () => {
    const measured = new Map([["rows 8192x2560x320 whole wide", "64x64x16 8 each by rows/1"]]);
    expect(choose(large, measured)).toBe("64x64x16 8 each by rows/1");
  });
});
