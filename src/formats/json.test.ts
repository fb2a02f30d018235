// Other tools' JSON: long whole numbers, what Python writes, and texts that are none.
import { expect, it } from "vitest";
import { fieldOf, parseJsonObject } from "./json.ts";

it("keeps whole numbers of 16 digits and more as text, elsewhere than in texts", () => {
  const text =
    '{"a": 123456789012345, "b": 1234567890123456, "c": -12345678901234567, "d": "1234567890123456"}';
  expect(parseJsonObject(text)).toEqual({
    a: 123_456_789_012_345,
    b: "1234567890123456",
    c: "-12345678901234567",
    d: "1234567890123456",
  });
  const numbers = '{"a":0.1234567890123456789,"b":1234567890123456.5,"c":1234567890123456e2}';
  expect(parseJsonObject(numbers)).toEqual(JSON.parse(numbers));
});

it("reads numbers that are none as null, elsewhere than in texts", () => {
  expect(
    parseJsonObject(' {"a": NaN, "b": [-Infinity, Infinity], "c": "NaN \\" NaN", "d": {"NaN": 1}}'),
  ).toEqual({
    a: null,
    b: [null, null],
    c: 'NaN " NaN',
    d: { NaN: 1 },
  });
});

it.each(["", "[]", "5", "null", '"{}"', "{", '{"a": NaNs}', '{"a"', `{"a": ${"[".repeat(1_000)}`])(
  "null: %s",
  (text) => expect(parseJsonObject(text)).toBeNull(),
);

it("reads no more than five million characters", () => {
  const of = (length: number): string => `{"a":"${"x".repeat(length - 8)}"}`;
  expect(parseJsonObject(of(5_000_000))).toEqual({ a: "x".repeat(4_999_992) });
  expect(parseJsonObject(of(5_000_001))).toBeNull();
});

it("a field is the object's own", () => {
  expect(fieldOf({ a: 1 }, "a")).toBe(1);
  for (const [object, key] of [
    [{}, "constructor"],
    [[1], "0"],
    [null, "a"],
    ["a", "length"],
  ] as const)
    expect(fieldOf(object, key)).toBeUndefined();
});
