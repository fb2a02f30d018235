// EXIF data field by field, in both byte orders, cut at each place.
import { expect, it } from "vitest";
import {
  ascii,
  bytes,
  exif,
  exifComment,
  jpeg,
  jpegSegment,
  webp,
} from "../../tests/fixtures/image-files.ts";
import { jpegTexts, readExif, webpTexts } from "./exif.ts";

const fields = [
  [0x010e, ascii("described\0\0")],
  [0x010f, ascii("maker")],
  [0x0110, ascii("abc\0")], // of four bytes
  [0x0131, ascii("software")],
  exifComment("fox 漢字"),
] as const;
const all = { description: "described", make: "maker", userComment: "fox 漢字" };
/** The file with "abc" in the third entry itself, where values of up to four bytes stand. */
const fileOf = (little: boolean): Uint8Array<ArrayBuffer> => {
  const file = new Uint8Array(exif(fields, { little }));
  file.set(ascii("abc\0"), 8 + 2 + 2 * 12 + 8);
  return file;
};

it.each([false, true])("reads its four fields and no others; little-endian: %s", (little) => {
  expect(readExif(fileOf(little))).toEqual({ ...all, model: "abc" });
  expect(readExif(bytes(ascii("Exif\0\0"), fileOf(little)))).toEqual({
    ...all,
    model: "abc",
  });
});

it("a file cut anywhere has the beginning of its texts", () => {
  const whole = new Uint8Array(exif([[0x010e, ascii("described")]]));
  for (let end = 0; end <= whole.length; end++) {
    const { description = "" } = readExif(whole.slice(0, end));
    expect(description).toBe("described".slice(0, Math.max(0, end - (whole.length - 9))));
  }
});

it("knows comments in ASCII, in no code, in UTF-16 of either order, in JIS, and takes others whole", () => {
  const comment = (value: readonly [number, Uint8Array]) =>
    readExif(new Uint8Array(exif([value]))).userComment;
  expect(comment(exifComment("fox é", "ascii"))).toBe("fox é");
  expect(comment(exifComment("fox é", "none"))).toBe("fox é");
  expect(comment(exifComment("fox", "le"))).toBe("fox");
  expect(comment(exifComment("fox", "be"))).toBe("fox");
  expect(comment([0x9286, ascii("JIS\0\0\0\0\0fox \x1b$B8Q\x1b(B")])).toBe("fox 狐");
  expect(comment([0x9286, ascii("ASCII\0\0\0caf\xe9")])).toBe("café");
  expect(comment([0x9286, bytes(ascii("UNICODE\0"), Buffer.from("a fox in a café"))])).toBe(
    "a fox in a café",
  );
  expect(comment([0x9286, bytes(ascii("Unicode\0"), Buffer.from("fox é", "utf16le"))])).toBe("fox é");
  expect(comment([0x9286, ascii("plain text of someone")])).toBe("plain text of someone");
});

it("keeps UTF-8 that is cut within a character, or has U+FFFD in it", () => {
  const described = (value: Uint8Array) => readExif(new Uint8Array(exif([[0x010e, value]]))).description;
  expect(described(bytes(Buffer.from("fox \ufffd 漢字")))).toBe("fox \ufffd 漢字");
  expect(described(bytes(Buffer.from("fox 漢字").subarray(0, -1)))).toBe("fox 漢");
  expect(described(bytes(Buffer.from("fox 漢").subarray(0, -1)))).toBe("fox ");
  expect(described(bytes(Buffer.from("漢 é").subarray(0, -1), ascii("\0")))).toBe("漢 ");
  expect(described(ascii("a caf\xe9\0"))).toBe("a café");
  expect(described(ascii("caf\xe9 noir"))).toBe("café noir");
});

it("reads as many fields as a directory says", () => {
  const file = new Uint8Array(exif(fields.slice(0, 2)));
  new DataView(file.buffer).setUint16(8, 1);
  expect(readExif(file)).toEqual({ description: "described" });
});

it("there is no EXIF data without a mark, or in less than eight bytes", () => {
  for (const text of ["", "II", "MM\0*\0\0\0", "XX\0*\0\0\0\u0008\0\0\0\0\0\0\0\0"])
    expect(readExif(bytes(ascii(text)))).toEqual({});
});

it("finds EXIF and comments in a JPEG file, up to its pixels", () => {
  const data = exif([[0x010e, ascii("described")]]);
  const file = jpeg(
    Uint8Array.of(0xff), // filling
    jpegSegment(0xe1, ascii("http://ns.adobe.com/xap/1.0/\0<x>")),
    jpegSegment(0xe1, bytes(ascii("Exif\0\0"), data)),
    jpegSegment(0xfe, ascii("a comment\0")),
    jpegSegment(0xfe, new Uint8Array(0)),
    jpegSegment(0xe1, bytes(ascii("Exif\0\0"), exif([[0x010f, ascii("maker")]]))),
  );
  expect(jpegTexts(file)).toEqual({
    exif: { description: "described", make: "maker" },
    comments: ["a comment", ""],
  });
  const ended = (marker: number): unknown =>
    jpegTexts(bytes(ascii("\xff\xd8"), Uint8Array.of(0xff, marker, 0, 2), jpegSegment(0xfe, ascii("x"))));
  expect([ended(0xda), ended(0xd9)]).toEqual([
    { exif: {}, comments: [] },
    { exif: {}, comments: [] },
  ]);
  const noMarker = bytes(ascii("\xff\xd8"), Uint8Array.of(1, 2, 3, 4), jpegSegment(0xfe, ascii("x")));
  expect(jpegTexts(noMarker).comments).toEqual([]);
  // A length of 0 does not stop the reading.
  const zero = bytes(ascii("\xff\xd8"), Uint8Array.of(0xff, 0xe0, 0, 0), jpegSegment(0xfe, ascii("x")));
  expect(jpegTexts(zero).comments).toEqual(["x"]);
  expect(jpegTexts(file.slice(0, 4)).comments).toEqual([]);
});

it("finds EXIF in a WebP file, behind chunks of odd length", () => {
  expect(webpTexts(webp(exif([[0x010f, ascii("maker")]])))).toEqual({ make: "maker" });
  const even = bytes(ascii("RIFF\0\0\0\0WEBPVP8 \u0002\0\0\0xxEXIF"), Uint8Array.of(0, 0, 0, 0));
  expect(webpTexts(even)).toEqual({});
  expect(webpTexts(bytes(ascii("RIFF\0\0\0\0WEBPVP8 \u0002\0\0\0xx")))).toEqual({});
});

it("takes UTF-16 in the order in which more letters are ASCII, big-endian for as many", () => {
  const comment = (...units: readonly number[]) =>
    readExif(new Uint8Array(exif([[0x9286, bytes(ascii("UNICODE\0"), Uint8Array.from(units))]]))).userComment;
  expect(comment(0x00, 0x61, 0x6f, 0x22)).toBe("a漢");
  expect(comment(0x61, 0x00, 0x22, 0x6f)).toBe("a漢");
  expect(comment(0x6f, 0x22)).toBe("漢");
  expect(comment(0x00, 0x7f, 0x80, 0x00)).toBe("\x7f\u8000");
  expect(comment(0x00, 0x80, 0x7f, 0x00)).toBe("\u8000\x7f");
  expect(comment(0x00, 0x61, 0x00)).toBe("a\ufffd");
  expect(comment(0x61, 0x00, 0x00, 0x62, 0x63, 0x00)).toBe("a\u6200c");
});

it("a text that would begin behind the end of the file is left out, one at its end is empty", () => {
  const file = new Uint8Array(exif([[0x010e, ascii("described")]]));
  const at = (start: number): unknown => {
    const moved = file.slice();
    new DataView(moved.buffer).setUint32(8 + 2 + 8, start);
    return readExif(moved);
  };
  expect([at(file.length - 2), at(file.length), at(file.length + 1)]).toEqual([
    { description: "ed" },
    { description: "" },
    {},
  ]);
});
