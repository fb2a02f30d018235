// The tuner: what it waits for, and what it remembers.
import { expect, it, vi } from "vitest";
import sizes from "../../../tests/parity/full-size.json" with { type: "json" };
import { memoryRecords } from "../../../tests/fixtures/tuning-records.ts";
import { parseUnetConfig } from "../../graph/config.ts";
import { buildUnet } from "../../graph/unet.ts";
import { planGraph } from "../plan/plan.ts";
import type { PlanTarget } from "../plan/target.ts";
import { TUNING } from "../tuning.ts";
import { candidatesOf } from "./candidates.ts";
import type { TuningRecords } from "./records.ts";
import { Tuner } from "./tuner.ts";

const target: PlanTarget = {
  type: "f16",
  memory: 49_152,
  invocations: 1024,
  blocks: 10,
  matrices: null,
  int8: false,
  tuning: TUNING,
  measured: new Map(),
};
const unet = buildUnet(parseUnetConfig(sizes.full.unet.config, { path: "config.json" }), {
  batch: 2,
  height: 64,
  width: 64,
  contextTokens: 77,
});
const { products } = planGraph(
  unet,
  target,
  unet.outputs.map(({ name }) => name),
);

const key = { adapter: "a card", version: "1" };

/** As at a new visit, on a device where the second way of each product is the fastest. */
function tunerWith(
  records: TuningRecords,
  time = async ({ length }: ArrayLike<unknown>) => secondIsFastest(length),
) {
  let timed = 0;
  const timer = {
    time(ways: ArrayLike<unknown>) {
      timed++;
      return time(ways);
    },
  };
  const tuner = new Tuner(key, { timer, records, limitMilliseconds: 60_000 });
  return {
    tuner,
    get timed() {
      return timed;
    },
  };
}

const secondIsFastest = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.abs(i - 1) + 1);

it("measures every product, keeps the choices, and takes them at the next visit", async () => {
  const records = memoryRecords();
  const first = tunerWith(records);
  const { measuredShapes, choices } = await first.tuner.tune(products, { target });
  expect(measuredShapes).toBeGreaterThan(20);
  expect(first.timed).toBe(measuredShapes);
  expect(records.findings).toEqual({ tiles: new Map(), choices, trying: new Set() });
  expect(first.tuner.measured).toEqual(choices);
  const second = tunerWith(records);
  expect(await second.tuner.tune(products, { target })).toMatchObject({ measuredShapes: 0 });
  expect(second.tuner.measured).toEqual(choices);
  expect(second.timed).toBe(0);
});

it("does not measure again what ended the tab before, but what another size has besides", async () => {
  const records = memoryRecords();
  const ended = tunerWith(records, () => new Promise(() => {}));
  void ended.tuner.tune(products.slice(0, 20), { target });
  await vi.waitFor(() => expect(ended.timed).toBe(1));
  const tried = [...records.findings.trying];
  expect(tried.length).toBeGreaterThan(3);

  const next = tunerWith(records);
  expect(await next.tuner.tune(products.slice(0, 20), { target })).toMatchObject({ measuredShapes: 0 });
  const byRates = candidatesOf(products, target).map(({ shape, choices }) => [shape, choices[0]] as const);
  expect(records.findings.choices).toEqual(new Map(byRates.filter(([shape]) => tried.includes(shape))));
  expect(records.findings.trying.size).toBe(0);
  const { choices } = await next.tuner.tune(products, { target });
  expect(choices.size).toBe(byRates.length - tried.length);

  const reset = tunerWith(memoryRecords());
  expect((await reset.tuner.tune(products.slice(0, 20), { target })).choices.size).toBe(tried.length);
});

it("keeps nothing of a run that is stopped, and measures at the next one", async () => {
  const records = memoryRecords();
  const stop = new AbortController();
  const { tuner } = tunerWith(records, async ({ length }) => {
    stop.abort();
    return secondIsFastest(length);
  });
  await tuner.tune(products, { target, signal: stop.signal });
  expect([tuner.measured.size, records.findings.choices.size, records.findings.trying.size]).toEqual([
    0, 0, 0,
  ]);
  expect((await tuner.tune(products, { target })).measuredShapes).toBeGreaterThan(20);
});

it("takes what another tab has measured while it waited", async () => {
  const records = memoryRecords();
  const other = tunerWith(records);
  const alone: TuningRecords["alone"] = async (work) => {
    await other.tuner.tune(products, { target });
    return work();
  };
  const waiting = tunerWith({ ...records, alone });
  expect(await waiting.tuner.tune(products, { target })).toMatchObject({ measuredShapes: 0 });
  expect(waiting.timed).toBe(0);
  expect(waiting.tuner.measured).toEqual(other.tuner.measured);
});
