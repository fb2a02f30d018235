// `npm run refine` end to end: counts and cost told first, a kill and a resume, errors that name the remedy.
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type Asked,
  type Behaviour,
  openChatServer,
  type TestChatServer,
} from "../../tests/fixtures/chat-server.ts";
import { runRefine } from "../../tests/fixtures/refine-command.ts";
import { parseCards } from "../../src/retrieval/cards.ts";
import type { ResultLine } from "./results-file.ts";

let folder: string;
let server: TestChatServer | null = null;
beforeEach(() => void (folder = mkdtempSync(path.join(tmpdir(), "refine-"))));
afterEach(async () => {
  await server?.close();
  server = null;
  rmSync(folder, { recursive: true });
});

const serve = async (
  behave: (asked: Asked, count: number) => Behaviour | Promise<Behaviour>,
): Promise<string> => (server = await openChatServer(behave)).url;
const file = (name: string): string => path.join(folder, name);
const lines = (name: string): ResultLine[] =>
  readFileSync(file(name), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as ResultLine);
const writeCards = (count: number): string => {
  const cards = Array.from({ length: count }, (_, i) => ({
    id: `card-${i}`,
    title: `card ${i}`,
    tags: [],
    description: "",
  }));
  writeFileSync(file("cards.jsonl"), cards.map((card) => `${JSON.stringify(card)}\n`).join(""));
  return file("cards.jsonl");
};

describe("npm run refine", { timeout: 60_000 }, () => {
  it("asks nothing twice after a kill within a run", async () => {
    let isKilled = false;
    const url = await serve(() => (isKilled || server!.asked.length <= 20 ? "answer" : "silent"));
    const cards = writeCards(60);
    const args = [
      cards,
      "--server",
      url,
      "--model",
      "test",
      "--concurrency",
      "3",
      "--out",
      file("out.jsonl"),
    ];
    const killed = await runRefine(args, { killWhen: () => server!.asked.length >= 20 });
    isKilled = true;
    expect(killed.code).toBeNull();
    const before = lines("out.jsonl").length;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(60);
    appendFileSync(file("out.jsonl"), '{"id":"card-59","ref'); // a line that the kill cut off
    const askedBefore = server!.asked.length;

    const refused = await runRefine(args);
    expect(refused.code).toBe(1);
    expect(refused.said).toContain("Continue it with --resume");

    const resumed = await runRefine([...args, "--resume"]);
    expect(resumed.code, resumed.said).toBe(0);
    expect(resumed.said).toContain(`60 cards; ${before} done before, ${60 - before} to refine.`);
    expect(server!.asked.length - askedBefore).toBe(60 - before);
    expect(askedBefore - before).toBeLessThanOrEqual(3); // under way when it was killed
    const ids = lines("out.jsonl").map(({ id }) => id);
    expect(new Set(ids).size).toBe(60);
    expect(ids).toHaveLength(60);
    expect(parseCards(lines("out.jsonl"), "out.jsonl")[0]!.refined.phrases).toHaveLength(40);
  });

  it("tells count and cost without asking, and keeps the key out of what it prints", async () => {
    const url = await serve(() => "answer");
    const args = [writeCards(1000), "--server", url, "--model", "test", "--out", file("out.jsonl")];
    const { code, said } = await runRefine(
      [...args, "--dry-run", "--price", "1,2", "--key-env", "REFINE_KEY"],
      {
        env: { REFINE_KEY: "very-secret" },
      },
    );
    expect(code, said).toBe(0);
    expect(said).toMatch(
      /^1000 cards; 0 done before, 1000 to refine\.\nEstimate: .+ tokens in, .+ out, \$\d+\.\d\d\.$/mu,
    );
    expect(said).not.toContain("very-secret");
    expect(server!.asked).toHaveLength(0);
    expect(existsSync(file("out.jsonl"))).toBe(false);
  });

  it("lists cards that failed with their reasons, and ends with an error", async () => {
    const url = await serve(({ title }) => (title === "card 1" ? "prose" : "answer"));
    const { code, said } = await runRefine([
      writeCards(3),
      "--server",
      url,
      "--model",
      "test",
      "--out",
      file("out.jsonl"),
    ]);
    expect(code).toBe(1);
    expect(said).toContain("2 refined, 1 failed");
    expect(said).toContain("Try them again with --resume.");
    expect(lines("out.failed.jsonl")).toEqual([
      { id: "card-1", key: expect.any(String), reason: expect.stringContaining("it is not JSON") },
    ]);
  });
});
