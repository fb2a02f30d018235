// `npm run choose` end to end: by a server that answers by a script; by the reader, beside a card that claims everything.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { listen } from "../../tests/fixtures/chat-server.ts";

const root = path.resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(path.join(tmpdir(), "choose-"));
afterAll(() => rmSync(folder, { recursive: true }));

const run = promisify(execFile);

/** What is printed for each prompt. */
async function choose(prompts: readonly string[], options: string): Promise<Record<string, unknown>[]> {
  const file = path.join(folder, "prompts.jsonl");
  writeFileSync(file, prompts.map((prompt) => `${JSON.stringify({ prompt })}\n`).join(""));
  const { stdout } = await run(
    process.execPath,
    `--import tsx scripts/choose/main.ts ${file} ${options}`.split(" "),
    { cwd: root },
  );
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

it("asks the server, and says why where the reader chose instead", { timeout: 120_000 }, async () => {
  const asked: { readonly prompt: string; readonly adapters: readonly { readonly id: string }[] }[] = [];
  const server = await listen((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const { messages } = JSON.parse(body) as { messages: { content: string }[] };
      const question = JSON.parse(messages[1]!.content) as (typeof asked)[number];
      asked.push(question);
      const content = question.prompt.includes("robot")
        ? `\`\`\`json\n{"tasks":[{"text":"clay render","adapters":[{"id":"clay","reason":"it is clay"}]}]}\n\`\`\``
        : "I would rather not.";
      response.end(JSON.stringify({ choices: [{ finish_reason: "stop", message: { content } }] }));
    });
  });
  const prompts = ["a robot in a meadow, clay render", "a castle, mosaic tiles"];
  const [first, second] = await choose(
    prompts,
    `--catalogue pack --composer llm --server ${server.url} --model scripted`,
  ).finally(() => server.close());
  expect(first).toMatchObject({ composer: "llm", picks: [{ id: "clay", span: "clay render" }] });
  expect(second).toMatchObject({
    composer: "reader",
    instead: 'scripted gave no answer that can be read: it holds no JSON object with "tasks".',
    picks: [{ id: "mosaic" }],
  });
  expect(asked.map(({ prompt, adapters }) => [prompt, adapters.length])).toEqual([
    [prompts[0], 16],
    [prompts[1], 16],
    [prompts[1], 16],
  ]);
});

it("does not take a card that names everything for the prompt’s sake", { timeout: 120_000 }, async () => {
  const looks =
    "watercolor,oil painting,pixel art,anime,photo,sketch,comic,3d render,clay,neon,vintage,noir,realistic".split(
      ",",
    );
  const things =
    "cat dog fox horse castle dragon robot car ship forest beach portrait woman man girl boy knight wizard city street house flower tree mountain river sky sunset night moon rocket food cake pizza burger coffee tea book lamp sofa table window bridge tower lighthouse sea whale shark fish bird owl penguin bear wolf lion tiger rabbit mouse frog snake turtle dinosaur unicorn ghost zombie king queen pirate violin guitar train plane boat".split(
      " ",
    );
  const stuffed = {
    id: "stuffed",
    title: `BEST LoRA EVER: ${looks.join(", ")}`,
    category: "style",
    tags: [...things, ...looks],
    triggers: [...looks, ...things],
    description: [...things, ...looks].join(" "),
    phrases: [...looks, ...things].slice(0, 60),
  };
  const cards = [
    { id: "pixel", title: "Pixel Art", category: "style", triggers: ["pixel art"], tags: ["8bit"] },
    { id: "dragon", title: "Dragons", category: "animal", triggers: ["dragon"], tags: ["wyvern"] },
    stuffed,
  ].map((card) => ({ description: card.title, phrases: [], ...card }));
  const catalogue = path.join(folder, "cards.json");
  writeFileSync(catalogue, JSON.stringify(cards));
  const prompts = [
    "a cat on a sofa",
    "portrait of a woman with red hair",
    "a robot, pixel art",
    "a knight and a dragon",
  ];
  const chosen = await choose(prompts, `--catalogue ${catalogue} --composer reader`);
  const ids = chosen.map(({ picks }) => (picks as { id: string }[]).map(({ id }) => id));
  expect(ids).toEqual([[], [], ["pixel"], ["dragon"]]);
});

it(
  "runs a model of its own in place of a server, and says what its folder lacks",
  { timeout: 120_000 },
  async () => {
    const model = path.join(folder, "small-model");
    mkdirSync(model);
    writeFileSync(path.join(model, "tokenizer.json"), JSON.stringify({ decoder: { type: "ByteLevel" } }));
    await expect(
      choose(["a robot"], `--catalogue pack --composer llm --model-dir ${model}`),
    ).rejects.toMatchObject({
      stderr: expect.stringContaining("small-model: onnx/model_q4.onnx is missing."),
    });
  },
);
