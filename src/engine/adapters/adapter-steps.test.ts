// Adapters per block and per step in the pipeline: windows split a run, turns alternate, adapters have no effect outside
// their window, and invalid windows are rejected.

import { beforeAll, describe, expect, it } from "vitest";
import { engineRuns, type EngineRuns } from "../../../tests/fixtures/engine/engine-runs.ts";
import { miniaturePack } from "../../../tests/fixtures/engine/miniature-pack.ts";
import { parseBlockWeights } from "../../adapters/merging/block-weights.ts";
import { inTurns } from "../../shared/adapter-uses.ts";
import type { AdapterUse, DiffusionRequest } from "../../shared/request.ts";

let runs: EngineRuns;
beforeAll(async () => {
  runs = await engineRuns(miniaturePack());
});

const full = (id: string): AdapterUse => ({ id, unetStrength: 1, textStrength: 1 });
const withAdapters = (...adapters: AdapterUse[]): Partial<DiffusionRequest> => ({
  steps: 4,
  images: [{ seed: 1, adapters }],
});
const imageHash = (...adapters: AdapterUse[]): Promise<string> => runs.imageHash(withAdapters(...adapters));
/** Pixels of the preview after each step. */
const previews = async (...adapters: AdapterUse[]): Promise<string[]> =>
  (await runs.events(withAdapters(...adapters)))
    .filter((event) => event.type === "preview")
    .map(({ rgba }) => rgba.join());

describe("blocks", () => {
  it("block weights of 1 change nothing, weights of 0 disable the adapter", async () => {
    const [none, whole] = [await imageHash(), await imageHash(full("paint"))];
    const all = (weight: number) => parseBlockWeights(Array<number>(26).fill(weight).join());
    expect(await imageHash({ ...full("paint"), blockWeights: all(1) })).toBe(whole);
    expect(await imageHash({ ...full("paint"), blockWeights: all(0) })).toBe(none);
    expect(whole).not.toBe(none);
  });

  it("each block has its own weight", async () => {
    const one = await imageHash({ ...full("paint"), blockWeights: { M00: 0 } });
    const other = await imageHash({ ...full("paint"), blockWeights: { IN01: 0 } });
    expect(new Set([one, other, await imageHash(full("paint"))]).size).toBe(3);
    expect(await imageHash({ ...full("words"), textStrength: 0 })).toBe(
      await imageHash({ ...full("words"), blockWeights: { BASE: 0 } }),
    );
  });

  it("adds up two uses of an adapter with different weights", async () => {
    const half: AdapterUse = { ...full("paint"), unetStrength: 0.5, textStrength: 0.5 };
    expect(await imageHash({ ...half, blockWeights: { M00: 1 } }, half)).toBe(
      await imageHash(half, { ...half, blockWeights: { M00: 1 } }),
    );
  });
});

describe("steps", () => {
  it("an adapter is active only inside its window", async () => {
    const [none, whole, part] = [
      await previews(),
      await previews(full("paint")),
      await previews({ ...full("paint"), steps: { start: 2, end: 3 } }),
    ];
    expect(part.slice(0, 2)).toEqual(none.slice(0, 2));
    expect(part[2]).not.toBe(none[2]);
    const early = await previews({ ...full("paint"), steps: { start: 0, end: 1 } });
    expect(early[0]).toBe(whole[0]);
    expect(early[1]).not.toBe(whole[1]);
    expect(await imageHash()).toBe(await imageHash({ ...full("paint"), steps: { start: 4 } }));
  });

  it("a window over all steps equals no window", async () => {
    expect(await imageHash({ ...full("paint"), steps: { start: 0 } })).toBe(await imageHash(full("paint")));
  });

  it("adapters take turns, and each run starts with the first", async () => {
    const switched = inTurns([full("paint"), full("quick")], { always: new Set() });
    const merged: number[] = [];
    const { adapters } = runs.pipeline;
    const merge = adapters.merge.bind(adapters);
    adapters.merge = (wanted, options) => {
      merged.push(wanted.findIndex(({ unetStrength }) => unetStrength !== 0));
      return merge(wanted, options);
    };
    const once = await imageHash(...switched);
    adapters.merge = merge;
    expect(merged).toEqual([0, 1, 0, 1]);
    expect(await imageHash(...switched)).toBe(once);
    const paint = await previews(full("paint"));
    expect((await previews(...switched))[0]).toBe(paint[0]);
    expect(once).not.toBe(await imageHash(full("paint"), full("quick")));
  });

  it("turns equal windows written out step by step, and the few-step adapter works at every step", async () => {
    const switched = inTurns([full("paint"), full("quick")], { always: new Set() });
    const at = (id: string, start: number): AdapterUse => ({ ...full(id), steps: { start, end: start + 1 } });
    const byHand = [at("paint", 0), at("quick", 1), at("paint", 2), at("quick", 3)];
    const run = (adapters: AdapterUse[], fewStepAdapter: AdapterUse | null = full("words")) =>
      runs.imageHash({ ...withAdapters(...adapters), fewStepAdapter });
    expect(await run(switched)).toBe(await run(byHand));
    expect(await run(switched)).not.toBe(await run(switched, null));
    expect(await run(switched)).not.toBe(
      await run([...switched].reverse().map((use) => ({ ...use, steps: { start: 0 } }))),
    );
  });

  it("the text part is always active, and the text is encoded once", async () => {
    const words: AdapterUse = { ...full("words"), steps: { start: 2 } };
    const revision = runs.pipeline.adapters.textRevision;
    const first = (await previews(words))[0];
    expect(runs.pipeline.adapters.textRevision).toBeLessThanOrEqual(revision + 1);
    expect(first).toBe((await previews({ ...full("words"), unetStrength: 0 }))[0]);
  });

  it.each<Partial<AdapterUse>>([
    { steps: { start: -1 } },
    { steps: { start: 2, end: 2 } },
    { steps: { start: 0.5 } },
    { steps: { start: 0, turn: { index: 2, count: 2, hold: 1 } } },
    { steps: { start: 0, turn: { index: 0, count: 2, hold: 0 } } },
    { blockWeights: { IN12: 1 } },
    { blockWeights: { IN01: Number.NaN } },
  ])("rejects %j", async (change) => {
    await expect(imageHash({ ...full("paint"), ...change })).rejects.toMatchObject({
      code: "bad-input",
      where: "adapters",
    });
  });
});
