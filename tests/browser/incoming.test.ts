// What comes to the page from outside, with stand-in services (tests/page): links with settings, folders of adapters.
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { withPngText } from "../../src/formats/png.ts";
import { drop } from "../e2e/drop.ts";
import { gradient } from "../e2e/image-file.ts";
import { generate, images, loaded, promptBox } from "../e2e/page.ts";
import { standInsBeforeAll } from "./page-with-stand-ins.ts";

let page: Page;
const { visit, bugs } = standInsBeforeAll(async (browser) => {
  page = browser.page;
  await browser.context.grantPermissions(["clipboard-read", "clipboard-write"]);
});

const seed = (): Promise<string> => page.locator("#seed").inputValue();
const hasPrompt = (prompt: string): Promise<unknown> =>
  page.waitForFunction((text) => document.querySelector("textarea")?.value === text, prompt);
const copied = async (name: string): Promise<URLSearchParams> => {
  await page.getByRole("button", { name }).click();
  await page
    .getByRole("main")
    .getByText(/^Link copied/)
    .waitFor();
  const { hash } = new URL(await page.evaluate(() => navigator.clipboard.readText()));
  return new URLSearchParams(hash.slice(1));
};

test("a link fills the form, without a run, and says what it cannot", async () => {
  await visit("#prompt=a+castle&negative=rain&seed=42&steps=9&cfg=3&sampler=magic&adapters=listed");
  await loaded(page);
  await hasPrompt("a castle");
  expect(await seed()).toBe("42");
  await page.getByText("Not loaded: Sampler magic.").waitFor();
  expect(await violations(page)).toEqual([]);
  await expect.poll(() => images(page).count()).toBe(0);
  const stored = await page.evaluate(
    () => JSON.parse(localStorage.getItem("stylus-web/settings/1")!) as object,
  );
  expect(stored).toMatchObject({ negativePrompt: "rain", seedLocked: true, full: { steps: 9, cfgScale: 3 } });

  // What is changed since survives a reload.
  await promptBox(page).fill("a castle on a hill");
  await page.reload();
  await loaded(page);
  await expect.poll(() => promptBox(page).inputValue()).toBe("a castle on a hill");

  await page.evaluate(() => (location.hash = "#prompt=a+robot&seed=7"));
  await hasPrompt("a robot");
  await page.goBack();
  await hasPrompt("a castle");
  expect(await seed()).toBe("42");
  await page.goForward();
  await hasPrompt("a robot");
  expect(await seed()).toBe("7");
  expect(bugs).toEqual([]);
});

test("the address follows each run; Back and Forward return to what was asked, without a run", async () => {
  const fragment = (): Promise<URLSearchParams> =>
    page.evaluate(() => location.hash.slice(1)).then((text) => new URLSearchParams(text));
  await visit();
  await loaded(page);
  const useSeed = async (value: string): Promise<void> => {
    await page.locator("#seed").fill(value);
    await page.keyboard.press("Tab");
  };
  await useSeed("11");
  await generate(page, "a castle on a hill");
  const castle = await fragment();
  expect([castle.get("prompt"), castle.get("seed"), castle.get("adapters")]).toEqual([
    "a castle on a hill",
    "11",
    "chosen",
  ]);
  await useSeed("12");
  await generate(page, "a robot in a meadow");
  expect((await fragment()).get("prompt")).toBe("a robot in a meadow");

  await page.goBack();
  await hasPrompt("a castle on a hill");
  expect([await seed(), String(await fragment())]).toEqual(["11", String(castle)]);
  await page.goForward();
  await hasPrompt("a robot in a meadow");
  expect(await seed()).toBe("12");
  const gallery = page.getByRole("region", { name: "Your images" });
  expect(await gallery.getByRole("button", { name: /^Show image/ }).count()).toBe(2);

  // Another visit to the address asks for the same.
  await page.goto("about:blank");
  await visit(`#${castle}`);
  await loaded(page);
  await hasPrompt("a castle on a hill");
  expect(await seed()).toBe("11");
  // What is changed is no longer what the address said.
  await promptBox(page).fill("a castle");
  await expect.poll(() => page.evaluate(() => location.hash)).toBe("");
  expect(bugs).toEqual([]);
});

test("Back and Forward show the images and the seed’s lock of the run of then, and no other run’s", async () => {
  await visit();
  await loaded(page);
  const lock = page.getByRole("button", { name: "Lock seed" });
  const reuse = page.getByRole("button", { name: /^Reuse seed \d+$/ });
  const shown = (value: string) => page.getByRole("button", { name: `Favourite: image with seed ${value}` });
  await page.locator("#seed").fill("11");
  await page.keyboard.press("Tab");
  await generate(page, "a castle on a hill");
  await lock.click();
  await generate(page, "a robot in a meadow");
  const drawn = (await reuse.getAttribute("aria-label"))!.replace("Reuse seed ", "");
  expect([await seed(), Number(drawn) >= 0]).toEqual(["", true]);

  await page.goBack();
  await shown("11").waitFor();
  expect([await seed(), await lock.getAttribute("aria-pressed")]).toEqual(["11", "true"]);
  await page.goForward();
  await shown(drawn).waitFor();
  expect([await seed(), await lock.getAttribute("aria-pressed")]).toEqual(["", "false"]);
  await page.getByRole("button", { name: `Reuse seed ${drawn}`, exact: true }).waitFor();
  const gallery = page.getByRole("region", { name: "Your images" });
  await gallery.getByRole("button", { name: "Delete image with seed 11" }).click();
  await expect.poll(() => gallery.getByRole("button", { name: /^Show image/ }).count()).toBe(1);
  await page.goBack();
  await hasPrompt("a castle on a hill");
  await expect.poll(() => images(page).count()).toBe(0);
  await page.goForward();
  await shown(drawn).waitFor();
  // A link is of no run.
  await page.evaluate(() => (location.hash = "#prompt=a+fox"));
  await hasPrompt("a fox");
  await expect.poll(() => images(page).count()).toBe(0);
  expect(bugs).toEqual([]);
});

test("what was said of a run leaves with it, and when an image’s settings are loaded", async () => {
  await visit();
  await loaded(page);
  const notice = page.getByText("<lora:nosuchthing:1> does nothing");
  await generate(page, "a castle");
  await generate(page, "a robot <lora:nosuchthing:1>");
  await notice.waitFor();
  await page.goBack();
  await hasPrompt("a castle");
  await notice.waitFor({ state: "detached" });

  await generate(page, "a robot <lora:nosuchthing:1>");
  await notice.waitFor();
  const parameters = "a fox\nSteps: 6, Sampler: LCM, Seed: 3, Version: Stylus Web 0.1.0";
  const png = withPngText(Uint8Array.from(gradient(64, 64)), { parameters });
  await drop(page, [{ name: "fox.png", buffer: Buffer.from(png), type: "image/png" }]);
  await page.getByRole("button", { name: "Load settings" }).click();
  await hasPrompt("a fox");
  await notice.waitFor({ state: "detached" });
  expect(bugs).toEqual([]);
});

test("an image’s link has its words, settings and adapters, and names of own files only when asked", async () => {
  await visit();
  await loaded(page);
  await drop(page, [{ name: "my-secret.safetensors", buffer: Buffer.from("x") }]);
  await page.getByRole("button", { name: "Add to my adapters" }).click();
  await page.getByText("Added as paper collage v2").waitFor();
  await page.keyboard.press("Escape");
  await generate(page, "a robot in a meadow, clay render <lora:my-secret:0.5>");

  const link = await copied("Copy link");
  expect(link.get("prompt")).toMatch(/^a robot in a meadow, clay render <lora:[a-z]/);
  expect(link.get("size")).toBe("256x256");
  expect(link.get("adapters")).toBe("listed");
  expect(String(link)).not.toContain("secret");
  await page.getByText("It leaves out what isn’t in the catalogue: “my-secret”.").waitFor();
  expect(await violations(page)).toEqual([]);
  expect((await copied("Copy with names")).get("prompt")).toContain("<lora:my-secret:0.5>");

  const prompt = link.get("prompt")!;
  await visit(`#${link}`);
  await loaded(page);
  await hasPrompt(prompt);
  await generate(page, prompt);
  expect(String(await copied("Copy link"))).toBe(String(link));
  await page
    .getByRole("main")
    .getByText(/^Link copied/)
    .waitFor({ state: "detached" });
  expect(bugs).toEqual([]);
});

test("an image’s link has no names of own files in the detail pass, by whichever name a tag calls them", async () => {
  await visit();
  await loaded(page);
  await drop(page, [{ name: "my-secret.safetensors", buffer: Buffer.from("x") }]);
  await page.getByRole("button", { name: "Add to my adapters" }).click();
  await page.getByText("Added as paper collage v2").waitFor();
  await page.keyboard.press("Escape");
  const prompt = "a face <lora:Paper Collage V2:0.5>";
  const details = JSON.stringify([{ x: 0.25, y: 0.25, width: 0.5, height: 0.5, prompt }]);
  await page.evaluate(
    (hash) => void (location.hash = hash),
    String(new URLSearchParams({ prompt: "a robot", details })),
  );
  await hasPrompt("a robot");
  await generate(page, "a robot in a meadow");

  const areas = async (name: string) =>
    (JSON.parse((await copied(name)).get("details")!) as { prompt: string }[]).map((area) => area.prompt);
  expect(await areas("Copy link")).toEqual(["a face"]);
  await page.getByText("It leaves out what isn’t in the catalogue: “my-secret”.").waitFor();
  expect(await areas("Copy with names")).toEqual([prompt]);
  expect(bugs).toEqual([]);
});

test("many LoRA files at once are kept with their cards and images, and a report says what was skipped", async () => {
  await visit();
  await loaded(page);
  const named = (name: string, buffer: Buffer = Buffer.from(name)) => ({ name, buffer });
  await drop(page, [
    ...Array.from({ length: 9 }, (_, index) => named(`style-${index}.safetensors`)),
    named(
      "style-0.json",
      Buffer.from(JSON.stringify({ description: "Torn paper", "activation text": "tornpaper" })),
    ),
    named("style-0.preview.png", gradient(800, 400)),
    named("notes.md"),
  ]);
  const folder = page.getByRole("region", { name: "A folder of LoRA files" });
  await folder.getByRole("progressbar", { name: "Files checked" }).waitFor();
  await folder.getByRole("button", { name: "Stop" }).waitFor();
  await folder.getByText("9 kept, 1 skipped.").waitFor();
  await folder.getByText("Not a LoRA file: 1").click();
  await folder.getByText("notes.md").waitFor();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: /^Adapters/ }).click();
  const library = page.getByRole("dialog", { name: "Adapters", exact: true });
  await library.getByText("Yours 9").click();
  await library.getByRole("searchbox").fill("tornpaper");
  await library.getByText("1 of 61 adapters").waitFor();
  await library.getByRole("button", { name: /^paper collage/ }).click();
  const image = page.getByAltText("The image that came with the file");
  expect(
    await image.evaluate(async (element: HTMLImageElement) => {
      await element.decode();
      return [element.naturalWidth, element.naturalHeight];
    }),
  ).toEqual([384, 192]);
  await page.getByText("Torn paper").first().waitFor();
  expect(await violations(page)).toEqual([]);
  expect(bugs).toEqual([]);
});

test("an image that holds a textual inversion is added as an adapter, any other is one to start from", async () => {
  await visit();
  await loaded(page);
  const json = JSON.stringify({ name: "my-cat", string_to_param: { "*": { TORCHTENSOR: [[1, 2]] } } });
  const embedding = Buffer.from(
    withPngText(new Uint8Array(gradient(800, 400)), { "sd-ti-embedding": btoa(json) }),
  );
  await drop(page, [{ name: "some.png", buffer: embedding, type: "image/png" }]);
  await page.getByRole("dialog").getByText("some.png").first().waitFor();
  await page.getByRole("button", { name: "Add to my adapters" }).click();
  await page.getByText("Added as paper collage v2").waitFor();
  await page.keyboard.press("Escape");
  expect(await page.getByRole("region", { name: "Init image" }).getByRole("img").count()).toBe(0);

  await drop(page, [{ name: "plain.png", buffer: gradient(64, 64), type: "image/png" }]);
  await page.getByRole("region", { name: "Init image" }).getByRole("img").first().waitFor();
  expect(bugs).toEqual([]);
});

test("settings in a text that is pasted into the prompt are offered; the text stays until they are wanted", async () => {
  await visit();
  await loaded(page);
  const paste = async (text: string): Promise<void> => {
    await page.evaluate((words) => navigator.clipboard.writeText(words), text);
    await promptBox(page).fill("");
    await promptBox(page).press("Control+V");
  };
  const offer = page.getByRole("region", { name: "Settings in the pasted text" });
  await paste("a fox in the snow, steps into the light");
  expect(await offer.count()).toBe(0);
  const text = "a fox\nNegative prompt: rain\nSteps: 12, Sampler: Euler, CFG scale: 4, Seed: 99, Size: 64x64";
  await paste(text);
  await offer.waitFor();
  await hasPrompt(text);
  expect(await violations(page)).toEqual([]);
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("prompt");
  await offer.getByRole("button", { name: "Load settings" }).click();
  await hasPrompt("a fox");
  await offer.waitFor({ state: "detached" });
  expect(await seed()).toBe("99");
  const stored = await page.evaluate(
    () => JSON.parse(localStorage.getItem("stylus-web/settings/1")!) as object,
  );
  expect(stored).toMatchObject({
    negativePrompt: "rain",
    full: { steps: 12, cfgScale: 4, sampler: "euler" },
  });
  await paste(text);
  await offer.getByRole("button", { name: "Dismiss" }).click();
  await hasPrompt(text);
  expect(bugs).toEqual([]);
});
