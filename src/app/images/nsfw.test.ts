// Which images are blurred, and why.
import { expect, test, vi } from "vitest";
import { blurReason, checkedOrNull, defaultNsfwThreshold } from "./nsfw.ts";

const on = { nsfwCheck: true, nsfwThreshold: defaultNsfwThreshold };

test.each([
  [0.49, null],
  [0.5, "nsfw"],
  [1, "nsfw"],
  [null, "unchecked"],
  [undefined, null],
])("%s: %s", (nsfw, reason) => {
  expect(blurReason(nsfw, on)).toBe(reason);
  expect(blurReason(nsfw, { ...on, nsfwCheck: false })).toBeNull();
});

test("the threshold is the user's", () => {
  expect(blurReason(0.3, { ...on, nsfwThreshold: 0.3 })).toBe("nsfw");
  expect(blurReason(0.9, { ...on, nsfwThreshold: 0.95 })).toBeNull();
});

test("a failure leaves an image unchecked, and is reported", async () => {
  const heard = vi.fn();
  expect(await checkedOrNull(async () => 0.2, heard)).toBe(0.2);
  expect(heard).not.toHaveBeenCalled();
  const failure = new Error("no");
  expect(await checkedOrNull(() => Promise.reject(failure), heard)).toBeNull();
  expect(heard).toHaveBeenCalledWith(failure);
});
