// What each answer of a server is called.
import { afterEach, expect, it, vi } from "vitest";
import { ConnectionLimit, requestPart, type PartRequest } from "./request.ts";

afterEach(() => void vi.unstubAllGlobals());

const url = "https://host.test/a.bin";
const part: PartRequest = {
  path: "a.bin",
  fromByte: 10,
  toByte: 20,
  sizeBytes: 100,
  signal: new AbortController().signal,
};

function answerWith(status: number, headers: Record<string, string> = {}, body: string | null = "x") {
  const fetched = vi.fn(async (_url: string, _init: RequestInit) => new Response(body, { status, headers }));
  vi.stubGlobal("fetch", fetched);
  return fetched;
}
const sentRange = async (change: Partial<PartRequest>): Promise<unknown> => {
  const fetched = answerWith(200);
  await requestPart(url, { ...part, ...change });
  return fetched.mock.calls[0]![1].headers;
};

it("asks for the bytes of a part, and for a whole file without a range", async () => {
  expect(await sentRange({})).toEqual({ Range: "bytes=10-19" });
  expect(await sentRange({ toByte: null })).toEqual({ Range: "bytes=10-" });
  expect(await sentRange({ fromByte: 0 })).toEqual({ Range: "bytes=0-19" });
  expect(await sentRange({ fromByte: 0, toByte: null })).toEqual({});
});

it("sends no credentials and keeps no second copy", async () => {
  const fetched = answerWith(200);
  await requestPart(url, part);
  expect(fetched.mock.calls[0]![1]).toMatchObject({ credentials: "omit", cache: "no-store" });
});

it.each<[number, Record<string, string>, string, string]>([
  [404, {}, "not-found", "a.bin is missing on the server."],
  [410, {}, "not-found", "a.bin is missing on the server."],
  [200, { "content-type": "text/html; charset=utf-8" }, "not-found", "a.bin is missing on the server."],
  [500, { "content-type": "text/html" }, "network", "The server answered 500 for a.bin."],
  [416, {}, "bad-file", "a.bin on the server is not the expected file: it ends before byte 10."],
  [401, {}, "network", "The server refused to send a.bin (401)."],
  [403, {}, "network", "The server refused to send a.bin (403)."],
  [429, {}, "network", "The server limits downloads and did not send a.bin yet."],
  [
    206,
    { "content-range": "bytes 0-9/100" },
    "bad-file",
    "a.bin on the server is not the expected file: the server sent bytes from 0 instead of 10.",
  ],
  [
    206,
    { "content-range": "bytes 10-19/99" },
    "bad-file",
    "a.bin on the server is not the expected file: it has 99 bytes, not 100.",
  ],
])("%i %j: %s", async (status, headers, code, message) => {
  answerWith(status, headers);
  await expect(requestPart(url, part)).rejects.toMatchObject({ code, message });
});

it("accepts a part, whatever the server says of its length", async () => {
  for (const range of ["bytes 10-19/100", "bytes 10-19/*", "nonsense"]) {
    answerWith(206, { "content-range": range });
    expect((await requestPart(url, part)).status).toBe(206);
  }
  answerWith(206, { "content-range": "bytes 10-19/7" });
  expect((await requestPart(url, { ...part, sizeBytes: null })).status).toBe(206);
  answerWith(200, { "content-range": "bytes 0-9/7" });
  expect((await requestPart(url, part)).status).toBe(200);
});

it("an answer without a body is no answer", async () => {
  answerWith(200, {}, null);
  await expect(requestPart(url, part)).rejects.toMatchObject({ code: "network" });
});

it("tells this computer's network from the host's, and both from a stop", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed")));
  await expect(requestPart(url, part)).rejects.toMatchObject({
    code: "network",
    message: "a.bin could not be downloaded: host.test cannot be reached.",
  });
  vi.stubGlobal("navigator", { onLine: false });
  await expect(requestPart(url, part)).rejects.toMatchObject({
    message: "a.bin could not be downloaded: this computer is offline.",
  });
  await expect(requestPart(url, { ...part, signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: "cancelled",
  });
});

it("a file missing on this site has another remedy than one missing on a hub", async () => {
  answerWith(404);
  vi.stubGlobal("location", { origin: "https://host.test" });
  await expect(requestPart(url, part)).rejects.toMatchObject({ remedy: expect.stringMatching(/^The site/) });
  vi.stubGlobal("location", { origin: "https://site.test" });
  await expect(requestPart(url, part)).rejects.toMatchObject({ remedy: expect.stringMatching(/^Choose/) });
});

it.each([404, 401, 403, 416])(
  "%i of a file that nobody can choose advises to wait for another version",
  async (status) => {
    answerWith(status);
    await expect(requestPart(url, { ...part, isChosen: false })).rejects.toMatchObject({
      remedy: "Try again later, or wait for an update of this site.",
    });
  },
);

it("a connection that ends, even with an error, goes to the one that waits longest", async () => {
  const limit = new ConnectionLimit(1);
  const order: string[] = [];
  const work = (name: string, fails = false) =>
    limit.run(async () => {
      order.push(name);
      await Promise.resolve();
      if (fails) throw new Error(name);
    });
  const all = [work("a", true), work("b"), work("c")];
  expect(order).toEqual(["a"]);
  await Promise.allSettled(all);
  expect(order).toEqual(["a", "b", "c"]);
  await limit.run(async () => order.push("d"));
  expect(order.at(-1)).toBe("d");
});
