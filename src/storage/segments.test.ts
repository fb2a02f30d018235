// Segments and their journal.
import { expect, test } from "vitest";
import {
  contiguousBytes,
  decodeJournal,
  encodeJournal,
  journalOffset,
  planSegments,
  receivedBytes,
  segmentLength,
} from "./segments.ts";

test("segments have no gaps or overlaps; small files stay whole", () => {
  const segments = planSegments(1000, 300);
  const lengths = [...segments.received.keys()].map((index) => segmentLength(segments, index));
  expect(lengths).toEqual([300, 300, 300, 100]);
  expect(planSegments(600, 300).received).toHaveLength(1);
  expect(planSegments(601, 300).received).toHaveLength(3);
  expect(contiguousBytes(planSegments(0, 300))).toBe(0);
});

test("the contiguous part ends at the first gap", () => {
  const segments = planSegments(1000, 300);
  segments.received.set([300, 120, 300, 0]);
  expect(contiguousBytes(segments)).toBe(420);
  expect(receivedBytes(segments)).toBe(720);
  segments.received.set([300, 300, 300, 100]);
  expect(contiguousBytes(segments)).toBe(1000);
});

test("the journal round-trips, even after an in-place write of one value", () => {
  const segments = planSegments(5_000_000_000, 1_000_000_000);
  const bytes = encodeJournal(segments);
  new DataView(bytes.buffer).setFloat64(journalOffset(3), 999_999_999, true);
  expect([...decodeJournal(bytes, 5_000_000_000)!.received]).toEqual([0, 0, 0, 999_999_999, 0]);
});

test.each<[string, (values: Float64Array) => Float64Array]>([
  ["another version", (values) => values.with(0, 2)],
  ["another file's size", (values) => values.with(1, 999)],
  ["no segment size", (values) => values.with(2, 0)],
  ["more than a segment holds", (values) => values.with(3, 301)],
  ["a negative count", (values) => values.with(4, -1)],
  ["not a number", (values) => values.with(4, Number.NaN)],
  ["cut short", (values) => values.slice(0, -1)],
  ["empty", () => new Float64Array(0)],
])("rejects a damaged journal: %s", (_, change) => {
  const values = new Float64Array(encodeJournal(planSegments(1000, 300)).buffer);
  const bytes = new Uint8Array(change(values).buffer as ArrayBuffer);
  expect(decodeJournal(bytes, 1000)).toBeNull();
});
