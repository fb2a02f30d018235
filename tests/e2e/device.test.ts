// The GPU is lost during a run: the run completes, no user data is lost, and the page says what happened. Uses Chromium's
// software WebGPU; the tests destroy the worker's devices from outside, like a driver.
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";
import type { Page, Worker } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { browserArguments, siteFolder, webgpuArguments } from "../../scripts/run/setup.ts";
import { openSite, runInPage, type Site } from "../../scripts/run/site.ts";
import { alerts, generateButton, loaded, images, promptBox, stopButton, useSettings } from "./page.ts";

let site: Site;
let page: Page;

/** Runs in a worker before its own script: records the devices it opens and the number of submissions. */
function rememberDevices(): void {
  if (typeof GPUAdapter === "undefined") return;
  const devices: GPUDevice[] = [];
  const open = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (descriptor) {
    const device = await open.call(this, descriptor);
    devices.push(device);
    return device;
  };
  const seen = Object.assign(globalThis, { devicesOfTest: devices, submitsOfTest: 0 });
  const submit = GPUQueue.prototype.submit;
  GPUQueue.prototype.submit = function (buffers) {
    seen.submitsOfTest++;
    return submit.call(this, buffers);
  };
}

/** Serves the diffusion worker's script with `rememberDevices` prepended. */
function intercept(request: IncomingMessage, response: ServerResponse): boolean {
  const name = /\/assets\/(diffusion-[^/]+\.js)$/.exec(request.url!)?.[1];
  if (name === undefined) return false;
  const script = readFileSync(path.join(siteFolder(), "assets", name), "utf8");
  response.writeHead(200, { "Content-Type": "text/javascript" });
  response.end(`(${rememberDevices.toString()})();\n${script}`);
  return true;
}

const diffusionWorker = (): Worker | undefined =>
  page.workers().find((worker) => worker.url().includes("/diffusion-"));

/** The records of `rememberDevices`, in a worker. */
declare const devicesOfTest: readonly GPUDevice[];
declare const submitsOfTest: number;

async function until(happened: () => Promise<boolean>): Promise<void> {
  while (!(await happened())) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Destroys the device mid-run, after more work was submitted. */
async function loseDevice(): Promise<void> {
  const worker = diffusionWorker()!;
  const submits = (): Promise<number> => worker.evaluate(() => submitsOfTest);
  const before = await submits();
  await until(async () => (await submits()) > before + 1);
  await worker.evaluate(() => devicesOfTest.at(-1)!.destroy());
}

const notice = () => page.getByRole("status").filter({ hasText: /(?:GPU|device) was lost/ });
const prompt = "a boat on the sea";
const settings = { device: "webgpu", fewStep: false, width: 64, height: 64, full: { steps: 1, cfgScale: 1 } };

beforeAll(async () => {
  site = await openSite({
    server: { intercept },
    args: [...browserArguments(), ...webgpuArguments("software")],
  });
  ({ page } = site);
  await useSettings(page, settings);
}, 240_000);

afterAll(() => site?.close());

const opened = "lost and recovered";

async function generateLosing(losses: number): Promise<void> {
  await promptBox(page).fill(prompt);
  await generateButton(page).click();
  for (let i = 0; i < losses; i++) {
    await until(async () =>
      i === 0 ? (await stopButton(page).count()) > 0 : (await noticeText()).includes(opened),
    );
    await loseDevice();
  }
  await generateButton(page).waitFor({ timeout: 300_000 });
}

const noticeText = async (): Promise<string> => (await notice().allInnerTexts()).join();

const deviceButton = (kind: string) => page.getByRole("button", { name: new RegExp(`^Pocket: ${kind}`) });

test("lost twice in one run: continues on WebAssembly and says so, in this run and the next", async () => {
  await generateLosing(2);
  expect(await alerts(page).allInnerTexts()).toEqual([]);
  expect(await noticeText()).toContain("continues on the CPU");
  await expect.poll(() => images(page).count()).toBe(1);
  await expect.poll(() => promptBox(page).inputValue()).toBe(prompt);
  await expect.poll(() => deviceButton("CPU").count()).toBe(1);
  const gallery = page.getByRole("region", { name: "Your images" });
  await expect.poll(() => gallery.locator("img").count()).toBe(1);
  const { report } = await runInPage(page, { prompt, width: 64, height: 64, steps: 1, device: "webgpu" });
  expect(report.device).toMatchObject({ kind: "wasm", reason: "the GPU was lost more than once" });
}, 400_000);

test("lost once, after a reload: continues on the reopened device", async () => {
  await page.reload();
  await loaded(page);
  await expect.poll(() => deviceButton("WebGPU").count()).toBe(1);
  await generateLosing(1);
  expect(await alerts(page).allInnerTexts()).toEqual([]);
  expect(await noticeText()).toContain(opened);
  await expect.poll(() => images(page).count()).toBe(1);
  await expect.poll(() => promptBox(page).inputValue()).toBe(prompt);
  await expect.poll(() => deviceButton("WebGPU").count()).toBe(1);
}, 400_000);

test("lost while idle: the next run reopens it silently", async () => {
  await page.reload();
  await loaded(page);
  const old = diffusionWorker()!;
  await old.evaluate(() => devicesOfTest.at(-1)!.destroy());
  await promptBox(page).fill(prompt);
  await generateButton(page).click();
  await until(async () => ![undefined, old].includes(diffusionWorker()));
  const worker = diffusionWorker()!;
  await until(async () => (await worker.evaluate(() => submitsOfTest)) > 5);
  expect(await alerts(page).allInnerTexts()).toEqual([]);
  await expect.poll(() => notice().count()).toBe(0);
  await expect.poll(() => deviceButton("WebGPU").count()).toBe(1);
  await stopButton(page).click();
  await generateButton(page).waitFor({ timeout: 60_000 });
}, 200_000);
