// Decompression up to a limit, after which nothing more is decompressed.
import { deflateSync, gzipSync } from "node:zlib";
import { afterEach, expect, it, vi } from "vitest";
import { inflate } from "./inflate.ts";

afterEach(() => void vi.unstubAllGlobals());

const plain = new Uint8Array(10_000).map((_, i) => i % 251);
const deflated = new Uint8Array(deflateSync(plain));

it("gives all bytes up to the limit, and nothing beyond it or of damaged data", async () => {
  expect(await inflate(deflated, { most: 10_000 })).toEqual(plain);
  expect(await inflate(deflated, { most: 9_999 })).toBeNull();
  expect(await inflate(new Uint8Array(gzipSync(plain)), { format: "gzip", most: 10_000 })).toEqual(plain);
  expect(await inflate(deflated.slice(0, -9), { most: 10_000 })).toBeNull();
  expect(await inflate(deflated.slice(2), { most: 10_000 })).toBeNull();
});

it("stops at the limit", async () => {
  let chunks = 0;
  const cancelled = vi.fn();
  class Endless {
    readonly readable = new ReadableStream(
      { pull: (controller) => (chunks++, controller.enqueue(new Uint8Array(10))), cancel: cancelled },
      { highWaterMark: 0 },
    );
    readonly writable = new WritableStream();
  }
  vi.stubGlobal("DecompressionStream", Endless);
  expect(await inflate(deflated, { most: 25 })).toBeNull();
  expect([chunks, cancelled.mock.calls.length]).toEqual([3, 1]);
});
