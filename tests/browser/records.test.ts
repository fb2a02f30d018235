// The site's databases with faults put into them: rows and databases of another shape, silence, deletion, a full disk, two tabs.
import type { Page } from "playwright";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { card } from "../fixtures/cards.ts";
import { openTestBrowser, type TestBrowser } from "./harness.ts";

/** Defined by blank.html: imports a source file inside the page. */
// oxlint-disable-next-line typescript/no-explicit-any -- the page's modules are not typed here
declare const load: (path: string) => Promise<any>;

let browser: TestBrowser;
let page: Page;
beforeAll(async () => void (browser = await openTestBrowser()));
afterAll(() => browser?.close());
beforeEach(async () => {
  ({ page } = browser);
  await page.goto(`${browser.url}tests/browser/blank.html`);
  await page.evaluate(async () => {
    for (const { name } of await indexedDB.databases()) {
      const request = indexedDB.deleteDatabase(name!);
      await new Promise((resolve) => request.addEventListener("success", resolve));
    }
  });
});

async function secondTab(): Promise<Page> {
  const tab = await browser.context.newPage();
  await tab.goto(`${browser.url}tests/browser/blank.html`);
  return tab;
}

const image = (id: string, runId = "run") => ({
  id,
  runId,
  index: 0,
  createdAt: 1,
  seed: 7,
  width: 8,
  height: 8,
  adapters: [],
  masked: [],
  formulas: {},
});
const run = {
  id: "run",
  createdAt: 1,
  options: {
    prompt: "a fox",
    negativePrompt: "",
    seed: 7,
    count: 1,
    width: 8,
    height: 8,
    steps: 1,
    cfgScale: 1,
    pins: [],
    bans: [],
    removed: [],
    strengths: {},
    start: null,
  },
  composition: { tasks: [], rejected: [], composer: { name: "", kind: "none" } },
  candidates: [],
  report: { pack: { id: "pocket", title: "Pocket" }, stages: [] },
};
const adapter = (id: string) => ({
  id,
  addedAt: 1,
  card: card(id, "style"),
  report: {
    fileName: id,
    sizeBytes: 1,
    dtypes: [],
    families: [],
    ranks: [],
    alphas: [],
    matched: [],
    unmatched: [],
    base: { name: null, evidence: [] },
    embeddings: [],
    metadata: [],
    triggers: [],
    hashes: null,
    warnings: [],
    refusal: null,
  },
});

// The first test: Chromium believes for a while the space that it last found free.
test("an adapter is kept only once there is room, and the reason is known until then", async () => {
  const session = await browser.context.newCDPSession(page);
  const { origin } = new URL(browser.url);
  const add = (): Promise<string> =>
    page.evaluate(async (row) => {
      const { openUserAdapters } = await load("/src/app/adapters/user-adapters.ts");
      const { keepingError } = await load("/src/shared/errors.ts");
      const { say } = await load("/src/shared/saying.ts");
      const store = await openUserAdapters();
      const file = new Blob([new Uint8Array(3_000_000)]);
      return store.add({ ...row, file }).then(
        () => "kept",
        (cause: unknown) => keepingError(say`this adapter`, cause, { full: say`` }).message,
      );
    }, adapter("clay"));
  await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1 });
  expect(await add()).toBe("The browser has no room to keep this adapter.");
  await session.send("Storage.overrideQuotaForOrigin", { origin });
  expect(await add()).toBe("kept");
  await session.detach();
});

test("malformed rows are set aside, exported and deleted; all others are read", async () => {
  const seen = await page.evaluate(
    async (rows) => {
      const [{ openGallery }, { openUserAdapters }, { openInputs }, { openUserModels }, aside] =
        await Promise.all([
          load("/src/app/images/gallery.ts"),
          load("/src/app/adapters/user-adapters.ts"),
          load("/src/app/images/input-store.ts"),
          load("/src/app/packs/user-models.ts"),
          load("/src/storage/records/set-aside.ts"),
        ]);
      const { english } = await load("/src/shared/saying.ts");
      const file = new Blob(["xyz"]);
      const gallery = await openGallery();
      await gallery.add(rows.run, [{ ...rows.image, png: file }]);
      const adapters = await openUserAdapters();
      await adapters.put({ ...rows.adapter, file });
      const inputs = await openInputs();
      await inputs.put(file);
      const models = openUserModels();
      await models.all();
      const composed = (rejected: object): object => ({ ...rows.run.composition, rejected: [rejected] });
      const told = [{ id: "a", reason: "of before" }, { id: "b", reason: { kind: "later" } }, { id: "c" }];
      for (const [i, rejected] of told.entries())
        await gallery.add({ ...rows.run, composition: composed(rejected), id: `told-${i}` }, [
          { ...rows.image, id: `of-told-${i}`, runId: `told-${i}`, png: file },
        ]);
      const damage: Record<string, [string, object][]> = {
        "stylus-web-gallery": [
          ["images", { ...rows.image, id: "no-file" }],
          ["images", { id: "nothing else" }],
          ["images", { ...rows.image, id: "orphan", runId: "bad-run", png: file }],
          ["runs", { ...rows.run, id: "bad-run", composition: null }],
          ["runs", { ...rows.run, id: "bad-reason", composition: composed({ id: "clay", reason: null }) }],
        ],
        "stylus-web-adapters": [["adapters", { ...rows.adapter, id: "bad", card: { id: "bad" }, file }]],
        "stylus-web-inputs": [["inputs", { id: "bad", addedAt: 1 }]],
        "stylus-web-models": [["models", { id: "own-1", title: 5 }]],
      };
      for (const [name, bad] of Object.entries(damage)) {
        const opened = indexedDB.open(name);
        await new Promise((resolve) => opened.addEventListener("success", resolve));
        for (const [store, row] of bad) {
          const put = opened.result.transaction(store, "readwrite").objectStore(store).put(row);
          await new Promise((resolve) => put.addEventListener("success", resolve));
        }
        opened.result.close();
      }
      const orphan = await gallery.run("bad-run").catch((error: Error) => error.message);
      const own: { id: string }[] = (await gallery.run(rows.run.id)).images;
      const read = {
        own: own.map(({ id }) => id),
        images: (await gallery.images()).map(({ id }: { id: string }) => id),
        runs: (await gallery.runs()).map(({ id }: { id: string }) => id),
        orphan,
        adapters: (await adapters.all()).map(({ id }: { id: string }) => id),
        inputBytes: await inputs.sizeBytes(),
        models: await models.all(),
      };
      const list = (): string[] =>
        aside
          .setAsideEntries()
          .map(({ store, key, problem }: Record<string, string>) => `${store} ${key}: ${english(problem)}`)
          .sort();
      const before = list();
      const whole = gallery.isWhole();
      await gallery.clear();
      const cleared = { images: (await gallery.images()).length, aside: list() };
      const tar = await (await aside.exportSetAside("stylus-web-adapters")).text();
      for (const name of Object.keys(damage)) await aside.deleteSetAside(name);
      await gallery.images();
      await gallery.runs();
      await adapters.all();
      return { read, before, whole, cleared, tar, after: list(), left: (await adapters.all()).length };
    },
    { run, image: image("good"), adapter: adapter("good") },
  );
  expect(seen.read).toEqual({
    own: ["good"],
    images: ["good", "of-told-0", "of-told-1", "of-told-2", "orphan"],
    runs: ["run", "told-0", "told-1", "told-2"],
    orphan: "The record of this image’s run can’t be read.",
    adapters: ["good"],
    inputBytes: 3,
    models: [],
  });
  expect(seen.before).toEqual([
    expect.stringContaining("adapters bad: card.title"),
    expect.stringContaining("images no-file: png"),
    expect.stringContaining("images nothing else: runId"),
    expect.stringContaining("inputs bad: file"),
    expect.stringContaining("models own-1: title"),
    expect.stringContaining("runs bad-reason: composition.rejected.0.reason"),
    expect.stringContaining("runs bad-run: composition"),
  ]);
  expect(seen.whole).toBe(false);
  expect(seen.cleared).toEqual({ images: 0, aside: seen.before });
  expect(seen.tar).toContain("1.json");
  expect(seen.tar).toContain('"file": "1-1.bin"');
  expect(seen.tar).toContain("xyz");
  expect(seen.tar.length % 512).toBe(0);
  expect([seen.after, seen.left]).toEqual([[], 1]);
});

test.each(["no stores", "a newer version", "open throws"])(
  "a database that cannot be used: %s; the page keeps in memory, and the user can delete what there is",
  async (fault) => {
    const seen = await page.evaluate(
      async ([kind, row]) => {
        const make = async (): Promise<void> => {
          const opened = indexedDB.open("stylus-web-adapters", kind === "a newer version" ? 7 : 1);
          if (kind === "a newer version")
            opened.addEventListener("upgradeneeded", () => opened.result.createObjectStore("adapters"));
          await new Promise((resolve) => opened.addEventListener("success", resolve));
          opened.result.close();
        };
        const open = indexedDB.open.bind(indexedDB);
        if (kind === "open throws") {
          indexedDB.open = () => {
            throw new DOMException("refused", "SecurityError");
          };
        } else await make();
        const { openUserAdapters } = await load("/src/app/adapters/user-adapters.ts");
        const { openUserModels } = await load("/src/app/packs/user-models.ts");
        const aside = await load("/src/storage/records/set-aside.ts");
        const store = await openUserAdapters();
        await store.add({ ...(row as object), file: new Blob(["x"]) });
        const models = await openUserModels().all();
        const { english } = await load("/src/shared/saying.ts");
        const entries = aside.setAsideEntries().map(({ problem }: { problem: object }) => english(problem));
        indexedDB.open = open;
        await aside.deleteSetAside("stylus-web-adapters");
        const next = await openUserAdapters();
        return {
          persistent: [store.persistent, next.persistent],
          rows: (await store.all()).length,
          models,
          entries,
        };
      },
      [fault, adapter("clay")] as const,
    );
    expect(seen).toEqual({
      persistent: [false, true],
      rows: 1,
      models: [],
      entries: {
        "no stores": ["it has no store “adapters”"],
        "a newer version": ["it is of a newer version"],
        "open throws": [],
      }[fault],
    });
  },
);

test("a database that never answers fails in time, at opening and at work, and works once it answers", async () => {
  const other = await secondTab();
  /** Holds the database in an upgrade, or a store in a transaction, until `release` is called. */
  const hold = (kind: "upgrade" | "transaction") =>
    other.evaluateHandle(async (what) => {
      let released = false;
      const opened = indexedDB.open(
        what === "upgrade" ? "upgrading" : "busy",
        what === "upgrade" ? 1 : undefined,
      );
      const spin = (store: IDBObjectStore): void => {
        store.get("x").addEventListener("success", () => released || spin(store));
      };
      await new Promise<void>((resolve) => {
        opened.addEventListener("upgradeneeded", () => {
          spin(opened.result.createObjectStore("rows"));
          resolve();
        });
        opened.addEventListener("success", () => {
          if (what === "upgrade") opened.result.close();
          else spin(opened.result.transaction("rows", "readwrite").objectStore("rows"));
          resolve();
        });
      });
      return { release: () => void (released = true) };
    }, kind);
  const open = (name: string) =>
    page.evaluateHandle(async (database) => {
      const { Records } = await load("/src/storage/records/database.ts");
      const shape = { name: database, version: 1, stores: { rows: { keyPath: null } } };
      return { records: await Records.open(shape, { patience: 400 }) };
    }, name);
  const isOpen = async (opened: ReturnType<typeof open>): Promise<boolean> =>
    (await opened).evaluate(({ records }) => records !== null);
  const upgrade = await hold("upgrade");
  expect(await isOpen(open("upgrading"))).toBe(false);
  await upgrade.evaluate(({ release }) => release());
  expect(await isOpen(open("upgrading"))).toBe(true);

  const busy = open("busy");
  expect(await isOpen(busy)).toBe(true);
  const put = async (): Promise<string> =>
    (await busy).evaluate(async ({ records }) => {
      const { keepingError } = await load("/src/shared/errors.ts");
      const { say } = await load("/src/shared/saying.ts");
      return records
        .run((database: { put: (...values: unknown[]) => unknown }) => database.put("rows", 1, "key"))
        .then(
          () => "kept",
          (cause: unknown) => keepingError(say`this image`, cause, { full: say`` }).message,
        );
    });
  const transaction = await hold("transaction");
  expect(await put()).toBe("The browser could not keep this image. The browser’s storage does not answer.");
  await transaction.evaluate(({ release }) => release());
  expect(await put()).toBe("kept");
  await other.close();
});

test("a database deleted by another tab is created again at the next use", async () => {
  const opened = await page.evaluateHandle(async (row) => {
    const { openUserAdapters } = await load("/src/app/adapters/user-adapters.ts");
    const store = await openUserAdapters();
    await store.add({ ...row, file: new Blob(["x"]) });
    return { store };
  }, adapter("clay"));
  const other = await secondTab();
  await other.evaluate(async () => {
    const request = indexedDB.deleteDatabase("stylus-web-adapters");
    await new Promise((resolve) => request.addEventListener("success", resolve));
  });
  await other.close();
  const ids = await opened.evaluate(async ({ store }, row) => {
    await store.add({ ...row, file: new Blob(["x"]) });
    return ((await store.all()) as { id: string }[]).map(({ id }) => id);
  }, adapter("ink"));
  expect(ids).toEqual(["ink"]);
});

test("notes of adapters: changes of two tabs, and two at once, all count; what was emptied leaves no row", async () => {
  const other = await secondTab();
  const open = (tab: Page) =>
    tab.evaluateHandle(async () => {
      const { openAdapterNotes } = await load("/src/app/adapters/library/adapter-notes.ts");
      const { createNotes } = await load("/src/app/state/library/notes.ts");
      const store = await openAdapterNotes();
      const state = createNotes({ opening: Promise.resolve(store) });
      const tag = (name: string): Promise<void> =>
        state.change(["clay", "ink"], ({ tags }: { tags: string[] }) => ({ tags: [...tags, name] }));
      await state.change([], () => ({}));
      return { store, state, tag };
    });
  const [here, there] = [await open(page), await open(other)];
  await here.evaluate(({ tag }) => tag("first"));
  await there.evaluate(({ tag }) => Promise.all([tag("second"), tag("third")]));
  await here.evaluate(({ state }) => state.change(["clay"], () => ({ hidden: true })));
  const clay = { key: "clay", tags: ["first", "second", "third"], hidden: true };
  expect(await here.evaluate(({ state }) => state.notes().get("clay"))).toEqual(clay);
  await there.evaluate(({ state }) => state.forget(["ink"]));
  expect(await here.evaluate(({ store }) => store.all())).toEqual([clay]);
  await other.close();
});

test("galleries of two tabs follow each other; a run stays until its last image is removed", async () => {
  const other = await secondTab();
  const open = (tab: Page) =>
    tab.evaluateHandle(async () => {
      const { openGallery } = await load("/src/app/images/gallery.ts");
      const gallery = await openGallery();
      const changes = { count: 0 };
      gallery.onChange(() => changes.count++);
      return { gallery, changes };
    });
  const [here, there] = [await open(page), await open(other)];
  const changes = (tab: Page, opened: typeof here, count: number) =>
    tab.waitForFunction(({ gallery, wanted }) => gallery.changes.count === wanted, {
      gallery: opened,
      wanted: count,
    });
  await here.evaluate(
    async ({ gallery }, { row, images }) => {
      await gallery.add(
        row,
        images.map((each) => ({ ...each, png: new Blob(["png"]) })),
      );
    },
    { row: run, images: [image("a"), image("b")] },
  );
  await changes(other, there, 1);
  const removeAndCount = (opened: typeof here, id: string) =>
    opened.evaluate(async ({ gallery }, imageId) => {
      await gallery.remove(imageId);
      return [(await gallery.runs()).length, (await gallery.images()).length];
    }, id);
  expect(await removeAndCount(there, "a")).toEqual([1, 1]);
  await changes(page, here, 1);
  expect(await removeAndCount(here, "b")).toEqual([0, 0]);
  await changes(other, there, 2);
  await other.close();
});

test("the second of two tabs that add one adapter at once learns that its name is taken", async () => {
  const other = await secondTab();
  const add = (tab: Page): Promise<string> =>
    tab.evaluate(async (row) => {
      const { openUserAdapters } = await load("/src/app/adapters/user-adapters.ts");
      const store = await openUserAdapters();
      return store.add({ ...row, file: new Blob(["x"]) }).then(
        () => "kept",
        (error: DOMException) => error.name,
      );
    }, adapter("clay"));
  expect((await Promise.all([add(page), add(other)])).sort()).toEqual(["ConstraintError", "kept"]);
  await other.close();
});

test("what a tab starts from is known to the others until it lets go or is closed", async () => {
  const other = await secondTab();
  const claims = (tab: Page): Promise<string[]> =>
    tab.evaluate(async () => {
      const { claimedInputs } = await load("/src/app/images/input-claims.ts");
      return [...((await claimedInputs()) as Set<string>)].sort();
    });
  const claim = (tab: Page, ids: string[]) =>
    tab.evaluateHandle(async (wanted) => {
      const { claimInputs } = await load("/src/app/images/input-claims.ts");
      const release: () => void = claimInputs(wanted);
      // Granted, not only asked for: shared locks of both tabs are held together.
      for (;;) {
        const { held = [] } = await navigator.locks.query();
        if (wanted.every((id) => held.some(({ name }) => name === `stylus-input-${id}`))) return { release };
      }
    }, ids);
  await claim(other, ["picture", "mask"]);
  const claimed = await claim(page, ["picture"]);
  expect(await claims(page)).toEqual(["mask", "picture"]);
  await other.close();
  await expect.poll(() => claims(page)).toEqual(["picture"]); // the browser ends a tab in its own time
  await claimed.evaluate(({ release }) => release());
  expect(await claims(page)).toEqual([]);
});
