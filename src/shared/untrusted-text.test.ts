// Texts by strangers, bounded.
import { expect, it } from "vitest";
import { cutText, elided } from "./untrusted-text.ts";

it("cuts no character of two units in half", () => {
  expect(cutText("ab🦊", 3)).toBe("ab");
  expect(cutText("ab🦊", 4)).toBe("ab🦊");
});

it("marks with an ellipsis, inside the bound, that something is left out", () => {
  expect(elided("a red fox", 9)).toBe("a red fox");
  expect(elided("a red fox", 8)).toBe("a red f…");
  expect(elided("a red fox", 7)).toBe("a red…");
  expect(elided("ab🦊fox", 4)).toBe("ab…");
});
