// The page on which people compare two methods blind: votes count for the method, whichever side its image was on.
import { chromium } from "playwright";
import { expect, test } from "vitest";
import { votePage } from "../../scripts/quality/vote.ts";
import { browserArguments, ensureBrowser } from "../../scripts/run/setup.ts";
import { gradient } from "../e2e/image-file.ts";

test("counts votes by method, takes one back, and shows words of a prompt as words", async () => {
  const images = [gradient(8, 8), gradient(16, 8)] as const;
  const prompts = ["a fox", "</script><b>bold</b>", "two dogs", "a boat"];
  const browser = await chromium.launch({ executablePath: await ensureBrowser(), args: browserArguments() });
  try {
    const page = await browser.newPage();
    await page.setContent(
      votePage(
        prompts.map((prompt) => ({ prompt, images })),
        ["Stylus", "base model alone"],
      ),
    );
    const left = page.getByAltText("Left image");
    const seen: string[] = [];
    const isStylusLeft = async (): Promise<boolean> => {
      await left.evaluate((image: HTMLImageElement) => image.decode());
      return (await left.evaluate((image: HTMLImageElement) => image.naturalWidth)) === 8;
    };
    const votes = [
      async () => page.keyboard.press("ArrowDown"),
      async () => page.keyboard.press("Backspace"),
      async () => page.keyboard.press((await isStylusLeft()) ? "ArrowLeft" : "ArrowRight"),
      async () => page.keyboard.press((await isStylusLeft()) ? "ArrowLeft" : "ArrowRight"),
      async () => page.getByRole("button", { name: (await isStylusLeft()) ? "Right" : "Left" }).click(),
      async () => page.getByRole("button", { name: "No difference" }).click(),
    ];
    for (const vote of votes) {
      seen.push((await page.getByRole("heading").first().textContent())!);
      await vote();
    }
    expect([...new Set(seen)].sort()).toEqual([...prompts].sort());
    expect(await page.getByRole("row").allTextContents()).toEqual([
      "Stylus2",
      "base model alone1",
      "no difference1",
    ]);
    await page
      .getByText("Stylus was preferred in 67 % of the pairs with a preference (95 %: 21 % to 94 %).")
      .waitFor();
  } finally {
    await browser.close();
  }
});
