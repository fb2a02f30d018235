import { beforeEach, expect, it, vi } from "vitest";
import { rememberWhole, trustedFiles } from "./checked-files.ts";

const kept = new Map<string, string>();
vi.stubGlobal("localStorage", {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
});
beforeEach(() => kept.clear());

const day = 24 * 60 * 60 * 1000;

it("trusts a file for a week after it was found whole", () => {
  rememberWhole(["a"], 10 * day);
  rememberWhole(["b"], 12 * day);
  const trustedAt = (days: number): string[] => [...trustedFiles(days * day)];
  expect([trustedAt(12), trustedAt(17.5), trustedAt(19.5)]).toEqual([["a", "b"], ["b"], []]);
  expect(trustedAt(9)).toEqual([]); // the clock was set back
});

it.each(["no JSON", "null", '{"a":"yesterday"}'])("trusts nothing that is kept as %s", (text) => {
  kept.set("stylus-web/checked-files/1", text);
  expect([...trustedFiles(0)]).toEqual([]);
});
