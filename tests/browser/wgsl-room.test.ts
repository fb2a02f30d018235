// Our own kernels where the device lacks memory or rejects something, in a real browser on a software GPU: idle buffers make room, a
// failure leaves none behind, and the next try works.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestBrowser, type TestBrowser } from "./harness.ts";

/** Defined by blank.html: imports a source file inside the page. */
// oxlint-disable-next-line typescript/no-explicit-any -- the page's modules are not typed here
declare const load: (path: string) => Promise<any>;

const TOLERANCE = 2e-6;

const noRoom = {
  code: "memory",
  message: "The GPU has no room for an image of this size.",
  remedy:
    "Choose a smaller image, switch on “Tiled VAE (less memory)” or choose the device for low VRAM under Settings, and close other tabs and programs that use the GPU.",
};

let browser: TestBrowser;
beforeAll(async () => void (browser = await openTestBrowser({ webgpu: "software" })));
afterAll(() => browser?.close());

// oxlint-disable-next-line typescript/no-explicit-any -- as above
const inPage = (name: string): Promise<any> =>
  browser.page.evaluate(async (wanted) => (await load("/tests/browser/wgsl-room.ts"))[wanted](), name);

test("a session without room gets that of the sessions that do not run, which get theirs again", async () => {
  const { errors, mostBytes, room } = await inPage("inTurn");
  expect(errors.length).toBe(4);
  expect(Math.max(...errors)).toBeLessThan(TOLERANCE);
  expect(mostBytes).toBeLessThanOrEqual(room);
});

test("where that does not help, the run asks for a smaller image, leaves nothing, and can be tried again", async () => {
  const { failure, left, error } = await inPage("withoutRoom");
  expect(failure).toEqual(noRoom);
  expect(left).toBe(0);
  expect(error).toBeLessThan(TOLERANCE);
});

test("a program that cannot be made leaves nothing, and is made at the next run", async () => {
  const { failure, left, error } = await inPage("withoutBindGroup");
  expect(failure).toMatchObject({ code: "device", message: "The unet failed to run: rejected" });
  expect(left).toBe(0);
  expect(error).toBeLessThan(TOLERANCE);
});

test("a kernel that was rejected is compiled at the next try", async () => {
  const { failure, error } = await inPage("withoutKernel");
  expect(failure).toMatchObject({ code: "device" });
  expect(failure.message).toContain("The GPU rejects the kernel");
  expect(error).toBeLessThan(TOLERANCE);
});

const noRoomForModel = {
  code: "memory",
  message: "The GPU has no room for this model.",
  remedy: "Choose the device for low VRAM under Settings, or close other tabs and programs that use the GPU.",
};

test.each([
  ["whole", TOLERANCE, 1],
  ["int8", 2e-2, 2], // one parameter after the other
] as const)(
  "%s weights without room are no zeros: loading and merging say so, and nothing is merged",
  async (weights, tolerance, merges) => {
    const read = await browser.page.evaluate(
      async (kind) => (await load("/tests/browser/wgsl-room.ts")).parameters(kind),
      weights,
    );
    expect(read).toMatchObject({
      failure: noRoomForModel,
      left: 0,
      mergeFailure: noRoomForModel,
      mergesWithoutRoom: 0,
      merges,
    });
    expect(Math.max(...read.errors)).toBeLessThan(tolerance);
    expect(new Set(read.errors).size).toBe(1);
  },
);

test("a measurement takes memory only once its kernels are compiled, checks it, and gives it back", async () => {
  const { rejected, madeBefore, full, left, length, leftAfter } = await inPage("timings");
  expect(rejected).toMatchObject({ code: "device" });
  expect(madeBefore).toBe(0);
  expect(full).toEqual(noRoom);
  expect([left, length, leftAfter]).toEqual([0, 1, 0]);
});
