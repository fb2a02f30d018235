// Files of known size, in parallel segments, through faults of the network and what earlier attempts have left.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bodyOf, bytesOf, hostFiles, sha256Of, type FileHost } from "../../tests/fixtures/file-host.ts";
import { download, type DownloadOptions, type RemoteFile } from "./download.ts";
import type { FileStore } from "./file-store.ts";
import { openMemoryStore } from "./memory-store.ts";
import { ConnectionLimit } from "./request.ts";
import { decodeJournal, encodeJournal, planSegments } from "./segments.ts";

const url = "https://host.test/a.bin";
const bytes = bytesOf(1, 1_050);
const key = sha256Of(bytes);
const file: RemoteFile = { path: "a.bin", url, sizeBytes: bytes.length, sha256: key, key };

let host: FileHost;
let store: FileStore;
let steps: [received: number, arrived: number][];
beforeEach(() => {
  host = hostFiles({ [url]: bytes });
  store = openMemoryStore();
  steps = [];
});
afterEach(() => void vi.unstubAllGlobals());

const get = (options: Partial<DownloadOptions> = {}, remote: Partial<RemoteFile> = {}) =>
  download({ ...file, ...remote }, store, {
    connections: new ConnectionLimit(4),
    signal: new AbortController().signal,
    retryDelaysMs: [1, 1],
    segmentBytes: 300,
    stallMs: 1_000,
    onBytes: (received, arrived) => void steps.push([received, arrived]),
    ...options,
  });
const ranges = (): (string | null)[] => host.requests.map(({ range }) => range);
const expectWhole = async (): Promise<void> => {
  const blob = await store.open(key);
  expect(new Uint8Array(await blob!.arrayBuffer())).toEqual(new Uint8Array(bytes));
};
const partial = async (): Promise<number> => (await store.list()).find(({ name }) => name === key)!.sizeBytes;

it("requests each segment once, and the last one to the file's end", async () => {
  await get();
  expect(ranges().sort()).toEqual(["0-299", "300-599", "600-899", "900-"]);
  expect(steps[0]).toEqual([0, 0]);
  expect(steps.at(-1)![0]).toBe(1_050);
  expect(steps.reduce((sum, [, arrived]) => sum + arrived, 0)).toBe(1_050);
  await expectWhole();
  host.requests.length = 0;
  await get();
  expect(ranges()).toEqual([]);
});

it("requests a file of up to two segments as a whole", async () => {
  await get({ segmentBytes: 525 });
  expect(ranges()).toEqual([null]);
  await expectWhole();
});

it("uses at most so many connections", async () => {
  let open = 0;
  let most = 0;
  host.fault = async () => {
    most = Math.max(most, ++open);
    await Promise.resolve();
    open--;
    return null;
  };
  await get({ connections: new ConnectionLimit(2) });
  expect(most).toBe(2);
  await expectWhole();
});

it("goes on at the byte where a connection was cut, in every segment", async () => {
  host.fault = ({ range }) => {
    const from = Number(range!.split("-")[0]);
    const body = bodyOf([bytes.slice(from, from + 50)], "cut");
    return from % 300 === 0 ? new Response(body, { status: 206 }) : null;
  };
  await get();
  expect(ranges().sort()).toEqual(
    ["0-299", "50-299", "300-599", "350-599", "600-899", "650-899", "900-", "950-"].sort(),
  );
  expect(steps.reduce((sum, [, arrived]) => sum + arrived, 0)).toBe(1_050);
  await expectWhole();
});

it("a connection that ends early, or brings more than was asked for, does no harm", async () => {
  host.fault = ({ range }) => {
    const from = Number(range!.split("-")[0]);
    if (from === 0) return new Response(bodyOf([bytes.slice(0, 40)]), { status: 206 });
    return from === 300 ? new Response(bodyOf([bytes.slice(300, 700)]), { status: 206 }) : null;
  };
  await get();
  expect(ranges()).toContain("40-299");
  await expectWhole();
});

it("gives up after so many attempts without progress, and goes on from there next time", async () => {
  const asked: string[] = [];
  host.fault = ({ range }) => {
    if (!range!.startsWith("300")) return null;
    asked.push(range!);
    return new Response(null, { status: 503 });
  };
  await expect(get({ connections: new ConnectionLimit(1) })).rejects.toMatchObject({
    code: "network",
    message: "The server answered 503 for a.bin.",
  });
  expect(asked.length).toBe(3);
  host.fault = null;
  host.requests.length = 0;
  await get();
  expect(ranges()).toContain("300-599");
  expect(ranges()).not.toContain("0-299");
  await expectWhole();
});

it("progress gives new attempts; without any delays there is none", async () => {
  let cuts = 0;
  host.fault = ({ range }) => {
    const from = Number(range?.split("-")[0] ?? 0);
    if (++cuts > 8) return null;
    return new Response(bodyOf([bytes.slice(from, from + 10)], "cut"), { status: range ? 206 : 200 });
  };
  await get({ segmentBytes: 1_050 });
  expect(ranges()).toEqual([null, "10-", "20-", "30-", "40-", "50-", "60-", "70-", "80-"]);
  await expectWhole();
  await store.remove(key);
  cuts = 0;
  await expect(get({ segmentBytes: 1_050, retryDelaysMs: [] })).rejects.toMatchObject({ code: "network" });
  expect(cuts).toBe(1);
});

it("an abort keeps what came; the rest comes next time", async () => {
  const controller = new AbortController();
  host.fault = () => new Response(bodyOf([bytes.slice(0, 400)], "silence"));
  const onBytes = (received: number): void => void (received === 400 && controller.abort());
  await expect(get({ segmentBytes: 1_050, signal: controller.signal, onBytes })).rejects.toMatchObject({
    code: "cancelled",
  });
  expect(await partial()).toBe(400);
  host.fault = null;
  await get({ segmentBytes: 1_050 });
  expect(ranges()).toEqual([null, "400-"]);
  expect(steps[0]).toEqual([400, 0]);
  await expectWhole();
});

it("a server without ranges is read from start to end, each time it breaks", async () => {
  let cuts = 0;
  // Other bytes each time: what came before the break counts for nothing.
  host.fault = () => new Response(cuts++ < 6 ? bodyOf([bytesOf(cuts, 500)], "cut") : bytes);
  // Two segments meet it, then a whole file is cut four times.
  await get({ connections: new ConnectionLimit(1), retryDelaysMs: [1, 1, 1, 1, 1, 1] });
  await expectWhole();
  expect(ranges()).toEqual(["0-299", "300-599", null, null, null, null, null]);
});

it("attempts at a server without ranges run out, whatever they bring", async () => {
  host.fault = () => new Response(bodyOf([bytes.slice(0, 500)], "cut"));
  await expect(get()).rejects.toMatchObject({ code: "network" });
  expect(ranges().filter((range) => range === null)).toHaveLength(3);
});

/** A server that takes every request and answers none. */
const neverAnswers = (): void =>
  void vi.stubGlobal("fetch", (_: string, { signal, headers }: RequestInit) => {
    const range = new Headers(headers).get("range")?.replace("bytes=", "") ?? null;
    host.requests.push({ url, method: "GET", range });
    return new Promise((__, reject) => {
      signal!.addEventListener("abort", () => reject(new DOMException("stop", "AbortError")));
    });
  });

it.each([
  ["of known size", {}],
  ["of unknown size", { sizeBytes: null }],
  ["of unknown hash", { sha256: null }],
])("a silent server is named, before its answer and after: a file %s", async (_, remote) => {
  neverAnswers();
  await expect(get({ segmentBytes: 1_050, stallMs: 5 }, remote)).rejects.toMatchObject({
    code: "network",
    message: "The server did not respond for a.bin.",
  });
  expect(host.requests).toHaveLength(3);
  host = hostFiles({});
  host.fault = () => new Response(bodyOf([], "silence"));
  await expect(get({ segmentBytes: 1_050, stallMs: 5 }, remote)).rejects.toMatchObject({
    code: "network",
    message: "The connection was lost during the download of a.bin.",
  });
});

describe("by rule", () => {
  beforeEach(() => {
    neverAnswers();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => void vi.useRealTimers());

  it.each([
    ["known", {}],
    ["unknown", { sizeBytes: null }],
  ])(
    "it waits a minute for bytes and tries again after 0.3, 1 and 3 seconds: a file of %s size",
    async (_, remote) => {
      const { connections, signal } = {
        connections: new ConnectionLimit(4),
        signal: new AbortController().signal,
      };
      const failed = download({ ...file, ...remote }, store, { connections, signal }).catch(
        (error: Error) => error.message,
      );
      const counts: number[] = [];
      for (const pause of [300, 1_000, 3_000, null]) {
        await vi.advanceTimersByTimeAsync(60_000);
        counts.push(host.requests.length);
        if (pause === null) break;
        await vi.advanceTimersByTimeAsync(pause - 1);
        counts.push(host.requests.length);
        await vi.advanceTimersByTimeAsync(1);
        counts.push(host.requests.length);
      }
      expect(counts).toEqual([1, 1, 2, 2, 2, 3, 3, 3, 4, 4]);
      expect(await failed).toBe("The server did not respond for a.bin.");
    },
  );

  it("a large file comes in segments of 32 MiB, four at once", async () => {
    const options = { connections: new ConnectionLimit(9), signal: new AbortController().signal };
    void download({ ...file, sizeBytes: 200 << 20 }, store, options).catch(() => {});
    await vi.advanceTimersByTimeAsync(0);
    const mebibytes = (from: number, to: number): string => `${from << 20}-${(to << 20) - 1}`;
    expect(ranges()).toEqual([mebibytes(0, 32), mebibytes(32, 64), mebibytes(64, 96), mebibytes(96, 128)]);
  });
});

it("a file longer than it should be is refused and not kept", async () => {
  host.fault = () => new Response(bodyOf([bytes, bytes.slice(0, 1)]));
  await expect(get({ segmentBytes: 1_050 })).rejects.toMatchObject({
    code: "bad-file",
    message: "a.bin is longer than the expected 1050 bytes.",
  });
  expect(await partial()).toBe(0);
});

it("refuses a wrong file at once, and fetches a resumed one from the start once", async () => {
  host.files.set(url, bytesOf(2, 1_050));
  await expect(get()).rejects.toMatchObject({ code: "bad-file" });
  expect(ranges()).toHaveLength(4);
  expect(await partial()).toBe(0);

  const writer = await store.write(key);
  writer.write(new Uint8Array(200), 0);
  host.requests.length = 0;
  await expect(get({ segmentBytes: 1_050 })).rejects.toMatchObject({ code: "bad-file" });
  expect(ranges()).toEqual(["200-", null]);

  writer.write(new Uint8Array(200), 0);
  host.files.set(url, bytes);
  await get({ segmentBytes: 1_050 });
  await expectWhole();
});

it("goes on with the segments in a journal, unless it says more than is there", async () => {
  const left = planSegments(1_050, 300);
  left.received.set([300, 100, 0, 0]);
  const writer = await store.write(key);
  writer.write(bytes.slice(0, 400), 0);
  await writer.writeJournal(encodeJournal(left), 0);
  await get({ segmentBytes: 77 });
  expect(ranges().sort()).toEqual(["400-599", "600-899", "900-"]);
  expect(steps[0]).toEqual([400, 0]);
  await expectWhole();

  await store.remove(key);
  host.requests.length = 0;
  const again = await store.write(key);
  again.write(bytes.slice(0, 399), 0);
  await again.writeJournal(encodeJournal(left), 0);
  await get();
  expect(ranges().sort()).toEqual(["0-299", "300-599", "600-899", "900-"]);
  await expectWhole();
});

it("keeps a journal of what came of each segment", async () => {
  host.fault = ({ range }) => {
    const from = Number(range!.split("-")[0]);
    return from === 300 ? new Response(bodyOf([bytes.slice(300, 320)], "cut"), { status: 206 }) : null;
  };
  await expect(get({ connections: new ConnectionLimit(1), retryDelaysMs: [] })).rejects.toMatchObject({
    code: "network",
  });
  const journal = await (await store.write(key)).readJournal();
  expect([...decodeJournal(journal!, 1_050)!.received].slice(0, 2)).toEqual([300, 20]);
});

it("what is left without a journal, with another file's, or too long, is not trusted", async () => {
  const writer = await store.write(key);
  writer.write(bytes.slice(0, 500), 0);
  await get();
  expect(ranges().sort()).toEqual(["0-299", "300-599", "600-899", "900-"]);
  await store.remove(key);
  host.requests.length = 0;
  const other = await store.write(key);
  other.write(bytes.slice(0, 500), 0);
  await other.writeJournal(encodeJournal(planSegments(1_049, 300)), 0);
  await get({ segmentBytes: 1_050 });
  expect(ranges()).toEqual([null]);
  await store.remove(key);
  host.requests.length = 0;
  const long = await store.write(key);
  long.write(new Uint8Array(1_051), 0);
  await get({ segmentBytes: 1_050 });
  expect(ranges()).toEqual([null]);
  await expectWhole();
});

it("an empty file is a file", async () => {
  const empty = sha256Of(new Uint8Array(0));
  host.files.set(url, new Uint8Array(0));
  const { blob } = await get({}, { sizeBytes: 0, sha256: empty, key: empty });
  expect(blob.size).toBe(0);
});

it("a file of unknown size starts at zero each time", async () => {
  let cuts = 0;
  host.fault = () => (cuts++ < 2 ? new Response(bodyOf([bytes.slice(0, 500)], "cut")) : null);
  const { sha256, blob } = await get({}, { sizeBytes: null, sha256: null });
  expect([sha256, blob.size]).toEqual([key, 1_050]);
  expect(ranges()).toEqual([null, null, null]);
  expect(steps.filter(([received]) => received === 500)).toHaveLength(2);
  await store.remove(key);
  cuts = -9;
  await expect(get({}, { sizeBytes: null })).rejects.toMatchObject({ code: "network" });
  expect(cuts).toBe(-6);
});

it("says so when the browser deletes a file right after storing it", async () => {
  store = { ...store, open: async () => null };
  await expect(get()).rejects.toMatchObject({
    code: "quota",
    message: "The browser deleted a.bin right after storing it.",
  });
});

it("lets go of the file when it fails", async () => {
  const closed = vi.fn();
  const { write } = store;
  store = { ...store, write: async (name) => Object.assign(await write(name), { close: closed }) };
  host.files.clear();
  await expect(get()).rejects.toMatchObject({ code: "not-found" });
  expect(closed).toHaveBeenCalledTimes(1);
  host.files.set(url, bytes);
  await get();
  expect(closed).toHaveBeenCalledTimes(1);
});
