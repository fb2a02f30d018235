// One file from a real server into a store: size and hash are checked in every combination of what is known beforehand.
import { createHash } from "node:crypto";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { download, type RemoteFile } from "./download.ts";
import { openMemoryStore } from "./memory-store.ts";
import { ConnectionLimit } from "./request.ts";

const body = Buffer.from("0123456789".repeat(100));
const changed = Buffer.from(body.toString().replace("5", "6"));
const sha256 = createHash("sha256").update(body).digest("hex");

let server: Server;
let url: string;
let answer: (response: ServerResponse) => void = () => {};
let requests = 0;

beforeAll(async () => {
  server = createServer((_, response) => {
    requests++;
    response.setHeader("Content-Type", "application/octet-stream");
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const sends = (bytes: Buffer) => (response: ServerResponse) => void response.end(bytes);

async function get(
  known: Partial<Pick<RemoteFile, "sizeBytes" | "sha256">>,
  serve: (response: ServerResponse) => void,
  stallMs = 30_000, // a busy machine is no stall
) {
  answer = serve;
  requests = 0;
  const store = openMemoryStore();
  const file: RemoteFile = { path: "a.bin", url, sizeBytes: null, sha256: null, key: "key", ...known };
  const outcome = await download(file, store, {
    connections: new ConnectionLimit(1),
    signal: new AbortController().signal,
    retryDelaysMs: [1],
    stallMs,
  }).catch((error: Error & { code: string }) => error);
  const complete = (await store.list()).filter((each) => each.complete).map(({ name }) => name);
  return { outcome, complete };
}

const sizeBytes = body.length;
const cases = [
  ["size and hash", { sizeBytes, sha256 }],
  ["size", { sizeBytes }],
  ["hash", { sha256 }],
  ["nothing", {}],
] as const;

it.each(cases)("known beforehand: %s; the right file is stored under its hash", async (_, known) => {
  const { outcome, complete } = await get(known, sends(body));
  expect(outcome).toMatchObject({ sha256 });
  expect(complete).toEqual([sha256]);
});

it.each([cases[0], cases[2]])(
  "known beforehand: %s; wrong bytes are refused and not kept",
  async (_, known) => {
    const { outcome, complete } = await get(known, sends(changed));
    expect(outcome).toMatchObject({
      code: "bad-file",
      message: expect.stringMatching(/^a\.bin is damaged: expected SHA-256/),
    });
    expect(complete).toEqual([]);
  },
);

it.each([cases[0], cases[1]])(
  "known beforehand: %s; another length is refused and not kept",
  async (_, known) => {
    for (const other of [body.subarray(1), Buffer.concat([body, body])]) {
      const { outcome, complete } = await get(known, sends(other));
      expect(outcome).toMatchObject({ code: expect.stringMatching(/^(?:network|bad-file)$/) });
      expect(complete).toEqual([]);
    }
  },
);

it.each(cases)(
  "known beforehand: %s; a transfer that stalls is tried again, then named",
  async (_, known) => {
    const { outcome, complete } = await get(
      known,
      (response) => void response.write(body.subarray(0, 10)),
      100,
    );
    expect(outcome).toMatchObject({ code: "network", message: expect.stringContaining("a.bin") });
    expect(requests).toBeGreaterThan(1);
    expect(complete).toEqual([]);
  },
);
