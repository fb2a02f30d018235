// Adapters by their address, from stand-ins for Civitai and Hugging Face: looked up, downloaded, verified, kept; and what the page says of every
// way in which that fails.
import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Locator, Page } from "playwright";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { serve } from "../../scripts/run/server.ts";
import { siteFolder } from "../../scripts/run/setup.ts";
import { openSite, type Site } from "../../scripts/run/site.ts";
import { civitaiFiles, civitaiHost, siteSources } from "../fixtures/adapter-sites.ts";
import { hubHost, hubSources } from "../fixtures/miniature-hub.ts";
import { civitaiModel, civitaiVersion, hubRepository } from "../fixtures/site-answers.ts";
import { letIn, openStubSites, strangeHost, type SiteFault, type StubSites } from "../fixtures/stub-sites.ts";
import { violations } from "./accessibility.ts";
import { drop } from "./drop.ts";
import { gradient } from "./image-file.ts";
import { loraFile } from "./lora-file.ts";
import { generate, loaded, useSettings } from "./page.ts";

let sites: StubSites;
let server: Awaited<ReturnType<typeof serve>>;
let site: Site;
let page: Page;
const bugs: string[] = [];

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
const key = "key-of-nobody";

/** A model with one version; its file is served under the version's and the file's number. */
async function publish(
  id: number,
  about: {
    readonly name?: string;
    readonly baseModel?: string;
    readonly contextWidth?: number;
    readonly change?: object;
    readonly publishedAt?: string;
    readonly versionId?: number;
  } = {},
): Promise<Buffer> {
  const {
    name = `Model ${id}`,
    baseModel = "SD 1.5",
    contextWidth,
    change = {},
    versionId = 1000 + id,
  } = about;
  const { buffer } = await loraFile(`m${id}.safetensors`, {
    metadata: { ss_output_name: `m${versionId}` },
    ...(contextWidth === undefined ? {} : { contextWidth }),
  });
  const file = { id: 1, name: `m${versionId}.safetensors`, sizeBytes: buffer.length, sha256: sha256(buffer) };
  const version = civitaiVersion({
    id: versionId,
    baseModel,
    files: [file],
    ...(about.publishedAt ? { publishedAt: about.publishedAt } : {}),
  });
  const others = sites.models.get(id)?.modelVersions ?? [];
  sites.models.set(id, civitaiModel(id, [version, ...others], { name, ...change }));
  sites.files.set(`${versionId}/1`, buffer);
  return buffer;
}

beforeAll(async () => {
  sites = await openStubSites();
  server = await serve(siteFolder(), { connect: [...hubSources, ...siteSources] });
  site = await openSite({ url: server.url, hosts: sites.hosts });
  page = site.page;
  page.on("pageerror", (error) => bugs.push(error.message));
  await useSettings(page, { fewStep: false, full: { steps: 2 } });
});
afterAll(async () => {
  await site?.close();
  await server?.close();
  sites?.close();
});
beforeEach(() => {
  sites.fault = null;
  sites.requests.length = 0;
});

const intake = (): Locator => page.getByRole("dialog", { name: "Your LoRA files" });
const row = (title: string): Locator => intake().getByRole("listitem", { name: title, exact: true });
const alert = (words: string | RegExp): Locator => intake().getByRole("alert").filter({ hasText: words });

/** With nothing in the list. */
async function open(): Promise<void> {
  const library = page.getByRole("dialog", { name: "Adapters", exact: true });
  const steps = [
    page.getByRole("button", { name: /^Adapters/ }),
    library.getByRole("button", { name: "From Civitai or Hugging Face" }),
  ];
  // The dialog of a download that has just ended may open over either step.
  await expect
    .poll(
      async () => {
        while (await page.locator("dialog[open]").count()) await page.keyboard.press("Escape");
        try {
          for (const step of steps) await step.click({ timeout: 1000 });
          return true;
        } catch {
          return false;
        }
      },
      { timeout: 20_000 },
    )
    .toBe(true);
}

async function lookUp(text: string): Promise<void> {
  await open();
  await intake().getByLabel("Addresses").fill(text);
  await intake().getByRole("button", { name: "Look up" }).click();
}

const download = (): Promise<void> =>
  intake()
    .getByRole("button", { name: /^Download \d+ file/ })
    .click();

const asked = (host: string): string[] =>
  sites.requests.filter((request) => request.host === host).map(({ path }) => path);

/** On requests of files from this host. */
const atFiles =
  (host: string, work: (response: ServerResponse, from: number | null) => void): SiteFault =>
  (request, response) => {
    if (request.host !== host || request.path.startsWith("/api/v1/") || request.path.endsWith(".jpeg"))
      return false;
    work(response, request.from);
    return true;
  };

test("a model of Civitai: its card, its preview, a verified download, chosen for a prompt, kept with its credits", async () => {
  const bytes = await publish(1, { name: "Paper Collage" });
  sites.files.set("safe/width=450/10012.jpeg", gradient(64, 64));
  sites.fault = ({ path }, response) => {
    if (!path.endsWith(".jpeg")) return false;
    letIn(response);
    response.writeHead(200, { "Content-Type": "image/png" }).end(gradient(64, 64));
    return true;
  };
  await lookUp("https://civitai.com/models/1/paper-collage?modelVersionId=1001");
  await intake().getByText("1 found.").waitFor();
  await expect.poll(() => row("Paper Collage").innerText()).toContain("for SD 1.5");
  const words = await row("Paper Collage").innerText();
  expect(words).toContain("by scissors");
  expect(words).toContain("Trigger words: pprcllg, torn paper");
  expect(words).toContain(
    "No credit needed; commercial use: images and generation on Civitai; merges may be shared with the same permissions",
  );
  // By what its page says it is for SD 1.5; the file, in this test, fits Pocket.
  expect(words).toContain("For SD 1.5, not for the loaded model.");
  await row("Paper Collage").getByRole("img", { name: "Preview of Paper Collage" }).waitFor();
  expect(asked(civitaiFiles)).toEqual(["/safe/width=450/10012.jpeg"]);
  expect(await violations(page)).toEqual([]);

  await download();
  await row("Paper Collage").getByText("Added as Paper Collage").waitFor({ timeout: 60_000 });
  expect(asked(civitaiHost)).toEqual(["/api/v1/models/1", "/api/download/models/1001"]);
  expect(asked(civitaiFiles).slice(1)).toEqual(["/1001/1"]);
  await row("Paper Collage").getByRole("button", { name: "Open details" }).click();
  const details = page.getByRole("dialog", { name: "Paper Collage" });
  await details.getByText("By scissors.").waitFor();
  await details
    .getByText(/^\s*Civitai: allowNoCredit=true/)
    .first()
    .waitFor();
  const link = details.getByRole("link", { name: "Web page" });
  await expect
    .poll(() => link.getAttribute("href"))
    .toBe(`http://${civitaiHost}/models/1?modelVersionId=1001`);
  await details.getByText(`Contents of m1001.safetensors`).click();
  await details.getByText(sha256(bytes).slice(0, 10)).waitFor();
  // The download is not stored a second time.
  const stored = await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle("stylus-files");
    const names: string[] = [];
    for await (const name of folder.keys()) names.push(name);
    return names;
  });
  expect(stored).not.toContain(sha256(bytes));

  await open();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await generate(page, "a castle on a hill, paper collage");
  const chips = page.getByRole("list", { name: "Adapters in this image" });
  await expect.poll(() => chips.innerText()).toContain("Paper Collage");
});

test("a repository: several files to choose from, one of them added; a file address is that file", async () => {
  const { buffer } = await loraFile("crochet.safetensors", { metadata: { ss_output_name: "crochet" } });
  const entry = (path: string) => ({ path, sizeBytes: buffer.length, sha256: sha256(buffer) });
  const files = [
    entry("crochet.safetensors"),
    entry("old/crochet-old.safetensors"),
    entry("unet/model.safetensors"),
  ];
  sites.repositories.set("someone/crochet", hubRepository("someone/crochet", { files, commit: "abc" }));
  sites.files.set("someone/crochet/crochet.safetensors", buffer);
  await lookUp("https://huggingface.co/someone/crochet");
  await intake().getByText("2 found.").waitFor();
  expect(await intake().getByRole("checkbox", { checked: true }).count()).toBe(0);
  await intake().getByRole("checkbox", { name: "Download crochet", exact: true }).check();
  await download();
  await row("crochet").getByText("Added as crochet").waitFor({ timeout: 60_000 });
  expect(asked(hubHost)).toEqual([
    "/api/models/someone/crochet",
    "/someone/crochet/resolve/abc/crochet.safetensors",
  ]);

  await lookUp("https://huggingface.co/someone/crochet/blob/main/crochet.safetensors");
  await row("crochet").getByText("Already among your adapters: crochet").waitFor();
});

test("a base model that nothing here has is warned of, and its file refused", async () => {
  await publish(2, { name: "For XL", baseModel: "SDXL 1.0", contextWidth: 2048 });
  await publish(3, { name: "Full size", contextWidth: 768 });
  await lookUp("2 3");
  await row("For XL").getByText("Made for SDXL 1.0: it doesn’t fit the models that run here.").waitFor();
  expect(await intake().getByRole("checkbox", { name: "Download For XL" }).isChecked()).toBe(false);
  await intake().getByRole("checkbox", { name: "Download For XL" }).check();
  await download();
  await row("Full size").getByText("Kept as Full size, for SD 1.5").waitFor({ timeout: 60_000 });
  await row("For XL").getByText("Not added. Made for SDXL").waitFor();
  await intake().getByText("1 added, 1 not.").waitFor();
});

test("what is marked as showing minors or a real person is refused by name; so is what is no adapter", async () => {
  await publish(4, { name: "Somebody", change: { poi: true } });
  await publish(5, { name: "Young", change: { minor: true } });
  await publish(6, { name: "Whole", change: { type: "Checkpoint" } });
  await lookUp("4 5 6");
  await alert("“Somebody” is marked as showing a real person, so it is not offered here.").waitFor();
  await alert("“Young” is marked as showing minors, so it is not offered here.").waitFor();
  await alert("“Whole” is not an adapter: its type is Checkpoint.").waitFor();
  expect(await intake().getByRole("checkbox").count()).toBe(0);
});

test("lookups that lead to nothing: missing, private, a key, no leave for pages, limits", async () => {
  const status =
    (wanted: string, code: number, withCors = true): SiteFault =>
    ({ path }, response) => {
      if (!path.startsWith(wanted)) return false;
      if (withCors) letIn(response);
      response.writeHead(code).end("{}");
      return true;
    };
  await lookUp("999\nnonsense");
  await alert("is no address of a model on Civitai or Hugging Face").waitFor();
  await lookUp("999\nhttps://huggingface.co/nobody/nothing");
  await alert("Civitai has no model 999.").waitFor();
  await alert("Hugging Face has no public repository nobody/nothing").waitFor();

  sites.fault = status("/api/v1/models/9", 401);
  await lookUp("9");
  await alert("Civitai wants a key for 9 (401).").waitFor();

  sites.fault = status("/api/v1/models/9", 200, false);
  await lookUp("9");
  await alert("Civitai cannot be reached, or lets no page read its answer.").waitFor();

  // Twice, then it answers.
  await publish(9);
  sites.requests.length = 0;
  let limits = 2;
  sites.fault = (request, response) => limits-- > 0 && status("/api/v1/models/9", 429)(request, response);
  await lookUp("9");
  await row("Model 9").waitFor({ timeout: 30_000 });
  expect(asked(civitaiHost)).toEqual(["/api/v1/models/9", "/api/v1/models/9", "/api/v1/models/9"]);
});

test("a key goes to Civitai with its requests, and nowhere else; nothing shows or keeps it but its own place", async () => {
  await publish(10);
  sites.fault = ({ host, path, query }, response) => {
    if (host !== civitaiHost || !path.startsWith("/api/download/") || query.get("token") === key)
      return false;
    letIn(response);
    response.writeHead(401).end(JSON.stringify({ error: "Unauthorized" }));
    return true;
  };
  await lookUp("10");
  await download();
  await alert("Civitai wants a key for m1010.safetensors (401).").waitFor({ timeout: 60_000 });
  const enter = async (text: string): Promise<void> => {
    if (!(await intake().getByLabel("Key", { exact: true }).isVisible()))
      await intake().getByText("Key for Civitai").click();
    await intake().getByLabel("Key", { exact: true }).fill(text);
    await intake().getByRole("button", { name: "Save key" }).click();
    await intake().getByText("A key is set.").waitFor();
  };
  await enter("wrong");
  await download();
  await alert("Civitai does not accept your key for m1010.safetensors (401).").waitFor({ timeout: 60_000 });
  await enter(key);
  sites.requests.length = 0;
  await download();
  await row("Model 10").getByText("Added as Model 10").waitFor({ timeout: 60_000 });
  const withKey = sites.requests.filter(({ query }) => query.has("token"));
  expect(withKey.map(({ host, path }) => `${host}${path}`)).toEqual([
    `${civitaiHost}/api/download/models/1010`,
  ]);
  expect(asked(civitaiFiles)).toEqual(["/1010/1"]);
  const elsewhere = await page.evaluate(async (secret) => {
    const kept = Object.entries(localStorage).filter(([name]) => !name.includes("civitai-key"));
    return JSON.stringify(kept).includes(secret) || document.documentElement.outerHTML.includes(secret);
  }, key);
  expect(elsewhere).toBe(false);
  await intake().getByRole("button", { name: "Forget key" }).click();
  expect(
    await page.evaluate(() => Object.keys(localStorage).filter((name) => name.includes("civitai"))),
  ).toEqual([]);
});

test("downloads that fail: no leave for pages, a host that the policy does not allow, a wrong hash, limits", async () => {
  await publish(11);
  const elsewhere =
    "Civitai sends the download of m1011.safetensors on to an address that lets no page read it.";
  await lookUp("11");
  sites.fault = atFiles(civitaiFiles, (response) => response.writeHead(200).end("x"));
  await download();
  await alert(elsewhere).waitFor({ timeout: 60_000 });
  await expect
    .poll(() => alert(elsewhere).innerText())
    .toContain("enter your key below. Or: Download the file on its page, then drop it here");

  await open();
  await lookUp("11");
  sites.fault = atFiles(civitaiHost, (response) => {
    letIn(response);
    response.writeHead(307, { Location: `http://${strangeHost}/1011/1` }).end();
  });
  await download();
  await alert(elsewhere).waitFor({ timeout: 60_000 });
  expect(asked(strangeHost)).toEqual([]);

  const wrong = Buffer.from(sites.files.get("1011/1")!);
  wrong[wrong.length - 1]! ^= 1;
  sites.fault = atFiles(civitaiFiles, (response) => {
    letIn(response);
    response.writeHead(200, { "Content-Length": wrong.length }).end(wrong);
  });
  await lookUp("11");
  await download();
  await alert("m1011.safetensors is damaged: expected SHA-256").waitFor({ timeout: 60_000 });

  await publish(12);
  sites.fault = atFiles(civitaiHost, (response) => {
    letIn(response);
    response.writeHead(429).end();
  });
  await lookUp("11 12");
  await download();
  await alert("Civitai limits requests and did not answer yet.").waitFor({ timeout: 60_000 });
  await intake().getByText("0 added, 1 not.").waitFor(); // the other one was not asked for

  sites.fault = null;
  await download();
  await intake().getByText("2 added.").waitFor({ timeout: 60_000 });
});

test("a file that was downloaded by hand gets the card of its listing", async () => {
  const bytes = await publish(13, { name: "By hand" });
  await lookUp("13");
  await row("By hand").waitFor();
  await drop(page, [{ name: "some_name.safetensors", buffer: bytes }]);
  const file = intake().getByRole("listitem", { name: "some_name.safetensors" });
  await expect.poll(() => file.getByLabel("Title").inputValue(), { timeout: 60_000 }).toBe("By hand");
  expect(await file.getByLabel("Trigger words").inputValue()).toBe("pprcllg, torn paper");
});

test("a cut transfer continues where it ended; so does one that was stopped", async () => {
  const bytes = await publish(14);
  const half = bytes.length >> 1;
  let froms: (number | null)[] = [];
  let cut = (): void => {};
  const cutOnce = atFiles(civitaiFiles, (response, from) => {
    froms.push(from);
    letIn(response);
    if (from === null) {
      response.writeHead(200, { "Content-Length": bytes.length });
      response.write(bytes.subarray(0, half));
      cut = () => response.destroy();
    } else {
      response.setHeader("Content-Range", `bytes ${from}-${bytes.length - 1}/${bytes.length}`);
      response.writeHead(206, { "Content-Length": bytes.length - from }).end(bytes.subarray(from));
    }
  });
  sites.fault = cutOnce;
  const received = (name: string): Promise<number> =>
    row(name)
      .getByRole("progressbar", { name: `Downloading ${name}` })
      .evaluate((element: HTMLProgressElement) => element.value);
  await lookUp("14");
  await download();
  // A page loses what it did not read before the cut.
  await expect.poll(() => received("Model 14")).toBe(half);
  cut();
  await row("Model 14").getByText("Added as Model 14").waitFor({ timeout: 60_000 });
  expect(froms).toEqual([null, half]);

  const more = await publish(15);
  froms = [];
  const part = more.length >> 1;
  let isSlow = true;
  sites.fault = atFiles(civitaiFiles, (response, from) => {
    froms.push(from);
    letIn(response);
    const start = from ?? 0;
    if (from !== null) response.setHeader("Content-Range", `bytes ${from}-${more.length - 1}/${more.length}`);
    response.writeHead(from === null ? 200 : 206, { "Content-Length": more.length - start });
    if (isSlow) response.write(more.subarray(0, part));
    else response.end(more.subarray(start));
  });
  await lookUp("15");
  await download();
  await expect.poll(() => received("Model 15")).toBe(part);
  await intake().getByRole("button", { name: "Stop" }).click();
  await intake().getByText("0 added.").waitFor();
  isSlow = false;
  await download();
  await row("Model 15").getByText("Added as Model 15").waitFor({ timeout: 60_000 });
  expect(froms).toEqual([null, part]);
});

test("a list of hundreds, with what was added and what not and why", async () => {
  const { buffer } = await loraFile("many.safetensors");
  const ids = Array.from({ length: 200 }, (_, index) => 2000 + index);
  for (const id of ids) {
    // Each with a hash of its own: a byte of the metadata's padding differs.
    const { buffer: own } =
      id < 2006 ? await loraFile("x", { metadata: { ss_output_name: `n${id}` } }) : { buffer };
    const name = `many${id}.safetensors`;
    const file = { id: 1, name, sizeBytes: own.length, sha256: sha256(own) };
    const version = civitaiVersion({ id: 9000 + id, files: [file] });
    if (id % 10 !== 9) sites.models.set(id, civitaiModel(id, [version], { name: `Many ${id}` }));
    sites.files.set(`${9000 + id}/1`, own);
  }
  await lookUp(ids.map((id) => `https://civitai.com/models/${id}`).join("\n"));
  await intake().getByText("180 found, 20 not found.").waitFor({ timeout: 120_000 });
  expect(await intake().getByRole("checkbox").count()).toBe(180);
  expect(await alert("Civitai has no model 2009.").count()).toBe(1);
  for (const checkbox of await intake()
    .getByRole("checkbox")
    .all()
    .then((all) => all.slice(6)))
    await checkbox.uncheck();
  await download();
  await intake().getByText("6 added.").waitFor({ timeout: 120_000 });
});

test("checking for updates: asked by a press only, a newer version is offered beside the old one", async () => {
  await publish(16, { name: "Growing", publishedAt: "2024-01-01T00:00:00.000Z" });
  await lookUp("16");
  await download();
  await row("Growing").getByText("Added as Growing").waitFor({ timeout: 60_000 });
  await publish(16, { name: "Growing", versionId: 5016, publishedAt: "2024-09-01T00:00:00.000Z" });
  sites.requests.length = 0;
  await page.reload();
  await loaded(page);
  await open();
  expect(sites.requests).toEqual([]);
  await intake().getByRole("button", { name: "Check for updates" }).click();
  await intake()
    .getByText(/^1 of \d+ adapters have newer versions/)
    .waitFor({ timeout: 60_000 });
  await row("Growing")
    .getByText("Newer version of Growing. The one you have stays until you remove it.")
    .waitFor();
  await download();
  await row("Growing").getByText("Added as Growing").waitFor({ timeout: 60_000 });
  expect(bugs).toEqual([]);
});
