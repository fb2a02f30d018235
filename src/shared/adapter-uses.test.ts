import { expect, it } from "vitest";
import { inTurns } from "./adapter-uses.ts";
import type { AdapterUse } from "./request.ts";

const use = (id: string, change: Partial<AdapterUse> = {}): AdapterUse => ({
  id,
  unetStrength: 0.8,
  textStrength: 0.4,
  ...change,
});
const turn = (index: number, count: number) => ({ steps: { start: 0, turn: { index, count, hold: 1 } } });
const always = new Set(["lcm"]);

it("adapters take turns of one step in their order", () => {
  const uses = [use("clay"), use("ink"), use("fox")];
  expect(inTurns(uses, { always })).toEqual([
    use("clay", turn(0, 3)),
    use("ink", turn(1, 3)),
    use("fox", turn(2, 3)),
  ]);
});

it("the few-step adapter, one with steps of its own, and one without strength take no turn", () => {
  const rest = [
    use("lcm"),
    use("late", { steps: { start: 5 } }),
    use("early", { steps: { start: 0, end: 3 } }),
    use("mute", { unetStrength: 0 }),
  ];
  expect(inTurns([use("clay"), ...rest, use("ink")], { always })).toEqual([
    use("clay", turn(0, 2)),
    ...rest,
    use("ink", turn(1, 2)),
  ]);
});

it("two uses of one adapter share its turn; an adapter alone needs none", () => {
  const part = { blockWeights: { M00: 0 } };
  expect(inTurns([use("clay"), use("clay", part), use("ink")], { always })).toEqual([
    use("clay", turn(0, 2)),
    use("clay", { ...part, ...turn(0, 2) }),
    use("ink", turn(1, 2)),
  ]);
  expect(inTurns([use("clay"), use("lcm")], { always })).toEqual([use("clay"), use("lcm")]);
});

it("turns of an earlier plan are given again, so that none stays empty", () => {
  const [clay, , fox] = inTurns([use("clay"), use("ink"), use("fox")], { always });
  expect(inTurns([clay!, fox!], { always })).toEqual([use("clay", turn(0, 2)), use("fox", turn(1, 2))]);
  expect(inTurns([fox!], { always })).toEqual([use("fox")]);
});
