// The store for browsers without a private file system: written in any order, kept until finished, found by hash.
import { expect, it } from "vitest";
import { openMemoryStore } from "./memory-store.ts";

const bytes = (...values: number[]): Uint8Array<ArrayBuffer> => Uint8Array.from(values);

it("writes in any order, reads what is there, and stores exactly that", async () => {
  const store = openMemoryStore();
  expect(store.persistent).toBe(false);
  const writer = await store.write("key");
  writer.write(bytes(3, 4), 2);
  expect(writer.sizeBytes).toBe(4);
  writer.write(bytes(1, 2), 0);
  expect(writer.sizeBytes).toBe(4);
  writer.write(bytes(5), 4);
  const target = new Uint8Array(9);
  writer.read(target, 1);
  expect([...target]).toEqual([2, 3, 4, 5, 0, 0, 0, 0, 0]);
  expect(await store.list()).toEqual([{ name: "key", sizeBytes: 5, complete: false }]);
  expect(await store.open("key")).toBeNull();
  await writer.finish("hash");
  expect(await store.list()).toEqual([{ name: "hash", sizeBytes: 5, complete: true }]);
  expect([...new Uint8Array(await (await store.open("hash"))!.arrayBuffer())]).toEqual([1, 2, 3, 4, 5]);
});

it("keeps a partial file and its journal for the next writer, until they are reset or removed", async () => {
  const store = openMemoryStore();
  const first = await store.write("key");
  expect(await first.readJournal()).toBeNull();
  first.write(bytes(1, 2, 3), 0);
  await first.writeJournal(bytes(7, 8, 9, 9), 0);
  await first.writeJournal(bytes(6), 1);
  await first.writeJournal(bytes(5, 5), 3);
  first.close();
  const second = await store.write("key");
  expect(second.sizeBytes).toBe(3);
  expect([...(await second.readJournal())!]).toEqual([7, 6, 9, 5, 5]);
  await second.reset();
  expect(second.sizeBytes).toBe(0);
  expect(await second.readJournal()).toBeNull();
  await store.remove("key");
  expect(await store.list()).toEqual([]);
  await (await store.write("key")).finish("hash");
  await store.remove("hash");
  expect(await store.open("hash")).toBeNull();
});
