// Expressions of files against the engine of JavaScript, which agrees with Python's on all that is supported; and those that would hang it.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { propertyRuns } from "../../../tests/fixtures/properties.ts";
import { fullMatcher } from "./expression.ts";

const matches = (expression: string, text: string): boolean | undefined => fullMatcher(expression)?.(text);

describe("an expression matches whole texts", () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ["", [""], ["a"]],
    ["to_q", ["to_q"], ["to_", "to_qq", "ato_q"]],
    ["a.c", ["abc", "a.c"], ["ac", "a\nc", "abbc"]],
    ["a\\.c", ["a.c"], ["abc"]],
    ["a*b+c?", ["b", "aabbc", "bc"], ["a", "abcc", ""]],
    ["a*?b+?c??", ["b", "aabbc"], ["abcc"]],
    ["a{2}", ["aa"], ["a", "aaa"]],
    ["a{2,}", ["aa", "aaaa"], ["a"]],
    ["a{,2}", ["", "aa"], ["aaa"]],
    ["a{1,2}b{0}", ["a", "aa"], ["", "aaa", "ab"]],
    ["a{,}", ["", "aaa"], ["b"]],
    ["a{x}{", ["a{x}{"], ["aa"]],
    ["cat|dog|", ["cat", "dog", ""], ["catdog", "do"]],
    ["(ab|a(c|d))*", ["", "abacad"], ["aab"]],
    ["(?:a|b)(?P<name>c)", ["ac", "bc"], ["abc"]],
    ["[a-cx]", ["b", "x"], ["d", "-", ""]],
    ["[^a-c]", ["d", "-"], ["a"]],
    ["[]a]", ["]", "a"], ["b"]],
    ["[^]a]", ["b"], ["]", "a"]],
    ["[a-]", ["a", "-"], ["b"]],
    ["[\\d\\].]", ["5", "]", "."], ["\\", "d"]],
    ["\\d\\D\\w\\W\\s\\S", ["1a_- x"], ["aa_- x", "11_- x", "1a-- x", "1a__ x", "1a_-xx", "1a_-  "]],
    ["^a$", ["a"], ["^a$"]],
    ["a^b|c$d", [], ["ab", "cd"]],
    ["\\Aa\\Z", ["a"], ["ba", "ab"]],
    ["to\\b.q", ["to.q"], ["to_q", "toq"]],
    ["to\\B.q", ["to_q"], ["to.q"]],
    ["(a*)*", ["", "aaa"], ["b"]],
    ["\\{\\}\\+\\\\", ["{}+\\"], ["{}"]],
  ])("%s", (expression, matching, others) => {
    expect(matching.map((text) => matches(expression, text))).toEqual(matching.map(() => true));
    expect(others.map((text) => matches(expression, text))).toEqual(others.map(() => false));
  });

  const piece = fc.oneof(
    fc.constantFrom("a", "b", ".", "[ab]", "[^b]", "\\w", "\\.", "\\b", "^", "$"),
    fc.constantFrom("a*", "b+", ".?", "a{2}", "b{1,3}", "[ab]{2,}", "a*?", "\\d"),
  );
  const sequence = fc.array(piece, { maxLength: 4 }).map((parts) => parts.join(""));
  const expressions = fc.tuple(
    sequence,
    sequence,
    sequence,
    fc.constantFrom("", "*", "+", "?", "{2}", "{0,2}"),
  );
  test("as JavaScript's engine does", () => {
    fc.assert(
      fc.property(
        expressions.map(([a, b, c, quantity]) => `${a}(${b}|${c})${quantity}`),
        fc.array(fc.constantFrom("a", "b", ".", "1"), { maxLength: 6 }).map((letters) => letters.join("")),
        (expression, text) => {
          expect(matches(expression, text)).toBe(new RegExp(`^(?:${expression})$`).test(text));
        },
      ),
      propertyRuns(500),
    );
  });
});

test.each([
  ["lookaround", ["(?=a)", "(?!a)", "(?<=a)", "(?<!a)b"]],
  ["references", ["(a)\\1", "(?P<n>a)(?P=n)"]],
  ["flags, conditions, comments", ["(?i)a", "(?#a)", "(a)(?(1)b)", "(?>a)"]],
  ["ranges with a backslash", ["[\\.-9]", "[a-\\w]", "[+-\\.]"]],
  ["other escapes", ["\\n", "\\x41", "\\u0041", "[\\b]", "\\"]],
  ["what takes all and gives nothing back", ["a*+", "a?+", "a{2}+"]],
  ["what is no expression", ["(a", "a)", "[a", "[", "*a", "a**", "a|+", "a{2}{3}", "a{3,2}", "(?"]],
  ["more than 1,000 characters", ["a".repeat(1_001)]],
])("%s: not supported", (_, expressions) => {
  expect(expressions.map((expression) => fullMatcher(expression))).toEqual(expressions.map(() => null));
});

describe("hostile expressions", () => {
  test("never take exponential time", () => {
    const text = `${"a".repeat(200)}!`;
    for (const expression of [
      "(a+)+",
      "(a|a)*",
      "(a*)*b",
      "(.*)*x",
      "((a?){9}){9}",
      "(a|aa|a*)+",
      "(a*a*)*$b",
    ])
      expect(matches(expression, text)).toBe(false);
  });

  test("have no more parts than they may", () => {
    for (const expression of ["a{1001}", "((a{40}){40}){40}", "(){1000000000}", "(){,999999999999}"])
      expect(fullMatcher(expression)).toBeNull();
    expect(matches("a{400}", "a".repeat(400))).toBe(true);
  });

  test("share the budget of their file", () => {
    const budget = { parts: 12 };
    expect(fullMatcher("abcd", budget)?.("abcd")).toBe(true); // four characters and their sequence
    expect(budget.parts).toBe(7);
    expect(fullMatcher("abcdefg", budget)).toBeNull();
    expect(fullMatcher("a", budget)).toBeNull();
  });

  test("may be nested as deeply as they are long", () => {
    expect(matches(`${"(".repeat(499)}a${")".repeat(499)}`, "a")).toBe(true);
  });
});
