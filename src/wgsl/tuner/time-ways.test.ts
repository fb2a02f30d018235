// Which passes are run and what their times say, also by a clock that is coarse or wrong.
import { expect, it } from "vitest";
import { type TimedPass, timeWays } from "./time-ways.ts";

/** Times ways of `milliseconds` each with a clock that shows what `seen` makes of a pass; all passes in order. */
async function timed(
  milliseconds: readonly number[],
  seen: (time: number, pass: TimedPass) => number = (time) => time,
) {
  const all: TimedPass[] = [];
  const times = timeWays(milliseconds.length, async (passes) => {
    all.push(...passes);
    return passes.map((pass) => seen(milliseconds[pass.way]! * pass.repeats, pass));
  });
  return { times: await times.catch((error: unknown) => error), passes: all };
}

const coarse = (time: number): number => Math.floor(time * 10) / 10;

it("repeats short ways until a clock can tell them apart, and leaves out what is clearly slower", async () => {
  const { times, passes } = await timed([0.25, 0.125, 8]);
  expect(times).toEqual([0.25, 0.125, Infinity]);
  expect(passes.slice(3)).toEqual([0, 1, 0, 1].map((way) => ({ way, repeats: 16 })));
});

it("runs slow ways once", async () => {
  const { times, passes } = await timed([30, 40]);
  expect(times).toEqual([30, 40]);
  expect(passes.length).toBe(2);
});

it("times ways of which a coarse clock sees nothing at first", async () => {
  const { times, passes } = await timed([0.05, 0.0625], coarse);
  expect(times).toEqual([3.2 / 64, 4 / 64]);
  expect(passes.length).toBe(6);
});

it.each([
  ["zero", 0],
  ["negative", -0.1],
])("no way wins by a time that is %s", async (_, wrong) => {
  const later = await timed([0.5, 1], (time, { way, repeats }) => (way === 1 && repeats > 1 ? wrong : time));
  expect(later.times).toBeInstanceOf(Error);
  const slow = await timed([30, 40], (time, { way }) => (way === 1 ? wrong : time));
  expect(slow.times).toBeInstanceOf(Error);
  // Nor does a way that may be slow run many times over.
  expect(slow.passes.length).toBe(2);
});
