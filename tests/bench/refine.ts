// `npm run bench:refine [-- CARDS]`: refines made-up cards by a local server that misbehaves now and then, with a SIGKILL at four tenths and
// a resume. Prints the rate and the memory of `npm run refine` (Linux), and how many questions were asked again and why.
import { createReadStream, createWriteStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { answerFor, listen } from "../fixtures/chat-server.ts";
import { runRefine } from "../fixtures/refine-command.ts";

const cards = Number(process.argv[2] ?? 100_000);
const killAt = Math.floor(0.4 * cards);

const folder = mkdtempSync(path.join(tmpdir(), "bench-refine-"));
const input = path.join(folder, "cards.jsonl");
const output = path.join(folder, "refined.jsonl");

async function writeCards(): Promise<void> {
  const file = createWriteStream(input);
  for (let i = 0; i < cards; i++) {
    const description = `Card ${i} of an adapter that draws things in its own way. `.repeat(8);
    const line = { id: `card-${i}`, title: `card ${i}`, tags: ["style", `tag ${i}`], description };
    if (!file.write(`${JSON.stringify(line)}\n`)) await once(file, "drain");
  }
  file.end();
  await once(file, "finish");
}

const numberOf = (body: string): number => Number(/\\"title\\":\s*\\"card (\d+)\\"/u.exec(body)![1]);

const answers = { good: 0, faulty: 0 };
/** How often each card was asked for. */
const asked = new Uint8Array(cards);

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const content = (text: string, reason = "stop"): string =>
  JSON.stringify({
    choices: [{ finish_reason: reason, message: { content: text } }],
    usage: { prompt_tokens: 500, completion_tokens: 700 },
  });

const server = await listen((request, response) => {
  void (async () => {
    const card = numberOf(await read(request));
    const isFirst = asked[card] === 0;
    asked[card]! += 1;
    const answer = answerFor(`card ${card}`);
    const fault = isFirst && card % 10 === 7 ? Math.floor(card / 10) % 5 : null;
    if (fault === null) answers.good += 1;
    else answers.faulty += 1;
    if (fault === 0) response.writeHead(429, { "retry-after": "0" }).end();
    else if (fault === 1) response.writeHead(503).end();
    else if (fault === 2) response.end(content("Sure, here it is."));
    else if (fault === 3) response.end(content(answer.slice(0, 200), "length"));
    else if (fault === 4) setTimeout(() => response.end(content(answer)), 1000);
    else response.end(content(answer));
  })();
});

/** Megabytes of memory that a process holds. */
const residentMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/u.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1024;

let memory: { readonly at: number; readonly mb: number }[] = [];
let sampledAt = 0;
function sample(pid: number): void {
  if (Date.now() - sampledAt < 1000) return;
  sampledAt = Date.now();
  try {
    memory.push({ at: answers.good, mb: residentMb(pid) });
  } catch {
    // it has ended
  }
}

function tell(name: string, seconds: number, handled: number): void {
  const tenths = Array.from(
    { length: 10 },
    (_, i) => memory[Math.floor((i * memory.length) / 10)]?.mb ?? NaN,
  );
  console.log(`${name}: ${handled} cards in ${seconds.toFixed(0)} s, ${(handled / seconds).toFixed(0)}/s`);
  console.log(`  MB of memory, tenth by tenth: ${tenths.map((mb) => mb.toFixed(0)).join(" ")}`);
  memory = [];
}

async function timed(name: string, resume: boolean): Promise<void> {
  const [startedAt, before] = [Date.now(), answers.good];
  const args = [input, "--server", server.url, "--model", "test", "--concurrency", "32", "--out", output];
  const { code, said } = await runRefine(resume ? [...args, "--resume"] : args, {
    killWhen: (pid) => {
      sample(pid);
      return !resume && answers.good >= killAt;
    },
  });
  if (resume && code !== 0) throw new Error(said);
  tell(name, (Date.now() - startedAt) / 1000, answers.good - before);
  if (resume) console.log(`  ${said.trim().split("\n").slice(-2).join("\n  ")}`);
}

try {
  await writeCards();
  await timed("until the kill", false);
  await timed("resumed", true);
  const ids = new Set<string>();
  let lines = 0;
  for await (const line of createInterface({ input: createReadStream(output) })) {
    lines += 1;
    ids.add((JSON.parse(line) as { id: string }).id);
  }
  const questions = asked.reduce((sum, count) => sum + count, 0);
  console.log(
    `${lines} lines, ${ids.size} ids; ${questions} questions, ${answers.faulty} of them answered badly or late.`,
  );
} finally {
  await server.close();
  rmSync(folder, { recursive: true });
}
