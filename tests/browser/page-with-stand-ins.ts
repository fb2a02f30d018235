// The page with stand-in services (tests/page), as a new user meets it.
import { afterAll, beforeAll } from "vitest";
import { openTestBrowser, type TestBrowser, type TestBrowserOptions } from "./harness.ts";

export interface StandInPage {
  /** Messages of errors that nobody caught, so far. */
  readonly bugs: readonly string[];
  /** Loads the page with nothing stored. */
  visit(query?: string): Promise<void>;
}

/**
 * One browser for all tests of a file, closed after them.
 * @param opened gets it before the first test
 */
export function standInsBeforeAll(
  opened: (browser: Pick<TestBrowser, "page" | "context">) => void | Promise<void>,
  options: TestBrowserOptions = {},
): StandInPage {
  let browser: TestBrowser | undefined;
  const bugs: string[] = [];
  beforeAll(async () => {
    browser = await openTestBrowser(options);
    browser.page.on("pageerror", ({ message }) => bugs.push(message));
    await opened(browser);
  });
  afterAll(() => browser?.close());
  return {
    bugs,
    async visit(query = "") {
      const { page, url } = browser!;
      await page.goto(`${url}tests/browser/blank.html`); // here nothing holds a database open
      await page.evaluate(async () => {
        localStorage.clear();
        const deleted = (name: string): Promise<Event> =>
          new Promise((resolve, reject) => {
            const request = indexedDB.deleteDatabase(name);
            request.addEventListener("success", resolve);
            request.addEventListener("error", reject);
          });
        await Promise.all((await indexedDB.databases()).map(({ name }) => deleted(name!)));
      });
      await page.goto(`${url}tests/page/${query}`, { timeout: 120_000 }); // Vite compiles it first
    },
  };
}
