// The page on the narrowest and the widest of screens, light and dark, and under a finger: with stand-in services (tests/page).
import type { Locator, Page } from "playwright";
import { beforeEach, expect, test } from "vitest";
import { gradient } from "../e2e/image-file.ts";
import { generate, loaded } from "../e2e/page.ts";
import { standInsBeforeAll } from "./page-with-stand-ins.ts";

let page: Page;
const { visit, bugs } = standInsBeforeAll((browser) => void ({ page } = browser), { hasTouch: true });

beforeEach(async () => {
  await visit();
  await loaded(page);
});

const button = (name: string | RegExp): Locator => page.getByRole("button", { name, exact: true });

/** What of the page, or of the dialog before it, does not fit; CSS pixels. */
const misfits = (): Promise<{
  /** Beside the width of the window. */
  readonly scrolls: number;
  /** Elements that stand out of the window, or whose content is cut off. */
  readonly cut: readonly string[];
  /** Targets less than 24 wide or high, but for links within sentences (WCAG 2.5.8). */
  readonly small: readonly string[];
}> =>
  page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    const top = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
    const shown = [...top.querySelectorAll("*")].filter(
      (element) =>
        element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
        !element.closest(".visually-hidden, svg *"),
    );
    const describe = (element: Element): string =>
      `${element.tagName.toLowerCase()} ${(element.ariaLabel ?? element.textContent).slice(0, 40)}`;
    const scrollsSideways = (element: Element | null): boolean =>
      element !== null &&
      (/auto|scroll/.test(getComputedStyle(element).overflowX) || scrollsSideways(element.parentElement));
    const isCut = (element: Element): boolean => {
      const { width, left, right } = element.getBoundingClientRect();
      if (width === 0) return false;
      const { overflowX, overflowY } = getComputedStyle(element);
      return (
        ((right > clientWidth + 0.5 || left < -0.5) && !scrollsSideways(element.parentElement)) ||
        (/hidden|clip/.test(overflowX) && element.scrollWidth > element.clientWidth + 1) ||
        (/hidden|clip/.test(overflowY) && element.scrollHeight > element.clientHeight + 1)
      );
    };
    const isInSentence = (element: Element): boolean =>
      [...element.parentNode!.childNodes].some(
        (node) => node instanceof Text && node.data.trim().length > 1 && element.matches("a, button"),
      );
    const isSmall = (element: Element): boolean => {
      const target =
        (element.matches("input[type=checkbox], input[type=radio]") && element.closest("label")) || element;
      const { width, height } = target.getBoundingClientRect();
      return Math.min(width, height) < 24;
    };
    const targets = shown.filter((element) =>
      element.matches(
        "a[href], button, input:not([type=file]), select, summary, textarea, [role=application]",
      ),
    );
    return {
      scrolls: scrollWidth - clientWidth,
      cut: shown.filter(isCut).map(describe),
      small: targets.filter((target) => isSmall(target) && !isInSentence(target)).map(describe),
    };
  });

async function addInitImage(): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await button("Init image").click();
  const name = "a-very-long-name-of-an-image-that-has-to-wrap-somewhere.png";
  await (await chooser).setFiles({ name, mimeType: "image/png", buffer: gradient(400, 300) });
  await page.getByAltText("Init image").waitFor();
}

/** Each opens a dialog. */
const dialogs: Readonly<Record<string, () => Promise<void>>> = {
  "Edit mask": () => button("Add mask").click(),
  Models: () => button("Models").click(),
  Adapters: () => button(/^Adapters, \d+$/).click(),
  "Clay Render": () => button("Details of Clay Render").click(),
  "Help and shortcuts": () => button("Help and shortcuts").click(),
  Wildcards: () => button("Wildcards").click(),
  Styles: () => button("Styles").click(),
  Plot: () => button("Plot").click(),
  async Storage() {
    await button("Pocket: CPU. Details").click();
    await button("Storage").click();
  },
};

test.each([
  { width: 320, height: 640, colorScheme: "light" },
  { width: 320, height: 640, colorScheme: "dark" },
  { width: 3840, height: 2160, colorScheme: "light" },
  { width: 3840, height: 2160, colorScheme: "dark" },
] as const)("$width pixels, $colorScheme: nothing scrolls sideways, is cut or too small", async (screen) => {
  const fits = { scrolls: 0, cut: [], small: [] };
  await page.setViewportSize(screen);
  await page.emulateMedia({ colorScheme: screen.colorScheme });
  await expect.poll(() => page.locator("html").getAttribute("data-appearance")).toBe(screen.colorScheme);
  expect(await misfits()).toEqual(fits);
  await generate(page, "a castle on a hill, clay render");
  await button("Settings").click();
  for (const name of [
    "Seed variations",
    "Hires fix",
    "Detail pass",
    "Guide in an interval only",
    "Reuse deep features",
  ])
    await page.getByText(name, { exact: true }).click();
  await button("Regions").click();
  await button("Left half").click();
  await button("Filter").click();
  expect(await misfits()).toEqual(fits);
  await addInitImage();
  expect(await misfits()).toEqual(fits);
  for (const [name, open] of Object.entries(dialogs)) {
    await open();
    await page.getByRole("dialog").filter({ hasText: name }).last().waitFor();
    expect([name, await misfits()]).toEqual([name, fits]);
    await page.keyboard.press("Escape");
    await expect.poll(() => page.locator("dialog[open]").count()).toBe(0);
  }
  expect(bugs).toEqual([]);
});

test("a finger draws on the mask and takes it back; closing keeps the mask", async () => {
  await page.setViewportSize({ width: 320, height: 640 });
  await addInitImage();
  await button("Add mask").tap();
  const dialog = page.getByRole("dialog", { name: "Edit mask" });
  const canvas = dialog.getByRole("application", { name: "Mask over the image" });
  const { x, y, width, height } = (await canvas.boundingBox())!;
  const touches = await page.context().newCDPSession(page);
  /** From one place to another; shares of the canvas. Slowly, for browsers heed no tap right after a fling. */
  const swipe = async (from: number, to: number): Promise<void> => {
    const begun = Date.now() / 1000 - 1;
    const send = (type: "touchStart" | "touchMove" | "touchEnd", time: number, share?: number) =>
      touches.send("Input.dispatchTouchEvent", {
        type,
        timestamp: begun + time,
        touchPoints: share === undefined ? [] : [{ x: x + share * width, y: y + share * height }],
      });
    await send("touchStart", 0, from);
    for (const time of [0.2, 0.4, 0.6, 0.8]) await send("touchMove", time, from + (time / 0.8) * (to - from));
    await send("touchEnd", 1);
  };
  const covers = (share: string): Promise<void> =>
    dialog.getByText(`The mask covers ${share} of the image.`).waitFor();
  await dialog.getByText("The mask is empty, so the whole image is regenerated.").waitFor();
  await swipe(0.2, 0.5);
  await covers("6%");
  await swipe(0.5, 0.8);
  await covers("11%");
  await dialog.getByRole("button", { name: "Undo" }).tap();
  await covers("6%");
  const scrolled = await dialog.evaluate((element) => [
    element.scrollTop,
    document.scrollingElement!.scrollTop,
  ]);
  expect(scrolled).toEqual([0, 0]); // the finger drew, and moved nothing else
  await dialog.getByRole("button", { name: "Close" }).tap();
  await button("Edit mask").tap();
  await covers("6%");
  expect(bugs).toEqual([]);
});
