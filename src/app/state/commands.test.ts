// What keys do anywhere on the page.
import { afterEach, expect, it, vi } from "vitest";
import { installKeys } from "./commands.ts";

afterEach(() => vi.unstubAllGlobals());

it("a key that is held counts once", () => {
  const page = Object.assign(new EventTarget(), { querySelector: () => null });
  vi.stubGlobal("document", page);
  const done: string[] = [];
  const remove = installKeys({
    busy: () => true,
    stop: () => done.push("stop"),
    generate: async () => void done.push("generate"),
  });
  const press = (key: string, repeat: boolean): boolean =>
    page.dispatchEvent(
      Object.assign(new Event("keydown", { cancelable: true }), { key, repeat, ctrlKey: key === "Enter" }),
    );
  for (const key of ["Escape", "Enter"])
    for (const repeat of [false, true, true]) expect(press(key, repeat)).toBe(false); // the page takes it
  expect(done).toEqual(["stop", "generate"]);
  remove();
  expect(press("Escape", false)).toBe(true);
  expect(done).toEqual(["stop", "generate"]);
});
