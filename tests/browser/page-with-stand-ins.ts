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
      await page.goto(`${browser.url}tests/browser/blank.html`); // here nothing holds a database open
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
      await page.goto(`${browser.url}tests/page/${query}`, { timeout: 120_000 }); // Vite compiles it first
    },
  };
}
