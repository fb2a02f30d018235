// Models from a hub and from the user's disk: choosing, downloading with every failure, generating, deleting.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Locator, Page } from "playwright";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { serve } from "../../scripts/run/server.ts";
import { siteFolder } from "../../scripts/run/setup.ts";
import { openModel, openSite, runInPage, type Site } from "../../scripts/run/site.ts";
import { writeSafetensors } from "../../src/formats/safetensors.ts";
import { openStubHub, type Fault, type StubHub } from "../browser/stub-hub.ts";
import {
  checkpointFile,
  contentHost,
  hubFiles,
  hubHost,
  hubRepo,
  hubSources,
} from "../fixtures/miniature-hub.ts";
import { violations } from "./accessibility.ts";
import { modelFolder, writeModelFolder } from "./model-folder.ts";
import { complaint, generate, loaded, loseDatabases, useSettings } from "./page.ts";

let server: Awaited<ReturnType<typeof serve>>;
let hub: StubHub;
let site: Site;
let page: Page;
let profile: string;
const bugs: string[] = [];

beforeAll(async () => {
  profile = mkdtempSync(path.join(tmpdir(), "stylus-web-models-"));
  hub = await openStubHub(hubRepo, { contentHost });
  for (const [name, { body, lfs }] of hubFiles()) hub.put(name, body, { lfs });
  server = await serve(siteFolder(), { connect: [...hubSources, "https://huggingface.co"] });
  const at = (url: string): string => new URL(url).host;
  const hosts = {
    [hubHost]: at(hub.url),
    [contentHost]: at(hub.contentAddress),
    "huggingface.co": "127.0.0.1:9", // nothing listens there, so the real hub is unreachable
  };
  site = await openSite({ url: server.url, profile, hosts });
  page = site.page;
  page.on("pageerror", (error) => bugs.push(error.message));
  await useSettings(page, { size: { width: 64, height: 64 }, fewStep: false, full: { steps: 2 } });
});
afterAll(async () => {
  await site?.close();
  await server?.close();
  hub?.close();
  rmSync(profile, { recursive: true, force: true });
});
beforeEach(() => hub.clear());

const dialog = (): Locator => page.getByRole("dialog", { name: "Models", exact: true });
const row = (title: string): Locator => dialog().getByRole("listitem", { name: title, exact: true });
const ready = (title: string): Promise<void> =>
  page.getByRole("button", { name: new RegExp(`^${title}: (?:CPU|WebGPU)`) }).waitFor({ timeout: 120_000 });

async function openModels(): Promise<void> {
  if (await dialog().isVisible()) return;
  await page
    .getByRole("button", { name: /^Models/ })
    .first()
    .click();
  await row("Pocket").waitFor();
}

async function download(title: string): Promise<void> {
  await openModels();
  await row(title)
    .getByRole("button", { name: `Download ${title}` })
    .click();
  const question = page.getByRole("dialog", { name: `Download ${title}?` });
  await question.getByRole("button", { name: /^Download / }).click();
}

async function usePocket(): Promise<void> {
  await openModels();
  await row("Pocket").getByRole("button", { name: "Use Pocket" }).click();
  await ready("Pocket");
}

const fetched = (file: string): readonly { from: number }[] =>
  hub.requests.filter(
    ({ host, method, path: name }) => host === "content" && method === "GET" && name === file,
  );

const refuse =
  (status: number, file: string): Fault =>
  ({ host, path: name }, response) => {
    if (host !== "content" || name !== file) return false;
    response.writeHead(status).end();
    return true;
  };

/** The connection ends at that byte of the file on every request. */
const cutAt =
  (file: string, end: number): Fault =>
  ({ host, path: name, method, body, from, to }, response) => {
    if (host !== "content" || name !== file || method !== "GET") return false;
    response.setHeader("Content-Length", to - from);
    response.writeHead(from > 0 ? 206 : 200);
    response.write(body.subarray(from, Math.max(from, Math.min(to, end))), () => response.destroy());
    return true;
  };

test("asks before a download; a lost connection leaves Pocket in use, and the download resumes", async () => {
  await openModels();
  const entry = row("Stable Diffusion 1.5");
  await expect.poll(() => entry.innerText()).toContain("8.7 MB");
  expect(await violations(page)).toEqual([]);
  await entry.getByRole("button", { name: "Download Stable Diffusion 1.5" }).click();
  const question = page.getByRole("dialog", { name: "Download Stable Diffusion 1.5?" });
  await expect.poll(() => question.innerText()).toMatch(/8\.7 MB, once[\s\S]*The browser allows/);
  const licence = question.getByRole("link", { name: "Licence: CreativeML Open RAIL-M" });
  await expect.poll(() => licence.getAttribute("href")).toBe(`http://${hubHost}/${hubRepo}`);
  await question.getByRole("button", { name: "Cancel" }).click();
  expect(hub.requests).toEqual([]);

  hub.fault = cutAt("miniature.safetensors", 1_000_000);
  await download("Stable Diffusion 1.5");
  await entry.getByRole("alert").waitFor({ timeout: 60_000 });
  await expect.poll(() => entry.innerText()).toMatch(/miniature\.safetensors[\s\S]*download resumes/);
  await page.keyboard.press("Escape");
  await generate(page, "a castle on a hill");

  hub.clear();
  await openModels();
  await entry.getByRole("button", { name: "Try again" }).click();
  await ready("Stable Diffusion 1\\.5");
  expect(fetched("miniature.safetensors").length).toBeGreaterThan(0);
  expect(fetched("miniature.safetensors").every(({ from }) => from > 0)).toBe(true);
  expect(bugs).toEqual([]);
});

test("generates with it, downloads adapters from the hub when an image needs them, and remembers it", async () => {
  expect(fetched("clay.safetensors")).toEqual([]);
  await generate(page, "a castle on a hill, clay render");
  const chips = page.getByRole("list", { name: "Adapters in this image" });
  await expect.poll(() => chips.innerText()).toContain("Clay render");
  expect(fetched("clay.safetensors")).toHaveLength(1);
  expect(fetched("pixel.safetensors")).toEqual([]);
  await page.getByRole("list", { name: "Stages of this run" }).getByText("Download").waitFor();

  hub.clear();
  await page.reload();
  await ready("Stable Diffusion 1\\.5");
  await generate(page, "a boat, clay render");
  expect(hub.requests).toEqual([]);

  await page.getByRole("switch", { name: /^Fast/ }).or(page.getByLabel(/^Fast/)).first().check();
  await generate(page, "a boat");
  expect(fetched("quick.safetensors")).toHaveLength(1);
  await page.getByLabel(/^Fast/).first().uncheck();

  await usePocket();
  await generate(page, "a castle on a hill");
  await openModels();
  await row("Stable Diffusion 1.5").getByRole("button", { name: "Use Stable Diffusion 1.5" }).click();
  await ready("Stable Diffusion 1\\.5");
  expect(bugs).toEqual([]);
});

test("pins and bans are kept for each model", async () => {
  const library = page.getByRole("dialog", { name: "Adapters", exact: true });
  const change = async (adapter: RegExp, what: RegExp): Promise<void> => {
    await page.getByRole("button", { name: /^Adapters/ }).click();
    await library.getByRole("button", { name: adapter }).click();
    const details = page.getByRole("dialog", { name: adapter });
    await details.getByRole("button", { name: what }).click();
    await details.getByRole("button", { name: "Close", exact: true }).click();
    await library.getByRole("button", { name: "Close", exact: true }).click();
  };
  const counts = async (): Promise<string[]> => {
    await page.getByRole("button", { name: /^Adapters/ }).click();
    const words = await library.getByText(/^(?:Pinned|Banned) \d+$/).allInnerTexts();
    await library.getByRole("button", { name: "Close", exact: true }).click();
    return words;
  };
  await change(/^Clay render/, /^Pin/);
  await usePocket();
  expect(await counts()).toEqual(["Pinned 0", "Banned 0"]);
  await change(/^Clay Render/, /^Ban/);
  await openModels();
  await row("Stable Diffusion 1.5").getByRole("button", { name: "Use Stable Diffusion 1.5" }).click();
  await ready("Stable Diffusion 1\\.5");
  expect(await counts()).toEqual(["Pinned 1", "Banned 0"]);
  await page.reload();
  await ready("Stable Diffusion 1\\.5");
  expect(await counts()).toEqual(["Pinned 1", "Banned 0"]);
  await change(/^Clay render/, /^Unpin/);
  await usePocket();
  expect(await counts()).toEqual(["Pinned 0", "Banned 1"]);
  await change(/^Clay Render/, /^Unban/);
  await openModels();
  await row("Stable Diffusion 1.5").getByRole("button", { name: "Use Stable Diffusion 1.5" }).click();
  await ready("Stable Diffusion 1\\.5");
  expect(bugs).toEqual([]);
});

test("an adapter that cannot be downloaded stops only the run, with the reason", async () => {
  hub.fault = refuse(403, "pixel.safetensors");
  await page.getByRole("textbox", { name: "Prompt", exact: true }).fill("a boat, pixel art");
  await page.getByRole("button", { name: /^Generate/ }).click();
  await complaint(page, /refused to send stylus\/pixel\.safetensors \(403\)/);
  hub.clear();
  await generate(page, "a boat, pixel art");
});

test("a file of unknown hash: refused, missing, damaged; then pinned, and a changed file accepted on request", async () => {
  const entry = row("Counterfeit 3.0");
  const refusedWith = async (status: number): Promise<string> => {
    hub.fault = refuse(status, "open.safetensors");
    await openModels();
    const again = entry.getByRole("button", { name: "Try again" });
    if (await again.isVisible()) await again.click();
    else await download("Counterfeit 3.0");
    await entry.getByRole("progressbar").waitFor({ state: "detached" });
    await entry.getByRole("alert").waitFor({ timeout: 60_000 });
    return entry.getByRole("alert").innerText();
  };
  expect(await refusedWith(403)).toMatch(
    /refused to send open\.safetensors \(403\)[\s\S]*choose it from your disk/,
  );
  expect(await refusedWith(404)).toMatch(/missing on the server[\s\S]*Choose another model/);
  expect(await refusedWith(429)).toMatch(/limits downloads/);

  hub.fault = ({ host, path: name, method, body, from, to }, response) => {
    if (host !== "content" || name !== "open.safetensors" || method !== "GET") return false;
    const damaged = Buffer.from(body);
    damaged[body.length - 5]! ^= 1;
    response.writeHead(from > 0 ? 206 : 200, { "Content-Length": to - from });
    response.end(damaged.subarray(from, to));
    return true;
  };
  await entry.getByRole("button", { name: "Try again" }).click();
  await entry.getByText(/is damaged: expected/).waitFor({ timeout: 60_000 });

  hub.clear();
  await entry.getByRole("button", { name: "Try again" }).click();
  await ready("Counterfeit 3\\.0");
  await generate(page, "a castle on a hill");

  await usePocket();
  await deleteStored("Counterfeit 3.0");
  hub.put("open.safetensors", checkpointFile({ seed: "another" }));
  await download("Counterfeit 3.0");
  await entry.getByRole("alert").waitFor({ timeout: 60_000 });
  await entry.getByRole("button", { name: "Accept changed file" }).click();
  await ready("Counterfeit 3\\.0");
  expect(bugs).toEqual([]);
});

async function deleteStored(title: string): Promise<void> {
  await page.keyboard.press("Escape");
  await openModels();
  await page.getByRole("button", { name: "Manage storage" }).click();
  const storage = page.getByRole("dialog", { name: "Storage" });
  const stored = storage.getByRole("listitem", { name: title, exact: true });
  await stored.getByRole("button", { name: `Delete ${title}` }).click();
  await stored.getByRole("button", { name: /^Delete \d/ }).click();
  await stored.waitFor({ state: "detached" });
  await page.keyboard.press("Escape");
}

test("another VAE replaces the model's own; a download can be paused and resumed", async () => {
  await openModels();
  await row("Stable Diffusion 1.5").getByRole("button", { name: "VAE for Stable Diffusion 1.5" }).click();
  const question = page.getByRole("dialog", { name: "VAE for Stable Diffusion 1.5" });
  await question.getByLabel(/^VAE/).selectOption("vae-ft-mse");
  hub.fault = ({ host }) => host === "content"; // never answers
  await question.getByRole("button", { name: /^Download / }).click();
  const entry = row("Stable Diffusion 1.5");
  await entry.getByRole("button", { name: "Pause download" }).click();
  await entry.getByText("Download paused.").waitFor();
  hub.clear();
  await entry.getByRole("button", { name: "Resume" }).click();
  await ready("Stable Diffusion 1\\.5 with VAE ft-MSE");
  expect(fetched("vae.safetensors").length).toBeGreaterThan(0);
  expect(fetched("miniature.safetensors")).toEqual([]);
  await generate(page, "a castle on a hill");
  await usePocket();
  expect(bugs).toEqual([]);
});

/** The pixels of shown images, as one number each. */
const pixelSums = (shown: Locator): Promise<number[]> =>
  shown.evaluateAll((all) =>
    Promise.all(
      all.map(async (image) => {
        const bitmap = await createImageBitmap(image as HTMLImageElement);
        const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d")!;
        canvas.drawImage(bitmap, 0, 0);
        const { data } = canvas.getImageData(0, 0, bitmap.width, bitmap.height);
        return data.reduce((sum, value, index) => (sum * 31 + value * (index % 7)) % 1_000_003, 0);
      }),
    ),
  );

test("a plot of VAEs decodes with each, and the model in use is loaded again", async () => {
  await openModels();
  await row("Stable Diffusion 1.5").getByRole("button", { name: "Use Stable Diffusion 1.5" }).click();
  await ready("Stable Diffusion 1\\.5");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Plot", exact: true }).click();
  const plot = page.getByRole("dialog", { name: "X/Y/Z plot" });
  await plot.getByLabel("Type of X: columns").selectOption("VAE");
  await plot.getByText("2 images").waitFor();
  await plot.getByRole("button", { name: "Generate plot" }).click();
  await page.locator("figure img[alt^='Plot of “a castle']").waitFor({ timeout: 120_000 });
  await page.getByText("2 single images").click();
  const cells = page.locator("details figure");
  await expect.poll(() => cells.nth(0).innerText()).toContain("Built-in VAE");
  await expect.poll(() => cells.nth(1).innerText()).toContain("VAE ft-MSE");
  const [own, other] = await pixelSums(cells.locator("img"));
  expect(other).not.toBe(own);
  await ready("Stable Diffusion 1\\.5");
  await generate(page, "a castle on a hill");
  expect(await pixelSums(page.locator("figure[data-status=done] img"))).toEqual([own]);
  await usePocket();
  expect(bugs).toEqual([]);
});

test("storage shows every model, and deleting the one in use leaves Pocket a click away", async () => {
  await openModels();
  await row("Stable Diffusion 1.5").getByRole("button", { name: "Use Stable Diffusion 1.5" }).click();
  await ready("Stable Diffusion 1\\.5");
  await openModels();
  await page.getByRole("button", { name: "Manage storage" }).click();
  const storage = page.getByRole("dialog", { name: "Storage" });
  await storage.getByRole("listitem", { name: "LoRA adapters for SD 1.5" }).waitFor();
  const names = await storage
    .getByRole("listitem")
    .evaluateAll((items) => items.map((item) => item.getAttribute("aria-label")));
  expect(new Set(names)).toEqual(
    new Set([
      "Pocket",
      "Stable Diffusion 1.5",
      "Counterfeit 3.0",
      "LoRA adapters for SD 1.5",
      "LCM LoRA for SD 1.5",
      "VAE ft-MSE",
      "Your adapters",
      "Your images",
    ]),
  );
  await page.keyboard.press("Escape");
  await deleteStored("Stable Diffusion 1.5");
  await page.getByRole("heading", { name: "The model was deleted from this browser" }).waitFor();
  await page.getByRole("button", { name: "Use Pocket" }).click();
  await loaded(page);
  await generate(page, "a castle on a hill");
  expect(bugs).toEqual([]);
});

/** Rows of the database with what was measured on GPUs; adds one first if `row` is given. */
const tuningRows = (row?: string): Promise<number> =>
  page.evaluate(async (key) => {
    const result = <Value>(request: IDBRequest<Value>): Promise<Value> =>
      new Promise((resolve) => request.addEventListener("success", () => resolve(request.result)));
    const database = await result(indexedDB.open("stylus-web-tuning"));
    const store = database.transaction("adapters", "readwrite").objectStore("adapters");
    if (key) await result(store.put({ version: "0", choices: new Map() }, key));
    const count = await result(store.count());
    database.close();
    return count;
  }, row);

test("a reset in Storage forgets what was measured on the GPU", async () => {
  const openStorage = async (): Promise<Locator> => {
    await openModels();
    await page.getByRole("button", { name: "Manage storage" }).click();
    const storage = page.getByRole("dialog", { name: "Storage" });
    await storage.getByRole("listitem", { name: "Your images" }).waitFor();
    return storage.getByRole("listitem", { name: "GPU tuning" });
  };
  expect(await (await openStorage()).count()).toBe(0);
  await page.keyboard.press("Escape");
  expect(await tuningRows("a GPU")).toBe(1);
  const measured = await openStorage();
  expect(await measured.innerText()).toContain("1 GPU");
  await measured.getByRole("button", { name: "Reset tuning" }).click();
  await measured.waitFor({ state: "detached" });
  expect(await tuningRows()).toBe(0);
  await page.keyboard.press("Escape");
  expect(bugs).toEqual([]);
});

const payload = (name: string, buffer: Buffer) => ({ name, mimeType: "application/octet-stream", buffer });

test("detects a checkpoint from the disk, generates with it, and rejects one of another kind", async () => {
  hub.clear();
  for (const [name, { body, lfs }] of hubFiles()) hub.put(name, body, { lfs });
  await openModels();
  const shape = { dtype: "F16", shape: [2, 2], bytes: new Uint8Array(8) } as const;
  const sdxl = writeSafetensors([{ name: "conditioner.embedders.0.x.weight", ...shape }]);
  await dialog()
    .getByLabel("Checkpoint files")
    .setInputFiles(payload("xl.safetensors", Buffer.from(sdxl)));
  await dialog().getByText("This is a Stable Diffusion XL model.").waitFor();

  await dialog().getByLabel("Checkpoint files").setInputFiles(payload("mine.safetensors", checkpointFile()));
  await ready("mine");
  await generate(page, "a castle on a hill, clay render");
  await openModels();
  await expect
    .poll(() => row("mine").innerText())
    .toMatch(/Checkpoint, single file, F32[\s\S]*On your disk, not copied/);
  await usePocket();
  expect(bugs).toEqual([]);
});

test("a remembered file is available on the next visit, and a lost one is reported", async () => {
  await page.evaluate(async (base64) => {
    const root = await navigator.storage.getDirectory();
    const handle = await root.getFileHandle("kept.safetensors", { create: true });
    const writable = await handle.createWritable();
    await writable.write(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));
    await writable.close();
    window.showOpenFilePicker = async () => [handle];
  }, checkpointFile().toString("base64"));
  await openModels();
  await dialog().getByRole("button", { name: "Choose file" }).click();
  await ready("kept");
  await page.reload();
  await ready("kept");
  await generate(page, "a castle on a hill");

  // A browser that asks again on every visit.
  await page.addInitScript(() => {
    let state = localStorage.getItem("test-permission") as PermissionState | null;
    if (state === null) return;
    FileSystemHandle.prototype.queryPermission = async () => state!;
    FileSystemHandle.prototype.requestPermission = async () => (state = "granted");
  });
  await page.evaluate(() => localStorage.setItem("test-permission", "prompt"));
  await page.reload();
  await page.getByText("kept needs your permission before it can be read again.").waitFor();
  await page.getByRole("button", { name: "Allow access" }).click();
  await ready("kept");
  await page.evaluate(() => localStorage.removeItem("test-permission"));

  await page.evaluate(async () => (await navigator.storage.getDirectory()).removeEntry("kept.safetensors"));
  await page.reload();
  await page.getByText("kept.safetensors can no longer be read from your disk.").waitFor();
  await page.getByRole("button", { name: "Use Pocket" }).click();
  await loaded(page);
  await openModels();
  await expect.poll(() => row("mine").count()).toBe(0);
  const removeKept = (): Promise<void> =>
    row("kept").getByRole("button", { name: "Remove kept from the list" }).click();
  await loseDatabases(page, ["stylus-web-models"]);
  await removeKept();
  await row("kept")
    .getByRole("alert")
    .getByText("The entry for “kept” could not be deleted. This tab has lost its storage")
    .waitFor();
  await page.reload();
  await loaded(page);
  await openModels();
  await removeKept();
  await row("kept").waitFor({ state: "detached" });
  expect(bugs).toEqual([]);
});

test("window.stylus generates with a checkpoint file, and with a model from the hub", async () => {
  const request = { prompt: "a castle", seed: 1, steps: 2, width: 64, height: 64, adapters: "none" } as const;
  const file = path.join(profile, "given.safetensors");
  writeFileSync(file, checkpointFile());
  const given = await runInPage(page, { ...request, model: await openModel(page, file) });
  expect(given.report.pack.title).toBe("given");
  const hubs = await runInPage(page, { ...request, model: await openModel(page, "sd15") });
  expect(hubs.report.pack.title).toBe("Stable Diffusion 1.5");
  expect(hubs.images[0]!.png.length).toBeGreaterThan(0);
  const pocket = await runInPage(page, request);
  expect(pocket.report.pack.title).toBe("Pocket");
  await page.reload();
  await ready("Pocket");
  await deleteStored("Stable Diffusion 1.5");
});

test("remembers a folder from the browser's picker, and rejects one without a model", async () => {
  const folder = [...(await modelFolder())].map(([file, bytes]) => [file, bytes.toString("base64")] as const);
  await page.evaluate(async (files) => {
    const root = await navigator.storage.getDirectory();
    const make = async (name: string, content: readonly (readonly [string, string])[]) => {
      const top = await root.getDirectoryHandle(name, { create: true });
      for (const [file, base64] of content) {
        const parts = file.split("/");
        let at = top;
        for (const part of parts.slice(0, -1)) at = await at.getDirectoryHandle(part, { create: true });
        const writable = await (await at.getFileHandle(parts.at(-1)!, { create: true })).createWritable();
        await writable.write(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));
        await writable.close();
      }
      return top;
    };
    const notes = await make("holidays", [["notes.txt", btoa("sun")]]);
    const model = await make("my-diffusers-model", files);
    const picks = [notes, model];
    window.showDirectoryPicker = async () => {
      const next = picks.shift();
      if (next) return next;
      throw new DOMException("The user aborted a request.", "AbortError");
    };
  }, folder);
  await openModels();
  const choose = dialog().getByRole("button", { name: "Choose folder" });
  await choose.click();
  await dialog().getByText("None of these files is a model.").waitFor();
  await choose.click();
  await ready("my-diffusers-model");
  await openModels();
  await choose.click(); // the user changes their mind
  await expect
    .poll(() => row("my-diffusers-model").innerText())
    .toMatch(/In use[\s\S]*On your disk, not copied/);
  await expect.poll(() => dialog().getByRole("alert").count()).toBe(0);
  await page.reload();
  await ready("my-diffusers-model");
  await generate(page, "a castle on a hill");
  await usePocket();
  await openModels();
  await row("my-diffusers-model")
    .getByRole("button", { name: "Remove my-diffusers-model from the list" })
    .click();
  await row("my-diffusers-model").waitFor({ state: "detached" });
  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    for (const name of ["holidays", "my-diffusers-model"]) await root.removeEntry(name, { recursive: true });
  });
  expect(bugs).toEqual([]);
});

test("without a folder picker, a folder lasts for this visit", async () => {
  const folder = path.join(profile, "chosen", "another-model");
  await writeModelFolder(folder);
  await page.evaluate(() => void (window.showDirectoryPicker = undefined));
  await openModels();
  const chooser = page.waitForEvent("filechooser");
  await dialog().getByRole("button", { name: "Choose folder" }).click();
  await (await chooser).setFiles(folder);
  await ready("another-model");
  await generate(page, "a castle on a hill");
  await page.reload();
  await page.getByText("You opened this model on an earlier visit.").waitFor();
  await page.getByRole("button", { name: "Use Pocket" }).click();
  await loaded(page);
  expect(bugs).toEqual([]);
});

test("names an unreachable hub, and the page continues with its model", async () => {
  await openModels();
  // Full size does not run here, so the page gives the reason; its real manifest gets as far as the network allows.
  const full = row("Stable Diffusion 1.5 inpainting");
  await expect.poll(() => full.innerText()).toMatch(/Needs WebGPU: on the CPU/);
  await expect.poll(() => full.getByRole("button", { name: "Can’t run here" }).isDisabled()).toBe(true);
  await full.getByRole("button", { name: "Download Stable Diffusion 1.5 inpainting anyway" }).click();
  const question = page.getByRole("dialog", { name: "Download Stable Diffusion 1.5 inpainting?" });
  await expect.poll(() => question.innerText()).toMatch(/About 2\.13 GB, once[\s\S]*Needs WebGPU/);
  await question.getByRole("button", { name: /^Download / }).click();
  await full.getByRole("alert").waitFor({ timeout: 60_000 });
  await expect
    .poll(() => full.getByRole("alert").innerText())
    .toMatch(/huggingface\.co[\s\S]*Check your connection/);

  hub.close();
  await download("Stable Diffusion 1.5");
  const entry = row("Stable Diffusion 1.5");
  await entry.getByRole("alert").waitFor({ timeout: 60_000 });
  await expect
    .poll(() => entry.getByRole("alert").innerText())
    .toMatch(/hub\.test cannot be reached[\s\S]*Check your connection/);
  await page.keyboard.press("Escape");
  await generate(page, "a castle on a hill");
  expect(bugs).toEqual([]);
});
