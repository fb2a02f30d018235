// What the widget tells of its runs, with services that stand in for the real ones.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { pack, standInServices } from "../../tests/fixtures/stand-in-services.ts";
import { StylusError } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";
import type { RunServices } from "../stylus/ports.ts";
import { speak, t } from "../texts/texts.ts";
import { createSession, type SessionEvent, type SessionServices, type WidgetModel } from "./session.ts";
import { createTurns } from "./turns.ts";

beforeEach(() => void vi.spyOn(URL, "revokeObjectURL").mockImplementation(() => {}));
afterEach(() => vi.restoreAllMocks());
afterEach(() => speak(() => "en"));

function open({
  services: given = {},
  scope = { isolated: true, keepsFiles: true },
  models = [],
  nsfw = { download: async () => {}, check: async () => 0.01 },
  encoded = Promise.resolve(),
}: {
  services?: Partial<RunServices>;
  scope?: { isolated: boolean; keepsFiles: boolean };
  models?: readonly WidgetModel[];
  nsfw?: SessionServices["nsfw"];
  /** Until then images are being encoded. */
  encoded?: Promise<void>;
} = {}) {
  const events: SessionEvent[] = [];
  const { services, requests } = standInServices();
  const release = vi.fn();
  const session = createSession({
    services: {
      ...services,
      ...given,
      release,
      nsfw,
      models: { list: async () => ({ models }), download: async () => {} },
    },
    turns: createTurns({ locks: undefined, channel: null, onYield: () => {} }),
    scope,
    tell: (event) => events.push(event),
    encode: async ({ width }) => {
      await encoded;
      return { png: new Blob([`${width}`]), url: "blob:x" };
    },
  });
  const types = (): string[] => events.map(({ type }) => type);
  return { session, events, types, requests, release };
}

test("a run, from waiting to the image and its adapters", async () => {
  const { session, events, requests } = open();
  await session.generate("a", { prompt: "a clay fox", seed: 7, steps: 1, width: 64, height: 64 });
  expect(requests[0]).toMatchObject({ packId: "pocket", width: 64, height: 64, steps: 1 });
  const progress = (stage: string, fraction: number | null) => ({
    type: "progress",
    id: "a",
    stage,
    fraction,
  });
  expect(events).toMatchObject([
    progress("wait", null),
    progress("load", null),
    {
      type: "capabilities",
      capabilities: { threads: 2, storage: "kept", isolated: true, takesTurns: false },
    },
    progress("choose", null),
    progress("generate", 0),
    progress("generate", 1),
    {
      type: "image",
      id: "a",
      index: 0,
      seed: 7,
      fileName: "a-clay-fox-7.png",
      adapters: [{ id: "clay", strength: 0.8 }],
    },
    { type: "done", id: "a", images: 1, notes: [] },
  ]);
});

test("images of a batch come in order, before the end", async () => {
  const { session, events } = open();
  await session.generate("a", { prompt: "a fox", seed: 1, count: 3 });
  const told = events.flatMap((event): (number | string)[] => {
    if (event.type === "image") return [event.index];
    return event.type === "done" ? ["done"] : [];
  });
  expect(told).toEqual([0, 1, 2, "done"]);
});

test("names the words that neither the model knows nor an adapter was chosen for", async () => {
  const load = async () => ({ ...pack, vocabulary: new Set(["fox"]) });
  const { session, events } = open({ services: { load } });
  await session.generate("a", { prompt: "a zorblax fox, clay" });
  expect(events.at(-1)).toMatchObject({ notes: [t.prompt.unknownWords("Pocket", ["zorblax"])] });
  await session.generate("b", { prompt: "a zorblax fox, clay", adapters: "none" });
  expect(events.at(-1)).toMatchObject({ notes: [t.prompt.unknownWords("Pocket", ["zorblax", "clay"])] });
});

test("says that the model reads English, of a prompt in other letters", async () => {
  const { session, events } = open();
  await session.generate("a", { prompt: "눈 속의 여우" });
  expect(events.at(-1)).toMatchObject({ images: 1, notes: [t.prompt.otherScript] });
});

test("refusals have the option and the remedy, and no stack", async () => {
  const { session, events } = open();
  await session.generate("a", { prompt: "a fox", adapters: [{ id: "cley", weight: 1 }] });
  expect(events.at(-1)).toEqual({
    type: "error",
    id: "a",
    code: "bad-input",
    message: "Pocket has no adapter “cley”.",
    said: expect.anything(),
    where: "adapters",
    remedy: expect.stringContaining("clay"),
  });
});

test("reports a bug with nothing but its message", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const generate = async (): Promise<never> => {
    throw new TypeError("x is not a function");
  };
  const { session, events } = open({ services: { generate } });
  await session.generate("a", { prompt: "a fox" });
  expect(events.at(-1)).toEqual({ type: "error", id: "a", code: "internal", message: "x is not a function" });
});

test("a second request is refused while the first runs, and cancel ends that", async () => {
  let start!: () => void;
  const started = new Promise<void>((resolve) => (start = resolve));
  const generate: RunServices["generate"] = (_request, { signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(new StylusError("cancelled", say`Stopped.`)));
      start();
    });
  const { session, events } = open({ services: { generate } });
  const first = session.generate("a", { prompt: "a fox" });
  await started;
  await session.generate("b", { prompt: "a fox" });
  expect(events.at(-1)).toMatchObject({ type: "error", id: "b", code: "busy" });
  session.cancel();
  await first;
  expect(events.at(-1)).toMatchObject({ type: "error", id: "a", code: "cancelled" });
});

test("a model that is not here is not downloaded for a page", async () => {
  const sd15: WidgetModel = {
    id: "sd15",
    title: "Stable Diffusion 1.5",
    origin: "hub",
    state: "absent",
    sizeBytes: 2e9,
    storedBytes: 0,
  };
  const { session, events, types } = open({ models: [sd15] });
  await session.generate("a", { prompt: "a fox", pack: "sd15" });
  expect(types()).toEqual(["progress", "error"]);
  expect(events[1]).toMatchObject({ code: "not-found", where: "pack" });
  expect(await session.missing("sd15")).toEqual(sd15);
  expect(await session.missing("pocket")).toBeNull();
});

test("reports missing isolation and storage before and after loading", async () => {
  const load = async () => ({
    ...pack,
    persistent: false,
    device: {
      kind: "wasm",
      name: say`1 thread of WebAssembly`,
      reason: say``,
      threads: 1,
      f16: false,
    } as const,
  });
  const { session } = open({ services: { load }, scope: { isolated: false, keepsFiles: false } });
  const without = { isolated: false, threads: 1, storage: "memory" };
  expect(session.capabilities).toMatchObject({ ...without, device: null });
  await session.generate("a", { prompt: "a fox" });
  expect(session.capabilities).toMatchObject({ ...without, device: { kind: "wasm" } });
});

test("reports each image with what the check has found, after its download", async () => {
  const log: string[] = [];
  const scores = [0.9, 0.1];
  const nsfw: SessionServices["nsfw"] = {
    download: async () => void log.push("download"),
    check: async ({ width }) => (log.push(`check ${width}`), scores.shift()!),
  };
  const { session, events } = open({ nsfw });
  await session.generate("a", { prompt: "a fox", seed: 1, count: 2 });
  expect(log).toEqual(["download", "check 1", "check 1"]);
  const images = events.filter(({ type }) => type === "image");
  expect(images).toMatchObject([
    { index: 0, nsfw: 0.9 },
    { index: 1, nsfw: 0.1 },
  ]);
});

test("reports what cannot be checked as not checked, with the reason; says nothing when the check is off", async () => {
  const download = async (): Promise<never> => {
    throw new StylusError("network", say`The wheel could not be downloaded.`, { remedy: say`Try again.` });
  };
  const check = async (): Promise<never> => {
    throw new Error("must not be asked");
  };
  const { session, events } = open({ nsfw: { download, check } });
  await session.generate("a", { prompt: "a fox", count: 2 });
  const images = () => events.filter(({ type }) => type === "image");
  expect(images()).toMatchObject([{ nsfw: null }, { nsfw: null }]);
  expect(events.at(-1)).toMatchObject({
    type: "done",
    notes: ["Images could not be checked and stay blurred. The wheel could not be downloaded. Try again."],
  });

  const failing = open({
    nsfw: {
      download: async () => {},
      check: async () => {
        throw new StylusError("bad-file", say`The wheel is damaged.`, { remedy: say`Delete it.` });
      },
    },
  });
  await failing.session.generate("a", { prompt: "a fox" });
  expect(failing.events.at(-2)).toMatchObject({ type: "image", nsfw: null });
  expect(failing.events.at(-1)).toMatchObject({
    notes: [expect.stringContaining("The wheel is damaged. Delete it.")],
  });

  events.length = 0;
  await session.generate("b", { prompt: "a fox" }, { nsfwCheck: false });
  expect(images()[0]).not.toHaveProperty("nsfw");
  expect(events.at(-1)).toMatchObject({ notes: [] });
});

test("why nothing was checked is said in the widget's language", async () => {
  speak(() => "ko");
  const download = async (): Promise<never> => {
    throw new StylusError("bad-file", say`The file is truncated.`, { remedy: say`Download it again.` });
  };
  const { session, events } = open({ nsfw: { download, check: async () => 0 } });
  await session.generate("a", { prompt: "a fox" });
  expect(events.at(-1)).toMatchObject({
    type: "done",
    notes: ["이미지를 검사하지 못해서 흐리게 보여 줘요. 파일이 중간에서 잘렸어요. 다시 다운로드하세요."],
  });
});

test("cancel ends the download of the check", async () => {
  let start!: () => void;
  const started = new Promise<void>((resolve) => (start = resolve));
  const download: SessionServices["nsfw"]["download"] = ({ signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(new StylusError("cancelled", say`Stopped.`)));
      start();
    });
  const { session, types, events } = open({ nsfw: { download, check: async () => 0 } });
  const run = session.generate("a", { prompt: "a fox" });
  await started;
  session.cancel();
  await run;
  expect(types()).not.toContain("image");
  expect(events.at(-1)).toMatchObject({ type: "error", code: "cancelled" });
});

test("reports an image that is finished when the run is cancelled before the error", async () => {
  let cancel = (): void => {};
  const nsfw: SessionServices["nsfw"] = {
    download: async () => {},
    check: async () => (cancel(), 0.1),
  };
  const encoded = new Promise<void>((resolve) => setImmediate(resolve));
  const { session, events } = open({ nsfw, encoded });
  cancel = () => session.cancel();
  await session.generate("a", { prompt: "a fox", count: 2 });
  expect(events.slice(-2)).toMatchObject([
    { type: "image", index: 0, nsfw: 0.1 },
    { type: "error", code: "cancelled" },
  ]);
  expect(events.filter(({ type }) => type === "image")).toHaveLength(1);
});

test("keeps nothing in memory after destroy, and does nothing", async () => {
  const { session, types, release } = open();
  session.destroy();
  session.destroy();
  expect(release).toHaveBeenCalledOnce();
  await session.generate("a", { prompt: "a fox" });
  expect(types()).toEqual([]);
});
