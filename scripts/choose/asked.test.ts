import { expect, it } from "vitest";
import { type Asked, askedTable } from "./asked.ts";

it("counts repairs and answers of no use, and takes the median and the longest time", () => {
  const rows: Asked[] = [
    { answers: ["a"], failure: null, seconds: 3 },
    { answers: ["b", "c"], failure: null, seconds: 9.96 },
    { answers: ["d", "e"], failure: "It breaks off.", seconds: 1 },
  ];
  expect(askedTable(rows).split("\n").at(-1)).toBe("| 3 | 0.667 | 0.333 | 3.0 | 10.0 |");
});
