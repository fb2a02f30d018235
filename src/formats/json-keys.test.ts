// Keys that occur twice in one object, wherever it stands, and those that only look like it.
import { expect, it } from "vitest";
import { findDuplicateKey } from "./json-keys.ts";

it.each([
  [`{"a":1,"a":2}`, "a"],
  [`{"a":{"b":1,"c":[{"d":1}],"b":2}}`, "b"],
  [`[{"a":1},{"a":1,"x":[1,2],"a":1}]`, "a"],
  [`{"\\u0061":1,"a":2}`, "a"],
  [`{"q\\"":1,"q\\"":2}`, 'q"'],
  [`{"a":"x","b":{},"a":1}`, "a"],
  [`{"":1,"":1}`, ""],
  [`{"a":[],"a":1}`, "a"],
])("%s has %j twice", (json, key) => expect(findDuplicateKey(json)).toBe(key));

it("leaves out the value of one key, but not the key", () => {
  const except = "m";
  expect(findDuplicateKey(`{"m":{"a":1,"a":[1,{"b":2}]},"c":{"m":{"a":1}}}`, { except })).toBeUndefined();
  expect(findDuplicateKey(`{"m":{"a":1},"c":{"m":{"a":1,"a":2}}}`, { except })).toBe("a");
  expect(findDuplicateKey(`{"m":{},"m":{}}`, { except })).toBe("m");
});

it.each([
  `{"a":"a","b":"a","c":["a","a",{"a":"a"},"a"]}`,
  `[["a","a"],"a"]`,
  `{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}`,
  `{"a":"\\"a\\":1,\\"a\\":","b":"\\\\"}`,
  `"a"`,
])("%s has none twice", (json) => expect(findDuplicateKey(json)).toBeUndefined());
