// Work is done alone, and also where the browser refuses locks.
import { expect, test } from "vitest";
import { type Locks, locked } from "./lock.ts";

const { signal } = new AbortController();
const refusing = (name: string, calls: string[] = []) => ({
  request: async (lock: string): Promise<never> => {
    calls.push(lock);
    throw new DOMException("", name);
  },
});

test("holds the lock during the work", async () => {
  const order: string[] = [];
  const locks: Locks = {
    request: async (name, _options, granted) => {
      order.push(name);
      const value = await granted();
      order.push("released");
      return value;
    },
  };
  const work = async (): Promise<number> => order.push("work");
  expect(await locked("file-abc", { signal, work, locks })).toBe(2);
  expect(order).toEqual(["stylus-file-abc", "work", "released"]);
});

test("works without a lock where locks are refused, once", async () => {
  let calls = 0;
  expect(
    await locked("file-abc", { signal, work: async () => ++calls, locks: refusing("SecurityError") }),
  ).toBe(1);
  expect(calls).toBe(1);
});

test("a cancelled wait does not work at all", async () => {
  let calls = 0;
  const waiting = locked("file-abc", { signal, work: async () => ++calls, locks: refusing("AbortError") });
  await expect(waiting).rejects.toMatchObject({ code: "cancelled" });
  expect(calls).toBe(0);
});

test("what the work throws is not taken for a refusal", async () => {
  const locks: Locks = { request: (_name, _options, granted) => granted() };
  let calls = 0;
  const work = async (): Promise<never> => {
    calls += 1;
    throw new DOMException("", "SecurityError");
  };
  await expect(locked("file-abc", { signal, work, locks })).rejects.toMatchObject({ name: "SecurityError" });
  expect(calls).toBe(1);
});
