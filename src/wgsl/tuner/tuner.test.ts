// The tuner: what it waits for, and what it remembers.
import { expect, it } from "vitest";
import sizes from "../../../tests/parity/full-size.json" with { type: "json" };
import { parseUnetConfig } from "../../graph/config.ts";
import { buildUnet } from "../../graph/unet.ts";
import { planGraph } from "../plan/plan.ts";
import type { PlanTarget } from "../plan/target.ts";
import { TUNING, type Tuning } from "../tuning.ts";
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

/** With a device on which the second way of each product is the fastest. */
function tunerWith(tiles: () => Promise<Tuning>, limitMilliseconds: number) {
  const stored: number[] = [];
  const tuner = new Tuner("a card", {
    timer: { time: async ({ length }) => Array.from({ length }, (_, i) => Math.abs(i - 1) + 1) },
    records: {
      read: async () => new Map(),
      add: async (_adapter, _version, { size }) => void stored.push(size),
    },
    tiles,
    limitMilliseconds,
  });
  return { tuner, stored };
}

it("measures every product once its tiles are checked, and keeps the choices", async () => {
  const { tuner, stored } = tunerWith(async () => TUNING, 60_000);
  const { measuredShapes, choices } = await tuner.tune(products, { target });
  expect([choices.size, stored, tuner.measured.size]).toEqual([choices.size, [choices.size], choices.size]);
  expect(measuredShapes).toBeGreaterThan(20);
});

it("keeps nothing where compiling the tiles takes too long, so that a later size is measured", async () => {
  let check: (tuning: Tuning) => void = () => {};
  const { tuner, stored } = tunerWith(() => new Promise((resolve) => (check = resolve)), 20);
  expect(await tuner.tune(products, { target })).toMatchObject({ measuredShapes: 0 });
  expect([stored, tuner.measured.size]).toEqual([[], 0]);
  check(TUNING);
  await tuner.tune(products.slice(0, 5), { target });
  expect(stored.length).toBe(1);
});
