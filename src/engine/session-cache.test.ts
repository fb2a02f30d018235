// Sessions are built once, the least recently used one goes, none stays behind.
import { beforeEach, expect, it, vi } from "vitest";
import type { Graph } from "../graph/graph.ts";
import type { Backend, ParameterStore } from "../runtime/backend.ts";
import { SessionCache } from "./session-cache.ts";

let disposed: string[];
let fails: boolean;
beforeEach(() => {
  disposed = [];
  fails = false;
});
/** Its only input has the name. */
const graphOf = (name: string): Graph => ({
  network: "unet",
  nodes: [],
  inputs: [{ name, shape: [1] }],
  outputs: [],
  parameters: [],
});
const backend: Pick<Backend, "createSession"> = {
  createSession: async (graph) => {
    if (fails) throw new Error("no memory");
    const dispose = async (): Promise<void> => void disposed.push(graph.inputs[0]!.name);
    const runKeeping = async () => ({ values: {}, parts: [] });
    return { graph, run: async () => ({}), runKeeping, dispose };
  },
};
const parameters: ParameterStore = {
  specs: new Map(),
  sizeBytes: 0,
  gpu: null,
  pristine: async () => new Float32Array(0),
  write() {},
  restore: async () => {},
  dispose() {},
};
const get = (cache: SessionCache, name: string) =>
  cache.get({ key: name, build: () => graphOf(name), parameters });

it("builds each session once and lets go of the one that was used longest ago", async () => {
  const cache = new SessionCache(backend, { capacity: 2 });
  const a = await get(cache, "a");
  await get(cache, "b");
  expect(await get(cache, "a")).toBe(a);
  await get(cache, "c");
  expect(disposed).toEqual(["b"]);
  expect([cache.size, cache.created]).toEqual([2, 3]);
  expect(await get(cache, "a")).toBe(a);
  await cache.dispose();
  expect(disposed.sort()).toEqual(["a", "b", "c"]);
  expect(cache.size).toBe(0);
});

it("a session asked for twice at once is built once", async () => {
  const create = vi.spyOn(backend, "createSession");
  const cache = new SessionCache(backend, { capacity: 2 });
  const [a, b] = await Promise.all([get(cache, "a"), get(cache, "a")]);
  expect(a).toBe(b);
  expect(create).toHaveBeenCalledTimes(1);
  create.mockRestore();
});

it("one that cannot be built is tried again, and is nothing to let go of", async () => {
  const cache = new SessionCache(backend, { capacity: 1 });
  fails = true;
  await expect(get(cache, "a")).rejects.toThrow("no memory");
  expect(cache.size).toBe(0);
  const failing = get(cache, "a").catch(() => null);
  await cache.dispose();
  await failing;
  fails = false;
  await get(cache, "a");
  expect([cache.size, cache.created, disposed.length]).toEqual([1, 3, 0]);
});
