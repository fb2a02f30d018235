import { expect, it } from "vitest";
import { StylusError } from "../../shared/errors.ts";
import { throughLoss } from "./through-loss.ts";

const lost = new StylusError("device-lost", "The worker stopped.");

/** Work that fails with each of `failures` in turn, then succeeds. */
function work(...failures: StylusError[]) {
  const log: string[] = [];
  return {
    log,
    run: () =>
      throughLoss(
        async () => {
          log.push("work");
          const failure = failures.shift();
          if (failure) throw failure;
          return "done";
        },
        async () => void log.push("prepare"),
      ),
  };
}

it("does lost work once more, after preparing the new worker, and then says so", async () => {
  const once = work(lost);
  expect(await once.run()).toBe("done");
  expect(once.log).toEqual(["work", "prepare", "work"]);
  const twice = work(lost, lost);
  await expect(twice.run()).rejects.toBe(lost);
  expect(twice.log).toEqual(["work", "prepare", "work"]);
  expect(await twice.run()).toBe("done"); // a retry works
  const other = work(new StylusError("bad-file", "cut off"));
  await expect(other.run()).rejects.toMatchObject({ code: "bad-file" });
  expect(other.log).toEqual(["work"]);
});
