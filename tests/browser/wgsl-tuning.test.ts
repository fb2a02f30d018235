// The check of the tiles and tuning in a real browser on a software GPU: what is found, kept and taken at the next visit, in one tab and
// in two, and that results are right whatever is chosen.
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
  readonly checks: number;
  readonly choices: Readonly<Record<string, string>>;
  readonly measuredShapes: number;
  readonly error: number;
  readonly kernels: readonly string[];
  readonly others: readonly string[];
}

const visit = (options = {}): Promise<Visit> =>
  browser.page.evaluate(async (given) => (await load("/tests/browser/wgsl-tuning.ts")).visit(given), options);

/** A row of the database, with plain objects and lists for its maps and sets. */
interface Row {
  readonly version: string;
  readonly tiles: Readonly<Record<string, boolean>>;
  readonly choices: Readonly<Record<string, string>>;
  readonly trying: readonly string[];
}

/** Puts `row` in place of this device's record; its own version if `row` has none. */
const putRow = (row: Partial<Row>): Promise<void> =>
  browser.page.evaluate(async ({ tiles, choices, trying, ...rest }) => {
    const { recordOfThisDevice } = await load("/tests/browser/wgsl-tuning.ts");
    const { key, version } = await recordOfThisDevice();
    const { TuningRecords } = await load("/src/storage/tuning-records.ts");
    await new TuningRecords().count(); // makes the database
    const value = {
      version,
      ...rest,
      ...(tiles && { tiles: new Map(Object.entries(tiles)) }),
      ...(choices && { choices: new Map(Object.entries(choices)) }),
      ...(trying && { trying: new Set(trying) }),
    };
    const opening = indexedDB.open("stylus-web-tuning");
    await new Promise((resolve) => opening.addEventListener("success", resolve));
    const storing = opening.result
      .transaction("adapters", "readwrite")
      .objectStore("adapters")
      .put(value, key);
    await new Promise((resolve) => storing.addEventListener("success", resolve));
    opening.result.close();
  }, row);

const rows = (): Promise<Row[]> =>
  browser.page.evaluate(async () => {
    const opening = indexedDB.open("stylus-web-tuning");
    await new Promise((resolve) => opening.addEventListener("success", resolve));
    const reading = opening.result.transaction("adapters").objectStore("adapters").getAll();
    await new Promise((resolve) => reading.addEventListener("success", resolve));
    opening.result.close();
    return reading.result.map(({ version, tiles, choices, trying }) => ({
      version,
      tiles: Object.fromEntries(tiles),
      choices: Object.fromEntries(choices),
      trying: [...trying],
    }));
  });

/** As Storage does. @returns the adapters before and after */
const reset = (): Promise<number[]> =>
  browser.page.evaluate(async () => {
    const { TuningRecords } = await load("/src/storage/tuning-records.ts");
    const records = new TuningRecords();
    const before = await records.count();
    await records.reset();
    return [before, await records.count()];
  });

const [small, large] = ["16x32x16 2 each by rows", "32x32x16 4 each by depth"] as const;
const bothRight = { [small]: true, [large]: true };

/** In each shape, what is not what the tuner has chosen. */
const others = (choices: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(choices).map(([shape, choice]) => [
      shape,
      choice.startsWith(small) ? `${large}/1` : `${small}/1`,
    ]),
  );

test("checks tiles and measures every shape once, keeps what was found, and takes it at the next visit", async () => {
  const first = await visit();
  expect(first.checks).toBeGreaterThan(0);
  expect(Object.keys(first.choices).toSorted()).toEqual([...shapes]);
  expect(first.measuredShapes).toBe(3);
  expect(first.error).toBeLessThan(TOLERANCE);
  const [row, ...more] = await rows();
  expect(row).toMatchObject({ tiles: bothRight, choices: first.choices, trying: [] });
  expect(more).toEqual([]);

  const second = await visit();
  expect(second).toEqual({ ...first, checks: 0, measuredShapes: 0, error: second.error });
});

test("uses a tile that is computed wrongly for no network, and remembers it", async () => {
  const all = await visit();
  expect(all.others.filter((name) => name.includes(large)).length).toBe(3);
  await reset();
  const wrong = await visit({ wrongTile: large });
  expect(wrong.error).toBeLessThan(TOLERANCE);
  expect([...wrong.kernels, ...wrong.others].filter((name) => !name.includes(small))).toEqual([]);
  expect((await rows())[0]!.tiles).toEqual({ [small]: true, [large]: false });
  expect(await visit({ wrongTile: large })).toMatchObject({ checks: 0, others: wrong.others });
});

test("a tile whose check ended the tab is not tried again, until a reset", async () => {
  await putRow({ tiles: { [small]: true }, choices: {}, trying: [large] });
  const next = await visit();
  expect(next.checks).toBe(0);
  expect(next.others.filter((name) => name.includes(large))).toEqual([]);
  expect(await rows()).toMatchObject([{ tiles: { [small]: true, [large]: false }, trying: [] }]);
  await reset();
  await visit();
  expect(await rows()).toMatchObject([{ tiles: bothRight }]);
});

test("tiles for which there is no time are checked at the next visit, and nothing is measured before", async () => {
  const short = await visit({ endlessTile: large, limitMilliseconds: 0 });
  expect(short.measuredShapes).toBe(0);
  expect(short.error).toBeLessThan(TOLERANCE);
  const [row] = await rows();
  expect([row!.tiles, row!.choices, row!.trying]).toEqual([{ [small]: true }, {}, []]);
  const second = await visit();
  expect(second.measuredShapes).toBe(3);
  expect(await rows()).toMatchObject([{ tiles: bothRight }]);
});

test("times by submissions where the device has no timestamps", async () => {
  await putRow({ tiles: bothRight, choices: {}, trying: [] });
  const { measuredShapes, choices, error } = await visit({ timestamps: false });
  expect(measuredShapes).toBe(3);
  expect(Object.keys(choices).toSorted()).toEqual([...shapes]);
  expect(error).toBeLessThan(TOLERANCE);
});

test("computes the same with other choices", async () => {
  const first = await visit();
  const changed = others(first.choices);
  await putRow({ tiles: bothRight, choices: changed, trying: [] });
  const second = await visit();
  expect(second.choices).toEqual(changed);
  expect(second.kernels).not.toEqual(first.kernels);
  expect(second.error).toBeLessThan(TOLERANCE);
});

test.each([
  ["of other kernels", { version: "other", tiles: { [large]: false }, choices: {}, trying: [] }],
  ["that is damaged", { choices: { [shapes[2]]: `${small}/1` } }],
])("ignores and replaces a row %s", async (_, row) => {
  await putRow(row);
  const { measuredShapes, choices } = await visit();
  expect(measuredShapes).toBe(3);
  const kept = await rows();
  expect(kept.map(({ version }) => version)).not.toEqual(["other"]);
  expect(kept).toMatchObject([{ tiles: bothRight, choices, trying: [] }]);
});

test("ignores a choice that there is not", async () => {
  const unknown = Object.fromEntries(shapes.map((shape) => [shape, "999x999x16 8 each by rows/1"]));
  await putRow({ tiles: bothRight, choices: unknown, trying: [] });
  const { measuredShapes, error } = await visit();
  expect(measuredShapes).toBe(0);
  expect(error).toBeLessThan(TOLERANCE);
});

test("what was being measured when the tab ended keeps the choice of the rates, until a reset", async () => {
  await putRow({ tiles: bothRight, choices: {}, trying: shapes });
  const next = await visit();
  expect(next.measuredShapes).toBe(0);
  expect(next.kernels.filter((name) => !name.includes(large))).toEqual([]);
  expect(await rows()).toMatchObject([{ choices: next.choices, trying: [] }]);
  await reset();
  expect((await visit()).measuredShapes).toBe(3);
});

test("two tabs at once: one checks and measures, the other takes what it has found", async () => {
  const both = await browser.page.evaluate(async () => {
    const page = await load("/tests/browser/wgsl-tuning.ts");
    return Promise.all([page.visit(), page.visit()]);
  });
  expect(both.map(({ measuredShapes }) => measuredShapes).toSorted()).toEqual([0, 3]);
  expect(both[0]!.choices).toEqual(both[1]!.choices);
  expect(await rows()).toMatchObject([{ tiles: bothRight, choices: both[0]!.choices }]);
});

test("keeps what two tabs write at the same time", async () => {
  await browser.page.evaluate(async () => {
    const { TuningRecords } = await load("/src/storage/tuning-records.ts");
    const key = { adapter: "a GPU", version: "1" };
    const tabs = [new TuningRecords(), new TuningRecords()];
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        tabs[i % 2].update(key, ({ choices }: { choices: Map<string, string> }) =>
          choices.set(`shape ${i}`, "a"),
        ),
      ),
    );
  });
  expect(Object.keys((await rows())[0]!.choices).length).toBe(20);
});

test("forgets on request", async () => {
  await visit();
  expect(await reset()).toEqual([1, 0]);
  expect(await visit()).toMatchObject({ measuredShapes: 3 });
});
