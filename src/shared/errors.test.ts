// Failures that the browser reports in its own words get plain ones; what nobody foresaw stays a bug.
import { expect, it } from "vitest";
import { toPlainError } from "./errors.ts";

it.each([
  [new DOMException("x", "AbortError"), "cancelled", "Stopped."],
  [new DOMException("x", "NotFoundError"), "not-found", "A stored file can no longer be read."],
  [new DOMException("x", "NotReadableError"), "not-found", "A stored file can no longer be read."],
  [new DOMException("x", "QuotaExceededError"), "quota", "The disk is full."],
  [new DOMException("x", "InvalidStateError"), "quota", "This tab has lost its storage"],
  [new DOMException("x", "TimeoutError"), "quota", "The browser’s storage does not answer."],
  [new TypeError("Failed to fetch dynamically imported module: x"), "network", "A part of this site"],
  [new RangeError("Array buffer allocation failed"), "memory", "The browser has no memory left"],
  [new TypeError("x is not a function"), "internal", "x is not a function"],
  [new RangeError("Invalid time value"), "internal", "Invalid time value"],
])("%s", (error, code, words) => {
  expect(toPlainError(error)).toMatchObject({ code, message: expect.stringContaining(words) });
});
