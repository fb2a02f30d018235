// Compel's syntax in AUTOMATIC1111's: weights, nested ones too, and what is named because it has no counterpart.
import { describe, expect, it, test } from "vitest";
import { growth, linear } from "../../tests/fixtures/properties.ts";
import { convertCompel } from "./compel.ts";

describe("weights", () => {
  it.each([
    ["a (red fox)1.3 in snow++", "a (red fox:1.3) in (snow:1.21)"],
    ["(a)- (b)-- (c)+ d+", "(a:0.9) (b:0.81) (c:1.1) (d:1.1)"],
    ["(a)+++ (b)++++ (c)---- d+++++", "(a:1.331) (b:1.4641) (c:0.6561) (d:1.6105)"],
    ["((a)1.2 b)0.8", "((a:1.2) b:0.8)"],
    ["((a b)+)1.5 c", "((a b:1.1):1.5) c"],
    ['"red fox"1.3 and "a, b"++', "(red fox:1.3) and (a, b:1.21)"],
    ["(a\\) b)1.2 \\(c\\)1.3", "(a\\) b:1.2) \\(c\\)1.3"],
    ["(snow) (1+1) a-b c++d f(x)", "(snow) (1+1) a-b c++d f(x)"],
    ["(f)0.5x (g)1.2.3", "(f)0.5x (g)1.2.3"],
    ["(open (a)1.2", "(open (a:1.2)"],
    ["a) (b)2", "a) (b:2)"],
    ['say "hi" 5" long', 'say "hi" 5" long'],
  ])("%s", (written, text) => {
    expect(convertCompel(written)).toEqual({ text, dropped: [] });
  });
});

describe("calls", () => {
  it.each<[string, string, string[]]>([
    ["a cat.swap(dog) on a mat", "a cat on a mat", ["cat.swap(dog)"]],
    [
      'a "black cat".swap("white dog", s_start=0.3)',
      "a black cat",
      ['"black cat".swap("white dog", s_start=0.3)'],
    ],
    ["a (black (cat)1.2).swap(dog)+", "a black (cat:1.2)+", ["(black (cat)1.2).swap(dog)"]],
    ['("cat").swap("a (b)")', "cat", ['("cat").swap("a (b)")']],
    [
      '("a fox", "a (cat)1.2").blend(0.7, 0.3)',
      "a fox, a (cat:1.2)",
      ['("a fox", "a (cat)1.2").blend(0.7, 0.3)'],
    ],
    ['("a fox", "snow++").and()', "a fox BREAK (snow:1.21)", []],
    ['("a fox", "snow").and(1, 1)', "a fox BREAK snow", []],
    ['("a fox", "snow").and(1, 0.5)', "a fox BREAK snow", ['("a fox", "snow").and(1, 0.5)']],
    ['("a", "b").and(1.1, 1)', "a BREAK b", ['("a", "b").and(1.1, 1)']],
    ['("a, b").and()', "a, b", []],
    ["(a, b).blend(1,1)", "a, b", ["(a, b).blend(1,1)"]],
    ["(a cat.swap(dog))1.2 b.swap(c)", "(a cat:1.2) b", ["cat.swap(dog)", "b.swap(c)"]],
  ])("%s", (written, text, dropped) => {
    expect(convertCompel(written)).toEqual({ text, dropped });
  });

  it.each(["a cat.swap(dog", "swap(dog)", ".swap(dog)", "cat.swapped(dog)", "cat .swap(dog)", "a.b(c)"])(
    "none: %s",
    (text) => {
      expect(convertCompel(text)).toEqual({ text, dropped: [] });
    },
  );
});

test.each(["(", "(a)1.2", "x.swap(", '"', "\\", "a+", '"a".and()'])(
  "takes time in proportion to its length: %j",
  (part) => {
    expect(growth(convertCompel, (length) => part.repeat(length / part.length))).toBeLessThan(linear);
  },
);

test("brackets in any number stay brackets", () => {
  const nested = `${"(".repeat(20_000)}a${")".repeat(20_000)}`;
  expect(convertCompel(nested)).toEqual({ text: nested, dropped: [] });
});
