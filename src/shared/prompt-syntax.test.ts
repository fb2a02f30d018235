import { expect, test } from "vitest";
import { bracketPairs } from "./prompt-syntax.ts";

test.each<[prompt: string, pairs: [brackets: string, words: string, weight: number | null][]]>([
  ["a fox", []],
  [
    "a (fox:1.2) in (fog: -.5 )",
    [
      ["(fox:1.2)", "fox", 1.2],
      ["(fog: -.5 )", "fog", -0.5],
    ],
  ],
  [
    "(big (red:1.1) fox)",
    [
      ["(red:1.1)", "red", 1.1],
      ["(big (red:1.1) fox)", "big (red:1.1) fox", null],
    ],
  ],
  [
    "((fox):0)",
    [
      ["(fox)", "fox", null],
      ["((fox):0)", "(fox)", 0],
    ],
  ],
  [
    "(a:0 (fox))",
    [
      ["(fox)", "fox", null],
      ["(a:0 (fox))", "a:0 (fox)", null],
    ],
  ],
  [
    "(:0) (16:9 fox)",
    [
      ["(:0)", "", 0],
      ["(16:9 fox)", "16:9 fox", null],
    ],
  ],
  [String.raw`\(a (fox\):1.2)`, [[String.raw`(fox\):1.2)`, String.raw`fox\)`, 1.2]]],
  ["a) (fox \\", []],
])("brackets of %s", (prompt, pairs) => {
  expect(
    bracketPairs(prompt).map(({ start, end, wordsEnd, weight }) => [
      prompt.slice(start, end),
      prompt.slice(start + 1, wordsEnd),
      weight,
    ]),
  ).toEqual(pairs);
});
