// A language-model server of the user's own: what the check says, choosing and cards by it, and that its key stays where it was typed.
import type { Locator, Page } from "playwright";
import { afterEach, expect, test } from "vitest";
import { type Asked, type Behaviour, openChatServer, type TestChatServer } from "../fixtures/chat-server.ts";
import { violations } from "./accessibility.ts";
import { drop } from "./drop.ts";
import { loraFile } from "./lora-file.ts";
import { generate, loaded, promptBox } from "./page.ts";
import { visit, visitBeforeAll } from "./visit.ts";

let page: Page;
const bugs = visitBeforeAll(
  (site) => void ({ page } = site),
  () => visit({ fewStep: false, full: { steps: 2 } }),
);

const opened: TestChatServer[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

const key = "key-of-nobody";
const model = "house-7b";

async function serve(
  behave: (asked: Asked, count: number) => Behaviour | Promise<Behaviour> = () => "answer",
  options: Parameters<typeof openChatServer>[1] = { cors: true, models: [model, "other-3b"] },
): Promise<TestChatServer> {
  const server = await openChatServer(behave, options);
  opened.push(server);
  return server;
}

const row = (): Locator => page.getByRole("listitem", { name: "Your own server" });

async function openForm(): Promise<void> {
  if (!(await row().isVisible()))
    await page.getByRole("button", { name: "Models", exact: true }).first().click();
  if ((await row().getByRole("form").count()) > 0) return;
  await row()
    .getByRole("button", { name: /^(?:Set up|Change)/ })
    .click();
}

async function fill(url: string, { name = model, secret = "" } = {}): Promise<void> {
  await openForm();
  await row().getByLabel("Address").fill(url);
  await row().getByLabel("Model", { exact: true }).fill(name);
  await row().getByLabel("Key (optional)").fill(secret);
}

async function checked(
  url: string,
  words: string | RegExp,
  about: Parameters<typeof fill>[1] = {},
): Promise<void> {
  await fill(url, about);
  await row().getByRole("button", { name: "Check" }).click();
  await row().getByRole("status").getByText(words).waitFor();
}

test("the check says what is wrong", async () => {
  const silent = await serve();
  await silent.close();
  await checked(silent.url, "Nothing answers at this address.");

  const closed = await serve(() => "answer", { models: [model] });
  await checked(
    closed.url,
    /A server answers at this address, but it doesn’t allow http:\/\/localhost:\d+ to read/,
  );
  await row()
    .getByText(/^Ollama: start it with OLLAMA_ORIGINS=http:\/\/localhost:\d+$/)
    .waitFor();
  expect(await violations(page)).toEqual([]);

  await checked(
    "https://llm.example.org/v1",
    /^This site does not allow https:\/\/llm\.example\.org, only servers on this computer/,
  );

  const strict = await serve(({ authorization }) =>
    authorization === `Bearer ${key}` ? "answer" : "refuse",
  );
  await checked(strict.url, "The server needs a key.");
  await checked(strict.url, "The server refuses this key.", { secret: "wrong" });
  await checked(strict.url, `${model} answers.`, { secret: key });

  const noModel = await serve(() => "missing");
  await checked(noModel.url, "The server has no model tiny. It has house-7b and other-3b.", { name: "tiny" });
  const page404 = await serve(() => "missing", { cors: true });
  await checked(page404.url, /^This address doesn’t offer OpenAI’s API/);
  const moved = await serve(() => "moved");
  await checked(moved.url, /^This address redirects to another one/);
  const broken = await serve(() => "broken");
  await checked(broken.url, "The server failed: the server answers 503.");
});

/** What the browser keeps of runs, adapters and settings. */
const everythingKept = (): Promise<string> =>
  page.evaluate(async () => {
    const texts = Object.entries(localStorage).filter(([name]) => !name.includes("own-server"));
    const ended = <Value>(request: IDBRequest<Value>): Promise<Value> =>
      new Promise((resolve, reject) => {
        request.addEventListener("success", () => resolve(request.result));
        request.addEventListener("error", reject);
      });
    const rows: unknown[] = [];
    for (const { name } of await indexedDB.databases()) {
      const database = await ended(indexedDB.open(name!));
      for (const store of database.objectStoreNames)
        rows.push(await ended(database.transaction(store).objectStore(store).getAll()));
      database.close();
    }
    return JSON.stringify([texts, rows]);
  });

test("chooses adapters, with address, model and key in nothing that is kept of the run", async () => {
  const server = await serve(({ body }) => {
    const question = JSON.stringify(body.messages);
    return question.includes("clay render")
      ? { says: '{"tasks":[{"text":"clay render","adapters":[{"id":"clay","reason":"clay"}]}]}' }
      : "answer";
  });
  await checked(server.url, `${model} answers.`, { secret: key });
  await row().getByRole("button", { name: "Save" }).click();
  await row().getByText(server.url).waitFor();
  await row().getByRole("button", { name: "Use: Your own server" }).click();
  await row().getByText("In use").waitFor();
  await page.keyboard.press("Escape");
  await generate(page, "a castle, clay render");
  await page.getByText("chosen by your own server").waitFor();
  await expect
    .poll(() => page.getByRole("list", { name: "Adapters in this image" }).innerText())
    .toContain("Clay");
  expect(server.asked.at(-1)!.authorization).toBe(`Bearer ${key}`);
  const kept = await everythingKept();
  expect(kept).toContain("a castle, clay render");
  for (const secret of [key, model, server.url]) expect(kept).not.toContain(secret);

  await server.close();
  await promptBox(page).fill("a castle on a hill, clay render");
  await page
    .getByText("No answer from Your own server")
    .or(page.getByText("Your own server: the connection broke"))
    .waitFor();
});

test("writes a card: repaired once, stopped, undone, kept and found by its phrases", async () => {
  let behaviour: Behaviour = "silent";
  const server = await serve(({ title, repair, body }) => {
    if (title !== "") return repair ? "answer" : behaviour;
    const ids = /"id":"(paper_collage[^"]*)"/u.exec(JSON.stringify(body.messages).replaceAll('\\"', '"'));
    return {
      says: JSON.stringify({
        tasks: ids ? [{ text: "torn magazines", adapters: [{ id: ids[1], reason: "it" }] }] : [],
      }),
    };
  });
  await fill(server.url);
  await row().getByRole("button", { name: "Save" }).click();
  await page.keyboard.press("Escape");

  await drop(page, [
    await loraFile("paper_collage.safetensors", { metadata: { ss_output_name: "paper_collage" } }),
  ]);
  const file = page.getByRole("listitem", { name: "paper_collage.safetensors" });
  const title = file.getByLabel("Title");
  await file.getByRole("button", { name: `Write with ${model}` }).click();
  await file.getByText(`${model} is writing…`).waitFor();
  await expect.poll(() => server.open).toBe(1);
  await file.getByRole("button", { name: "Stop" }).click();
  await expect.poll(() => server.open).toBe(0);
  expect(await title.inputValue()).toBe("paper collage");

  behaviour = "invalid";
  await file.getByRole("button", { name: `Write with ${model}` }).click();
  await expect.poll(() => title.inputValue()).toBe("Refined paper collage");
  expect(server.asked.at(-1)!.repair).toBe(true);
  expect(await file.getByLabel("Search phrases").inputValue()).toContain("paper collage phrase 39");
  expect(await file.getByLabel("Strength").inputValue()).toBe("0.7");
  expect(await violations(page)).toEqual([]);
  await file.getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => title.inputValue()).toBe("paper collage");

  behaviour = "refuse";
  await file.getByRole("button", { name: `Write with ${model}` }).click();
  await file.getByText("Your own server answers 401.").waitFor();
  await file.getByText("Check its key under Models.").waitFor();

  behaviour = { says: JSON.stringify(written) };
  await file.getByRole("button", { name: `Write with ${model}` }).click();
  await expect.poll(() => title.inputValue()).toBe("Magazine cuttings");
  await file.getByRole("button", { name: "Add to my adapters" }).click();
  await file.getByText("Added as Magazine cuttings").waitFor();
  await page.keyboard.press("Escape");
  await generate(page, "a fox made of torn magazines");
  await expect
    .poll(() => page.getByRole("list", { name: "Adapters in this image" }).innerText())
    .toContain("Magazine cuttings");

  await page.reload();
  await loaded(page);
  await page.getByRole("button", { name: /^Adapters/ }).click();
  const library = page.getByRole("dialog", { name: "Adapters", exact: true });
  await library.getByRole("button", { name: /Magazine cuttings/ }).click();
  const details = page.getByRole("dialog", { name: "Magazine cuttings" });
  await details.getByRole("button", { name: "Edit details" }).click();
  await details.getByRole("button", { name: `Write with ${model}` }).waitFor();
  await page.keyboard.press("Escape");
  expect(bugs).toEqual([]);
});

const written = {
  title: "Magazine cuttings",
  description: "Turns the image into a collage of torn magazines.",
  category: "style",
  triggerSets: [],
  weight: 0.9,
  weightSource: "default",
  phrases: ["torn magazines", ...Array.from({ length: 40 }, (_, i) => `magazine collage ${i}`)],
  notMeant: Array.from({ length: 10 }, (_, i) => `gun magazine ${i}`),
};
