// `npm run choose --composer llm` end to end, with a server that answers by a script.
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
  const file = path.join(folder, "prompts.jsonl");
  const prompts = ["a robot in a meadow, clay render", "a castle, mosaic tiles"];
  writeFileSync(file, prompts.map((prompt) => `${JSON.stringify({ prompt })}\n`).join(""));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    `--import tsx scripts/choose/main.ts ${file} --catalogue pack --composer llm --server ${server.url} --model scripted`.split(
      " ",
    ),
    { cwd: root },
  ).finally(() => server.close());
  const [first, second] = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
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

it(
  "runs a model of its own in place of a server, and says what its folder lacks",
  { timeout: 120_000 },
  async () => {
    const file = path.join(folder, "one.jsonl");
    writeFileSync(file, `${JSON.stringify({ prompt: "a robot" })}\n`);
    const model = path.join(folder, "small-model");
    mkdirSync(model);
    writeFileSync(path.join(model, "tokenizer.json"), JSON.stringify({ decoder: { type: "ByteLevel" } }));
    const command = `--import tsx scripts/choose/main.ts ${file} --catalogue pack --composer llm --model-dir ${model}`;
    await expect(
      promisify(execFile)(process.execPath, command.split(" "), { cwd: root }),
    ).rejects.toMatchObject({
      stderr: expect.stringContaining("small-model: onnx/model_q4.onnx is missing."),
    });
  },
);
