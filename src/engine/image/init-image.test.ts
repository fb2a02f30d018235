// Compositing the protected pixels of an init image over what was generated.
import { expect, it } from "vitest";
import { prepareImage } from "./init-image.ts";

const size = { width: 8, height: 8 };
const uniform = (value: number) => ({
  ...size,
  rgba: new Uint8ClampedArray(4 * 64).map((_, i) => (i % 4 === 3 ? 255 : value)),
});

/** What a uniform mask leaves of an init image of 200 where 40 was generated. */
function blended(mask: number, region: "whole" | "masked"): number {
  const { finish } = prepareImage(
    {
      image: uniform(200),
      strength: 0.5,
      mask: { values: new Uint8Array(64).fill(mask), blur: 0, region, padding: 0, fill: "original" },
    },
    size,
  );
  const { rgba } = finish(uniform(40));
  expect(new Set(rgba.filter((_, i) => i % 4 !== 3)).size).toBe(1);
  return rgba[0]!;
}

it("a whole image takes as much of the init image as the doubled mask leaves, as in AUTOMATIC1111", () => {
  expect(blended(51, "whole")).toBe(200 - 160 * 0.4);
  expect(blended(102, "whole")).toBe(200 - 160 * 0.8);
  expect(blended(128, "whole")).toBe(40);
});

it("a masked region takes as much as the mask leaves", () => {
  expect(blended(51, "masked")).toBe(200 - 160 * 0.2);
  expect(blended(204, "masked")).toBe(200 - 160 * 0.8);
});
