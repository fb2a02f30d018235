// Runs through window.stylus, like the command line's: reproducible, with and without adapters.
import { afterAll, beforeAll, expect, test } from "vitest";
import { runInPage, type Site } from "../../scripts/run/site.ts";
import { readPngText } from "../../src/formats/png.ts";
import { visit } from "./visit.ts";

let site: Site;
beforeAll(async () => void (site = await visit()));
afterAll(() => site?.close());

const base = {
  prompt: "a castle on a hill at night, clay render",
  seed: 11,
  steps: 2,
  fewStep: true,
} as const;
const run = (options: Parameters<typeof runInPage>[1]) => runInPage(site.page, options);

test("the chosen adapters are in the report and change the image; without them its exact pixels return", async () => {
  const none = await run({ ...base, adapters: "none" });
  const chosen = await run(base);
  const noneAgain = await run({ ...base, adapters: "none" });
  const chosenAgain = await run(base);
  expect(none.report.images[0]!.adapters).toEqual([]);
  expect(chosen.report.images[0]!.adapters.map(({ id }) => id)).toContain("clay");
  expect(chosen.images[0]!.png.equals(none.images[0]!.png)).toBe(false);
  expect(noneAgain.images[0]!.png.equals(none.images[0]!.png)).toBe(true);
  expect(chosenAgain.images[0]!.png.equals(chosen.images[0]!.png)).toBe(true);
});

test("image i of a batch equals the image of seed + i; another seed gives another image", async () => {
  const options = { ...base, adapters: "none" } as const;
  const batch = await run({ ...options, count: 2 });
  const second = await run({ ...options, seed: base.seed + 1 });
  expect(batch.images.map(({ seed }) => seed)).toEqual([11, 12]);
  expect(batch.images[1]!.png.equals(second.images[0]!.png)).toBe(true);
  expect(batch.images[0]!.png.equals(batch.images[1]!.png)).toBe(false);
});

test("the report names every stage, the device and its reason", async () => {
  const { report } = await run(base);
  expect([report.format, report.version]).toEqual(["stylus-web/run", 3]);
  expect(report.stages.map(({ id }) => id)).toEqual([
    "load",
    "embed",
    "retrieve",
    "compose",
    "plan",
    "generate",
  ]);
  expect(report.device.kind).toBe("wasm");
  expect(report.device.threads).toBeGreaterThan(1);
  expect(report.device.reason).not.toBe("");
  expect(report.images[0]!.stepMilliseconds).toHaveLength(2);
  expect(report.options).toMatchObject({ ...base, width: 256, height: 256, method: "stylus" });
});

test("generates with each method of the paper", async () => {
  const adapters = async (method: "sd" | "retriever" | "random"): Promise<string[]> =>
    (await run({ ...base, steps: 1, method })).report.images[0]!.adapters.map(({ id }) => id);
  expect(await adapters("sd")).toEqual([]);
  expect(await adapters("retriever")).toHaveLength(3);
  expect(new Set(await adapters("random")).size).toBe(3);
});

test("the PNG file has the adapters by name and requested strength", async () => {
  const { report, images } = await run({ ...base, adapters: [{ id: "clay", weight: 0.5 }] });
  expect(report.images[0]!.adapters).toEqual([{ id: "clay", unetStrength: 0.5, textStrength: 0.5 }]);
  const text = (await readPngText(new Uint8Array(images[0]!.png))).get("parameters")!;
  expect(text).toContain(`${base.prompt} <lora:clay:0.5>`);
  expect(text).toMatch(/Steps: 2, .*Seed: 11, /);
});
