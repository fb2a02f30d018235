// Size, hash and commit of files whose manifest leaves them open: asked of the hub once, pinned, enforced.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { bytesOf, hostFiles, type FileHost } from "../../tests/fixtures/file-host.ts";
import { askHub, combine, knownFile, pinDownload } from "./file-facts.ts";
import { readHubFacts } from "./hub-facts.ts";
import { parseManifest, type ManifestFile } from "./manifest.ts";
import { StorageRecords } from "./pins.ts";

const sha256 = "ab".repeat(32);
const other = "cd".repeat(32);
const commit = "0123456789".repeat(4);
const hub = "https://hub.test/owner/name";
const url = `${hub}/resolve/main/a.bin`;
const pointer = (size: number): string =>
  `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${size}\n`;
const said = (headers: Record<string, string>) => new Response(null, { headers });
/** As fetch answers after a redirect to another host. */
const redirected = (response: Response) => Object.defineProperty(response, "redirected", { value: true });
const full = { "x-linked-size": "300", "x-linked-etag": `"${sha256}"`, "x-repo-commit": commit };

let host: FileHost;
let records: StorageRecords;
beforeEach(() => {
  host = hostFiles({ [url]: bytesOf(1, 300) });
  records = new StorageRecords();
});
afterEach(() => void vi.unstubAllGlobals());

const ask = (signal?: AbortSignal) => readHubFacts(url, { path: "a.bin", signal });
const { signal } = new AbortController();
const open: ManifestFile = { path: "a.bin", sizeBytes: 1_000, sizeExact: false, sha256: null };

it("asks for the headers alone where they say everything", async () => {
  host.fault = () => said(full);
  expect(await ask()).toEqual({ sizeBytes: 300, sha256, commit });
  expect(host.requests).toEqual([{ url, method: "HEAD", range: null }]);
});

it("a small file, which is not in LFS, has no facts to read", async () => {
  host.fault = () => said({ "x-repo-commit": commit });
  expect(await ask()).toEqual({ sizeBytes: null, sha256: null, commit });
  expect(host.requests).toHaveLength(1);
});

it("reads the pointer where the other host hides the headers, or rejects the question", async () => {
  const answers: (() => Response)[] = [
    () => redirected(said({})),
    () => new Response(null, { status: 403 }),
    () => {
      throw new TypeError("refused");
    },
  ];
  for (const answer of answers) {
    vi.stubGlobal("fetch", async (asked: string, { method, headers }: RequestInit) => {
      if (method === "HEAD") return answer();
      expect([asked, headers]).toEqual([`${hub}/raw/main/a.bin`, { Range: "bytes=0-1023" }]);
      return new Response(pointer(300), { headers: { "x-repo-commit": commit } });
    });
    expect(await ask()).toEqual({ sizeBytes: 300, sha256, commit });
  }
});

it("reads no more of what is no pointer than a pointer would have", async () => {
  let chunks = 0;
  const cancelled = vi.fn();
  vi.stubGlobal("fetch", async (_: string, { method }: RequestInit) =>
    method === "HEAD"
      ? redirected(said({ "x-repo-commit": commit }))
      : new Response(
          new ReadableStream(
            {
              pull: (controller) => (chunks++, controller.enqueue(new Uint8Array(512).fill(65))),
              cancel: cancelled,
            },
            { highWaterMark: 0 },
          ),
        ),
  );
  expect(await ask()).toEqual({ sizeBytes: null, sha256: null, commit });
  expect([chunks, cancelled.mock.calls.length]).toEqual([2, 1]);
});

it("names a file that is gone, a hub that does not answer, a stop", async () => {
  host.files.clear();
  await expect(ask()).rejects.toMatchObject({ code: "not-found", message: "a.bin is no longer on the hub." });
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed")));
  await expect(ask()).rejects.toMatchObject({
    code: "network",
    message: "hub.test did not answer the request for a.bin.",
  });
  await expect(ask(AbortSignal.abort())).rejects.toMatchObject({ code: "cancelled" });
});

it("an address that is no hub's is asked once", async () => {
  host.fault = () => new Response(null, { status: 500 });
  const facts = await readHubFacts("https://site.test/a.bin", { path: "a.bin" });
  expect(facts).toEqual({ sizeBytes: null, sha256: null, commit: null });
  expect(host.requests).toHaveLength(1);
});

it("the manifest's size and hash go before a pin's, a pin's before an estimate", () => {
  const pin = { sizeBytes: 300, sha256, commit, origin: "hub", pinnedAt: new Date(0) } as const;
  expect(combine(open, { url, pin: null })).toMatchObject({ sizeBytes: null, sha256: null, pinnedUrl: url });
  expect(combine(open, { url, pin })).toMatchObject({
    sizeBytes: 300,
    sha256,
    url,
    pinnedUrl: `${hub}/resolve/${commit}/a.bin`,
  });
  expect(combine({ ...open, sizeBytes: 5, sizeExact: true, sha256: other }, { url, pin })).toMatchObject({
    sizeBytes: 5,
    sha256: other,
  });
});

it("asks once, pins the answer, and finds it again", async () => {
  host.fault = () => said(full);
  const known = await askHub(combine(open, { url, pin: null }), { records, signal });
  expect(known).toMatchObject({ sizeBytes: 300, sha256, pin: { commit, origin: "hub" } });
  expect(await askHub(known, { records, signal })).toBe(known);
  expect(host.requests).toHaveLength(1);
  const manifest = parseManifest(
    { id: "x", kind: "vae", title: "X", license: "mit", baseUrl: `${hub}/resolve/main/`, files: [] },
    "x",
  );
  expect(await knownFile(open, { manifest, siteUrl: "https://site.test/", records })).toEqual(known);
});

it("asks nothing where the manifest says everything, and pins nothing where nobody knows anything", async () => {
  const exact = combine({ ...open, sizeExact: true, sha256 }, { url, pin: null });
  expect(await askHub(exact, { records, signal })).toBe(exact);
  expect(host.requests).toEqual([]);
  const unknown = combine(open, { url, pin: null });
  expect(await askHub(unknown, { records, signal })).toBe(unknown);
  expect(await records.get("pins", url)).toBeNull();
  host.fault = () => said({ "x-repo-commit": commit });
  expect((await askHub(unknown, { records, signal })).pin).toMatchObject({ commit, sha256: null });
});

it.each<[string, Partial<ManifestFile>, boolean]>([
  ["another hash", { sha256: other }, true],
  ["another size", { sizeExact: true, sizeBytes: 301 }, true],
  ["the same hash", { sha256 }, false],
  ["the same size", { sizeExact: true, sizeBytes: 300 }, false],
  ["an estimate", { sizeBytes: 301 }, false],
])("a hub that says something else than the manifest is refused: %s", async (_, change, refused) => {
  host.fault = () => said(full);
  const outcome = askHub(combine({ ...open, ...change }, { url, pin: null }), { records, signal });
  if (!refused) expect(await outcome).toMatchObject({ sizeBytes: 300, sha256 });
  else
    await expect(outcome).rejects.toMatchObject({
      code: "bad-file",
      message: "a.bin was replaced on the hub and no longer belongs to this model.",
    });
});

it("what the hub does not say contradicts nothing", async () => {
  host.fault = () => said({ "x-repo-commit": commit });
  const hashed = combine({ ...open, sha256 }, { url, pin: null });
  expect((await askHub(hashed, { records, signal })).sha256).toBe(sha256);
  const sized = combine({ ...open, sizeExact: true }, { url, pin: null });
  expect((await askHub(sized, { records: new StorageRecords(), signal })).sizeBytes).toBe(1_000);
});

it("a first download pins what was open, at the commit that was asked for", async () => {
  const got = { sizeBytes: 300, sha256 };
  await pinDownload(combine({ ...open, sizeExact: true, sha256 }, { url, pin: null }), got, records);
  expect(await records.get("pins", url)).toBeNull();
  await pinDownload(combine({ ...open, sha256 }, { url, pin: null }), got, records);
  expect(await records.get("pins", url)).toMatchObject({ ...got, commit: null, origin: "first-download" });
  const pin = { sizeBytes: null, sha256: null, commit, origin: "hub", pinnedAt: new Date(0) } as const;
  await pinDownload(combine(open, { url, pin }), got, records);
  expect(await records.get("pins", url)).toMatchObject({ ...got, commit, origin: "first-download" });
  await records.forget("pins", url);
  expect(await records.get("pins", url)).toBeNull();
});
