// Pages of other origins around this one, near and far.
import { expect, test } from "vitest";
import { isFramedByStranger } from "./framing.ts";

interface Frame {
  parent: Frame;
  readonly location: { readonly origin: string };
}

/** Frames from the outermost in; "?" is one that browsers do not let this page read. Returns the innermost. */
function nested(...origins: string[]): Frame {
  let around: Frame | null = null;
  for (const origin of origins) {
    const location = {
      get origin(): string {
        if (origin === "?") throw new DOMException("", "SecurityError");
        return origin;
      },
    };
    const frame = { location } as Frame;
    frame.parent = around ?? frame;
    around = frame;
  }
  return around!;
}

test.each([
  [["https://a.example"], false],
  [["https://a.example", "https://a.example"], false],
  [["https://b.example", "https://a.example"], true],
  [["?", "https://a.example"], true],
  [["?", "https://a.example", "https://a.example"], true],
])("%j: %s", (origins, framed) => {
  expect(isFramedByStranger(nested(...origins))).toBe(framed);
});
