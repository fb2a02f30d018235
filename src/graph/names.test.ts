import { expect, it } from "vitest";
import { ldmUnetNames, ldmVaeNames } from "./names.ts";

it("a tensor called like what every object has belongs to no network", () => {
  const names = ["constructor.weight", "middle_block.0.toString.weight", "middle_block.0.in_layers.0.weight"];
  expect([...ldmUnetNames(new Set(names))]).toEqual([[names[2], "mid_block.resnets.0.norm1.weight"]]);
  expect([...ldmVaeNames(new Set(["encoder.mid.attn_1.constructor.weight"]))]).toEqual([]);
});
