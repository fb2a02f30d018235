import { expect, it } from "vitest";
import { inTurn } from "./in-turn.ts";

it("begins a work when the one before has ended, whether it failed or not", async () => {
  const turn = inTurn();
  const log: string[] = [];
  const work = (name: string, fails: boolean) => async (): Promise<string> => {
    log.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, 1));
    log.push(`${name} ends`);
    if (fails) throw new Error(name);
    return name;
  };
  const turns = [turn(work("a", true)), turn(work("b", false)), turn(work("c", false))];
  const ends = await Promise.allSettled(turns);
  expect(ends.map((end) => (end.status === "fulfilled" ? end.value : String(end.reason)))).toEqual([
    "Error: a",
    "b",
    "c",
  ]);
  expect(log).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
});

it("those of another queue do not wait", async () => {
  const [one, other] = [inTurn(), inTurn()];
  void one(() => new Promise(() => {}));
  expect(await other(async () => "here")).toBe("here");
});
