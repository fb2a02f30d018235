// The storage worker's service without a browser: files in memory, a host in place of `fetch`.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { bodyOf, bytesOf, hostFiles, sha256Of, type FileHost } from "../../tests/fixtures/file-host.ts";
import type { PackProgress } from "./progress.ts";
import { StorageService } from "./service.ts";

const site = "https://site.test/";
const unet = bytesOf(1, 5_000);
const vae = bytesOf(2, 300);
let host: FileHost;
let service: StorageService;
let lockNames: string[];

beforeEach(() => {
  host = hostFiles({ [`${site}p/unet/w.bin`]: unet, [`${site}p/vae/w.bin`]: vae });
  lockNames = [];
  vi.stubGlobal("navigator", {
    storage: { estimate: async () => ({ quota: 7_000, usage: 0 }), persisted: async () => true },
    locks: {
      request: (name: string, _: unknown, work: () => Promise<unknown>) => (lockNames.push(name), work()),
    },
  });
  service = new StorageService({ segmentBytes: 1_000, stallMs: 1_000, retryDelaysMs: [1] });
});
afterEach(() => void vi.unstubAllGlobals());

const unetFile = { path: "unet/w.bin", sizeBytes: unet.length, sha256: sha256Of(unet) };
const vaeFile = { path: "vae/w.bin", sizeBytes: vae.length, sha256: sha256Of(vae) };
const manifestOf = (files: readonly object[], change: object = {}): object => ({
  id: "test",
  kind: "checkpoint",
  title: "Test",
  license: "mit",
  baseUrl: "p/",
  files,
  ...change,
});
const whole = manifestOf([unetFile, vaeFile]);
const bytesIn = async (blob: Blob | undefined): Promise<Uint8Array> =>
  new Uint8Array(await blob!.arrayBuffer());
const names = async (): Promise<string[]> =>
  (await service.describe([whole], site)).packs.flatMap(({ files }) => files.map(({ path }) => path));

it("downloads a pack once, every byte in its place, each file under its lock", async () => {
  const progress: PackProgress[] = [];
  const first = await service.openPack(whole, site, { onProgress: (report) => progress.push(report) });
  expect(first).toMatchObject({ downloadedBytes: 5_300, totalBytes: 5_300, persistent: false });
  expect(await bytesIn(first.files.get("unet/w.bin"))).toEqual(new Uint8Array(unet));
  expect(await bytesIn(first.files.get("vae/w.bin"))).toEqual(new Uint8Array(vae));
  expect(progress.at(-1)).toMatchObject({ receivedBytes: 5_300, totalBytes: 5_300, done: true });
  expect(progress.slice(0, -1).every(({ done }) => !done)).toBe(true);
  expect(lockNames.sort()).toEqual([unetFile, vaeFile].map(({ sha256 }) => `stylus-file-${sha256}`).sort());

  host.requests.length = 0;
  progress.length = 0;
  const second = await service.openPack(whole, site, { onProgress: (report) => progress.push(report) });
  expect(second).toMatchObject({ downloadedBytes: 0, totalBytes: 5_300 });
  expect(host.requests).toEqual([]);
  expect(progress.at(-1)).toMatchObject({ receivedBytes: 5_300, totalBytes: 5_300, done: true });
  expect(await service.use()).toEqual({ usedBytes: 5_300, quotaBytes: 7_000, persisted: true, fileCount: 2 });
  expect(await service.keepsFiles()).toBe(false);
});

it("uses what it knows where the browser tells nothing of its storage", async () => {
  await service.openPack(manifestOf([vaeFile]), site);
  for (const storage of [undefined, {}]) {
    vi.stubGlobal("navigator", { storage });
    expect(await service.use()).toEqual({ usedBytes: 300, quotaBytes: 0, persisted: false, fileCount: 1 });
  }
});

it("downloads only the files whose path starts with a prefix", async () => {
  const { files } = await service.openPack(whole, site, { prefixes: ["vae/", "none/"] });
  expect([...files.keys()]).toEqual(["vae/w.bin"]);
  const list = manifestOf([vaeFile], { kind: "adapters" });
  await expect(service.openPack(list, site)).rejects.toMatchObject({ code: "bad-input", where: "prefixes" });
  expect((await service.openPack(list, site, { prefixes: [""] })).totalBytes).toBe(300);
});

it("takes a file from the disk in place of a download, if it is the right one", async () => {
  const own = new File([vae], "my-vae.bin", { lastModified: 5 });
  const { files, downloadedBytes } = await service.openPack(whole, site, {
    local: new Map([["vae/w.bin", own]]),
  });
  expect(files.get("vae/w.bin")).toBe(own);
  expect(downloadedBytes).toBe(5_000);
  const wrong = new File([vae.slice(1)], "other.bin");
  await expect(
    service.openPack(whole, site, { local: new Map([["vae/w.bin", wrong]]) }),
  ).rejects.toMatchObject({
    code: "bad-file",
    message: "other.bin from your disk is not this model's vae/w.bin.",
  });
  // Without a hash any file will do, and files beside the manifest's are added.
  const unknown = manifestOf([{ path: "vae/w.bin", approximateBytes: 300 }]);
  const local = new Map<string, Blob>([
    ["vae/w.bin", wrong],
    ["extra", own],
  ]);
  expect((await service.openPack(unknown, site, { local })).totalBytes).toBe(299 + 300);
});

it("names the field that is wrong in a manifest", async () => {
  const where = { code: "bad-file", where: "manifest: id" };
  const wrong = { ...whole, id: "A" };
  await expect(service.openPack(wrong, site)).rejects.toMatchObject(where);
  await expect(service.removePack(wrong, { siteUrl: site })).rejects.toMatchObject(where);
});

it("stops the other files and names the fault when one fails", async () => {
  host.files.delete(`${site}p/vae/w.bin`);
  await expect(service.openPack(whole, site)).rejects.toMatchObject({
    code: "not-found",
    message: "vae/w.bin is missing on the server.",
  });
});

it("advises nothing that cannot be done where there is one file only", async () => {
  host.files.delete(`${site}p/vae/w.bin`);
  const remedy = (kind: string): Promise<unknown> =>
    service.openPack(manifestOf([vaeFile], { kind }), site).catch(({ remedy }: { remedy: string }) => remedy);
  expect(await remedy("nsfw-check")).toBe("Try again later, or wait for an update of this site.");
  expect(await remedy("reranker")).toBe("Try again later, or wait for an update of this site.");
  expect(await remedy("checkpoint")).toBe("Choose another model, or use the file from your disk.");
});

it("ends with “cancelled” when its signal is aborted", async () => {
  const controller = new AbortController();
  host.fault = () => (controller.abort(), null);
  await expect(service.openPack(whole, site, { signal: controller.signal })).rejects.toMatchObject({
    code: "cancelled",
  });
});

it("tells a full disk and a stopped wait for another tab from other failures", async () => {
  const failWith = (error: Error) =>
    vi.stubGlobal("navigator", { locks: { request: () => Promise.reject(error) } });
  failWith(new DOMException("full", "QuotaExceededError"));
  await expect(service.openPack(whole, site)).rejects.toMatchObject({ code: "quota" });
  failWith(new DOMException("stop", "AbortError"));
  await expect(service.openPack(whole, site)).rejects.toMatchObject({ code: "cancelled" });
  failWith(new RangeError("other"));
  await expect(service.openPack(whole, site)).rejects.toThrow(RangeError);
});

it("finds damaged and missing files by hash and deletes the damaged ones", async () => {
  await service.openPack(whole, site, { prefixes: ["unet/"] });
  expect(await service.verify([whole, whole], site)).toEqual({
    damaged: [],
    missing: ["vae/w.bin"],
    whole: [unetFile.sha256],
  });
  const trusted = new Set([unetFile.sha256]);
  expect(await service.verify([whole], site, { trusted })).toMatchObject({ damaged: [], whole: [] });
  const stream = vi.spyOn(Blob.prototype, "stream").mockImplementation(() => new Response("x").body as never);
  expect(await service.verify([whole], site)).toEqual({
    damaged: ["unet/w.bin"],
    missing: ["vae/w.bin"],
    whole: [],
  });
  stream.mockRestore();
  expect(await names()).toEqual([]);
  expect(lockNames.at(-1)).toBe(`stylus-file-${unetFile.sha256}`);
});

it("a stored file that cannot be read counts as damaged; any other error is thrown", async () => {
  await service.openPack(whole, site);
  const stream = vi.spyOn(Blob.prototype, "stream").mockImplementation(() => {
    throw new RangeError("bug");
  });
  await expect(service.verify([whole], site)).rejects.toThrow(RangeError);
  stream.mockImplementation(() => {
    throw new DOMException("gone", "NotReadableError");
  });
  expect((await service.verify([whole], site)).damaged).toEqual(["unet/w.bin", "vae/w.bin"]);
  stream.mockRestore();
  await expect(service.verify([whole], site, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: "cancelled",
  });
});

it("a stored file of another size than it should have is downloaded again", async () => {
  await service.openPack(whole, site);
  host.requests.length = 0;
  const cut = manifestOf([unetFile, { ...vaeFile, sizeBytes: 299 }]);
  await expect(service.openPack(cut, site)).rejects.toMatchObject({ code: "bad-file" });
  expect(host.requests.map(({ url }) => url)).toEqual([`${site}p/vae/w.bin`]);
  expect((await service.openPack(whole, site)).downloadedBytes).toBe(300);
});

it("deletes a pack but not what another one shares", async () => {
  await service.openPack(whole, site);
  await service.removePack(whole, { keep: [manifestOf([vaeFile])], siteUrl: site });
  expect(await names()).toEqual(["vae/w.bin"]);
  await service.removePack(whole, { siteUrl: site });
  expect(await names()).toEqual([]);
});

it("names what could not be deleted, and deletes the rest", async () => {
  await service.openPack(whole, site);
  const { locks } = navigator;
  vi.stubGlobal("navigator", {
    locks: {
      request: (name: string, options: LockOptions, work: () => Promise<void>) =>
        name.endsWith(unetFile.sha256)
          ? Promise.reject(new DOMException("busy", "NoModificationAllowedError"))
          : locks.request(name, options, work),
    },
  });
  await expect(service.removePack(whole, { siteUrl: site })).rejects.toMatchObject({
    code: "quota",
    message: expect.stringMatching(/^unet\/w\.bin of Test could not be deleted\. It is in use/),
  });
  expect(await names()).toEqual(["unet/w.bin"]);
  await expect(service.removeFile(unetFile.sha256)).rejects.toMatchObject({
    message: expect.stringMatching(/^A leftover file could not be deleted/),
  });
});

it("describes packs, largest first, and files of none, which can be deleted alone", async () => {
  await service.openPack(manifestOf([vaeFile]), site);
  await service.openPack(manifestOf([unetFile]), site);
  const large = manifestOf([unetFile], { id: "large" });
  const view = await service.describe([manifestOf([vaeFile]), large, manifestOf([])], site);
  expect(view.packs.map(({ id, storedBytes, complete }) => [id, storedBytes, complete])).toEqual([
    ["large", 5_000, true],
    ["test", 300, true],
  ]);
  const { packs, others, usedBytes } = await service.describe([large], site);
  expect([packs.length, usedBytes]).toEqual([1, 5_300]);
  expect(others).toEqual([{ name: vaeFile.sha256, sizeBytes: 300, complete: true }]);
  await service.removeFile(vaeFile.sha256);
  expect((await service.describe([large], site)).others).toEqual([]);
  // A pack of which a file is missing is not complete.
  expect((await service.describe([whole], site)).packs[0]).toMatchObject({
    storedBytes: 5_000,
    totalBytes: 5_300,
    complete: false,
  });
});

it("pins what the manifest leaves open at the first download, and enforces it until asked to forget it", async () => {
  const open = manifestOf([{ path: "vae/w.bin", approximateBytes: 1_000 }]);
  const totals: number[] = [];
  const onProgress = ({ totalBytes }: PackProgress): void => void totals.push(totalBytes);
  const first = await service.openPack(open, site, { onProgress });
  expect(first).toMatchObject({ downloadedBytes: 300, totalBytes: 300 });
  expect([totals[0], totals.at(-1)]).toEqual([1_000, 300]);
  const address = new TextEncoder().encode(`${site}p/vae/w.bin`);
  expect(lockNames).toEqual([`stylus-file-unknown-${sha256Of(address)}`]);
  host.requests.length = 0;
  expect(await service.openPack(open, site)).toMatchObject({ downloadedBytes: 0, totalBytes: 300 });
  expect(host.requests).toEqual([]);

  await service.removePack(open, { siteUrl: site });
  host.files.set(`${site}p/vae/w.bin`, bytesOf(3, 300));
  await expect(service.openPack(open, site)).rejects.toMatchObject({ code: "bad-file" });
  expect(await service.forgetPins(open, site)).toBe(1);
  expect(await service.forgetPins(open, site)).toBe(0);
  expect((await service.openPack(open, site)).downloadedBytes).toBe(300);
  expect((await service.describe([open], site)).others).toEqual([]);
});

it("refuses a download that cannot fit into memory, less what an earlier attempt has left", async () => {
  service = new StorageService({ retryDelaysMs: [] });
  const limit = 1_500_000_000;
  const ofSize = (sizeBytes: number) => service.openPack(manifestOf([{ ...vaeFile, sizeBytes }]), site);
  await expect(ofSize(limit + 1)).rejects.toMatchObject({ code: "quota" });
  expect(host.requests).toEqual([]);
  host.fault = () => new Response(bodyOf([vae.slice(0, 100)], "cut"));
  await expect(ofSize(300)).rejects.toMatchObject({ code: "network" });
  await expect(ofSize(limit + 101)).rejects.toMatchObject({ code: "quota" });
  await expect(ofSize(limit + 100)).rejects.toMatchObject({ code: "network" });
});

const loose = (change: object = {}) => ({
  path: "w.bin",
  url: `${site}p/unet/w.bin`,
  sizeBytes: unet.length,
  sha256: sha256Of(unet),
  inParts: false,
  ...change,
});
const requested = (): string[] => host.requests.map(({ url, range }) => `${url} ${range ?? ""}`.trim());

it("fetches one file by its address, in one request where the server shall not be asked for parts", async () => {
  const received: number[] = [];
  const { blob, wasStored } = await service.fetchFile(loose(), {
    onProgress: (bytes) => received.push(bytes),
  });
  expect(await bytesIn(blob)).toEqual(new Uint8Array(unet));
  expect([wasStored, received.at(-1), host.requests.length]).toEqual([false, 5_000, 1]);
  expect(lockNames).toEqual([`stylus-file-${sha256Of(unet)}`]);

  host.requests.length = 0;
  expect((await service.fetchFile(loose())).wasStored).toBe(true);
  expect(host.requests).toEqual([]);
  await service.removeFile(sha256Of(unet));
  await service.fetchFile(loose({ inParts: true }));
  expect(host.requests.length).toBe(5);
});

it("refuses one file that cannot fit into memory, less what an earlier attempt has left", async () => {
  service = new StorageService({ retryDelaysMs: [] });
  const limit = 1_500_000_000;
  const ofSize = (sizeBytes: number) => service.fetchFile(loose({ sizeBytes }));
  await expect(ofSize(limit + 1)).rejects.toMatchObject({ code: "quota" });
  expect(host.requests).toEqual([]);
  host.fault = () => new Response(bodyOf([unet.slice(0, 100)], "cut"));
  await expect(ofSize(limit)).rejects.toMatchObject({ code: "network" });
  await expect(ofSize(limit + 101)).rejects.toMatchObject({ code: "quota" });
  await expect(ofSize(limit + 100)).rejects.toMatchObject({ code: "network" });
});

it("sends a key in the address, and names it in no error", async () => {
  const url = `${site}p/unet/w.bin?fileId=7`;
  host.files.set(`${url}&token=secret`, unet);
  await service.fetchFile(loose({ url, token: "secret" }));
  expect(requested()).toEqual([`${url}&token=secret`]);
  const unknown = loose({ url, token: "secret", sizeBytes: null, sha256: null });
  expect((await service.fetchFile(unknown)).sha256).toBe(sha256Of(unet));
  for (const status of [401, 404, 429, 500]) {
    host.fault = () => new Response(null, { status });
    const wrong = loose({ url, token: "secret", sha256: "0".repeat(64) });
    const error = await service.fetchFile(wrong).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ where: url });
    expect(JSON.stringify([String(error), error])).not.toContain("secret");
  }
});

it("continues a file that was cut, and refuses one with another hash", async () => {
  let cut = true;
  host.fault = ({ range }) =>
    range === null && cut ? new Response(bodyOf([unet.subarray(0, 2_000)], "cut")) : null;
  service = new StorageService({ segmentBytes: 1_000, stallMs: 1_000, retryDelaysMs: [] });
  await expect(service.fetchFile(loose())).rejects.toMatchObject({ code: "network" });
  cut = false;
  host.requests.length = 0;
  await service.fetchFile(loose());
  expect(requested()).toEqual([`${site}p/unet/w.bin 2000-`]);

  const other = { sha256: "0".repeat(64) };
  await expect(service.fetchFile(loose(other))).rejects.toMatchObject({
    code: "bad-file",
    message: `w.bin is damaged: expected SHA-256 000000000000…, got ${sha256Of(unet).slice(0, 12)}….`,
  });
  const stop = AbortSignal.abort();
  await expect(service.fetchFile(loose(other), { signal: stop })).rejects.toMatchObject({
    code: "cancelled",
  });
});
