// Text in PNG files (PNG specification, third edition, §11.3.3): reading all three kinds of text chunk, and writing
// entries into a file that a canvas has encoded. Pixels stay untouched.

import { StylusError } from "../shared/errors.ts";
import { say, type Saying } from "../shared/saying.ts";
import { concatenated, inflate } from "./inflate.ts";

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Larger text, of one entry or of all, once decompressed, is not a prompt. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;

interface Chunk {
  readonly type: string;
  /** Of the whole chunk: length, type, data, checksum. */
  readonly start: number;
  readonly end: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/**
 * All text entries by keyword, as many as fit into 16 MB. Skips damaged chunks, and what follows a decompression bomb.
 * @param options.cut reads a file that breaks off as far as it goes
 * @throws StylusError bad-file if the bytes are not a PNG file
 */
export async function readPngText(
  bytes: Uint8Array<ArrayBuffer>,
  { cut = false }: { readonly cut?: boolean } = {},
): Promise<Map<string, string>> {
  const entries = new Map<string, string>();
  let left = MAX_TEXT_BYTES;
  for (const chunk of chunksOf(bytes, { cut })) {
    if (!TEXT_TYPES.has(chunk.type)) continue;
    const entry = await textOf(chunk, left);
    left -= entry === null ? DEFLATE_RATIO * chunk.data.length : entry[1].length;
    if (left < 0) break;
    if (entry !== null) entries.set(...entry);
  }
  return entries;
}

/** EXIF data of a PNG file, as far as the file goes; empty without any. @throws StylusError bad-file if it is no PNG file */
export function pngExif(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  for (const { type, data } of chunksOf(bytes, { cut: true })) if (type === "eXIf") return data;
  return new Uint8Array();
}

/**
 * The file with these text entries before the pixels, replacing entries with the same keywords.
 *
 * Latin-1 text goes into tEXt, which every reader knows, other text into iTXt, also text whose Latin-1 bytes would be read as UTF-8.
 * @throws StylusError bad-file if the bytes are not a PNG file
 */
export function withPngText(
  bytes: Uint8Array<ArrayBuffer>,
  entries: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [SIGNATURE];
  let written = false;
  for (const chunk of chunksOf(bytes)) {
    if (!written && chunk.type === "IDAT") {
      for (const [keyword, text] of Object.entries(entries)) parts.push(textChunk(keyword, text));
      written = true;
    }
    const keyword = TEXT_TYPES.has(chunk.type) ? latin1(until(chunk.data, 0)) : null;
    if (keyword === null || !Object.hasOwn(entries, keyword))
      parts.push(bytes.subarray(chunk.start, chunk.end));
  }
  if (!written) throw damaged(say`it has no pixels`);
  return concatenated(parts);
}

/** @throws StylusError bad-file if it is no PNG file, or breaks off; with `cut` it ends there */
export function* chunksOf(
  bytes: Uint8Array<ArrayBuffer>,
  { cut = false }: { readonly cut?: boolean } = {},
): Generator<Chunk> {
  if (!isPng(bytes)) {
    throw new StylusError("bad-file", say`This is not a PNG file.`, {
      remedy: say`Use a PNG file that still has its text.`,
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = SIGNATURE.length;
  while (at + 12 <= bytes.length) {
    const size = view.getUint32(at);
    const end = at + 12 + size;
    if (end > bytes.length && cut) return;
    if (end > bytes.length)
      throw damaged(
        end - bytes.length === 1
          ? say`it ends inside a chunk, 1 byte short`
          : say`it ends inside a chunk, ${end - bytes.length} bytes short`,
      );
    const type = latin1(bytes.subarray(at + 4, at + 8));
    yield { type, start: at, end, data: bytes.subarray(at + 8, at + 8 + size) };
    if (type === "IEND") return;
    at = end;
  }
  if (!cut) throw damaged(say`its end is missing`);
}

function damaged(reason: Saying): StylusError {
  return new StylusError("bad-file", say`The PNG file is damaged: ${reason}.`, {
    remedy: say`Use the original file.`,
  });
}

/** No byte of deflated data becomes more (zlib’s technical notes). */
const DEFLATE_RATIO = 1032;

const TEXT_TYPES = new Set(["tEXt", "zTXt", "iTXt"]);

async function textOf({ type, data }: Chunk, most: number): Promise<[keyword: string, text: string] | null> {
  const keyword = until(data, 0);
  let rest = data.subarray(keyword.length + 1);
  if (type === "tEXt") return [latin1(keyword), latin1OrUtf8(rest)];
  if (type === "zTXt") {
    const text = await inflate(rest.subarray(1), { most });
    return text === null ? null : [latin1(keyword), latin1OrUtf8(text)];
  }
  const compressed = rest[0] === 1;
  rest = rest.subarray(2);
  rest = rest.subarray(until(rest, 0).length + 1); // language
  rest = rest.subarray(until(rest, 0).length + 1); // translated keyword
  const text = compressed ? await inflate(rest, { most }) : rest;
  return text === null ? null : [latin1(keyword), new TextDecoder().decode(text)];
}

function textChunk(keyword: string, text: string): Uint8Array<ArrayBuffer> {
  const name = bytesOf(keyword);
  // eslint-disable-next-line no-control-regex -- NUL ends a keyword and is not allowed in tEXt
  if (/^[\x01-\xff]*$/u.test(text) && latin1OrUtf8(bytesOf(text)) === text)
    return chunkOf("tEXt", concatenated([name, Uint8Array.of(0), bytesOf(text)]));
  return chunkOf("iTXt", concatenated([name, Uint8Array.of(0, 0, 0, 0, 0), new TextEncoder().encode(text)]));
}

function chunkOf(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(12 + data.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(bytesOf(type), 4);
  out.set(data, 8);
  view.setUint32(8 + data.length, crc32(out.subarray(4, 8 + data.length)));
  return out;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = (c & 1) === 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** The bytes before the first `end` byte, or all of them. */
function until(bytes: Uint8Array<ArrayBuffer>, end: number): Uint8Array<ArrayBuffer> {
  const at = bytes.indexOf(end);
  return at === -1 ? bytes : bytes.subarray(0, at);
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Text chunks hold Latin-1 by the specification; many tools write UTF-8, which Latin-1 beyond ASCII hardly ever happens to be. */
function latin1OrUtf8(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return latin1(bytes);
  }
}

/** Maps each byte to the character with that code; TextDecoder's "latin1" is Windows-1252. */
function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return text;
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
