// Tuning in a real browser on a software GPU: what is measured, kept and taken at the next visit, and that results are right whatever is
// chosen.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openTestBrowser, type TestBrowser } from "./harness.ts";

/** Defined by blank.html: imports a source file inside the page. */
// oxlint-disable-next-line typescript/no-explicit-any -- the page's modules are not typed here
declare const load: (path: string) => Promise<any>;

const TOLERANCE = 2e-6;

const shapes = ["rows 42x32x32 groups 3 whole", "rows 42x64x32 whole", "window 42x32x216"] as const;

let browser: TestBrowser;
beforeAll(async () => void (browser = await openTestBrowser({ webgpu: "software" })));
afterAll(() => browser?.close());
beforeEach(async () => {
  await browser.page.evaluate(async () => {
    const request = indexedDB.deleteDatabase("stylus-web-tuning");
    await new Promise((resolve) => request.addEventListener("success", resolve));
  });
});

interface Visit {
  readonly choices: Readonly<Record<string, string>>;
  readonly measuredShapes: number;
  readonly error: number;
  readonly kernels: readonly string[];
}

const visit = (options = {}): Promise<Visit> =>
  browser.page.evaluate(async (given) => (await load("/tests/browser/wgsl-tuning.ts")).visit(given), options);

/** Puts `row` in place of this device's record, with `{version}` for its own. */
const putRow = (row: (version: string) => unknown): Promise<void> =>
  browser.page.evaluate(
    async (text) => {
      const { recordOfThisDevice } = await load("/tests/browser/wgsl-tuning.ts");
      const { key, version } = await recordOfThisDevice();
      const { choices, ...rest } = JSON.parse(text.replace("{version}", version));
      const value = { ...rest, ...(choices && { choices: new Map(Object.entries(choices)) }) };
      const opening = indexedDB.open("stylus-web-tuning");
      await new Promise((resolve) => opening.addEventListener("success", resolve));
      const storing = opening.result
        .transaction("adapters", "readwrite")
        .objectStore("adapters")
        .put(value, key);
      await new Promise((resolve) => storing.addEventListener("success", resolve));
      opening.result.close();
    },
    JSON.stringify(row("{version}")),
  );

const rows = (): Promise<{ version: string; choices: Record<string, string> }[]> =>
  browser.page.evaluate(async () => {
    const opening = indexedDB.open("stylus-web-tuning");
    await new Promise((resolve) => opening.addEventListener("success", resolve));
    const reading = opening.result.transaction("adapters").objectStore("adapters").getAll();
    await new Promise((resolve) => reading.addEventListener("success", resolve));
    opening.result.close();
    return reading.result.map(({ version, choices }) => ({ version, choices: Object.fromEntries(choices) }));
  });

/** In each shape, what is not what the tuner has chosen. */
const others = (choices: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(choices).map(([shape, choice]) => [
      shape,
      choice.startsWith("16x32") ? "32x32x16 4 each by depth/1" : "16x32x16 2 each by rows/1",
    ]),
  );

test("measures every shape once, keeps the choices, and takes them at the next visit", async () => {
  const first = await visit();
  expect(Object.keys(first.choices).toSorted()).toEqual([...shapes]);
  expect(first.measuredShapes).toBe(3);
  expect(first.error).toBeLessThan(TOLERANCE);
  expect((await rows()).map(({ choices }) => choices)).toEqual([first.choices]);

  const second = await visit();
  expect(second.measuredShapes).toBe(0);
  expect(second.choices).toEqual(first.choices);
  expect(second.kernels).toEqual(first.kernels);
});

test("times by submissions where the device has no timestamps", async () => {
  const { measuredShapes, choices, error } = await visit({ timestamps: false });
  expect(measuredShapes).toBe(3);
  expect(Object.keys(choices).toSorted()).toEqual([...shapes]);
  expect(error).toBeLessThan(TOLERANCE);
});

test("computes the same with other choices", async () => {
  const first = await visit();
  const changed = others(first.choices);
  await putRow((version) => ({ version, choices: changed }));
  const second = await visit();
  expect(second.choices).toEqual(changed);
  expect(second.kernels).not.toEqual(first.kernels);
  expect(second.error).toBeLessThan(TOLERANCE);
});

test.each([
  ["of other kernels", { version: "other", choices: { [shapes[2]]: "32x32x16 4 each by depth/1" } }],
  ["that is damaged", { version: "{version}" }],
])("ignores and replaces a row %s", async (_, row) => {
  const { choices } = await visit();
  const { version } = (await rows())[0]!;
  await putRow(() => row);
  const { measuredShapes } = await visit();
  expect(measuredShapes).toBe(3);
  const kept = await rows();
  expect(kept.map((one) => one.version)).toEqual([version]);
  expect(Object.keys(kept[0]!.choices).toSorted()).toEqual(Object.keys(choices).toSorted());
});

test("ignores a choice that there is not", async () => {
  await visit();
  const unknown = Object.fromEntries(shapes.map((shape) => [shape, "999x999x16 8 each by rows/1"]));
  await putRow((version) => ({ version, choices: unknown }));
  const { measuredShapes, error } = await visit();
  expect(measuredShapes).toBe(0);
  expect(error).toBeLessThan(TOLERANCE);
});

test("forgets on request", async () => {
  await visit();
  const counts = await browser.page.evaluate(async () => {
    const { TuningRecords } = await load("/src/storage/tuning-records.ts");
    const records = new TuningRecords();
    const before = await records.count();
    await records.reset();
    return [before, await records.count()];
  });
  expect(counts).toEqual([1, 0]);
  expect((await visit()).measuredShapes).toBe(3);
});
