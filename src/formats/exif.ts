// Text in EXIF data (CIPA DC-008): where tools put their settings in JPEG and WebP files. Only the fields that they use are read.

/** TIFF tags. */
const TAGS = {
  make: 0x01_0f,
  model: 0x01_10,
  description: 0x01_0e,
  exif: 0x87_69,
  userComment: 0x92_86,
  xpComment: 0x9c_9c,
} as const;

const ASCII = 2;
const MAX_ENTRIES = 200;

/** Texts of the fields, by name; damaged ones are left out. */
export type ExifTexts = Partial<
  Record<"make" | "model" | "description" | "userComment" | "xpComment", string>
>;

const decoded = (bytes: Uint8Array, encoding: string): string =>
  new TextDecoder(encoding).decode(bytes).replace(/\0+$/u, "");

/** Without a last character that is cut; null for bytes that are no UTF-8. */
function asUtf8(padded: Uint8Array): string | null {
  const bytes = padded.subarray(0, padded.findLastIndex((byte) => byte !== 0) + 1);
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    // One letter behind nothing but ASCII is Latin-1's ("café"), not the beginning of a character.
    const endsInLetter = (bytes.at(-1) ?? 0) >= 0xc0 && !/[^\0-\x7f]/u.test(text);
    return endsInLetter ? null : text;
  } catch {
    return null;
  }
}

/** Latin-1 where it is no UTF-8. */
const utf8 = (bytes: Uint8Array): string => asUtf8(bytes) ?? decoded(bytes, "latin1");

/** Tools write UTF-16 in either order, whatever the file says: the one with more ASCII letters is right. Some write UTF-8. */
function utf16(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const counts = { be: 0, le: 0 };
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    if (view.getUint16(at) < 0x80) counts.be += 1;
    if (view.getUint16(at, true) < 0x80) counts.le += 1;
  }
  const isLong = bytes.length >= 16;
  const text = isLong && counts.be + counts.le === 0 ? asUtf8(bytes) : null;
  return text ?? decoded(bytes, counts.le > counts.be ? "utf-16le" : "utf-16be");
}

/** A comment begins with eight bytes that name its character code. */
function commentText(bytes: Uint8Array): string {
  const code = utf8(bytes.subarray(0, 8)).trim().toUpperCase();
  const text = bytes.subarray(8);
  if (code === "UNICODE") return utf16(text);
  if (code === "JIS") return decoded(text, "iso-2022-jp");
  return code === "ASCII" || code === "" ? utf8(text) : utf8(bytes);
}

/** @param bytes from the TIFF header on, or with "Exif" and two zeros before it */
export function readExif(bytes: Uint8Array<ArrayBuffer>): ExifTexts {
  const tiff = utf8(bytes.subarray(0, 4)) === "Exif" ? bytes.subarray(6) : bytes;
  const mark = utf8(tiff.subarray(0, 2));
  if (tiff.length < 8 || (mark !== "II" && mark !== "MM")) return {};
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = mark === "II";
  const texts: ExifTexts = {};

  const readDirectory = (offset: number): number | null => {
    if (offset + 2 > tiff.length) return null;
    let inner: number | null = null;
    const count = Math.min(view.getUint16(offset, little), MAX_ENTRIES);
    for (let i = 0; i < count; i++) {
      const at = offset + 2 + 12 * i;
      if (at + 12 > tiff.length) break;
      const tag = view.getUint16(at, little);
      const size = view.getUint32(at + 4, little);
      const start = size <= 4 ? at + 8 : view.getUint32(at + 8, little);
      if (tag === TAGS.exif) {
        inner = view.getUint32(at + 8, little);
        continue;
      }
      if (start > tiff.length) continue;
      // A file that was cut has the beginning of its text.
      const value = tiff.subarray(start, start + size);
      if (tag === TAGS.userComment) texts.userComment = commentText(value);
      else if (tag === TAGS.xpComment) texts.xpComment = decoded(value, "utf-16le");
      else if (view.getUint16(at + 2, little) !== ASCII) continue;
      else if (tag === TAGS.make) texts.make = utf8(value);
      else if (tag === TAGS.model) texts.model = utf8(value);
      else if (tag === TAGS.description) texts.description = utf8(value);
    }
    return inner;
  };
  const inner = readDirectory(view.getUint32(4, little));
  if (inner !== null) readDirectory(inner);
  return texts;
}

/** EXIF data and comments of a JPEG file, up to its pixels. */
export function jpegTexts(bytes: Uint8Array<ArrayBuffer>): {
  readonly exif: ExifTexts;
  readonly comments: readonly string[];
} {
  const comments: string[] = [];
  let exif: ExifTexts = {};
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at += 1; // filling
      continue;
    }
    if (marker === 0xda || marker === 0xd9) break;
    const size = view.getUint16(at + 2);
    const data = bytes.subarray(at + 4, at + 2 + size);
    if (marker === 0xe1 && utf8(data.subarray(0, 4)) === "Exif") exif = { ...exif, ...readExif(data) };
    if (marker === 0xfe) comments.push(utf8(data));
    at += 2 + Math.max(2, size);
  }
  return { exif, comments };
}

/** EXIF data of a WebP file. */
export function webpTexts(bytes: Uint8Array<ArrayBuffer>): ExifTexts {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = view.getUint32(at + 4, true);
    if (utf8(bytes.subarray(at, at + 4)) === "EXIF") return readExif(bytes.subarray(at + 8, at + 8 + size));
    at += 8 + size + (size % 2);
  }
  return {};
}
