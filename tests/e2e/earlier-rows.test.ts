// What earlier versions of the site stored, without the fields that came later, opens in the present page.
import type { Locator, Page } from "playwright";
import { expect, test } from "vitest";
import { card } from "../fixtures/cards.ts";
import { gradient } from "./image-file.ts";
import { loraFile } from "./lora-file.ts";
import { alerts, generateButton, images, loaded, promptBox } from "./page.ts";
import { visitBeforeAll } from "./visit.ts";

let page: Page;
const bugs = visitBeforeAll((site) => void ({ page } = site));

/** In the place of a file, which must cross into the page. */
const inBase64 = (bytes: Buffer) => ({ base64: bytes.toString("base64") });

const options = {
  prompt: "a castle on a hill",
  negativePrompt: "rain",
  seed: 7,
  count: 1,
  width: 64,
  height: 64,
  steps: 1,
  cfgScale: 1,
  pins: [],
  bans: [],
  removed: [],
  strengths: {},
};
const report = {
  fileName: "soft.safetensors",
  sizeBytes: 3,
  dtypes: ["float16"],
  families: [],
  ranks: [4],
  alphas: [4],
  matched: [],
  unmatched: [{ cause: "no such module", keys: ["a"] }],
  base: { name: null, evidence: ["no text encoder"] },
  embeddings: [],
  metadata: [],
  triggers: [],
  warnings: ["It has no metadata."],
};

const soft = card("soft", "style", { title: "Soft Light" });
const { phrases: _phrases, notMeant: _notMeant, ...refined } = soft.refined;

/** A store as version 1 of its database has it. */
interface Store {
  readonly key: string;
  readonly indexes?: readonly string[];
  readonly rows: readonly object[];
}

/** By database and store. */
const stored = async (): Promise<Readonly<Record<string, Readonly<Record<string, Store>>>>> => ({
  "stylus-web-gallery": {
    images: {
      key: "id",
      indexes: ["createdAt", "runId"],
      rows: [
        {
          id: "image",
          runId: "run",
          index: 0,
          createdAt: 1,
          seed: 7,
          width: 64,
          height: 64,
          adapters: [{ id: "clay", unetStrength: 0.5, textStrength: 0.5 }],
          masked: [],
          formulas: {},
          png: inBase64(gradient(64, 64)),
        },
      ],
    },
    runs: {
      key: "id",
      rows: [
        {
          id: "run",
          createdAt: 1,
          options,
          composition: {
            tasks: [
              { text: "a castle", start: 0, end: 8, picks: [{ id: "clay", reason: "It fits.", weight: 1 }] },
            ],
            rejected: [{ id: "ink", reason: "It does not fit." }],
            composer: { name: "rules", kind: "rules" },
          },
          candidates: [{ id: "clay", similarity: 0.5 }],
          report: { pack: { id: "pocket", title: "Pocket" }, stages: [{ id: "embed", milliseconds: 1 }] },
        },
      ],
    },
  },
  "stylus-web-adapters": {
    adapters: {
      key: "id",
      rows: [
        {
          id: "soft",
          addedAt: 1,
          file: inBase64((await loraFile("soft.safetensors")).buffer),
          card: { ...soft, refined },
          report,
        },
      ],
    },
  },
  "stylus-web-queue": {
    runs: {
      key: "id",
      indexes: ["owner"],
      rows: [
        {
          id: "waiting",
          position: 0,
          owner: "a tab that is closed",
          started: false,
          settings: { model: "pocket", prompt: "a robot in a meadow <lora:soft:0.5>", seed: 5 },
          adjustments: { strengths: {}, removed: [] },
          prompts: { prompt: "a robot in a meadow <lora:soft:0.5>", negativePrompt: "" },
        },
      ],
    },
  },
  "stylus-web-styles": {
    rows: { key: "name", rows: [{ name: "Wet", prompt: "rain", negativePrompt: "sun" }] },
  },
  "stylus-web-wildcards": { rows: { key: "name", rows: [{ name: "colour", text: "red\nblue" }] } },
});

test("rows that lack what came later are all shown, and none is set aside", async () => {
  const address = page.url();
  await page.goto(new URL("icon.svg", address).href); // here nothing holds a database open
  await page.evaluate(
    async (databases) => {
      const withFiles = async (row: object): Promise<object> => {
        const entries = Object.entries(row).map(async ([key, value]: [string, unknown]) => {
          const { base64 } = (value ?? {}) as { readonly base64?: string };
          if (base64 === undefined) return [key, value] as const;
          return [key, await (await fetch(`data:application/octet-stream;base64,${base64}`)).blob()] as const;
        });
        return Object.fromEntries(await Promise.all(entries));
      };
      for (const [name, stores] of Object.entries(databases)) {
        const opened = indexedDB.open(name, 1);
        opened.addEventListener("upgradeneeded", () => {
          for (const [store, { key, indexes = [] }] of Object.entries(stores)) {
            const made = opened.result.createObjectStore(store, { keyPath: key });
            for (const index of indexes) made.createIndex(index, index);
          }
        });
        await new Promise((resolve) => opened.addEventListener("success", resolve));
        for (const [store, { rows }] of Object.entries(stores))
          for (const row of await Promise.all(rows.map(withFiles))) {
            const put = opened.result.transaction(store, "readwrite").objectStore(store).put(row);
            await new Promise((resolve, reject) => {
              put.addEventListener("success", resolve);
              put.addEventListener("error", reject);
            });
          }
        opened.result.close();
      }
    },
    await stored(),
  );
  await page.goto(address);
  await loaded(page);
  const open = async (button: string | RegExp): Promise<Locator> => {
    await page.getByRole("button", { name: button, exact: true }).click();
    return page.getByRole("dialog").last();
  };

  const used = (title: string): Locator =>
    page.locator("figure li").filter({ hasText: title }).filter({ hasText: "0.50" });

  // The image, with its run.
  const gallery = page
    .getByRole("region", { name: "Your images" })
    .getByRole("button", { name: /^Show image/ });
  await gallery.click();
  await images(page).first().waitFor();
  expect(await promptBox(page).inputValue()).toBe(options.prompt);
  await used("Clay Render").waitFor();

  for (const [button, text] of [
    ["Styles", "Wet"],
    ["Wildcards", "colour"],
    [/^Adapters, \d+$/, "Soft Light"],
  ] as const) {
    await (await open(button)).getByText(text).first().waitFor();
    await page.keyboard.press("Escape");
  }

  // The run that waited, with the adapter.
  await page.getByText("1 run was waiting.").waitFor();
  await page.getByRole("button", { name: "Continue" }).click();
  await expect.poll(() => gallery.count(), { timeout: 120_000 }).toBe(2);
  await generateButton(page).waitFor();
  await used("Soft Light").waitFor();
  expect(await page.getByText("Some stored entries").count()).toBe(0);
  expect(await alerts(page).count()).toBe(0);
  expect(bugs).toEqual([]);
});
