// The store of user adapters where the browser has no storage (Node has no IndexedDB either).
import { expect, it } from "vitest";
import { card } from "../../../tests/fixtures/cards.ts";
import { adapterReport } from "../../../tests/fixtures/run-services.ts";
import { openUserAdapters } from "./user-adapters.ts";
import type { UserAdapter } from "../../stylus/loaded-pack.ts";

const adapter = (id: string, addedAt: number): UserAdapter => ({
  id,
  addedAt,
  card: card(id, "style"),
  report: adapterReport(),
  file: new Blob(["x"]),
});

it("without IndexedDB adapters last as long as the page, oldest first, each id once", async () => {
  const store = await openUserAdapters();
  expect(store.persistent).toBe(false);
  await store.put(adapter("b", 2));
  await store.put(adapter("a", 1));
  await store.put(adapter("b", 3));
  expect((await store.all()).map(({ id, addedAt }) => [id, addedAt])).toEqual([
    ["a", 1],
    ["b", 3],
  ]);
  await store.remove("a");
  expect((await store.all()).map(({ id }) => id)).toEqual(["b"]);
});
