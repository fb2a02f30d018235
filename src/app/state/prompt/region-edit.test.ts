import { describe, expect, it } from "vitest";
import { cutsOff, moved, newRegion, numbersOf, places, resized, withSide } from "./region-edit.ts";

describe("regions of the form", () => {
  it("a new one lies where it was asked for, without words", () => {
    expect(newRegion("right")).toEqual({ x: 0.5, y: 0, width: 0.5, height: 1, prompt: "", weight: 1 });
  });

  it("are numbered as in the image: those without a prompt are left out", () => {
    const prompts = ["", "a cat", " ", "a fox"].map((prompt) => ({ prompt }));
    expect(numbersOf(prompts)).toEqual([null, 1, null, 2]);
  });

  it.each([
    ["half of 256", { width: 0.5, height: 1 }, { width: 256, height: 256 }, true],
    ["half of 384", { width: 0.5, height: 1 }, { width: 384, height: 256 }, false],
    ["a little less", { width: 0.49, height: 1 }, { width: 384, height: 256 }, true],
    [
      "a third of 576, which is no whole share",
      { width: 1 / 3, height: 1 },
      { width: 576, height: 512 },
      false,
    ],
    ["too low", { width: 1, height: 0.3 }, { width: 512, height: 512 }, true],
    ["all of a low image", { width: 0.5, height: 1 }, { width: 512, height: 128 }, false],
    ["half of a low image", { width: 1, height: 0.5 }, { width: 512, height: 128 }, true],
  ])("less than 192 pixels cut things off: %s", (_, region, image, expected) => {
    expect(cutsOff(region, image)).toBe(expected);
  });

  it("stay inside the image, in whole percents", () => {
    expect(moved(places.centre, { x: 0.123, y: -1 })).toEqual({ x: 0.37, y: 0, width: 0.5, height: 0.5 });
    expect(moved(places.right, { x: 1, y: 1 })).toEqual(places.right);
    expect(resized(places.centre, { x: 2, y: -2 })).toEqual({ x: 0.25, y: 0.25, width: 0.75, height: 0.05 });
  });

  it("stay inside the image when their sides are not whole percents", () => {
    const third = { x: 0.333, y: 0.125, width: 0.333, height: 0.333 };
    expect(moved(third, { x: 1, y: 1 })).toEqual({ ...third, x: 0.667, y: 0.667 });
    expect(resized(third, { x: 1, y: 1 })).toEqual({ ...third, width: 0.667, height: 0.875 });
    expect(withSide(third, "width", 0.7)).toEqual({ ...third, x: 0.3, width: 0.7 });
    expect(withSide(third, "y", 0.75)).toEqual({ ...third, y: 0.75, height: 0.25 });
  });

  it.each([
    ["x", 0.8, { x: 0.8, y: 0.25, width: 0.2, height: 0.5 }],
    ["x", 2, { x: 0.95, y: 0.25, width: 0.05, height: 0.5 }],
    ["width", 0.9, { x: 0.1, y: 0.25, width: 0.9, height: 0.5 }],
    ["height", 0, { x: 0.25, y: 0.25, width: 0.5, height: 0.05 }],
  ] as const)("%s set to %d makes room", (side, value, expected) => {
    expect(withSide(places.centre, side, value)).toEqual(expected);
  });
});
