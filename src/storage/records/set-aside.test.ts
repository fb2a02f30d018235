// What is known to be unreadable: each once, replaced by what a new reading finds.
import { expect, it, vi } from "vitest";
import { deleteSetAside, onSetAside, setAside, setAsideAgain, setAsideEntries } from "./set-aside.ts";
import { say } from "../../shared/saying.ts";

const row = (store: string | null, key: string | null, database = "d") => ({
  database,
  store,
  key,
  problem: say`it is broken`,
});
const keys = (): unknown[] => setAsideEntries().map(({ store, key }) => `${store} ${key}`);

it("lists each entry once and tells of changes alone", async () => {
  const changed = vi.fn();
  onSetAside(changed);
  setAside(row("a", "1"));
  setAside(row("a", "1"));
  setAside(row("b", "1"));
  setAside(row("a", "1", "other"));
  expect(changed).toHaveBeenCalledTimes(3);
  expect(keys()).toEqual(["a 1", "b 1", "a 1"]);

  setAsideAgain("d", "a", [row("a", "2"), row("a", "3")]);
  expect(keys()).toEqual(["b 1", "a 1", "a 2", "a 3"]);
  expect(changed).toHaveBeenCalledTimes(4);
  setAsideAgain("d", "c", []);
  expect(changed).toHaveBeenCalledTimes(4);
  setAsideAgain("d", "c", [row("c", "1")]);
  setAsideAgain("d", "c", []);
  expect(changed).toHaveBeenCalledTimes(6);
  expect(keys()).toEqual(["b 1", "a 1", "a 2", "a 3"]);

  await deleteSetAside("none"); // would fail here, where there is no IndexedDB
  expect(changed).toHaveBeenCalledTimes(6);
});
