// The widget in another site's page: https://…/examples/blog.html, as its author would have it on a site of their own.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { decode } from "fast-png";
import { chromium, type BrowserContext, type FrameLocator, type Page } from "playwright";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { root, browserArguments, ensureBrowser, siteFolder } from "../../scripts/run/setup.ts";
import { serve } from "../../scripts/run/server.ts";
import type { StylusImage } from "../../src/widget/stylus-image.ts";
import { chooseThreads } from "../../src/runtime/device.ts";
import { violations } from "./accessibility.ts";

/** The widget's site, at another port: another origin, but the same storage. */
const neighbour = "localhost";
/** Another site to browsers, at this machine, and as good as https. */
const stranger = "blog.localhost";

let site: string;
let blog: Server;
let profile: string;
let context: BrowserContext;
let page: Page;

const examples = path.join(root, "public/examples");
const typeOf: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".css": "text/css",
  ".js": "text/javascript",
};
const urlAt = (host: string, file: string): string =>
  `http://${host}:${(blog.address() as AddressInfo).port}/${file}`;

beforeAll(async () => {
  site = inject("siteUrl");
  blog = createServer(({ url = "/" }, response) => {
    const { pathname, searchParams } = new URL(url, "http://blog");
    const framed = searchParams.get("frame");
    if (framed !== null) return void response.end(`<iframe src="${framed}"></iframe>`);
    const file = path.basename(pathname);
    const type = typeOf[path.extname(file)];
    if (!type) return void response.writeHead(404).end();
    const text = readFileSync(path.join(examples, file), "utf8").replace(
      "../stylus-image.js",
      `${site}stylus-image.js`,
    );
    response.setHeader("Content-Type", type).end(text);
  });
  await new Promise<void>((resolve) => void blog.listen(0, "127.0.0.1", resolve));
  profile = mkdtempSync(path.join(tmpdir(), "stylus-web-widget-"));
  context = await chromium.launchPersistentContext(profile, {
    executablePath: await ensureBrowser(),
    headless: true,
    args: browserArguments(),
    viewport: { width: 800, height: 900 },
  });
  page = context.pages()[0]!;
});
afterAll(async () => {
  await context?.close();
  blog?.closeAllConnections();
  blog?.close();
  if (profile) rmSync(profile, { recursive: true, force: true });
});

/** The same site on a host that sends no headers of ours. */
const servePlain = (allowedOrigins: () => readonly string[]): ReturnType<typeof serve> =>
  serve(siteFolder(), {
    isolated: false,
    intercept: ({ url }, response) => {
      response.removeHeader("Content-Security-Policy");
      if (url !== "/widget.json") return false;
      response.end(JSON.stringify({ allowedOrigins: allowedOrigins() }));
      return true;
    },
  });

const inWidget = (): FrameLocator => page.frameLocator("stylus-image >> iframe");

test("generates for a page of another origin, isolated, and takes turns with a second widget", async () => {
  await page.goto(urlAt(neighbour, "blog.html"));
  await page.waitForFunction(() => customElements.get("stylus-image"));
  const answer = await page.evaluate(async () => {
    const first = document.querySelector<StylusImage>("stylus-image")!;
    const second = document.createElement("stylus-image") as StylusImage;
    second.setAttribute("theme", "dark");
    document.body.append(second);
    const log: string[] = [];
    for (const [name, element] of [
      ["first", first],
      ["second", second],
    ] as const)
      for (const type of ["stylus-progress", "stylus-done", "stylus-error"])
        element.addEventListener(type, (event) => {
          const { stage, message } = (event as CustomEvent<{ stage?: string; message?: string }>).detail;
          log.push([name, type, stage ?? message].filter(Boolean).join(" "));
        });
    const before = await first.ready;
    await second.ready;
    const options = { seed: 3, steps: 1, width: 64, height: 64 };
    const [images, others] = await Promise.all([
      first.generate({ ...options, prompt: "a fox in the snow, clay render" }),
      second.generate({ ...options, prompt: "a boat on the sea" }),
    ]);
    const [image] = images;
    const png = [...new Uint8Array(await image!.png.arrayBuffer())];
    const refused = await first.generate({ prompt: "a fox", adapters: [{ id: "no such", weight: 1 }] }).then(
      () => null,
      ({ code, where }: { code: string; where: string }) => ({ code, where }),
    );
    return {
      isolated: crossOriginIsolated,
      before,
      after: first.capabilities,
      log,
      png,
      seeds: [...images, ...others].map(({ seed }) => seed),
      adapters: image!.adapters,
      refused,
      height: first.shadowRoot!.querySelector("iframe")!.getBoundingClientRect().height,
    };
  });
  expect(answer.isolated).toBe(false); // the page around it
  expect(answer.before).toMatchObject({ isolated: true, storage: "kept", device: null, takesTurns: true });
  expect(answer.after).toMatchObject({ isolated: true, storage: "kept", device: { kind: "wasm" } });
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  expect(answer.after!.threads).toBe(chooseThreads({ crossOriginIsolated: true, cores }).threads);
  const { width, height } = decode(Uint8Array.from(answer.png));
  expect([width, height]).toEqual([64, 64]);
  expect(answer.seeds).toEqual([3, 3]);
  expect(answer.adapters.map(({ title }) => title)).toContain("Clay Render");
  expect(answer.refused).toEqual({ code: "bad-input", where: "adapters" });
  // Whoever came first has ended before the other left its place in the queue.
  const ends = ["first", "second"].map((name) => answer.log.indexOf(`${name} stylus-done`));
  const loads = ["first", "second"].map((name) => answer.log.indexOf(`${name} stylus-progress load`));
  expect(Math.min(...loads)).toBeGreaterThanOrEqual(0);
  expect(Math.min(...ends)).toBeLessThan(Math.max(...loads));
});

test("in another site’s page: keyboard, attributes, height", async () => {
  await page.goto(urlAt(stranger, "blog.html"));
  const widget = inWidget();
  const prompt = widget.getByRole("textbox", { name: "Prompt" });
  await expect.poll(() => prompt.inputValue()).toBe("a fox in the snow, stained glass");
  await page.evaluate(() => {
    const element = document.querySelector("stylus-image")!;
    for (const [name, value] of Object.entries({
      steps: "1",
      size: "64x64",
      prompt: "a red car",
      "nsfw-check": "off",
    }))
      element.setAttribute(name, value);
  });
  await expect.poll(() => prompt.inputValue()).toBe("a red car");
  await prompt.press("Control+Enter");
  const image = widget.getByRole("img", { name: "a red car. Seed 7." });
  await image.waitFor({ timeout: 120_000 });
  await expect.poll(() => page.locator("#said").innerText()).toContain("Seed 7, 64 × 64 pixels");
  const fits = (): Promise<boolean> =>
    page.evaluate(() => {
      const frame = document.querySelector("stylus-image")!.shadowRoot!.querySelector("iframe")!;
      return frame.getBoundingClientRect().height > 250;
    });
  await expect.poll(fits).toBe(true);
  const content = await widget.locator("html").evaluate((html) => [html.scrollHeight, innerHeight]);
  expect(content[0]).toBe(content[1]);
  const accent = await widget
    .getByRole("button", { name: "Generate" })
    .evaluate((button) => getComputedStyle(button).backgroundColor);
  expect(accent).toBe("rgb(138, 63, 252)");
  expect(await violations(page)).toEqual([]);
});

/** A new profile. @param cookies Chromium's setting for other sites' cookies, which holds for all storage in their frames */
async function withProfile(
  cookies: "allowed" | "blocked",
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "stylus-web-widget-storage-"));
  mkdirSync(path.join(folder, "Default"));
  const settings = { profile: { cookie_controls_mode: { allowed: 0, blocked: 1 }[cookies] } };
  writeFileSync(path.join(folder, "Default", "Preferences"), JSON.stringify(settings));
  const options = { executablePath: await ensureBrowser(), headless: true, args: browserArguments() };
  const own = await chromium.launchPersistentContext(folder, options);
  try {
    await use(own.pages()[0]!);
  } finally {
    await own.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

test.each([
  { cookies: "allowed", storage: "kept", says: 0 },
  { cookies: "blocked", storage: "memory", says: 1 },
] as const)("with storage $cookies in other sites’ frames the model is in $storage", async (expected) => {
  /** Files of the networks that the server was asked for. */
  const asked: string[] = [];
  const own = await serve(siteFolder(), {
    intercept: ({ url = "" }) => {
      if (/^\/packs\/pocket\/(?:unet|vae|text_encoder)\//.test(url)) asked.push(url);
      return false;
    },
  });
  const errors: string[] = [];
  const visit = async (page: Page): Promise<void> => {
    await page.goto(urlAt(stranger, "blog.html"));
    await page.evaluate((src) => {
      const element = document.querySelector("stylus-image")!;
      const settings = { src, adapters: "none", steps: "1", size: "64x64", "nsfw-check": "off" };
      for (const [name, value] of Object.entries(settings)) element.setAttribute(name, value);
    }, `${own.url}widget.html`);
    for (const seed of [7, 8]) {
      const images = await page.evaluate(
        (one) => document.querySelector<StylusImage>("stylus-image")!.generate({ seed: one }),
        seed,
      );
      expect(images.length).toBe(1);
    }
    const capabilities = await page.evaluate(
      () => document.querySelector<StylusImage>("stylus-image")!.capabilities,
    );
    // Browsers refuse locks where they refuse storage.
    const { storage } = expected;
    expect(capabilities).toMatchObject({ isolated: true, storage, takesTurns: storage === "kept" });
    const note = page
      .frameLocator("stylus-image >> iframe")
      .getByText("Your browser keeps nothing in this frame, so the model is downloaded again on each visit.");
    await expect.poll(() => note.count()).toBe(expected.says);
  };
  try {
    await withProfile(expected.cookies, async (page) => {
      page.on("pageerror", ({ message }) => errors.push(message));
      await visit(page);
      const first = asked.splice(0);
      expect(first.length).toBeGreaterThan(0);
      expect(new Set(first).size).toBe(first.length); // each once, for both images
      await visit(page);
      expect(asked.toSorted()).toEqual(expected.storage === "kept" ? [] : first.toSorted());
    });
  } finally {
    await own.close();
  }
  expect(errors).toEqual([]);
});

test("in a narrow column, with a Korean prompt; destroyed while it generates, and put back", async () => {
  await page.goto(urlAt(stranger, "blog.html"));
  await page.waitForFunction(() => customElements.get("stylus-image"));
  await page.evaluate(() => {
    const element = document.querySelector("stylus-image")!;
    const settings = {
      width: "100%",
      steps: "1",
      size: "64x64",
      prompt: "눈 속의 여우",
      "nsfw-check": "off",
    };
    for (const [name, value] of Object.entries(settings)) element.setAttribute(name, value);
    element.parentElement!.style.width = "280px";
  });
  const widget = inWidget();
  await widget.getByRole("textbox", { name: "Prompt" }).fill("a fox, 유화");
  const note = widget.getByText("The models understand English only. Write the prompt in English.");
  await note.waitFor();
  await widget.getByRole("button", { name: "Generate" }).click();
  await widget.getByRole("img").waitFor({ timeout: 120_000 });
  await widget.getByRole("button", { name: "Generate" }).waitFor(); // the run has ended
  await expect.poll(() => note.count()).toBe(1); // of the run's notes it is the one above
  const widths = await widget
    .locator("html")
    .evaluate((html) => [innerWidth, html.clientWidth, html.scrollWidth]);
  expect(widths).toEqual([280, 280, 280]);

  const ends = await page.evaluate(async () => {
    const element = document.querySelector<StylusImage>("stylus-image")!;
    const outcome = (images: Promise<readonly unknown[]>): Promise<unknown> =>
      images.then(
        ({ length }) => length,
        ({ code }: { code: string }) => code,
      );
    const place = element.parentElement!;
    const begun = new Promise((resolve) => {
      element.addEventListener("stylus-progress", resolve, { once: true });
    });
    const running = outcome(element.generate({ prompt: "a dog", steps: 150 }));
    await begun;
    element.destroy();
    const ended = [await running, await outcome(element.generate())];
    place.append(element);
    return [...ended, await outcome(element.generate({ prompt: "a dog" }))];
  });
  expect(ends).toEqual(["cancelled", "cancelled", 1]);
});

test("a frame in which it cannot start says what it needs", async () => {
  await page.goto(urlAt(stranger, "blog.html"));
  await page.evaluate((src) => {
    for (const sandbox of ["allow-scripts", "allow-same-origin", "allow-scripts allow-same-origin"])
      document.body.append(Object.assign(document.createElement("iframe"), { src, sandbox }));
  }, `${site}widget.html`);
  const needs = "This image generator needs JavaScript and a current browser";
  for (const sandbox of ["allow-scripts", "allow-same-origin"])
    await page.frameLocator(`iframe[sandbox="${sandbox}"]`).getByText(needs).waitFor();
  const started = page.frameLocator(`iframe[sandbox="allow-scripts allow-same-origin"]`);
  await started.getByRole("button", { name: "Generate" }).waitFor();
  await expect.poll(() => started.getByText(needs).count()).toBe(0);
});

test("on its own site it works offline after its first image; elsewhere it says that it needs the network", async () => {
  const own = await serve(siteFolder());
  const profile = mkdtempSync(path.join(tmpdir(), "stylus-web-widget-offline-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: await ensureBrowser(),
    headless: true,
    args: browserArguments(),
  });
  try {
    const page = context.pages()[0]!;
    const address = `${own.url}widget.html?prompt=a+red+car&seed=7&steps=1&size=64x64&nsfw-check=off`;
    await page.goto(address);
    const image = page.getByRole("img", { name: "a red car. Seed 7." });
    const generate = async (): Promise<void> => {
      await page.getByRole("button", { name: "Generate" }).click();
      await image.waitFor({ timeout: 120_000 });
    };
    expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(
      0,
    );
    await generate();
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    // The runtime that was loaded before the service worker was there.
    await page.waitForFunction(async () => (await (await caches.open("stylus-runtime")).keys()).length > 0);

    // Two pages that stay open: one of the site itself, one of another.
    const [ours, theirs] = [await context.newPage(), await context.newPage()];
    await ours.goto(`${own.url}examples/blog.html`);
    await theirs.goto(urlAt(stranger, "blog.html"));
    await own.close();
    await (await context.newCDPSession(page)).send("Network.clearBrowserCache");
    await context.setOffline(true);
    await page.goto(address);
    await generate();

    const again = (tab: Page): Promise<string> =>
      tab.evaluate(async () => {
        document.querySelector("stylus-image")!.remove();
        const element = document.createElement("stylus-image") as StylusImage;
        for (const [name, value] of Object.entries({ steps: "1", size: "64x64", "nsfw-check": "off" }))
          element.setAttribute(name, value);
        document.body.append(element);
        return element.generate({ prompt: "a red car", seed: 7 }).then(
          (images) => `${images.length} image`,
          ({ message }: { message: string }) => message,
        );
      });
    expect(await again(ours)).toBe("1 image");
    expect(await again(theirs)).toBe(
      `The widget at ${new URL(site).origin} is not stored in this browser, and there is no network.`,
    );
    await theirs
      .getByText("This image generator needs the internet. It loads by itself once you are online.")
      .waitFor();
    expect(await violations(theirs)).toEqual([]);
    await context.setOffline(false);
    await theirs.frameLocator("stylus-image >> iframe").getByRole("textbox", { name: "Prompt" }).waitFor();
  } finally {
    await context.close();
    await own.close().catch(() => {});
    rmSync(profile, { recursive: true, force: true });
  }
});

test("a stranger's page cannot frame the page: by header, and by script where a host sends none", async () => {
  await page.goto(urlAt(stranger, `?frame=${encodeURIComponent(site)}`));
  await expect.poll(() => page.frames()[1]!.url()).toMatch(/^chrome-error:/);

  const plain = await servePlain(() => ["*"]);
  try {
    await page.goto(urlAt(stranger, `?frame=${encodeURIComponent(plain.url)}`));
    const framed = page.frameLocator("iframe");
    await framed.getByText("Stylus Web does not run inside other sites’ pages.").waitFor();
    await expect.poll(() => framed.getByRole("button").count()).toBe(0);
  } finally {
    await plain.close();
  }
});

test("on a host without headers the widget has one thread, and its page reads who may embed it", async () => {
  let allowed = ["*"];
  const plain = await servePlain(() => allowed);
  const connect = (): Promise<unknown> =>
    page.evaluate(async (src) => {
      const element = document.createElement("stylus-image") as StylusImage;
      element.setAttribute("src", src);
      document.body.append(element);
      return element.ready.catch(({ code }: { code: string }) => code);
    }, `${plain.url}widget.html`);
  try {
    await page.goto(urlAt(stranger, "blog.html"));
    await page.waitForFunction(() => customElements.get("stylus-image"));
    expect(await connect()).toMatchObject({ isolated: false, threads: 1 });
    allowed = [new URL(page.url()).origin];
    expect(await connect()).toMatchObject({ isolated: false });
    allowed = ["https://other.example"];
    expect(await connect()).toBe("forbidden");
    await page
      .frameLocator("body > stylus-image:last-of-type >> iframe")
      .getByText("This site does not let the page around this frame embed the widget.")
      .waitFor();
    await page
      .frameLocator("body > stylus-image:last-of-type >> iframe")
      .getByRole("link", { name: "Open Stylus Web" })
      .waitFor();
  } finally {
    await plain.close();
  }
});
