// The prompt language. Expected values are AUTOMATIC1111's documented examples (prompt_parser.py's doctests) and its
// documentation's rules; fuzzing proves that nothing throws or loops.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { growth, hardTexts, linear, propertyRuns } from "../../../tests/fixtures/properties.ts";
import { withoutTags } from "../../shared/prompt-syntax.ts";
import { parseEmphasis, promptSchedule, splitConjunction } from "./syntax.ts";

const schedule = (prompt: string, evaluations = 10) =>
  promptSchedule(prompt, evaluations).map(({ until, text }) => [until, text]);
const emphasis = (prompt: string) =>
  parseEmphasis(prompt).map((part) =>
    part.kind === "break" ? "BREAK" : [part.text, Number(part.weight.toFixed(6))],
  );

describe("scheduling", () => {
  it.each([
    ["test", [[10, "test"]]],
    [
      "a [b:3]",
      [
        [3, "a "],
        [10, "a b"],
      ],
    ],
    [
      "a [b: 3]",
      [
        [3, "a "],
        [10, "a b"],
      ],
    ],
    [
      "a [[[b]]:2]",
      [
        [2, "a "],
        [10, "a [[b]]"],
      ],
    ],
    [
      "[(a:2):3]",
      [
        [3, ""],
        [10, "(a:2)"],
      ],
    ],
    [
      "a [b : c : 1] d",
      [
        [1, "a b  d"],
        [10, "a  c  d"],
      ],
    ],
    [
      "a[b:[c:d:2]:1]e",
      [
        [1, "abe"],
        [2, "ace"],
        [10, "ade"],
      ],
    ],
    ["a [unbalanced", [[10, "a [unbalanced"]]],
    [
      "a [b:.5] c",
      [
        [5, "a  c"],
        [10, "a b c"],
      ],
    ],
    [
      "a [b:c:0.4] d",
      [
        [4, "a b d"],
        [10, "a c d"],
      ],
    ],
    [
      "a [b::0.4] d",
      [
        [4, "a b d"],
        [10, "a  d"],
      ],
    ],
    [
      "((a][:b:c [d:3]",
      [
        [3, "((a][:b:c "],
        [10, "((a][:b:c d"],
      ],
    ],
    [
      "[a|(b:1.1)]",
      [
        [1, "a"],
        [2, "(b:1.1)"],
        [3, "a"],
        [4, "(b:1.1)"],
        [5, "a"],
        [6, "(b:1.1)"],
        [7, "a"],
        [8, "(b:1.1)"],
        [9, "a"],
        [10, "(b:1.1)"],
      ],
    ],
    [
      "(x [a:b:5]:1.2)",
      [
        [5, "(x a:1.2)"],
        [10, "(x b:1.2)"],
      ],
    ],
    ["[a:b]", [[10, "[a:b]"]]],
    ["[x]", [[10, "[x]"]]],
    ["a [b:0] c", [[10, "a b c"]]],
    ["a [b:99] c", [[10, "a  c"]]],
    ["\\[a:b:3\\]", [[10, "\\[a:b:3\\]"]]],
  ])("%j", (prompt, expected) => {
    expect(schedule(prompt)).toEqual(expected);
  });

  it("alternates with an empty option", () => {
    expect(schedule("[fe|]male", 3)).toEqual([
      [1, "female"],
      [2, "male"],
      [3, "female"],
    ]);
    expect(schedule("[fe|||]male", 5)).toEqual([
      [1, "female"],
      [4, "male"],
      [5, "female"],
    ]);
  });

  it("matches the documentation's example over 100 steps", () => {
    const prompt =
      "fantasy landscape with a [mountain:lake:0.25] and [an oak:a christmas tree:0.75][ in foreground::0.6][ in background:0.25] [shoddy:masterful:0.5]";
    expect(schedule(prompt, 100)).toEqual([
      [25, "fantasy landscape with a mountain and an oak in foreground shoddy"],
      [50, "fantasy landscape with a lake and an oak in foreground in background shoddy"],
      [60, "fantasy landscape with a lake and an oak in foreground in background masterful"],
      [75, "fantasy landscape with a lake and an oak in background masterful"],
      [100, "fantasy landscape with a lake and a christmas tree in background masterful"],
    ]);
  });
});

describe("scheduling in a second pass", () => {
  const second = (prompt: string) =>
    promptSchedule(prompt, 10, { earlier: 20 }).map(({ until, text }) => [until, text]);

  it("first-pass schedules have taken effect", () => {
    expect(second("a [b:c:0.4] d")).toEqual([[10, "a c d"]]);
    expect(second("a [b:c:12] d")).toEqual([[10, "a c d"]]);
    expect(second("a [b::0.4] d")).toEqual([[10, "a  d"]]);
  });

  it("fractions continue from 1, whole numbers from the first pass's evaluations", () => {
    const expected = [
      [5, "a b d"],
      [10, "a c d"],
    ];
    expect(second("a [b:c:1.5] d")).toEqual(expected);
    expect(second("a [b:c:25] d")).toEqual(expected);
  });

  it("changes nothing in the first pass, because both are past its end", () => {
    for (const when of ["1.5", "25"])
      expect(promptSchedule(`[b:c:${when}]`, 20)).toEqual([{ until: 20, text: "b" }]);
  });
});

describe("emphasis", () => {
  it.each([
    ["normal text", [["normal text", 1]]],
    [
      "an (important) word",
      [
        ["an ", 1],
        ["important", 1.1],
        [" word", 1],
      ],
    ],
    ["(unbalanced", [["unbalanced", 1.1]]],
    ["[unbalanced", [["unbalanced", 0.909091]]],
    [
      "[[a] (b",
      [
        ["a", 0.826446],
        [" ", 0.909091],
        ["b", 1],
      ],
    ],
    ["a) b] :2)", [["a) b] :2)", 1]]],
    ["\\(literal\\]", [["(literal]", 1]]],
    ["(unnecessary)(parens)", [["unnecessaryparens", 1.1]]],
    [
      "a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).",
      [
        ["a ", 1],
        ["house", 1.573],
        [" ", 1.1],
        ["on", 1],
        [" a ", 1.1],
        ["hill", 0.55],
        [", sun, ", 1.1],
        ["sky", 1.4641],
        [".", 1.1],
      ],
    ],
    ["(a : 1.2 )", [["a ", 1.2]]],
    ["[x]", [["x", 0.909091]]],
    ["a BREAK b", [["a", 1], "BREAK", ["b", 1]]],
    ["BREAKING", [["BREAKING", 1]]],
    ["猫BREAK犬 ÉBREAK", [["猫BREAK犬 ÉBREAK", 1]]],
    ["猫 BREAK\n犬", [["猫", 1], "BREAK", ["犬", 1]]],
    ["BREAK", [["", 1], "BREAK", ["", 1]]],
    ["(a BREAK b:2)", [["a", 2], "BREAK", ["b", 2]]],
    ["(a:1.2.3)", [["a:1.2.3)", 1.1]]],
    ["", []],
  ])("%j", (prompt, expected) => {
    expect(emphasis(prompt)).toEqual(expected);
  });
});

describe("AND", () => {
  it.each([
    ["a cat", [{ text: "a cat", weight: 1 }]],
    [
      "a cat :1.2 AND a dog AND a penguin :2.2",
      [
        { text: "a cat", weight: 1.2 },
        { text: " a dog ", weight: 1 },
        { text: " a penguin", weight: 2.2 },
      ],
    ],
    ["BAND and SAND", [{ text: "BAND and SAND", weight: 1 }]],
    [
      "a:-.5 AND b",
      [
        { text: "a", weight: -0.5 },
        { text: " b", weight: 1 },
      ],
    ],
    // Without AND a number behind a colon is text.
    ["photo in 16:9", [{ text: "photo in 16:9", weight: 1 }]],
    ["cat face, :3", [{ text: "cat face, :3", weight: 1 }]],
    ["a:-.5", [{ text: "a:-.5", weight: 1 }]],
    // Letters of any alphabet, digits and marks join AND to their word.
    ...["猫AND犬", "ANDÉN", "ÉAND b", "a_AND b", "AND\u0301", "2AND"].map((text): [string, unknown] => [
      text,
      [{ text, weight: 1 }],
    ]),
    [
      "猫 AND 犬",
      [
        { text: "猫 ", weight: 1 },
        { text: " 犬", weight: 1 },
      ],
    ],
    [
      "猫、AND(犬)",
      [
        { text: "猫、", weight: 1 },
        { text: "(犬)", weight: 1 },
      ],
    ],
    ["(a:1.2)", [{ text: "(a:1.2)", weight: 1 }]],
  ])("%j", (prompt, expected) => {
    expect(splitConjunction(prompt)).toEqual(expected);
  });
});

const product = (factor: number, times: number): number =>
  Array.from({ length: times }, () => factor).reduce((value, each) => value * each, 1);

describe("odd input", () => {
  const odd = fc.array(
    fc.constantFrom(
      "(",
      ")",
      "[",
      "]",
      ":",
      "|",
      "\\",
      "a",
      " ",
      ",",
      "1.2",
      "0.5",
      "3",
      "AND",
      "BREAK",
      "<lora:",
      ">",
      "é",
      "\n",
    ),
    { maxLength: 60 },
  );

  it("never throws, and the schedule covers every evaluation", () => {
    fc.assert(
      fc.property(odd, (pieces) => {
        const prompt = pieces.join("");
        for (const { text } of splitConjunction(withoutTags(prompt))) {
          const entries = promptSchedule(text, 7);
          expect(entries.at(-1)!.until).toBe(7);
          for (const [i, entry] of entries.entries()) {
            expect(entry.until).toBeGreaterThan(entries[i - 1]?.until ?? 0);
            for (const part of parseEmphasis(entry.text))
              if (part.kind === "text") expect(Number.isFinite(part.weight)).toBe(true);
          }
        }
      }),
      propertyRuns(2000),
    );
  });

  it.each(hardTexts)("takes time in proportion to its length: %s", (_, make) => {
    const read = (prompt: string): unknown =>
      splitConjunction(withoutTags(prompt)).map(({ text }) =>
        promptSchedule(text, 3).map((entry) => parseEmphasis(entry.text).length),
      );
    expect(growth(read, make)).toBeLessThan(linear);
  });

  it("weights of nested brackets multiply from the inside, up to 64 deep", () => {
    const nested = `${"(".repeat(100)}a${":1.1)".repeat(100)}`;
    expect(parseEmphasis(nested)).toEqual([{ kind: "text", text: "a", weight: product(1.1, 64) }]);
  });

  it.each(["(", "[", "(((a:", "[a|", "[a:", "\\"])("handles 50,000 × %j", (piece) => {
    const prompt = piece.repeat(50_000);
    expect(promptSchedule(prompt, 20).at(-1)!.until).toBe(20);
    expect(parseEmphasis(prompt.slice(0, 5000)).length).toBeGreaterThanOrEqual(0);
  });
});
