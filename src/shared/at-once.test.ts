import { expect, it } from "vitest";
import { atOnce } from "./at-once.ts";

it("answers calls of one moment together, and later ones separately, even while the first answer is awaited", async () => {
  let count = 0;
  const ask = atOnce(async () => {
    count += 1;
    const mine = count;
    await Promise.resolve();
    return mine;
  });
  const together = [ask(), ask()];
  await Promise.resolve(); // work has begun
  const later = ask();
  expect(await Promise.all([...together, later])).toEqual([1, 1, 2]);
});

it("does not keep a failure", async () => {
  const answers = [Promise.reject(new Error("gone")), Promise.resolve("here")];
  const ask = atOnce(() => answers.shift()!);
  await expect(ask()).rejects.toThrow("gone");
  expect(await ask()).toBe("here");
});
