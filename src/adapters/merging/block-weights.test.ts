// Weights by block: every preset, both lists, names, what is refused, and the shortest way to write them.
import { expect, it } from "vitest";
import { blockFactor, formatBlockWeights, parseBlockWeights } from "./block-weights.ts";

const attention =
  "BASE IN01 IN02 IN04 IN05 IN07 IN08 M00 OUT03 OUT04 OUT05 OUT06 OUT07 OUT08 OUT09 OUT10 OUT11".split(" ");
const rest = "IN00 IN03 IN06 IN09 IN10 IN11 OUT00 OUT01 OUT02".split(" ");
const all =
  "BASE IN00 IN01 IN02 IN03 IN04 IN05 IN06 IN07 IN08 IN09 IN10 IN11 M00 OUT00 OUT01 OUT02 OUT03 OUT04 OUT05 OUT06 OUT07 OUT08 OUT09 OUT10 OUT11".split(
    " ",
  );

it.each([
  ["INS", "11110000000000000"],
  ["ind", "10001110000000000"],
  ["INALL", "11111110000000000"],
  ["MIDD", "10001111111100000"],
  ["OUTD", "10000000111100000"],
  [" OUTS ", "10000000000011111"],
  ["OUTALL", "10000000111111111"],
])("%s is %s over the blocks with attention, and 0 elsewhere", (name, digits) => {
  const weights = parseBlockWeights(name);
  expect(attention.map((block) => weights[block]).join("")).toBe(digits);
  expect(rest.map((block) => weights[block])).toEqual(rest.map(() => 0));
  expect(parseBlockWeights([...digits].join(","))).toEqual(weights);
  expect(formatBlockWeights(weights)).toBe([...digits].join(","));
});

it.each([
  ["NONE", 0],
  ["all", 1],
  ["ALL0.5", 0.5],
])("%s is %f everywhere", (name, factor) => {
  expect(parseBlockWeights(name)).toEqual(Object.fromEntries(all.map((block) => [block, factor])));
});

it("a list of 26 is all blocks in order; empty parts do not count", () => {
  const numbers = all.map((_, i) => i / 10);
  expect(parseBlockWeights(`${numbers.join(" , ")},,`)).toEqual(
    Object.fromEntries(all.map((block, i) => [block, i / 10])),
  );
});

it("names blocks, and leaves the others at 1", () => {
  const weights = parseBlockWeights("IN04 = 0.5, OUT11=-1,BASE=0,M00=2,OTHER=1");
  expect(weights).toEqual({ IN04: 0.5, OUT11: -1, BASE: 0, M00: 2, OTHER: 1 });
  expect([
    blockFactor(weights, "IN04"),
    blockFactor(weights, "IN05"),
    blockFactor(undefined, "IN04"),
  ]).toEqual([0.5, 1, 1]);
  expect(formatBlockWeights(weights)).toBe("IN04=0.5,OUT11=-1,BASE=0,M00=2");
  expect(formatBlockWeights({ ...weights, IN05: 3 })).toBe(
    all.map((block) => blockFactor({ ...weights, IN05: 3 }, block)).join(","),
  );
  const odd = { IN04: 0, IN05: 0, IN07: 0, IN08: 0, OTHER: 0.5 };
  expect(formatBlockWeights(odd)).toBe("IN04=0,IN05=0,IN07=0,IN08=0,OTHER=0.5");
  expect(formatBlockWeights({})).toBe("");
});

it.each([
  ["1,2", "2 numbers instead of 17 or 26"],
  ["5", "1 number instead of 17 or 26"],
  ["", "0 numbers instead of 17 or 26"],
  ["BAD", '"BAD" is not a number'],
  ["INS,OUTS", '"INS" is not a number'],
  ["IN4=1", '"IN4=1" is not a block and a number'],
  ["XIN04=1", '"XIN04=1" is not a block and a number'],
  ["IN12=1", '"IN12=1" is not a block and a number'],
  ["IN04=", '"IN04=" is not a block and a number'],
  ["IN04=x", '"x" is not a number'],
  ["IN04=1,5", '"5" is not a block and a number'],
  ["IN04=Infinity", '"Infinity" is not a number'],
  ["x".repeat(60), `"${"x".repeat(40)}" is not a number`],
])("refuses %j", (text, reason) => {
  expect(() => parseBlockWeights(text)).toThrow(
    expect.objectContaining({ code: "bad-input", message: `The block weights are not valid: ${reason}.` }),
  );
});
