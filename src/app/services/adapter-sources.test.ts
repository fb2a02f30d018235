// What the page asks of Civitai and the hub, and what it says when they do not answer. A real storage service, in memory.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bytesOf, hostFiles, sha256Of, type FileHost } from "../../../tests/fixtures/file-host.ts";
import {
  civitaiModel,
  civitaiVersion,
  civitaiVersionAlone,
  hubRepository,
} from "../../../tests/fixtures/site-answers.ts";
import { english } from "../../shared/saying.ts";
import { StylusError } from "../../shared/errors.ts";
import { StorageService } from "../../storage/service.ts";
import { parseAddress } from "../adapters/sources/addresses.ts";
import type { Listing } from "../adapters/sources/listing.ts";
import { createAdapterSources, RateLimited } from "./adapter-sources.ts";
import type { SourceServices } from "./ports.ts";

const weights = bytesOf(1, 5_000);
const file = { id: 71, name: "paper.safetensors", sizeBytes: weights.length, sha256: sha256Of(weights) };
const first = civitaiVersion({ id: 101, files: [file], publishedAt: "2024-01-01T00:00:00.000Z" });
const second = civitaiVersion({ id: 102, name: "v2.0", files: [file] });
const model = civitaiModel(55, [second, first]);
const commit = "c0ffee".repeat(7).slice(0, 40);
const repository = hubRepository("someone/crochet", {
  commit,
  files: [
    { path: "crochet.safetensors", sizeBytes: weights.length, sha256: sha256Of(weights) },
    { path: "adapter_model.safetensors", sizeBytes: weights.length, sha256: sha256Of(weights) },
    { path: "adapter_config.json", sizeBytes: 20, sha256: null },
  ],
});

const api = "https://civitai.com/api/v1";
const hubApi = "https://huggingface.co/api/models";
const json = (value: unknown): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(JSON.stringify(value)) as Uint8Array<ArrayBuffer>;

let host: FileHost;
let sources: SourceServices;
let storage: StorageService;
const kept = new Map<string, string>();
const { signal } = new AbortController();

beforeEach(() => {
  host = hostFiles({
    [`${api}/models/55`]: json(model),
    [`${api}/model-versions/101`]: json(civitaiVersionAlone(model, 101)),
    [`${hubApi}/someone/crochet?blobs=true`]: json(repository),
    [`https://civitai.com/api/download/models/101?fileId=71`]: weights,
    [`https://huggingface.co/someone/crochet/resolve/${commit}/adapter_model.safetensors`]: weights,
    [`https://huggingface.co/someone/crochet/resolve/${commit}/adapter_config.json`]: json({ lora_alpha: 8 }),
  });
  kept.clear();
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  });
  vi.stubGlobal("navigator", {
    storage: { estimate: async () => ({ quota: 1e9, usage: 0 }) },
    locks: { request: (_: string, __: unknown, work: () => Promise<unknown>) => work() },
  });
  storage = new StorageService({ retryDelaysMs: [] });
  sources = createAdapterSources(storage);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const lookUp = (text: string): Promise<readonly Listing[]> => sources.lookUp(parseAddress(text)!, { signal });
const asked = (): string[] => host.requests.map(({ url }) => url);

/** Message and remedy of what `work` throws. */
async function failure(
  work: Promise<unknown>,
): Promise<{ code: string; says: string; remedy: string; where: string }> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof StylusError)) throw new Error(`not a StylusError: ${String(error)}`);
  const { code, said, where = "" } = error;
  return { code, says: english(said.message), remedy: said.remedy ? english(said.remedy) : "", where };
}
const answer = (status: number) => (): Response => new Response("{}", { status });

describe("lookUp", () => {
  it("asks for a model, and for a version only where its model is not named or does not list it", async () => {
    const [listing] = await lookUp("https://civitai.com/models/55?modelVersionId=101");
    expect(listing).toMatchObject({ origin: { modelId: 55, versionId: 101 }, version: "v1.0" });
    expect(asked()).toEqual([`${api}/models/55`]);

    host.requests.length = 0;
    const [same] = await lookUp("https://civitai.com/api/download/models/101");
    expect(same).toEqual(listing);
    expect(asked()).toEqual([`${api}/model-versions/101`, `${api}/models/55`]);

    host.requests.length = 0;
    host.files.set(`${api}/models/55`, json({ ...model, modelVersions: [second] }));
    const [unlisted] = await lookUp("55@101");
    expect(unlisted).toMatchObject({ version: "v1.0", fileName: "paper.safetensors" });
    expect(asked()).toEqual([`${api}/models/55`, `${api}/model-versions/101`]);

    expect((await lookUp("55"))[0]).toMatchObject({ origin: { versionId: 102 } });
  });

  it("takes no version of another model for one of this", async () => {
    host.files.set(`${api}/models/56`, json({ ...model, id: 56, modelVersions: [] }));
    expect(await failure(lookUp("56@101"))).toMatchObject({
      code: "not-found",
      says: "Model 56 of Civitai has no version 101.",
    });
    expect((await failure(lookUp("56"))).says).toBe(
      "Civitai has no version of model 56 that can be downloaded.",
    );
  });

  it("sends the user's key to Civitai alone", async () => {
    sources.key.keep("secret");
    host.files.set(`${api}/models/55?token=secret`, json(model));
    await lookUp("55");
    await lookUp("https://huggingface.co/someone/crochet");
    expect(asked()).toEqual([`${api}/models/55?token=secret`, `${hubApi}/someone/crochet?blobs=true`]);
    sources.key.keep(null);
    expect([sources.key.read(), kept.size]).toEqual([null, 0]);
  });

  it("lists what a repository has, at a revision too", async () => {
    const found = await lookUp("https://huggingface.co/someone/crochet");
    expect(found.map(({ fileName }) => fileName)).toEqual(["crochet.safetensors", "crochet.safetensors"]);
    host.files.set(`${hubApi}/someone/crochet/revision/refs%2Fpr%2F1?blobs=true`, json(repository));
    expect(await lookUp("https://huggingface.co/someone/crochet/tree/refs%2Fpr%2F1")).toHaveLength(2);
  });

  it.each([
    ["55", 404, "not-found", "Civitai has no model 55. Its creator or Civitai may have removed it."],
    [
      "https://civitai.com/model-versions/9",
      404,
      "not-found",
      "Civitai has no version 9. Its creator or Civitai may have removed it.",
    ],
    ["55", 401, "network", "Civitai wants a key for 55 (401)."],
    ["55", 403, "network", "Civitai wants a key for 55 (403)."],
    ["55", 500, "network", "Civitai gave no answer that can be read (500)."],
    ["https://hf.co/a/b", 401, "not-found", "Hugging Face has no public repository a/b, or not at main."],
    ["https://hf.co/a/b", 404, "not-found", "Hugging Face has no public repository a/b, or not at main."],
  ])("says what %s answering %i means", async (text, status, code, says) => {
    host.fault = answer(status);
    expect(await failure(lookUp(text))).toMatchObject({ code, says });
  });

  it("says that a key is not accepted", async () => {
    sources.key.keep("secret");
    host.fault = answer(401);
    const { says, remedy, where } = await failure(lookUp("55"));
    expect(says).toBe("Civitai does not accept your key for 55 (401).");
    expect([says, remedy, where].join()).not.toContain("secret");
  });

  it("waits twice for a site that limits requests", async () => {
    vi.useFakeTimers();
    let left = 2;
    host.fault = () => (left-- > 0 ? new Response(null, { status: 429 }) : null);
    const found = lookUp("55");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await found).toHaveLength(1);
    host.fault = answer(429);
    const never = lookUp("55").catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await never).toBeInstanceOf(RateLimited);
    expect(host.requests).toHaveLength(6);
  });

  it("tells no answer and no JSON from others", async () => {
    host.fault = () => Promise.reject(new TypeError("Failed to fetch"));
    expect((await failure(lookUp("55"))).says).toBe(
      "Civitai cannot be reached, or lets no page read its answer.",
    );
    host.fault = () => new Response("<html>busy</html>");
    expect((await failure(lookUp("55"))).says).toBe("Civitai gave no answer that can be read (200).");
    expect(await failure(sources.lookUp(parseAddress("55")!, { signal: AbortSignal.abort() }))).toMatchObject(
      {
        code: "cancelled",
      },
    );
  });
});

describe("download", () => {
  const onProgress = (): void => {};
  const download = (listing: Listing) => sources.download(listing, { onProgress, signal });

  it("has the file with the hash that the site names, and deletes it from the store when asked", async () => {
    const [listing] = await lookUp("55@101");
    const { blob, config, release } = await download(listing!);
    expect([blob.size, config]).toEqual([5_000, null]);
    expect((await storage.use()).fileCount).toBe(1);
    await release();
    expect((await storage.use()).fileCount).toBe(0);
  });

  it("leaves what was stored before", async () => {
    const [listing] = await lookUp("55@101");
    await download(listing!);
    await (await download(listing!)).release();
    expect((await storage.use()).fileCount).toBe(1);
  });

  it("brings PEFT's configuration", async () => {
    const found = await lookUp("https://huggingface.co/someone/crochet");
    const { config } = await download(found[1]!);
    expect(JSON.parse(await config!.text())).toEqual({ lora_alpha: 8 });
    host.files.delete(`https://huggingface.co/someone/crochet/resolve/${commit}/adapter_config.json`);
    expect((await failure(download(found[1]!))).says).toBe(
      "The adapter_config.json of crochet.safetensors could not be downloaded.",
    );
  });

  it("gives up a configuration that does not come in time", async () => {
    const found = await lookUp("https://huggingface.co/someone/crochet");
    const late = AbortSignal.abort(new DOMException("late", "TimeoutError"));
    const timeout = vi.spyOn(AbortSignal, "timeout").mockReturnValue(late);
    expect(await failure(download(found[1]!))).toMatchObject({
      code: "network",
      says: "The adapter_config.json of crochet.safetensors could not be downloaded.",
    });
    timeout.mockRestore();
  });

  /** As `fetch` answers a request that it shall not follow. */
  const redirect = (): Response => {
    const response = new Response(null);
    Object.defineProperty(response, "type", { value: "opaqueredirect" });
    Object.defineProperty(response, "status", { value: 0 });
    return response;
  };
  const says = async (text: string, fault: FileHost["fault"]): Promise<string> => {
    const [listing] = await lookUp(text);
    host.fault = fault;
    const { says: words, remedy, where } = await failure(download(listing!));
    host.fault = null;
    expect(where).toBe(listing!.pageUrl);
    return `${words} ${remedy}`;
  };
  const unreadable: FileHost["fault"] = () =>
    host.requests.length % 2 === 0 ? Promise.reject(new TypeError("Failed to fetch")) : redirect();

  it("names a redirect that no page may read, with the way around it", async () => {
    host.requests.length = 0;
    expect(await says("55@101", unreadable)).toBe(
      "Civitai sends the download of paper.safetensors on to an address that lets no page read it. It may want you to sign in: enter your key below. Or: Download the file on its page, then drop it here: its card is filled in from what the site says.",
    );
  });

  it.each([
    [401, "Civitai wants a key for paper.safetensors (401)."],
    [403, "Civitai wants a key for paper.safetensors (403)."],
    [429, "Civitai limits requests and did not answer yet."],
    [404, "paper.safetensors is not there any more."],
  ])("says what %i means", async (status, words) => {
    expect(await says("55@101", answer(status))).toContain(words);
  });

  it("says what the hub gives to accounts only", async () => {
    expect(
      await says("https://huggingface.co/someone/crochet/blob/main/adapter_model.safetensors", answer(403)),
    ).toContain("Hugging Face gives crochet.safetensors to accounts only.");
  });

  it("refuses another file than the site names", async () => {
    const [listing] = await lookUp("55@101");
    host.files.set("https://civitai.com/api/download/models/101?fileId=71", bytesOf(2, 5_000));
    expect((await failure(download(listing!))).says).toMatch(
      /^paper\.safetensors is damaged: expected SHA-256/,
    );
  });

  it("says that there is no room", async () => {
    vi.stubGlobal("navigator", { ...navigator, storage: { estimate: async () => ({ quota: 1, usage: 0 }) } });
    const [listing] = await lookUp("55@101");
    const huge = { ...listing!, sizeBytes: 1.6e9 };
    expect((await failure(download(huge))).says).toBe(
      "There is no room for paper.safetensors in this browser.",
    );
  });
});

describe("newer", () => {
  it("is the latest version of the model", async () => {
    const found = await sources.newer({ kind: "civitai", modelId: 55, versionId: 101 }, { signal });
    expect(found).toMatchObject({ version: "v2.0", origin: { versionId: 102 } });
    expect(await sources.newer({ kind: "civitai", modelId: 55, versionId: 102 }, { signal })).toBeNull();
  });

  it("is another file of the same name", async () => {
    const origin = { kind: "hub", repo: "someone/crochet", path: "crochet.safetensors" } as const;
    expect(await sources.newer({ ...origin, sha256: "0".repeat(64) }, { signal })).toMatchObject({
      sha256: sha256Of(weights),
    });
    expect(await sources.newer({ ...origin, sha256: sha256Of(weights) }, { signal })).toBeNull();
  });
});

describe("preview", () => {
  it("is an image, or nothing", async () => {
    const [listing] = await lookUp("55@101");
    const image = new Response("png", { headers: { "content-type": "image/png" } });
    host.fault = () => image;
    expect((await sources.preview(listing!, { signal }))!.size).toBe(3);
    host.fault = () => new Response("<html>", { headers: { "content-type": "text/html" } });
    expect(await sources.preview(listing!, { signal })).toBeNull();
    host.fault = () => Promise.reject(new TypeError("Failed to fetch"));
    expect(await sources.preview(listing!, { signal })).toBeNull();
    expect(await sources.preview({ ...listing!, previewUrl: null }, { signal })).toBeNull();
  });
});
