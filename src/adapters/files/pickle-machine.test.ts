// Every instruction of the pickle machine with the value that it makes, and the damage that each can meet.
import { expect, test } from "vitest";
import type { PickleValue } from "./pickle-values.ts";
import { readPickle } from "./pickle.ts";

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const value = (text: string): PickleValue => readPickle(bytesOf(`${text}.`)).value;
const map = (...entries: [PickleValue, PickleValue][]): Map<PickleValue, PickleValue> => new Map(entries);

test.each<[string, string, PickleValue]>([
  ["None", "N", null],
  ["true", "\x88", true],
  ["false", "\x89", false],
  ["a byte", "K\xfe", 254],
  ["two bytes, little-endian, unsigned", "M\x01\xff", 0xff01],
  ["four bytes, little-endian", "J\x04\x03\x02\x01", 0x01020304],
  ["four bytes, negative", "J\xfe\xff\xff\xff", -2],
  ["a long of no bytes", "\x8a\0", 0],
  ["a long of one byte", "\x8a\x01\x7f", 127],
  ["a negative long", "\x8a\x01\x80", -128],
  ["a long of three bytes", "\x8a\x03\x01\x02\x03", 0x030201],
  ["a long beyond 2⁵³", "\x8a\x08\x01\0\0\0\0\0\0\x40", 0x4000000000000001n],
  ["the largest safe integer", "\x8a\x07\xff\xff\xff\xff\xff\xff\x1f", Number.MAX_SAFE_INTEGER],
  ["the first unsafe integer", "\x8a\x07\0\0\0\0\0\0\x20", 0x20000000000000n],
  ["a double, big-endian", "G\x3f\xf8\0\0\0\0\0\0", 1.5],
  ["text of a four-byte length", "X\x03\0\0\0a\xc3\xa9", "aé"],
  ["text of a one-byte length", "\x8c\x02ab", "ab"],
  ["a short string of Python 2", "U\x02ab", "ab"],
  ["a string of Python 2", "T\x02\0\0\0ab", "ab"],
  ["short bytes", "C\x02ab", "ab"],
  ["bytes", "B\x02\0\0\0ab", "ab"],
  ["an empty tuple", ")", []],
  ["an empty list", "]", []],
  ["an empty set", "\x8f", []],
  ["an empty dictionary", "}", map()],
  ["a tuple of one", "NK\x01\x85", [1]],
  ["a tuple of two, in order", "NK\x01K\x02\x86", [1, 2]],
  ["a tuple of three, in order", "NK\x01K\x02K\x03\x87", [1, 2, 3]],
  ["a tuple up to the mark", "N(K\x01K\x02t", [1, 2]],
  ["a tuple up to the last of two marks", "((K\x01tt", [[1]]],
  ["a frozen set", "(K\x01\x91", [1]],
  ["a list of the first protocol", "(K\x01K\x02l", [1, 2]],
  ["one item appended", "]K\x01a", [1]],
  ["items appended", "]K\x01a(K\x02K\x03e", [1, 2, 3]],
  ["items added to a set", "\x8f(K\x02K\x03\x90", [2, 3]],
  ["one item set", "}X\x01\0\0\0aK\x01s", map(["a", 1])],
  ["items set", "}(X\x01\0\0\0aK\x01X\x01\0\0\0bK\x02u", map(["a", 1], ["b", 2])],
  ["a key without a value", "}(X\x01\0\0\0aK\x01Nu", map(["a", 1])],
  ["what is popped", "K\x01K\x020", 1],
  ["a mark that is popped", "K\x01(0", 1],
  ["a protocol and a frame", "\x80\x04\x95\x08\0\0\0\0\0\0\0K\x05", 5],
  ["a name by two lines", "ccollections\nOrderedDict\n", { kind: "name", name: "collections OrderedDict" }],
  [
    "a name by two texts",
    "\x8c\x0bcollections\x8c\x0bOrderedDict\x93",
    { kind: "name", name: "collections OrderedDict" },
  ],
  ["a call", "ccollections\nOrderedDict\n)R", map()],
  ["a new object", "ccollections\nOrderedDict\n)\x81", map()],
  ["a state", "}}X\x0b\0\0\0_parameters}K\x01K\x02ssb", map([1, 2])],
  ["a number of 256 bytes", `\x8b\0\x01\0\0${"\x01".repeat(256)}`, null],
  ["changeable bytes", "\x96\x02\0\0\0\0\0\0\0ab", null],
  ["memos in order", "K\x07\x94K\x08\x940h\0h\x01\x87", [7, 7, 8]],
])("%s", (_, text, expected) => {
  expect(value(text)).toEqual(expected);
});

test("starts anywhere and says where it ends and which storages it references", () => {
  const id = "(X\x07\0\0\0storagectorch\nHalfStorage\nX\x01\0\0\x007X\x03\0\0\0cpuK\x0ctQ";
  const read = readPickle(bytesOf(`xx${id}.yy`), 2);
  const storage = { kind: "storage", type: "HalfStorage", key: "7", elements: 12 };
  expect(read.value).toEqual(storage);
  expect(read.end).toBe(2 + id.length + 1);
  expect(read.storages).toEqual(new Map([["7", storage]]));
  expect(readPickle(bytesOf("(X\x06\0\0\0modulectorch\nSize\ntQ.")).storages.size).toBe(0);
});

test("reads a view into a larger buffer", () => {
  const padded = bytesOf("\xff\xffM\x01\x02.").subarray(2);
  expect(readPickle(padded).value).toBe(0x0201);
});

test.each([
  ["instruction 0x70", "p", "it uses instruction 0x70, which a tensor file does not need"],
  ["nothing to pop", "", "its stack is empty"],
  ["a mark in place of a value", "(", "its stack is empty"],
  ["a mark in a tuple of one", "K\x01(\x85", "its stack is empty"],
  ["a mark to remember", "(q\0", "its stack is empty"],
  ["nothing to remember", "q\0", "its stack is empty"],
  ["a tuple without a mark", "K\x01t", "a mark is missing"],
  ["an item appended to a number", "K\x01K\x02a", "it appends to something that is not a list"],
  ["items appended to a dictionary", "}(K\x02e", "it appends to something that is not a list"],
  ["an item set in a list", "]K\x01K\x02s", "it sets items of something that is not a dictionary"],
  ["items set in a list", "](K\x01K\x02u", "it sets items of something that is not a dictionary"],
  ["a state for a list", "]}b", "it builds an object that is not a dictionary"],
  ["a number in place of a module", "K\x01\x8c\x01a\x93", "it references something that is not a name"],
  ["a number in place of a name", "\x8c\x01aK\x01\x93", "it references something that is not a name"],
  ["an unknown memo", "K\x01q\0h\x01", "it reads a memo entry that it never stored"],
  ["a line without end", "ctorch", "it is truncated"],
  ["a line that is too long", `c${"a".repeat(257)}\n`, "it is truncated"],
  ["text past the end", "X\x03\0\0\0a", "it is truncated"],
])("refuses %s", (_, text, message) => {
  expect(() => value(text)).toThrow(message);
});

test("each instruction is cut off without its last byte, and whole with it", () => {
  for (const text of [
    "\x80\x02",
    "\x95\0\0\0\0\0\0\0\0",
    "K\x01",
    "M\0\0",
    "J\0\0\0\0",
    "G\0\0\0\0\0\0\0\0",
    "\x8a\x01\0",
  ])
    expect(() => readPickle(bytesOf(text.slice(0, -1)))).toThrow("it is truncated");
  expect(() => readPickle(bytesOf(`c${"a".repeat(256)}\nb\n`))).toThrow(/it references a{256}\.b,/);
});

test("a stack of 100,000 is the deepest", () => {
  const most = "N".repeat(100_000);
  expect(value(most)).toBeNull();
  expect(() => value(`${most}N`)).toThrow("it is nested too deeply");
});
