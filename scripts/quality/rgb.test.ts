import { encode } from "fast-png";
import { expect, test } from "vitest";
import { readRgb } from "./rgb.ts";

test("reads RGB, drops the alpha of RGBA, refuses other files", () => {
  const size = { width: 2, height: 1 };
  const rgb = Uint8Array.of(1, 2, 3, 250, 251, 252);
  expect(readRgb(encode({ ...size, data: rgb, channels: 3 }))).toEqual({ ...size, rgb });
  const rgba = Uint8Array.of(1, 2, 3, 9, 250, 251, 252, 0);
  expect(readRgb(encode({ ...size, data: rgba, channels: 4 }))).toEqual({ ...size, rgb });
  expect(() => readRgb(encode({ ...size, data: Uint8Array.of(1, 2), channels: 1 }))).toThrow(
    "PNG of 1 channels of 8 bits: only 8-bit RGB and RGBA are read.",
  );
  expect(() => readRgb(Uint8Array.of(1, 2, 3))).toThrow();
});
