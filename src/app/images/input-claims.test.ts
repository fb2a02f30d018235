// Claims of this tab and of others, with locks in memory in place of the browser's.
import { afterEach, expect, it, vi } from "vitest";
import { claimedInputs, claimInputs } from "./input-claims.ts";

afterEach(() => void vi.unstubAllGlobals());

/** Grants at once what is not held exclusively. */
function stubLocks(other: { held?: string[]; pending?: string[] } = {}) {
  const held = new Set<{ name: string; mode: string }>();
  const infos = (names: string[] = []) => names.map((name) => ({ name }));
  vi.stubGlobal("navigator", {
    locks: {
      async request(name: string, { mode, signal }: LockOptions, work: () => Promise<void>) {
        signal!.throwIfAborted();
        const lock = { name, mode: mode! };
        held.add(lock);
        await work();
        held.delete(lock);
      },
      query: async () => ({ held: [...held, ...infos(other.held)], pending: infos(other.pending) }),
    },
  });
  return held;
}

it("holds shared locks on inputs until it is let go", async () => {
  const held = stubLocks();
  const release = claimInputs(["a", "b"]);
  const again = claimInputs(["b"]);
  expect(await claimedInputs()).toEqual(new Set(["a", "b"]));
  expect([...held].map(({ mode }) => mode)).toEqual(["shared", "shared", "shared"]);
  release();
  await vi.waitFor(async () => expect(await claimedInputs()).toEqual(new Set(["b"])));
  again();
  await vi.waitFor(() => expect(held.size).toBe(0));
});

it("counts what other tabs hold or wait for, and no other locks", async () => {
  stubLocks({ held: ["stylus-input-x", "stylus-file-y"], pending: ["stylus-input-z"] });
  expect(await claimedInputs()).toEqual(new Set(["x", "z"]));
});

it("claims nothing in a browser without locks", async () => {
  vi.stubGlobal("navigator", {});
  claimInputs(["a"])();
  expect(await claimedInputs()).toEqual(new Set());
});

it("releasing a claim before it is granted does not fail", async () => {
  vi.stubGlobal("navigator", {
    locks: { request: () => Promise.reject(new DOMException("stop", "AbortError")) },
  });
  claimInputs(["a"])();
  await Promise.resolve();
});
