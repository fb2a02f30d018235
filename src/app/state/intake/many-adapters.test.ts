// A folder of adapters: kept, skipped with reasons, stopped, and what lies beside each.
import { createRoot } from "solid-js";
import { afterEach, describe, expect, it, vi } from "vitest";
import { card } from "../../../../tests/fixtures/cards.ts";
import { chatServerAt, openChatServer, type TestChatServer } from "../../../../tests/fixtures/chat-server.ts";
import { png, pngText } from "../../../../tests/fixtures/image-files.ts";
import { adapterReport, loadedPack, noSources } from "../../../../tests/fixtures/run-services.ts";
import { StylusError } from "../../../shared/errors.ts";
import { say } from "../../../shared/saying.ts";
import type { UserAdapter } from "../../../stylus/loaded-pack.ts";
import { ServerPool } from "../../../refine/server-pool.ts";
import { pickOfInput } from "../../packs/disk-files.ts";
import { writeCardBy } from "../../services/own-server.ts";
import { exportedCards } from "../../adapters/exported-cards.ts";
import { draftOf } from "../../adapters/user-card.ts";
import { speak } from "../../../texts/texts.ts";
import { createTaking } from "../incoming.ts";
import type { CardWriter } from "../language-models.ts";
import { createIntake } from "./intake.ts";

/** Writes by a pool of one server, as the page does. */
const writerAt = (server: TestChatServer): CardWriter => {
  const chat = chatServerAt(server.url, { alias: say`Own` });
  const restMs = { first: 1, most: 2 };
  const pool = new ServerPool([chat], { concurrency: 2, ratePerMinute: null, restMs, givenUpAfter: 3 });
  return {
    title: "m",
    isServer: true,
    write: (raw, signal) => writeCardBy(pool, { raw, name: "m", signal }),
  };
};

const opened: TestChatServer[] = [];
afterEach(async () => {
  speak(() => "en");
  for (const server of opened.splice(0)) await server.close();
});
async function serve(behave: Parameters<typeof openChatServer>[0]): Promise<TestChatServer> {
  const server = await openChatServer(behave);
  opened.push(server);
  return server;
}

const sha = (text: string): string => text.padEnd(64, "0");

function setup({
  room = Infinity,
  writer = null,
}: { readonly room?: number; readonly writer?: CardWriter | null } = {}) {
  let by = writer;
  const kept = new Map<string, UserAdapter>();
  const clay = card("clay", "style");
  const said: string[] = [];
  const pack = () =>
    loadedPack({
      cards: [
        { ...clay, file: { ...clay.file, sha256: sha("clay") } },
        ...[...kept.values()].map((each) => each.card),
      ],
      userAdapters: new Map(kept),
    });
  let refreshes = 0;
  const atFile = new Map<string, () => void>();
  const intake = createRoot(() =>
    createIntake({
      services: {
        async inspectAdapter(file) {
          const text = await file.text();
          if (text === "broken") throw new StylusError("bad-file", say`cut off`);
          atFile.get(file.name)?.();
          return adapterReport({
            fileName: file.name,
            base: { name: null, contextWidth: 192, textWidth: 192, foreignKeys: 0, evidence: [] },
            hashes: { sha256: sha(text), autoV2: "", autoV3: null },
          });
        },
        async addAdapter(adapter) {
          if (kept.size === room) throw new StylusError("quota", say`The disk is full.`);
          if (kept.has(adapter.id)) return false;
          kept.set(adapter.id, adapter);
          return true;
        },
        putAdapter: async (adapter) => void kept.set(adapter.id, adapter),
        removeAdapter: async () => {},
        sources: noSources,
      },
      pack,
      refresh: async () => {
        refreshes++;
        return pack();
      },
      writer: () => by,
      announce: (text) => said.push(text),
      onForgotten: async () => {},
    }),
  );
  const nothing = async (): Promise<void> => {};
  const images: string[] = [];
  const take = createTaking({
    initImage: {
      receive: async (coming) => {
        const file = await coming;
        if (file) images.push(file.name);
      },
    },
    intake,
    models: { takeFromDisk: nothing },
    wildcards: { take: nothing },
    styles: { take: nothing },
    gallery: { unpack: async () => ({ added: 0, known: 0, withoutRun: [] }) },
    announce: () => {},
    setInputError: (error) => {
      if (error) throw new Error(error.message);
    },
  });
  const ended = (): Promise<unknown> =>
    vi.waitUntil(() => intake.many.progress()?.status !== "running", { interval: 1 });
  return {
    intake,
    kept,
    said,
    images,
    ended,
    refreshes: () => refreshes,
    setWriter: (next: CardWriter | null) => void (by = next),
    /** Does something while a file is examined. */
    at: (name: string, act: () => void) => void atFile.set(name, act),
    drop: (files: readonly File[]) => take(pickOfInput(files)),
  };
}

/** @param path from the folder that was dropped */
function fileAt(path: string, text = path): File {
  const file = new File([text], path.slice(path.lastIndexOf("/") + 1));
  Object.defineProperty(file, "webkitRelativePath", { value: path.includes("/") ? path : "" });
  return file;
}

const many = (count: number): File[] =>
  Array.from({ length: count }, (_, index) => fileAt(`loras/style ${index}.safetensors`));

describe("a folder of adapters", () => {
  it("keeps what fits, each with what lies beside it, and says what it skips and why", async () => {
    const { drop, ended, intake, kept, images, refreshes, said } = setup();
    await drop([
      ...many(300),
      fileAt("loras/style 0.civitai.info", JSON.stringify({ model: { name: "Zero" }, trainedWords: ["zr"] })),
      fileAt("loras/style 1.json", JSON.stringify({ description: "One of one", "activation text": "n1" })),
      fileAt("loras/style 2.txt", "Makes it two."),
      fileAt("loras/style 2.preview.png"),
      fileAt("loras/more/style 0.safetensors", "another"),
      fileAt("loras/more/style 0.json", JSON.stringify({ description: "Zero of more" })),
      fileAt("loras/more/copy.safetensors", "another"),
      fileAt("loras/more/clay.safetensors", "clay"),
      fileAt("loras/broken.safetensors", "broken"),
      fileAt("loras/readme.md"),
      fileAt("loras/collage.png"),
    ]);
    await ended();
    expect(intake.many.progress()).toEqual({
      status: "done",
      total: 304,
      done: 304,
      kept: 301,
      skipped: [
        { reason: "Not a LoRA file", fileNames: ["readme.md", "collage.png"] },
        { reason: "Damaged or not an adapter", fileNames: ["broken.safetensors"] },
        { reason: "Already among your adapters", fileNames: ["copy.safetensors", "clay.safetensors"] },
      ],
    });
    expect(said.at(-1)).toBe("301 kept, 5 skipped.");
    expect([intake.items.length, intake.others(), images, refreshes()]).toEqual([0, [], [], 1]);
    expect(kept.get("style-0")!.card).toMatchObject({ title: "Zero", triggerWords: ["zr"] });
    expect(kept.get("style-1")!.card).toMatchObject({ description: "One of one", triggerWords: ["n1"] });
    expect(kept.get("style-2")!.card.description).toBe("Makes it two.");
    expect(kept.get("style-0-2")!.card.description).toBe("Zero of more");
  });

  it("reads what lies beside a file of which the list of exported cards has none", async () => {
    const { drop, ended, kept } = setup();
    const listed = {
      ...card("one", "style", { title: "One" }),
      file: { path: "one.pt", sizeBytes: 1, sha256: "" },
    };
    await drop([
      ...many(10),
      fileAt("loras/one.pt"),
      fileAt("loras/one.txt", "Not read."),
      fileAt("loras/stylus-cards.json", exportedCards([{ card: listed, tags: [] }])),
      fileAt("loras/style 2.txt", "Makes it two."),
    ]);
    await ended();
    expect(kept.get("one")!.card.title).toBe("One");
    expect(kept.get("style-2")!.card.description).toBe("Makes it two.");
  });

  it("images that hold textual inversions are adapters; of others the first is one to start from", async () => {
    const text = (name: string) =>
      Buffer.from(
        JSON.stringify({
          name,
          string_to_param: { "*": { TORCHTENSOR: [[...name].map((one) => one.charCodeAt(0))] } },
        }),
      ).toString("base64");
    const embedding = (name: string): File =>
      new File([png(pngText("sd-ti-embedding", text(name)))], `${name}.png`);
    const damaged = new File([png(pngText("sd-ti-embedding", "damaged"))], "damaged.png");
    const others = [fileAt("one.png"), fileAt("two.png")];

    const few = setup();
    await few.drop([embedding("a"), others[0]!, damaged, embedding("b"), others[1]!]);
    const read = (): boolean => few.intake.items.every(({ status }) => !/waiting|reading/.test(status));
    await vi.waitUntil(read, { interval: 1 });
    expect(few.intake.items.map(({ fileName, status }) => `${fileName} ${status}`)).toEqual([
      "a.png ready",
      "damaged.png refused",
      "b.png ready",
    ]);
    expect(few.images).toEqual(["one.png"]);

    const folder = setup();
    await folder.drop([...Array.from({ length: 9 }, (_, i) => embedding(`style-${i}`)), ...others]);
    await folder.ended();
    expect([...folder.kept.keys()]).toEqual(Array.from({ length: 9 }, (_, i) => `style-${i}`));
    expect(folder.intake.many.progress()!.skipped).toEqual([
      { reason: "Not a LoRA file", fileNames: ["one.png", "two.png"] },
    ]);
    expect(folder.images).toEqual([]);
  });

  it("stops when asked, and keeps what it has", async () => {
    const { drop, ended, intake, kept, at } = setup();
    at("style 4.safetensors", () => intake.many.stop());
    await drop(many(12));
    await ended();
    expect(intake.many.progress()).toMatchObject({ status: "stopped", total: 12, done: 5, kept: 5 });
    expect(
      intake.many.progress()!.skipped.map(({ reason, fileNames }) => [reason, fileNames.length]),
    ).toEqual([["Not checked", 7]]);
    expect(kept.size).toBe(5);
    intake.many.dismiss();
    expect(intake.many.progress()).toBeNull();
  });

  it("goes on when the dialog is closed, which opens again with the report", async () => {
    const { drop, ended, intake, kept, at, said } = setup();
    let wasOpen = true;
    at("style 4.safetensors", () => intake.close());
    at("style 11.safetensors", () => void (wasOpen = intake.open()));
    await drop(many(12));
    await ended();
    expect([wasOpen, intake.open(), kept.size, said]).toEqual([false, true, 12, ["12 kept, 0 skipped."]]);
    intake.close();
    expect([intake.open(), intake.many.progress()]).toEqual([false, null]);
  });

  it("says nothing more of a folder that was stopped and dismissed", async () => {
    const { drop, intake, kept, at, said, refreshes } = setup();
    at("style 4.safetensors", () => {
      intake.many.stop();
      intake.close();
    });
    await drop(many(12));
    await vi.waitUntil(() => refreshes() === 1, { interval: 1 });
    expect([kept.size, said, intake.open(), intake.many.progress()]).toEqual([5, [], false, null]);
  });

  it("counts a folder that comes after one was stopped by itself", async () => {
    const { drop, ended, intake, kept, at } = setup();
    const next = Array.from({ length: 10 }, (_, index) => fileAt(`more/next ${index}.safetensors`));
    let dropped: Promise<void> = Promise.resolve();
    at("style 4.safetensors", () => {
      intake.many.stop();
      dropped = drop(next);
    });
    await drop(many(12));
    await vi.waitUntil(() => kept.size === 15, { interval: 1 });
    await dropped;
    await ended();
    expect(intake.many.progress()).toEqual({ status: "done", total: 10, done: 10, kept: 10, skipped: [] });
  });

  it("ends when the disk is full, and says so", async () => {
    const { drop, ended, intake } = setup({ room: 2 });
    await drop(many(12));
    await ended();
    expect(intake.many.progress()).toMatchObject({ status: "stopped", kept: 2 });
    expect(
      intake.many.progress()!.skipped.map(({ reason, fileNames }) => [reason, fileNames.length]),
    ).toEqual([
      ["The disk is full.", 1],
      ["Not checked", 9],
    ]);
  });

  it("asks about each file when there are only a few", async () => {
    const { drop, intake } = setup();
    await drop(many(3));
    expect([intake.many.progress(), intake.items.length]).toEqual([null, 3]);
  });
});

describe("cards of a folder", () => {
  const cards = (intake: ReturnType<typeof setup>["intake"]) => intake.many.cards.progress()!;
  const until = (done: () => boolean): Promise<unknown> =>
    vi.waitUntil(done, { interval: 1, timeout: 20_000 });

  it("are written when the user asks for it; those that fail keep their drafts, with the reason", async () => {
    const server = await serve(({ title }) => (title === "style 3" ? "prose" : "answer"));
    const { drop, ended, intake, kept, said } = setup({ writer: writerAt(server) });
    await drop(many(12));
    await ended();
    expect([server.asked.length, kept.get("style-0")!.card.title]).toEqual([0, "style 0"]);
    intake.many.cards.start();
    await until(() => cards(intake).written + cards(intake).failed.length === 12);
    expect(cards(intake)).toMatchObject({
      total: 12,
      written: 11,
      failed: [
        {
          reason: expect.stringContaining("m wrote no card: the answer is not valid"),
          fileNames: ["style 3.safetensors"],
        },
      ],
      error: null,
    });
    await until(() => said.at(-1) === "11 cards written, 1 draft kept.");
    expect(kept.get("style-0")!.card).toMatchObject({
      title: "Refined style 0",
      refined: { weight: 0.7, category: "style", phrases: expect.arrayContaining(["style 0 phrase 39"]) },
    });
    expect(kept.get("style-3")!.card.title).toBe("style 3");
    expect(server.mostOpen).toBeLessThanOrEqual(2);

    // The next folder is written as it comes.
    await drop(many(12).map((file, i) => fileAt(`more/other ${i}.safetensors`, `other ${i} ${file.name}`)));
    await until(() => intake.many.cards.progress()?.written === 12);
    expect(kept.get("other-11")!.card.title).toBe("Refined other 11");
  });

  it("say in the page's language why they failed", async () => {
    speak(() => "ko");
    const server = await serve(() => "prose");
    const { drop, ended, intake } = setup({ writer: writerAt(server) });
    await drop(many(9));
    await ended();
    intake.many.cards.start();
    await until(() => cards(intake).failed.flatMap(({ fileNames }) => fileNames).length === 9);
    expect(cards(intake).failed[0]!.reason).toMatch(/^m 모델이 카드를 작성하지 못했어요: /);
  });

  it("stop at once, leave alone what the user has changed or removed, and go on when they are wanted again", async () => {
    let isSilent = true;
    const server = await serve(() => (isSilent ? "silent" : "answer"));
    const { drop, ended, intake, kept } = setup({ writer: writerAt(server) });
    await drop(many(9));
    await ended();
    intake.many.cards.start();
    await until(() => server.asked.length === 2);
    await intake.change("style-0", { ...draftOf(kept.get("style-0")!.card), title: "Mine" });
    await intake.forget(["style-8"]);
    kept.delete("style-8");
    intake.many.cards.stop();
    await until(() => server.open === 0);
    expect([cards(intake).isOn, cards(intake).written]).toEqual([false, 0]);
    isSilent = false;
    intake.many.cards.start();
    await until(() => cards(intake).written === 7);
    expect(kept.get("style-0")!.card.title).toBe("Mine");
    expect(kept.has("style-8")).toBe(false);
  });

  it("stop by themselves where nobody writes, and say so", async () => {
    const server = await serve(() => "refuse");
    const { drop, ended, intake, kept } = setup({ writer: writerAt(server) });
    await drop(many(9));
    await ended();
    intake.many.cards.start();
    await until(() => cards(intake).error !== null);
    expect(cards(intake)).toMatchObject({
      isOn: false,
      written: 0,
      failed: [],
      error: { message: "Own answers 401.", remedy: "Check the key." },
    });
    expect(kept.size).toBe(9);
  });

  it("stop where the server is forgotten while they are written, and go on with the next one", async () => {
    const server = await serve(({ title }, count) => {
      if (title === "style 2" && count === 0) setWriter(null);
      return "answer";
    });
    const { drop, ended, intake, setWriter } = setup({ writer: writerAt(server) });
    await drop(many(9));
    await ended();
    intake.many.cards.start();
    await until(() => cards(intake).error !== null && server.open === 0);
    expect(cards(intake)).toMatchObject({
      isOn: false,
      failed: [],
      error: { code: "not-found", message: "The language model is not available." },
    });
    setWriter(writerAt(server));
    intake.many.cards.start();
    await until(() => cards(intake).written === 9);
    expect(cards(intake)).toMatchObject({ failed: [], error: null });
  });
});
