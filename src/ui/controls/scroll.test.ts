import { afterEach, expect, it, vi } from "vitest";
import { scrollToTop } from "./scroll.ts";

afterEach(() => void vi.unstubAllGlobals());

it.each([
  [true, "instant"],
  [false, "smooth"],
])("where less motion is asked for (%s) the page scrolls %s", (matches, behavior) => {
  const scrolled: unknown[] = [];
  vi.stubGlobal("matchMedia", (query: string) => ({
    matches: matches && query === "(prefers-reduced-motion: reduce)",
  }));
  vi.stubGlobal("scrollTo", (options: unknown) => scrolled.push(options));
  scrollToTop();
  expect(scrolled).toEqual([{ top: 0, behavior }]);
});
