// The page with stand-in services (tests/page), as a new user meets it.
import { openTestBrowser, type TestBrowser } from "./harness.ts";

export interface StandInPage extends TestBrowser {
  /** Messages of errors that nobody caught. */
  readonly bugs: readonly string[];
  /** Loads the page with nothing stored. */
  visit(query?: string): Promise<void>;
}

export async function openPageWithStandIns(): Promise<StandInPage> {
  const browser = await openTestBrowser();
  const { page } = browser;
  const bugs: string[] = [];
  page.on("pageerror", ({ message }) => bugs.push(message));
  return {
    ...browser,
    page,
    bugs,
    async visit(query = "") {
      await page.goto(`${browser.url}tests/page/${query}`, { timeout: 120_000 }); // Vite compiles it first
      await page.evaluate(async () => {
        localStorage.clear();
        for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name!);
      });
      await page.reload();
    },
  };
}
