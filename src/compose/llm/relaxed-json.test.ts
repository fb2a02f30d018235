// What language models write in place of JSON, value by value and fault by fault.
import { expect, it } from "vitest";
import { RelaxedObject, relaxedReadings, type RelaxedValue } from "./relaxed-json.ts";

const plain = (value: RelaxedValue): unknown =>
  value instanceof RelaxedObject
    ? value.entries.map(([key, inner]) => [key, plain(inner)])
    : Array.isArray(value)
      ? value.map(plain)
      : value;
const read = (answer: string): unknown[] =>
  relaxedReadings(answer).map(({ value, fault }) => (fault === null ? plain(value) : [plain(value), fault]));

it.each<[string, unknown]>([
  ["[]", []],
  ["{}", []],
  ["[1, -2.5, 3e2, 4E-1, 5e+1]", [1, -2.5, 300, 0.4, 50]],
  ["[true, True, false, False]", [true, true, false, false]],
  ["[null, None, undefined]", [null, null, null]],
  ["[truex, xtrue, Nonex, nullx]", ["truex", "xtrue", "Nonex", "nullx"]],
  [
    "[12345678901234567890, -9007199254740993, 9007199254740991]",
    ["12345678901234567890", "-9007199254740993", 9007199254740991],
  ],
  ["[bare, _x1, füchse]", ["bare", "_x1", "füchse"]],
  [`["a'", 'b"', “c"”, ‘d'’]`, ["a'", 'b"', 'c"', "d'"]],
  [String.raw`["\n\t\r\b\f\\\"\/\x", "\u00e9\u00E9", "\u00z"]`, ['\n\t\r\b\f\\"/x', "éé", "u00z"]],
  ["[1,]", [1]],
  ["[ // one\n 1, # two\n 2 /* three * / */ ]", [1, 2]],
  [
    `{a: 1, "b": 2, 3: 'c', True: 4, a: 5}`,
    [
      ["a", 1],
      ["b", 2],
      ["3", "c"],
      ["true", 4],
      ["a", 5],
    ],
  ],
  [`{"a": {"b": [{}]},}`, [["a", [["b", [[]]]]]]],
  [
    `{"constructor": 1, "n": "n"}`,
    [
      ["constructor", 1],
      ["n", "n"],
    ],
  ],
])("%s", (answer, value) => expect(read(answer)).toEqual([value]));

it.each<[string, unknown, string]>([
  ["[1", [], "it breaks off"],
  ["[1, 2", [1], "it breaks off"], // more digits may follow
  ["[1, tru", [1], "it breaks off"],
  [`["a`, [], "it breaks off"],
  [String.raw`["a\ `.trimEnd(), [], "it breaks off"],
  [
    `{"a": 1, "b": ["c"`,
    [
      ["a", 1],
      ["b", ["c"]],
    ],
    "it breaks off",
  ],
  [`{"a"`, [], "it breaks off"],
  [`{"a":`, [], "it breaks off"],
  ["[1 2]", [1], "“,” or “]” expected at “2]” (character 3)"],
  [`{a 1}`, [], "“:” expected at “1}” (character 3)"],
  [
    `{a: 1 b: 2, c: 3, d: 4, e: 5}`,
    [["a", 1]],
    "“,” or “}” expected at “b: 2, c: 3, d: 4, e:” (character 6)",
  ],
  [`[*]`, [], "a value expected at “*]” (character 1)"],
  [`{[1]: 2}`, [], "a key expected at “: 2}” (character 4)"],
  [`{{}: 2}`, [], "a key expected at “: 2}” (character 3)"],
  [`{a: ]}`, [], "a value expected at “]}” (character 4)"],
])("%s is whole up to a fault", (answer, value, fault) => expect(read(answer)[0]).toEqual([value, fault]));

it("null is a key, and repeated keys keep all their values", () => {
  expect(read("{null: 1}")).toEqual([[["null", 1]]]);
  const value = relaxedReadings("{a: 1, b: 2, a: 3}")[0]!.value as RelaxedObject;
  expect([value.all("a"), value.all("b"), value.all("c")]).toEqual([[1, 3], [2], []]);
});

it("takes twenty levels and no more", () => {
  const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
  expect(relaxedReadings(nested(21))[0]!.fault).toBeNull();
  const objects = (levels: number): string => `${"{a:".repeat(levels)}1${"}".repeat(levels)}`;
  expect(relaxedReadings(objects(20))[0]!.fault).toBeNull();
  expect(relaxedReadings(objects(21))[0]!.fault).toContain("less nesting");
  expect(relaxedReadings(nested(22))[0]!.fault).toBe(
    `less nesting expected at “${"[" + "]".repeat(19)}” (character 21)`,
  );
});

it("finds each object and list between other words, and goes on behind a fault", () => {
  expect(read("Sure: {a: 1} and [2], done")).toEqual([[["a", 1]], [2]]);
  expect(read("no JSON")).toEqual([]);
  expect(read("[1 [2]")).toEqual([[[1], "“,” or “]” expected at “[2]” (character 3)"], [2]]);
});
