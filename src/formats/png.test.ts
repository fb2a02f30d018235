// Text in PNG files: round trips, other programs' chunks, and pixels that stay unchanged.

import { deflateSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyRuns } from "../../tests/fixtures/properties.ts";
import { readPngText, withPngText } from "./png.ts";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Bitwise, unlike the implementation's table. */
function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let i = 0; i < 8; i++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return ~value >>> 0;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + data.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(Buffer.from(type), 4);
  out.set(data, 8);
  view.setUint32(8 + data.length, crc(out.subarray(4, 8 + data.length)));
  return out;
}

const bytes = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

/** A 2×1 RGB image. */
function picture(...extra: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const header = chunk("IHDR", Uint8Array.of(0, 0, 0, 2, 0, 0, 0, 1, 8, 2, 0, 0, 0));
  const pixels = chunk("IDAT", deflateSync(Uint8Array.of(0, 255, 0, 0, 0, 255, 0)));
  return bytes(Uint8Array.from(SIGNATURE), header, ...extra, pixels, chunk("IEND", new Uint8Array()));
}

function chunkTypes(png: Uint8Array): { type: string; valid: boolean }[] {
  const out = [];
  const view = new DataView(png.buffer, png.byteOffset);
  for (let at = 8; at < png.length;) {
    const size = view.getUint32(at);
    const body = png.subarray(at + 4, at + 8 + size);
    out.push({
      type: Buffer.from(body.subarray(0, 4)).toString(),
      valid: crc(body) === view.getUint32(at + 8 + size),
    });
    at += 12 + size;
  }
  return out;
}

describe("writing", () => {
  it("writes Latin-1 as tEXt and other text as iTXt, before the pixels, with correct checksums", () => {
    const png = withPngText(picture(), { parameters: "a café\nSteps: 20", comment: "城 🏯" });
    const types = chunkTypes(png);
    expect(types.map(({ type }) => type)).toEqual(["IHDR", "tEXt", "iTXt", "IDAT", "IEND"]);
    expect(types.every(({ valid }) => valid)).toBe(true);
  });

  it("keeps all other bytes", () => {
    const png = withPngText(picture(), { parameters: "x" });
    const without = withPngText(picture(), {});
    expect(without).toEqual(picture());
    expect(png.length).toBe(picture().length + 12 + "parameters".length + 1 + 1);
  });

  it("replaces an entry with the same keyword", async () => {
    const png = withPngText(withPngText(picture(), { parameters: "old", other: "kept" }), {
      parameters: "new",
    });
    expect(Object.fromEntries(await readPngText(png))).toEqual({ parameters: "new", other: "kept" });
  });

  it("round-trips any text", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme", maxLength: 200 }), async (raw) => {
        const text = raw.replaceAll("\0", "");
        expect((await readPngText(withPngText(picture(), { parameters: text }))).get("parameters")).toBe(
          text,
        );
      }),
      propertyRuns(100),
    );
  });
});

describe("reading", () => {
  it("reads zTXt and compressed iTXt", async () => {
    const z = chunk("zTXt", bytes(Buffer.from("a\0\0"), deflateSync(Buffer.from("caf\u00e9", "latin1"))));
    const i = chunk("iTXt", bytes(Buffer.from("b\0\u0001\0en\0B\0"), deflateSync(Buffer.from("城"))));
    expect(Object.fromEntries(await readPngText(picture(z, i)))).toEqual({ a: "café", b: "城" });
  });

  it("skips damaged compressed text and decompression bombs", async () => {
    const broken = chunk("zTXt", bytes(Buffer.from("a\0\0"), Uint8Array.of(1, 2, 3)));
    const bomb = chunk("zTXt", bytes(Buffer.from("b\0\0"), deflateSync(Buffer.alloc(20 * 1024 * 1024))));
    expect(await readPngText(picture(broken, bomb))).toEqual(new Map());
  });

  it("reads no more text than 16 MB, of many entries together", async () => {
    const size = 8 * 1024 * 1024;
    const entry = (keyword: string): Uint8Array =>
      chunk("zTXt", bytes(Buffer.from(`${keyword}\0\0`), deflateSync(Buffer.alloc(size, "x"))));
    const read = await readPngText(picture(...["a", "b", "c"].map(entry)));
    expect([...read].map(([keyword, text]) => [keyword, text.length])).toEqual([
      ["a", size],
      ["b", size],
    ]);
  });

  it.each([
    ["not a PNG", Uint8Array.of(1, 2, 3)],
    ["truncated", picture().slice(0, 40)],
  ])("rejects a file that is %s", async (_, file) => {
    await expect(readPngText(file)).rejects.toMatchObject({ code: "bad-file" });
  });

  it("rejects a file without pixels", () => {
    const file = bytes(Uint8Array.from(SIGNATURE), chunk("IEND", new Uint8Array()));
    expect(() => withPngText(file, { a: "b" })).toThrow(/no pixels/);
  });
});
