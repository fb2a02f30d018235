// Packs from a hub, in a real browser: redirects, segments, crashes, pins, wrong hashes, quota, two tabs, files from disk.
import type { Page } from "playwright";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { PackProgress } from "../../src/storage/progress.ts";
import type { StorageService } from "../../src/storage/service.ts";
import { openTestBrowser, type TestBrowser } from "./harness.ts";
import { openStubHub, randomSafetensors, sha256Of, type HubRequest, type StubHub } from "./stub-hub.ts";

/** Defined by blank.html: imports a source file inside the page. */
// oxlint-disable-next-line typescript/no-explicit-any -- the page's modules are not typed here
declare const load: (path: string) => Promise<any>;

const segmentBytes = 256 << 10;
/** The start of a U-Net, at full width: twelve segments. */
const weights = randomSafetensors(
  {
    "model.diffusion_model.input_blocks.0.0.weight": [320, 4, 3, 3],
    "model.diffusion_model.time_embed.0.weight": [1280, 320],
    "model.diffusion_model.input_blocks.1.0.in_layers.2.weight": [320, 320, 3, 3],
    "model.diffusion_model.input_blocks.1.0.out_layers.3.bias": [320],
  },
  7,
);
const config = Buffer.from('{"in_channels": 4}\n');

let hub: StubHub;
let browser: TestBrowser;

beforeAll(async () => {
  hub = await openStubHub("owner/model");
  browser = await openTestBrowser();
});
afterAll(async () => {
  await browser?.close();
  hub?.close();
});

type FileState = "known" | "open";

/** A manifest of the hub's two files; "open": neither exact size nor hash, and no commit. */
const manifest = (state: FileState = "known", paths = ["model.safetensors", "unet/config.json"]) => ({
  id: "test",
  kind: "checkpoint",
  title: "Test",
  license: "none",
  source: { repo: "owner/model", ...(state === "known" ? { commit: hub.commit } : {}) },
  baseUrl: `${hub.url}/owner/model/resolve/${state === "known" ? hub.commit : "main"}/`,
  files: paths.map((path) => {
    const body = path === "model.safetensors" ? weights : config;
    return state === "known"
      ? { path, sizeBytes: body.length, sha256: sha256Of(body) }
      : { path, approximateBytes: Math.round(body.length * 1.1) };
  }),
});

interface OpenOptions {
  readonly page?: Page;
  /** Terminates the worker after this many bytes, like a crash. */
  readonly crashAtBytes?: number;
  /** From the user's disk, by path. */
  readonly local?: Record<string, string>;
  /** The browser's reported quota. */
  readonly quotaBytes?: number;
  /** A connection that is silent for so long is dropped. */
  readonly stallMs?: number;
}
type Outcome =
  | {
      ok: true;
      hashes: Record<string, string>;
      downloadedBytes: number;
      totalBytes: number;
      last: { receivedBytes: number; totalBytes: number; done: boolean } | null;
      rates: number;
    }
  | { ok: false; error: { code: string; message: string; remedy?: string } }
  | "crashed";

const queryOf = ({ quotaBytes, stallMs }: OpenOptions): string =>
  new URLSearchParams({
    ...(quotaBytes !== undefined && { quota: `${quotaBytes}` }),
    ...(stallMs !== undefined && { stall: `${stallMs}` }),
  }).toString();

const openPack = (json: unknown, options: OpenOptions = {}): Promise<Outcome> =>
  (options.page ?? browser.page).evaluate(
    async ([value, crashAtBytes, local, query]): Promise<Outcome> => {
      const { WorkerClient } = await load("/src/rpc/client.ts");
      const { toPlainError } = await load("/src/shared/errors.ts");
      const client = new WorkerClient(
        "storage",
        () => new Worker(`/tests/browser/storage-worker.ts?${query}`, { type: "module" }),
      );
      const hex = async (blob: Blob): Promise<string> =>
        [...new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()))]
          .map((byte) => byte.toString(16).padStart(2, "0"))
          .join("");
      let last: PackProgress | null = null;
      let rates = 0;
      let crash = (): void => {};
      const crashed = new Promise<"crashed">((resolve) => {
        crash = () => resolve("crashed");
      });
      try {
        const opened = client.call((service: StorageService) =>
          service.openPack(value, location.href, {
            local: new Map(
              Object.entries(local ?? {}).map(([path, text]) => [
                path,
                new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], path.split("/").at(-1)!, {
                  lastModified: 1,
                }),
              ]),
            ),
            onProgress: (progress: PackProgress) => {
              last = progress;
              if (progress.bytesPerSecond !== null && progress.secondsLeft !== null) rates++;
              if (crashAtBytes !== undefined && progress.receivedBytes >= crashAtBytes) crash();
            },
          }),
        );
        opened.catch(() => {});
        const pack = await Promise.race([opened, crashed]);
        if (pack === "crashed") return "crashed";
        const hashes: Record<string, string> = {};
        for (const [path, blob] of pack.files as Map<string, Blob>) hashes[path] = await hex(blob);
        const { downloadedBytes, totalBytes } = pack;
        return { ok: true, hashes, downloadedBytes, totalBytes, last, rates };
      } catch (error) {
        return { ok: false, error: toPlainError(error) };
      } finally {
        client.terminate();
      }
    },
    [json, options.crashAtBytes, options.local, queryOf(options)] as const,
  );

/** Calls methods of the service, one after the other in one worker. */
const callAll = (
  ...calls: readonly (readonly [method: string, ...values: unknown[]])[]
): Promise<unknown[]> =>
  browser.page.evaluate(async (wanted) => {
    const { WorkerClient } = await load("/src/rpc/client.ts");
    const client = new WorkerClient(
      "storage",
      () => new Worker("/tests/browser/storage-worker.ts", { type: "module" }),
    );
    try {
      const results: unknown[] = [];
      for (const [name, ...given] of wanted)
        results.push(
          await client.call((service: Record<string, (...values: unknown[]) => unknown>) =>
            service[name]!(...given),
          ),
        );
      return results;
    } finally {
      client.terminate();
    }
  }, calls);

const call = async <Value>(method: string, ...values: unknown[]): Promise<Value> =>
  (await callAll([method, ...values]))[0] as Value;

const siteUrl = (): string => `${browser.url}tests/browser/blank.html`;
const content = (): (HubRequest & { sentBytes: number })[] =>
  hub.requests.filter(({ host, method }) => host === "content" && method === "GET");
const sentBytes = (): number => content().reduce((sum, request) => sum + request.sentBytes, 0);
const sound = { "model.safetensors": sha256Of(weights), "unet/config.json": sha256Of(config) };

beforeEach(async () => {
  hub.clear();
  hub.put("model.safetensors", weights);
  hub.put("unet/config.json", config, { lfs: false });
  const manifests = [manifest("known"), manifest("open")];
  await callAll(
    ...manifests.flatMap(
      (each) =>
        [
          ["removePack", each],
          ["forgetPins", each, siteUrl()],
        ] as const,
    ),
  );
  hub.clear();
});

test("a large file downloads through the redirect in parallel segments", async () => {
  // None is answered until four are open.
  let held: (() => void)[] | null = [];
  hub.fault = ({ host, body, from, to }, response) => {
    if (host !== "content") return false;
    const answer = (): void => {
      response.setHeader("Content-Range", `bytes ${from}-${to - 1}/${body.length}`);
      response.writeHead(206).end(body.subarray(from, to));
    };
    if (held === null) answer();
    else if (held.push(answer) === 4) {
      for (const each of held) each();
      held = null;
    }
    return true;
  };
  const outcome = await openPack(manifest());
  expect(outcome).toMatchObject({ ok: true, hashes: sound, downloadedBytes: weights.length + config.length });
  if (outcome !== "crashed" && outcome.ok) {
    expect(outcome.last).toMatchObject({ receivedBytes: outcome.totalBytes, done: true });
  }
  const starts = content().map(({ from }) => from);
  expect(starts.sort((a, b) => a - b)).toEqual(
    Array.from({ length: Math.ceil(weights.length / segmentBytes) }, (_, index) => index * segmentBytes),
  );
  expect(hub.peakOpen).toBe(4);
  hub.clear();
  expect(await openPack(manifest())).toMatchObject({ ok: true, downloadedBytes: 0 });
  expect(hub.requests).toEqual([]);
});

test("every segment resumes where its connection was cut", async () => {
  // Of a few bytes a browser hands on nothing before it knows how they go on: those would start again.
  const cut = new Set<number>();
  hub.fault = ({ host, body, from, to }, response) => {
    if (host !== "content" || cut.has(from) || to - from < segmentBytes) return false;
    cut.add(from);
    response.writeHead(206, { "Content-Length": to - from });
    response.write(body.subarray(from, from + 100_000), () => {
      setTimeout(() => response.destroy(), 300); // time to read what came
    });
    return true;
  };
  expect(await openPack(manifest())).toMatchObject({ ok: true, hashes: sound });
  expect([...cut]).toHaveLength(Math.floor(weights.length / segmentBytes));
  const resumed = content().filter(({ from }) => from % segmentBytes !== 0);
  expect(resumed).toHaveLength(cut.size);
});

/** Holds back every segment after the first `count`. */
const onlySegments = (count: number) => {
  let served = 0;
  hub.fault = ({ host, path }) => host === "content" && path === "model.safetensors" && served++ >= count;
};

test("requests only missing bytes after a crash", async () => {
  onlySegments(4);
  expect(await openPack(manifest(), { crashAtBytes: 4 * segmentBytes })).toBe("crashed");
  await browser.reopen();
  hub.clear();
  expect(await openPack(manifest())).toMatchObject({
    ok: true,
    hashes: sound,
    downloadedBytes: weights.length - 4 * segmentBytes,
  });
  expect(sentBytes()).toBe(weights.length - 4 * segmentBytes);
});

test("a wrong partial file of an earlier visit restarts from zero automatically, once", async () => {
  onlySegments(4);
  const damaged = Buffer.from(weights);
  damaged[1000]! ^= 1;
  hub.put("model.safetensors", damaged);
  expect(await openPack(manifest(), { crashAtBytes: 4 * segmentBytes })).toBe("crashed");
  await browser.reopen(); // no request of before is still on its way
  hub.clear();
  hub.put("model.safetensors", weights);
  expect(await openPack(manifest())).toMatchObject({ ok: true, hashes: sound });
  expect(sentBytes()).toBe(2 * weights.length - 4 * segmentBytes);
});

test("rejects a damaged copy on the server: a fresh download at once, a resumed one after one restart", async () => {
  const damaged = Buffer.from(weights);
  damaged[weights.length - 1]! ^= 1;
  hub.put("model.safetensors", damaged);
  const refused = { ok: false, error: { code: "bad-file" } };
  expect(await openPack(manifest("known", ["model.safetensors"]))).toMatchObject(refused);
  expect(sentBytes()).toBe(weights.length);
  onlySegments(4);
  expect(await openPack(manifest(), { crashAtBytes: 4 * segmentBytes })).toBe("crashed");
  await browser.reopen(); // no request of before is still on its way
  hub.clear();
  expect(await openPack(manifest("known", ["model.safetensors"]))).toMatchObject(refused);
  expect(sentBytes()).toBe(2 * weights.length - 4 * segmentBytes);
});

test("reads a content host without ranges from start to end", async () => {
  hub.fault = ({ host, body }, response) => {
    if (host !== "content") return false;
    response.writeHead(200, { "Content-Length": body.length }).end(body);
    return true;
  };
  expect(await openPack(manifest())).toMatchObject({ ok: true, hashes: sound });
});

test("drops and resumes a silent connection", async () => {
  let silent = 0;
  hub.fault = ({ host, body, from, to }, response) => {
    if (host !== "content" || from !== segmentBytes || silent++ > 0) return false;
    response.writeHead(206, { "Content-Length": to - from });
    response.write(body.subarray(from, from + 50_000));
    return true;
  };
  expect(await openPack(manifest(), { stallMs: 1_500 })).toMatchObject({ ok: true, hashes: sound });
  expect(content().some(({ from }) => from === segmentBytes + 50_000)).toBe(true);
});

test("reports rate and time left on a slow connection", async () => {
  hub.fault = ({ host, body, from, to }, response) => {
    if (host !== "content") return false;
    response.writeHead(206, { "Content-Length": to - from });
    const half = (from + to) >> 1;
    setTimeout(() => response.write(body.subarray(from, half)), 150);
    setTimeout(() => response.end(body.subarray(half, to)), 400);
    return true;
  };
  const outcome = await openPack(manifest());
  expect(outcome).toMatchObject({ ok: true, hashes: sound });
  if (outcome !== "crashed" && outcome.ok) expect(outcome.rates).toBeGreaterThan(0);
});

test("gets size and hash that the manifest omits from the hub and then enforces them", async () => {
  const outcome = await openPack(manifest("open"));
  expect(outcome).toMatchObject({ ok: true, hashes: sound, totalBytes: weights.length + config.length });
  if (outcome !== "crashed" && outcome.ok) expect(outcome.last!.totalBytes).toBe(outcome.totalBytes);
  // The pointer gave the size before the download, so it used segments.
  expect(content().length).toBe(Math.ceil(weights.length / segmentBytes));
  await browser.reopen();
  hub.clear();
  expect(await openPack(manifest("open"))).toMatchObject({ ok: true, hashes: sound, downloadedBytes: 0 });
  expect(hub.requests).toEqual([]);

  await call("removePack", manifest("open"));
  hub.clear();
  const other = Buffer.from(weights);
  other[5000]! ^= 1;
  hub.put("model.safetensors", other);
  expect(await openPack(manifest("open", ["model.safetensors"]))).toMatchObject({
    ok: false,
    error: { code: "bad-file" },
  });
  // Requests the commit of the first download, not "main".
  expect(hub.requests.every(({ revision }) => revision === hub.commit)).toBe(true);
  hub.put("unet/config.json", Buffer.from('{"in_channels": 9}\n'), { lfs: false });
  expect(await openPack(manifest("open", ["unet/config.json"]))).toMatchObject({
    ok: false,
    error: { code: "bad-file" },
  });

  expect(await call("forgetPins", manifest("open"), siteUrl())).toBe(2);
  expect(await openPack(manifest("open"))).toMatchObject({
    ok: true,
    hashes: { "model.safetensors": sha256Of(other) },
  });
  await call("removePack", manifest("open"));
});

test("detects a hub that contradicts the manifest before the download", async () => {
  const json = manifest("open", ["model.safetensors"]);
  const files = [{ ...json.files[0], sha256: "0".repeat(64) }];
  expect(await openPack({ ...json, files })).toMatchObject({
    ok: false,
    error: { code: "bad-file", message: expect.stringContaining("replaced on the hub") },
  });
  expect(content()).toEqual([]);
});

test("reports insufficient space before any download", async () => {
  expect(await openPack(manifest(), { quotaBytes: 20_000_000 })).toMatchObject({
    ok: false,
    error: {
      code: "quota",
      message: expect.stringMatching(/needs \d+ MB more .* allows this page only 20 MB/),
    },
  });
  expect(content()).toEqual([]);
});

test("reports a write that the browser rejects as a quota error", async () => {
  const session = await browser.context.newCDPSession(browser.page);
  const origin = new URL(browser.url).origin;
  await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1_000_000 });
  const outcome = await openPack(manifest());
  await session.send("Storage.overrideQuotaForOrigin", { origin });
  await session.detach();
  expect(outcome).toMatchObject({ ok: false, error: { code: "quota" } });
  expect(await openPack(manifest())).toMatchObject({ ok: true, hashes: sound });
});

test("two tabs download every byte once, and both get the files", async () => {
  hub.fault = ({ host, body, from, to }, response) => {
    if (host !== "content") return false;
    setTimeout(() => response.writeHead(206).end(body.subarray(from, to)), 80);
    return true;
  };
  const second = await browser.context.newPage();
  await second.goto(siteUrl());
  for (const state of ["known", "open"] as const) {
    hub.requests.length = 0;
    const json = manifest(state);
    const [a, b] = await Promise.all([openPack(json), openPack(json, { page: second })]);
    expect(a).toMatchObject({ ok: true, hashes: sound });
    expect(b).toMatchObject({ ok: true, hashes: sound });
    expect(content().length).toBe(Math.ceil(weights.length / segmentBytes));
    await call("removePack", json);
  }
  await second.close();
});

test("files from the disk replace downloads and are verified", async () => {
  const local = { "model.safetensors": weights.toString("base64"), "vae/extra.safetensors": btoa("own") };
  const outcome = await openPack(manifest(), { local });
  expect(outcome).toMatchObject({
    ok: true,
    downloadedBytes: config.length,
    hashes: { ...sound, "vae/extra.safetensors": sha256Of(Buffer.from("own")) },
  });
  expect(content()).toEqual([]);
  const view = await call<{ packs: { files: { path: string }[] }[] }>("describe", [manifest()], siteUrl());
  expect(view.packs[0]!.files.map(({ path }) => path)).toEqual(["unet/config.json"]); // nothing was copied

  const wrong = { "unet/config.json": btoa("{}") };
  expect(await openPack(manifest(), { local: wrong })).toMatchObject({
    ok: false,
    error: { code: "bad-file", message: expect.stringContaining("config.json from your disk is not") },
  });
});

test("the storage view lists packs with sizes; deleting one keeps files that another needs", async () => {
  await openPack(manifest());
  const other = { ...manifest("known", ["unet/config.json"]), id: "other" };
  const view = await call<Record<string, unknown>>("describe", [other, manifest()], siteUrl());
  expect(view).toMatchObject({
    packs: [
      { id: "test", storedBytes: weights.length + config.length, complete: true },
      { id: "other", storedBytes: config.length, complete: true },
    ],
    others: [],
    usedBytes: weights.length + config.length,
  });
  await call("removePack", manifest(), { keep: [other], siteUrl: siteUrl() });
  expect(await call("describe", [other, manifest()], siteUrl())).toMatchObject({
    packs: [
      { id: "other", complete: true },
      { id: "test", complete: false },
    ],
    usedBytes: config.length,
  });
  expect(await call("describe", [], siteUrl())).toMatchObject({ others: [{ name: sha256Of(config) }] });
  await call("removeFile", sha256Of(config));
  expect(await call("describe", [manifest()], siteUrl())).toMatchObject({ packs: [], usedBytes: 0 });
});

test("lists an unfinished download, which can be deleted", async () => {
  onlySegments(4);
  expect(await openPack(manifest(), { crashAtBytes: 4 * segmentBytes })).toBe("crashed");
  const view = await call<{ packs: { complete: boolean; storedBytes: number }[] }>(
    "describe",
    [manifest()],
    siteUrl(),
  );
  expect(view.packs[0]!.complete).toBe(false);
  expect(view.packs[0]!.storedBytes).toBeGreaterThanOrEqual(4 * segmentBytes);
  await call("removePack", manifest());
  expect(await call("describe", [manifest()], siteUrl())).toMatchObject({ packs: [], usedBytes: 0 });
});
