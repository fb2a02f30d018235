// Wildcard files as the page has them, over a store in memory.
import { createRoot } from "solid-js";
import { expect, it } from "vitest";
import type { WildcardFile } from "../../../stylus/wildcards/files.ts";
import type { NamedRows } from "../../prompts/named-rows.ts";
import { createWildcards, type WildcardsState } from "./wildcards.ts";

function stateOver(store: Partial<NamedRows<WildcardFile>> = {}): { state: WildcardsState; said: string[] } {
  const rows = new Map<string, WildcardFile>();
  const opening = Promise.resolve({
    persistent: true,
    all: async () => [...rows.values()],
    put: async (added: readonly WildcardFile[]) => {
      for (const row of added) rows.set(row.name, row);
    },
    remove: async (name: string) => void rows.delete(name),
    ...store,
  });
  const said: string[] = [];
  const state = createRoot(() => createWildcards({ opening, announce: (text) => said.push(text) }));
  return { state, said };
}
const file = (name: string, text: string): File => new File([text], name);

it("takes text files, replaces those of the same name, and names what has no options", async () => {
  const { state, said } = stateOver();
  await state.take([file("Colours.txt", "# warm\nred\n\norange\n"), file("empty.txt", "# nothing\n")]);
  expect(state.open()).toBe(true);
  expect(state.list()).toEqual([{ name: "colours", count: 2 }]);
  expect(state.error()).toMatchObject({ code: "bad-file", where: "empty.txt" });
  await state.take([file("colours.TXT", "blue")]);
  expect(state.error()).toBeNull();
  expect([...state.files()]).toEqual([["colours", ["blue"]]]);
  await state.remove("colours");
  expect(state.list()).toEqual([]);
  expect(said).toEqual([
    "Wildcard file added: colours.",
    "Wildcard file added: colours.",
    "Wildcard file removed: colours.",
  ]);
});

it("says what the browser does not read or keep", async () => {
  const refused = async (): Promise<never> => {
    throw new DOMException("full", "QuotaExceededError");
  };
  const unread = stateOver({ all: refused });
  await unread.state.ready;
  expect(unread.state.error()).toMatchObject({ code: "quota" });
  const unkept = stateOver({ put: refused });
  await unkept.state.take([file("a.txt", "x")]);
  expect(unkept.state.error()).toMatchObject({ code: "quota" });
  expect(unkept.state.list()).toEqual([]);
});
