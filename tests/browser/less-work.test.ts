// The settings that make sampling less work, on the page with stand-in services.
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { loaded } from "../e2e/page.ts";
import { standInsBeforeAll } from "./page-with-stand-ins.ts";

let page: Page;
const { visit, bugs } = standInsBeforeAll((browser) => {
  page = browser.page;
});

const openSettings = (): Promise<void> => page.getByRole("button", { name: "Settings", exact: true }).click();
const field = (name: string) => page.getByRole("spinbutton", { name, exact: true });
const sampling = (): Promise<unknown> =>
  page.evaluate(() => JSON.parse(localStorage.getItem("stylus-web/settings/1")!) as unknown);

test("switches begin with usual values, which are kept", async () => {
  await visit("#prompt=a+fox&steps=20&few-step=");
  await loaded(page);
  await openSettings();
  expect(await field("Guidance start").count()).toBe(0);
  await page.getByText("Guide in an interval only", { exact: true }).click();
  expect(await field("Guidance start").inputValue()).toBe("0.2");
  await field("Guidance start").fill("0.95");
  await field("Guidance start").blur();
  expect(await field("Guidance start").inputValue()).toBe("0.9"); // not after its end
  await field("Guidance start").fill("0.3");
  await page.getByText("Reuse deep features", { exact: true }).click();
  expect(await field("Cache interval").inputValue()).toBe("2");
  await field("Cache interval").fill("3");
  await field("Cache interval").blur();
  expect(await violations(page)).toEqual([]);
  const kept = { guidanceInterval: { start: 0.3, end: 0.9 }, cacheInterval: 3 };
  await expect.poll(sampling).toMatchObject({ full: kept });

  await page.reload();
  await loaded(page);
  await openSettings();
  expect(await field("Cache interval").inputValue()).toBe("3");
  await page.getByText("Guide in an interval only", { exact: true }).click();
  await page.getByText("Reuse deep features", { exact: true }).click();
  await expect.poll(sampling).toMatchObject({ full: { guidanceInterval: null, cacheInterval: 1 } });
  expect(await field("Cache interval").count()).toBe(0);
  expect(bugs).toEqual([]);
});

test("a link fills them", async () => {
  await visit("#prompt=a+fox&steps=20&guidance=0.25+to+0.75&cache-interval=4");
  await loaded(page);
  await openSettings();
  await expect.poll(() => field("Guidance start").inputValue()).toBe("0.25");
  expect(await field("Guidance end").inputValue()).toBe("0.75");
  expect(await field("Cache interval").inputValue()).toBe("4");
  await visit("#prompt=a+fox&steps=20&guidance=0.8+to+0.3&cache-interval=40");
  await page.getByText("Not loaded: Guidance interval 0.8 to 0.3, DeepCache interval 40.").waitFor();
  expect(bugs).toEqual([]);
});
