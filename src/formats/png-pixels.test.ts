// Pixels of PNG files against those that they were made of, and against another decoder.
import { deflateSync } from "node:zlib";
import * as fc from "fast-check";
import { decode } from "fast-png";
import { describe, expect, it } from "vitest";
import { bytes, png, pngChunk, pngOf, type Pixels } from "../../tests/fixtures/image-files.ts";
import { propertyRuns } from "../../tests/fixtures/properties.ts";
import { openPngPixels } from "./png-pixels.ts";

const noise = (width: number, height: number, channels: 3 | 4): Pixels => ({
  width,
  height,
  channels,
  values: Uint8Array.from({ length: width * height * channels }, (_, i) => (i * i * 31 + i * 7) % 251),
});

describe("pixels", () => {
  it.each([3, 4] as const)("through every filter, with %i channels", async (channels) => {
    const pixels = noise(9, 11, channels);
    const file = pngOf(pixels);
    const read = (await openPngPixels(file))!;
    expect(read).toMatchObject({ width: 9, height: 11, channels });
    expect([...read.first(9)]).toEqual([...pixels.values]);
    expect([...read.first(9)]).toEqual([...decode(file, { checkCrc: false }).data]);
    expect([...read.first(99)]).toEqual([...pixels.values]);
  });

  it("of the first columns alone", async () => {
    const pixels = noise(7, 12, 3);
    const read = (await openPngPixels(pngOf(pixels)))!;
    for (const columns of [0, 1, 4])
      expect([...read.first(columns)]).toEqual(
        [...pixels.values].filter((_, i) => Math.floor(i / 3) % 7 < columns),
      );
  });
});

describe("none", () => {
  const header = (...values: readonly number[]) => {
    const data = new Uint8Array(13);
    new DataView(data.buffer).setUint32(0, 2);
    new DataView(data.buffer).setUint32(4, 1);
    data.set(values, 8);
    return data;
  };
  const pixels = deflateSync(new Uint8Array(7));
  const file = (start: Uint8Array, data: Uint8Array) =>
    bytes(
      png().subarray(0, 8),
      pngChunk("IHDR", start),
      pngChunk("IDAT", data),
      pngChunk("IEND", new Uint8Array()),
    );

  it("of other kinds, and damaged files", async () => {
    expect(await openPngPixels(file(header(8, 2), pixels))).not.toBeNull();
    const others = [
      file(header(16, 2), pixels),
      file(header(8, 3), pixels),
      file(header(8, 0), pixels),
      file(header(8, 2, 0, 0, 1), pixels),
      file(header(8, 2).subarray(1), pixels),
      file(header(8, 2), pixels.subarray(0, -6)),
      file(header(8, 2), deflateSync(new Uint8Array(6))),
      file(header(8, 2), deflateSync(new Uint8Array(8))),
      file(header(8, 2), Uint8Array.of(1, 2, 3)),
      bytes(png().subarray(0, 8)),
      bytes(Uint8Array.of(0xff, 0xd8)),
      png(),
    ];
    expect(await Promise.all(others.map(openPngPixels))).toEqual(others.map(() => null));
  });

  it("of files without pixels, whatever their width", async () => {
    const none = new Uint8Array();
    for (const [width, height] of [
      [0xffffffff, 0],
      [0, 9],
    ]) {
      const start = header(8, 2);
      new DataView(start.buffer).setUint32(0, width!);
      new DataView(start.buffer).setUint32(4, height!);
      const rows = new Uint8Array(width === 0 ? height! : 0); // their filters
      for (const data of [none, deflateSync(none), deflateSync(rows)])
        expect(await openPngPixels(file(start, data))).toBeNull();
    }
  });

  it("of files that ask for more memory than images have", async () => {
    for (const side of [0x4000, 0x7fffffff, 0xffffffff]) {
      const start = header(8, 6);
      new DataView(start.buffer).setUint32(0, side);
      new DataView(start.buffer).setUint32(4, side);
      expect(await openPngPixels(file(start, deflateSync(new Uint8Array(20_000_000))))).toBeNull();
    }
  });

  it("never throws", async () => {
    const whole = pngOf(noise(5, 6, 4));
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), async (at, value, isCut) => {
        const changed = whole.slice(0, isCut ? at : undefined);
        if (!isCut) changed[at] = value;
        (await openPngPixels(changed))?.first(3);
      }),
      propertyRuns(300),
    );
  });
});
