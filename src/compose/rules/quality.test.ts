// How well the rules composer chooses with the pocket pack's real embedder, on prompts outside its calibration.
// A subset of `npm run fit:composer`; the bounds are slightly below the figures in docs/stylus.md.
import { beforeAll, expect, test } from "vitest";
import {
  evaluationPrompts,
  labelledPrompts,
  measureComposer,
  objectPrompts,
} from "../../../tests/fixtures/composer-quality.ts";
import { openPocket } from "../../../tests/fixtures/pocket.ts";

let pocket: Awaited<ReturnType<typeof openPocket>>;
beforeAll(async () => {
  pocket = await openPocket();
});

const seconds = 1000;

test("labelled prompts held out from the fit", { timeout: 300 * seconds }, async () => {
  const { precision, recall, faults } = await measureComposer(pocket, labelledPrompts("test"));
  expect(precision, faults.join("\n")).toBeGreaterThanOrEqual(0.95);
  expect(recall, faults.join("\n")).toBeGreaterThanOrEqual(0.85);
});

test(
  "evaluation prompts that name an adapter in its card's words or in other words",
  { timeout: 300 * seconds },
  async () => {
    const named = evaluationPrompts().filter(({ expect: wanted }) => wanted.length > 0);
    const { precision, recall, faults } = await measureComposer(pocket, named);
    expect(named).toHaveLength(40);
    expect(precision, faults.join("\n")).toBeGreaterThanOrEqual(0.9);
    expect(recall, faults.join("\n")).toBeGreaterThanOrEqual(0.65);
  },
);

test("objects that the base model can generate get no adapter", { timeout: 300 * seconds }, async () => {
  const known = objectPrompts("test").filter(({ expect: wanted }, i) => wanted.length === 0 && i % 5 === 0);
  const { wrong, faults } = await measureComposer(pocket, known);
  expect(known.length).toBeGreaterThan(100);
  expect(wrong, faults.join("\n")).toBeLessThanOrEqual(3);
});
