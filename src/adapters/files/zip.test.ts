// Archives with uncompressed entries: what is in them, and what each damage is called.
import { expect, it } from "vitest";
import { readStoredZip } from "./zip.ts";

interface Entry {
  readonly name: string;
  readonly content: string;
  readonly localExtra?: number;
  readonly extra?: number;
  readonly comment?: number;
}

const text = new TextEncoder();

/** An archive whose directory's fields `change` may alter. */
function zip(entries: readonly Entry[], { tail = 0 } = {}): Uint8Array {
  const parts: Uint8Array[] = [];
  let size = 0;
  const push = (length: number, fill: (view: DataView) => void, ...more: Uint8Array[]): void => {
    const head = new Uint8Array(length);
    fill(new DataView(head.buffer));
    for (const part of [head, ...more]) {
      parts.push(part);
      size += part.length;
    }
  };
  const starts = entries.map(({ name, content, localExtra = 0 }) => {
    const start = size;
    push(
      30,
      (view) => {
        view.setUint32(0, 0x04034b50, true);
        view.setUint16(26, name.length, true);
        view.setUint16(28, localExtra, true);
      },
      text.encode(name),
      new Uint8Array(localExtra),
      text.encode(content),
    );
    return start;
  });
  const directory = size;
  for (const [i, { name, content, extra = 0, comment = 0 }] of entries.entries())
    push(
      46,
      (view) => {
        view.setUint32(0, 0x02014b50, true);
        view.setUint32(20, content.length, true);
        view.setUint16(28, name.length, true);
        view.setUint16(30, extra, true);
        view.setUint16(32, comment, true);
        view.setUint32(42, starts[i]!, true);
      },
      text.encode(name),
      new Uint8Array(extra + comment),
    );
  push(
    22,
    (view) => {
      view.setUint32(0, 0x06054b50, true);
      view.setUint16(10, entries.length, true);
      view.setUint32(16, directory, true);
    },
    new Uint8Array(tail),
  );
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const entries: readonly Entry[] = [
  { name: "a/data.pkl", content: "first", localExtra: 7, extra: 3, comment: 2 },
  { name: "b", content: "" },
  { name: "c", content: "last" },
];
const read = (file: Uint8Array): [string, string][] =>
  [...readStoredZip(file, { fileName: "x.pt" })].map(([name, bytes]) => [
    name,
    new TextDecoder().decode(bytes),
  ]);
const contents = entries.map(({ name, content }) => [name, content]);
/** The archive of one entry, with a field changed: its local header at 0, the directory at 36, the end record at 83. */
const changed = (at: number, value: number): Uint8Array => {
  const file = zip([{ name: "a", content: "12345" }]);
  new DataView(file.buffer).setUint32(at, value, true);
  return file;
};

it("reads names and contents, also in the middle of a buffer and with text behind the end", () => {
  expect(read(zip(entries))).toEqual(contents);
  expect(read(zip([]))).toEqual([]);
  const padded = new Uint8Array([9, 9, 9, ...zip(entries)]).subarray(3);
  expect(read(padded)).toEqual(contents);
  expect(read(zip(entries, { tail: 65_535 }))).toEqual(contents);
  expect(() => read(zip(entries, { tail: 65_536 }))).toThrow(
    "The archive is damaged: its directory is missing.",
  );
});

it.each([
  ["no end record", zip(entries).slice(0, -1), "its directory is missing"],
  ["nothing", new Uint8Array(0), "its directory is missing"],
  ["no directory", changed(36, 0), "its directory is broken"],
  ["a directory past the end", changed(83 + 16, 105 - 45), "its directory is broken"],
  ["a directory far past the end", changed(83 + 16, 1e9), "its directory is broken"],
  ["no local header", changed(0, 0), "entry 0 has no header"],
  ["a local header past the end", changed(36 + 42, 1e9), "entry 0 has no header"],
  ["a local header cut by the end", changed(36 + 42, 80), "entry 0 has no header"],
  ["a size past the end", changed(36 + 20, 105 - 31 + 1), "entry 0 ends past the end of the file"],
])("names damage: %s", (_, file, problem) => {
  expect(() => read(file)).toThrow(
    expect.objectContaining({
      code: "bad-file",
      where: "x.pt",
      message: `The archive is damaged: ${problem}.`,
    }),
  );
});

it("takes a size that just fits, and refuses compressed entries", () => {
  expect(read(changed(36 + 20, 105 - 31))[0]![1]).toHaveLength(74);
  expect(() => read(changed(36 + 10, 8))).toThrow("This is a ZIP archive, not an adapter file.");
});
