// Invalid requests, damaged sites and limited browsers: each gets a clear message, and the page stays usable.
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { siteFolder } from "../../scripts/run/setup.ts";
import { openSite, runInPage, type Site } from "../../scripts/run/site.ts";
import { drop } from "./drop.ts";
import { loraFile } from "./lora-file.ts";
import {
  alerts,
  complaint,
  generateButton,
  loaded,
  loseDatabases,
  generate,
  images,
  promptBox,
  useSettings,
} from "./page.ts";
import { gradient } from "./image-file.ts";
import { visit } from "./visit.ts";

describe("requests", () => {
  let site: Site;
  beforeAll(async () => {
    site = await visit({});
  });
  afterAll(() => site?.close());

  test("an empty prompt", async () => {
    const { page } = site;
    for (const prompt of ["", "   \n "]) {
      await promptBox(page).fill(prompt);
      await generateButton(page).click();
      await complaint(page, "The prompt is empty.");
      await expect.poll(() => promptBox(page).getAttribute("aria-invalid")).toBe("true");
    }
    await generate(page, "a fox in the snow");
    await expect.poll(() => alerts(page).count()).toBe(0);
  });

  test("a prompt of 5,000 characters", async () => {
    const { page } = site;
    const prompt = "a fox in the snow, ".repeat(264).slice(0, 5_000);
    await generate(page, prompt);
    await page.getByText("This prompt is 5,000 characters long.").waitFor();
    await expect.poll(() => images(page).count()).toBe(1);
  });

  test("generates without an adapter that does not exist, and says so", async () => {
    const { page } = site;
    await generate(page, "a fox in the snow <lora:noirr:0.8>");
    const words = "<lora:noirr:0.8> does nothing: Pocket has no adapter “noirr”. Did you mean “noir”?";
    await page.getByRole("status").filter({ hasText: words }).waitFor();
    const choice = page.getByRole("region", { name: "Chosen adapters" });
    await choice.getByText("Did you mean “noir”?").waitFor(); // while typing, too
    await generate(page, "a fox in the snow");
    await expect.poll(() => page.getByText(words).count()).toBe(0);
  });

  test.each([
    ["<lora:>", "the adapter’s name is missing"],
    ["<hypernet:anime:1>", "Stylus does not support hypernetworks"],
    ["<lora:noir:80>", "a strength of 80 would ruin the image"],
    ["<lora:noir:0.8", "it lacks the closing “>”"],
  ])("reports a tag without effect while typing, and rejects it: %s", async (tag, words) => {
    const { page } = site;
    await promptBox(page).fill(`a fox in the snow ${tag}`);
    await page.getByRole("region", { name: "Chosen adapters" }).getByText(words).waitFor();
    await generateButton(page).click();
    await alerts(page).first().getByText(words).waitFor();
  });

  test("reports a tag in the negative prompt while typing; it stays there and does nothing", async () => {
    const { page } = site;
    const tag = "<lora:noir:0.8>";
    const words = `${tag} does nothing in the negative prompt. Move it to the prompt.`;
    const request = { prompt: "a fox", seed: 1, steps: 1, fewStep: false };
    const plain = await runInPage(page, { ...request, negativePrompt: "blurry" });
    const tagged = await runInPage(page, { ...request, negativePrompt: `blurry${tag}` });
    expect(tagged.notes).toEqual([words]);
    expect(plain.notes).toEqual([]);
    const inputOf = ({ report }: typeof plain): unknown =>
      report.stages.find(({ id }) => id === "generate")?.inputs;
    expect(inputOf(tagged)).toEqual(inputOf(plain));

    await useSettings(page, { fewStep: false, full: { steps: 2 }, negativePrompt: "" });
    await page.getByRole("button", { name: "Settings", exact: true }).click();
    const box = page.getByRole("textbox", { name: "Negative prompt" });
    await box.fill(`blurry ${tag}`);
    const notice = page.getByRole("region", { name: "Chosen adapters" }).getByText(words);
    await notice.waitFor();
    await generate(page, "a fox in the snow");
    await expect.poll(() => box.inputValue()).toBe(`blurry ${tag}`);
    await box.fill("blurry");
    await notice.waitFor({ state: "detached" });
  });

  test.each([
    [{ prompt: " " }, "prompt", /empty/],
    [{ prompt: "a".repeat(10_001) }, "prompt", /10,001 characters/],
    [{ prompt: "a fox", adapters: [{ id: "nobody", weight: 1 }] }, "adapters", /no adapter “nobody”/],
    [
      { prompt: "a fox", adapters: [{ id: "noir", weight: 80 }] },
      "adapters",
      /noir must be -20 to 20, not 80/,
    ],
    [{ prompt: "a fox", width: 250 }, "width", /multiple of 8/],
    [{ prompt: "a fox", steps: 0 }, "steps", /Steps must be 1–150, not 0/],
    [{ prompt: "a fox", method: "reranker" as const }, undefined, /./],
  ])("window.stylus answers %o with the reason", async (options, where, message) => {
    const error = await runInPage(site.page, options).then(
      () => null,
      (reason: unknown) => reason as { code: string; message: string; remedy: string },
    );
    expect(error?.message).toMatch(message);
    expect(error?.code).not.toBe("internal");
    expect(error?.remedy).toBeTruthy();
    if (where) expect(error?.message).toContain(`[${where}]`);
  });
});

test("a missing file, then a damaged one, then a working site: the page names each and continues", async () => {
  const file = "vae/diffusion_pytorch_model.safetensors";
  let fault: "missing" | "damaged" | null = "missing";
  const intercept = (request: IncomingMessage, response: ServerResponse): boolean => {
    if (fault === null || !request.url!.endsWith(file)) return false;
    if (fault === "missing") {
      response.writeHead(404).end();
      return true;
    }
    const bytes = readFileSync(path.join(siteFolder(), "packs/pocket", file));
    bytes[bytes.length >> 1]! ^= 1; // one bit
    response.writeHead(200, { "Content-Type": "application/octet-stream" }).end(bytes);
    return true;
  };
  const site = await openSite({ server: { intercept } });
  try {
    const { page } = site;
    const tryAgain = page.getByRole("button", { name: "Try again" });
    await page.getByText(`${file} is missing on the server.`).waitFor({ timeout: 60_000 });
    fault = "damaged";
    await tryAgain.click();
    await page.getByText(`${file} is damaged: expected SHA-256`).waitFor({ timeout: 60_000 });
    fault = null;
    await tryAgain.click();
    await loaded(page);
    await expect.poll(() => alerts(page).count()).toBe(0);
    await useSettings(page, {});
    await generate(page, "a fox in the snow");
  } finally {
    await site.close();
  }
});

test("a failed delete names the item and the reason, and loses nothing", async () => {
  const site = await openSite();
  try {
    const { page } = site;
    await useSettings(page, {});
    await drop(page, [await loraFile("paper_collage.safetensors")]);
    const intake = page.getByRole("dialog", { name: "Your LoRA files" });
    await intake.getByRole("button", { name: "Add to my adapters" }).click();
    await intake.getByText("Added as paper collage").waitFor();
    await page.keyboard.press("Escape");
    await generate(page, "a fox in the snow");

    await loseDatabases(page, ["stylus-web-gallery", "stylus-web-adapters"]);
    const lost = "could not be deleted. This tab has lost its storage, perhaps to a tab";
    const gallery = page.getByRole("region", { name: "Your images" });
    await gallery.getByRole("button", { name: "Delete image with seed 7" }).click();
    await complaint(page, `The image with seed 7 ${lost}`);
    await gallery.getByRole("button", { name: "Delete all images" }).click();
    await gallery.getByRole("button", { name: "Delete 1 image", exact: true }).click();
    await complaint(page, `The images ${lost}`);
    await page.getByRole("button", { name: /^Adapters/ }).click();
    const library = page.getByRole("dialog", { name: "Adapters", exact: true });
    await library.getByText("Yours 1").click();
    await library.getByRole("button", { name: /paper collage/ }).click();
    const details = page.getByRole("dialog", { name: "paper collage" });
    await details.getByRole("button", { name: "Remove", exact: true }).click();
    await details.getByRole("button", { name: "Remove file and details" }).click();
    await complaint(page, `The adapter “paper collage” ${lost}`);

    await page.reload();
    await loaded(page);
    await promptBox(page).fill("something else");
    await gallery.getByRole("button", { name: /^Show image with seed 7/ }).click();
    await images(page).first().waitFor();
    await expect.poll(() => promptBox(page).inputValue()).toBe("a fox in the snow");
    await page.getByRole("button", { name: /^Adapters/ }).click();
    await library.getByText("Yours 1").waitFor();
    await page.keyboard.press("Escape");

    // Another tab is using one of the model's files.
    const holder = await page.evaluateHandle(async () => {
      const root = await navigator.storage.getDirectory();
      const folder = await root.getDirectoryHandle("stylus-files");
      for await (const file of folder.values()) {
        if (file.kind !== "file" || (await (file as FileSystemFileHandle).getFile()).size < 10_000) continue;
        return (file as FileSystemFileHandle).createWritable();
      }
      throw new Error("There is no stored file.");
    });
    await page.getByRole("button", { name: /^Pocket: CPU/ }).click();
    await page.getByRole("button", { name: "Storage" }).click();
    const row = page.getByRole("dialog", { name: "Storage" }).getByRole("listitem", { name: "Pocket" });
    const deletePocket = async (): Promise<void> => {
      await row.getByRole("button", { name: "Delete Pocket" }).click();
      await row.getByRole("button", { name: /^Delete \d/ }).click();
    };
    await deletePocket();
    await row
      .getByRole("alert")
      .getByText(/\w of Pocket could not be deleted\. It is in use/)
      .waitFor();
    await row.getByText("Model, incomplete").waitFor();
    await holder.evaluate((writable) => writable.abort());
    await deletePocket();
    await row.waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
    await page.getByRole("heading", { name: "The model was deleted from this browser" }).waitFor();
    await expect.poll(() => gallery.getByRole("button", { name: /^Show image/ }).count()).toBe(1);
  } finally {
    await site.close();
  }
});

test("a failed save or read gives the actual reason: no space, or lost storage", async () => {
  const site = await openSite();
  try {
    const { page } = site;
    await useSettings(page, {});
    const keepsNoImage = async (refusal: string): Promise<void> => {
      await promptBox(page).fill("a fox in the snow");
      await generateButton(page).click();
      await complaint(page, refusal);
      await expect.poll(() => images(page).count()).toBe(1);
      await drop(page, [{ name: "start.png", buffer: gradient(64, 64), type: "image/png" }]);
      await page.getByRole("region", { name: "Prompt and settings" }).getByText(refusal).waitFor();
    };
    const keepAdapterNot = async (refusal: string): Promise<void> => {
      await drop(page, [await loraFile("paper_collage.safetensors")]);
      await page.getByRole("button", { name: "Add to my adapters" }).click();
      await complaint(page, refusal);
    };
    await loseDatabases(page, ["stylus-web-gallery", "stylus-web-inputs"]);
    await keepsNoImage("The browser could not keep this image. This tab has lost its storage");
    await loseDatabases(page, ["stylus-web-adapters"]);
    await keepAdapterNot("The browser could not keep this adapter. This tab has lost its storage");
    await page.keyboard.press("Escape");
    await generateButton(page).click();
    await complaint(page, "Your adapters could not be read. This tab has lost its storage");
    await page.reload();
    await loaded(page);
    await page.evaluate(() => {
      const refuse = (): never => {
        throw new DOMException("No space is left.", "QuotaExceededError");
      };
      IDBObjectStore.prototype.put = refuse;
      IDBObjectStore.prototype.add = refuse;
    });
    await keepsNoImage("The browser has no room to keep this image.");
    await keepAdapterNot("The browser has no room to keep this adapter.");
  } finally {
    await site.close();
  }
});

describe("a host without isolation headers", () => {
  test("generates without WebAssembly threads and says so", async () => {
    const site = await openSite({ server: { isolated: false }, serviceWorkers: "block" });
    try {
      const { page } = site;
      await loaded(page);
      expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(false);
      await expect.poll(() => page.getByRole("note").innerText()).toMatch(/Only one CPU thread is available/);
      const { report } = await runInPage(page, { prompt: "a fox", seed: 1, steps: 1, fewStep: true });
      expect(report.device.threads).toBe(1);
    } finally {
      await site.close();
    }
  });

  test("the service worker enables threads after one reload", async () => {
    const site = await openSite({ server: { isolated: false } });
    try {
      await site.page.waitForFunction(() => globalThis.crossOriginIsolated, null, { timeout: 60_000 });
    } finally {
      await site.close();
    }
  });
});

test("generates in a browser without storage; the model lasts as long as the page", async () => {
  const worker = /\/assets\/storage-[\w-]+\.js$/;
  const refusal =
    'navigator.storage.getDirectory = () => Promise.reject(new DOMException("refused", "SecurityError"));\n';
  const intercept = (request: IncomingMessage, response: ServerResponse): boolean => {
    if (!worker.test(request.url!)) return false;
    const script = readFileSync(path.join(siteFolder(), request.url!), "utf8");
    response.writeHead(200, { "Content-Type": "text/javascript" }).end(refusal + script);
    return true;
  };
  const site = await openSite({ server: { intercept }, serviceWorkers: "block" });
  try {
    const { page } = site;
    await useSettings(page, {});
    await generate(page, "a fox in the snow");
    const again = await runInPage(page, { prompt: "a fox", seed: 1, steps: 1, fewStep: true });
    expect(again.report.pack.downloadedBytes).toBeGreaterThan(0); // the reload downloaded it again
    // The files are in the memory of the worker, which is still alive.
    await page.getByRole("button", { name: /^Pocket: CPU/ }).click();
    await page.getByRole("button", { name: "Storage" }).click();
    const row = page.getByRole("dialog", { name: "Storage" }).getByRole("listitem", { name: "Pocket" });
    await row.getByText("Model, complete.").waitFor();
    await row.getByRole("button", { name: "Delete Pocket" }).click();
    await row.getByRole("button", { name: /^Delete \d/ }).click();
    await row.waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
    await page.getByRole("heading", { name: "The model was deleted from this browser" }).waitFor();
  } finally {
    await site.close();
  }
});
