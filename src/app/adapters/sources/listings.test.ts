// What Civitai and the hub say of adapters, as listings: files, hashes, cards, previews; what is refused; what is newer.
import { describe, expect, it } from "vitest";
import {
  civitaiModel,
  civitaiVersion,
  civitaiVersionAlone,
  hubRepository,
} from "../../../../tests/fixtures/site-answers.ts";
import { adapterReport } from "../../../../tests/fixtures/run-services.ts";
import { sidecarCard } from "../../../refine/listings.ts";
import { draftForm } from "../user-card.ts";
import { baseFit } from "./base-fit.ts";
import { civitaiListing, defaultVersion, newerVersion, versionOf } from "./civitai.ts";
import { hubListings } from "./hub.ts";
import { originOf, originPage } from "./origin.ts";

const anyFile = { fileId: null, type: null, format: null, size: null, fp: null };
const hash = (letter: string): string => letter.repeat(64);
const paper = { id: 71, name: "paper_collage_v1.safetensors", sizeBytes: 18_986_312, sha256: hash("a") };
const large = { id: 72, name: "paper_collage_v1-fp32.safetensors", sizeBytes: 37_972_001, sha256: hash("b") };
const version = civitaiVersion({ id: 101, files: [paper, large] });
const model = civitaiModel(55, [version]);

const refusal = (work: () => unknown): { code: string; message: string } => {
  try {
    work();
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error("nothing was thrown");
};

describe("civitaiListing", () => {
  it("has the file's address by its id, size to the byte and hash; the card as .civitai.info gives it", () => {
    const listing = civitaiListing(model, version, anyFile);
    expect(listing).toMatchObject({
      origin: { kind: "civitai", modelId: 55, versionId: 101 },
      fileName: "paper_collage_v1.safetensors",
      url: "https://civitai.com/api/download/models/101?fileId=71",
      pageUrl: "https://civitai.com/models/55?modelVersionId=101",
      configUrl: null,
      sizeBytes: 18_986_312,
      sha256: hash("a"),
      version: "v1.0",
      baseModel: "SD 1.5",
      previewUrl: "http://files.civitai.test/safe/width=450/1012.jpeg",
      permissions: {
        noCredit: true,
        commercialUse: ["Image", "RentCivit"],
        derivatives: true,
        differentLicense: false,
      },
    });
    expect(listing.card).toMatchObject({
      title: "Paper Collage",
      triggerWords: ["pprcllg", "torn paper"],
      tags: ["paper", "collage", "style"],
      author: "scissors",
      license:
        "Civitai: allowNoCredit=true, allowCommercialUse={Image,RentCivit}, allowDerivatives=true, allowDifferentLicense=false",
      refined: { category: "style" },
    });
    const report = adapterReport({ fileName: listing.fileName });
    expect(draftForm(report, listing.sidecar)).toMatchObject({
      title: "Paper Collage",
      description:
        "Turns the image into a collage of torn paper. Use it at a strength of 0.9. Trained on 40 collages.",
      triggerWords: "pprcllg, torn paper",
      weight: 0.9,
    });
    expect(originOf(listing.sidecar)).toEqual(listing.origin);
    expect(sidecarCard(listing.sidecar, listing.fileName)?.card.author).toBe("scissors");
  });

  it("takes the file that an address means", () => {
    const fileOf = (wish: object): string => civitaiListing(model, version, { ...anyFile, ...wish }).fileName;
    expect(fileOf({ fileId: 72 })).toBe(large.name);
    expect(fileOf({ fp: "fp32" })).toBe(large.name);
    expect(fileOf({ type: "Model", format: "SafeTensor" })).toBe(paper.name);
    expect(fileOf({ fp: "bf16" })).toBe(paper.name); // there is none: the author's first
    expect(refusal(() => fileOf({ fileId: 99 }))).toMatchObject({
      code: "not-found",
      message: "“Paper Collage” has no adapter file to download.",
    });
  });

  it("passes over files that are no weights, and sizes that are no whole bytes", () => {
    const [weights] = version.files;
    const data = { ...weights!, id: 73, name: "images.zip", type: "Training Data" };
    const old = { ...weights!, primary: undefined, sizeKB: 0.3, hashes: {} };
    const odd = { ...version, files: [data, old] };
    expect(civitaiListing(model, odd, anyFile)).toMatchObject({
      fileName: paper.name,
      sizeBytes: null,
      sha256: null,
    });
    expect(refusal(() => civitaiListing(model, { ...version, files: [data] }, anyFile)).code).toBe(
      "not-found",
    );
    expect(refusal(() => civitaiListing(model, { ...version, files: undefined }, anyFile)).code).toBe(
      "not-found",
    );
  });

  it.each([
    [{ minor: true }, {}, "“Paper Collage” is marked as showing minors, so it is not offered here."],
    [{ poi: true }, {}, "“Paper Collage” is marked as showing a real person, so it is not offered here."],
    [
      {},
      { model: { poi: true } },
      "“Paper Collage” is marked as showing a real person, so it is not offered here.",
    ],
    [
      {},
      { model: { minor: true } },
      "“Paper Collage” is marked as showing minors, so it is not offered here.",
    ],
    [{ type: "Checkpoint" }, {}, "“Paper Collage” is not an adapter: its type is Checkpoint."],
    [{}, { usageControl: "Generation" }, "The creator of “Paper Collage” allows no downloads."],
  ])("refuses %j %j", (ofModel, ofVersion, message) => {
    const refused = (): unknown =>
      civitaiListing({ ...model, ...ofModel }, { ...version, ...ofVersion }, anyFile);
    expect(refusal(refused)).toMatchObject({ code: "unsupported", message });
  });

  it.each(["LORA", "LoCon", "DoRA", "TextualInversion"])("takes the type %s", (type) => {
    expect(civitaiListing({ ...model, type }, version, anyFile).fileName).toBe(paper.name);
  });

  it.each([
    [{ nsfwLevel: 1 }, true],
    [{ nsfwLevel: 2 }, false],
    [{ nsfwLevel: 32 }, false],
    [{ nsfwLevel: 1, type: "video" }, false],
    [{ nsfwLevel: 1, minor: true }, false],
    [{ nsfwLevel: 1, poi: true }, false],
    [{ nsfw: "None" }, true],
    [{ nsfw: "Soft" }, false],
    [{ nsfw: false }, true],
    [{}, false],
  ])("a preview rated %j is shown: %j", (rating, isShown) => {
    const images = [{ url: "https://image.civitai.com/x/original=true/1.jpeg", ...rating }];
    const { previewUrl } = civitaiListing(model, { ...version, images }, anyFile);
    expect(previewUrl).toBe(isShown ? "https://image.civitai.com/x/width=450/1.jpeg" : null);
  });

  it("reads a version's own answer, whose model is named in it", () => {
    const alone = civitaiVersionAlone(model, 101) as typeof version;
    expect(civitaiListing(model, alone, anyFile).card).toEqual(civitaiListing(model, version, anyFile).card);
  });
});

describe("versions", () => {
  const dated = (id: number, publishedAt: string, baseModel = "SD 1.5") =>
    civitaiVersion({ id, publishedAt, baseModel, files: [paper] });
  const xl = dated(300, "2024-09-01T00:00:00.000Z", "SDXL 1.0");
  const [first, second, third] = [
    dated(100, "2024-01-01T00:00:00.000Z"),
    dated(200, "2024-05-01T00:00:00.000Z"),
    dated(150, "2024-07-01T00:00:00.000Z"),
  ];
  const several = civitaiModel(55, [xl, second, third, first]);

  it("the first for SD 1.x stands for a model", () => {
    expect(defaultVersion(several)).toBe(second);
    expect(defaultVersion(civitaiModel(55, [xl]))).toBe(xl);
    expect(defaultVersion(civitaiModel(55, []))).toBeNull();
    expect(versionOf(several, 150)).toBe(third);
    expect(versionOf(several, 7)).toBeNull();
  });

  it("newer is what was published later for the same base model", () => {
    expect(newerVersion(several, 100)).toBe(third);
    expect(newerVersion(several, 200)).toBe(third);
    expect(newerVersion(several, 150)).toBeNull();
    expect(newerVersion(several, 300)).toBeNull();
    // One that is no longer published.
    expect(newerVersion(civitaiModel(55, [second, third]), 140)).toBe(third);
    expect(newerVersion(civitaiModel(55, [second, third]), 201)).toBeNull();
  });
});

describe("hubListings", () => {
  const commit = "c0ffee".repeat(7).slice(0, 40);
  const files = [
    { path: "README.md", sizeBytes: 700, sha256: null },
    { path: "crochet v2.safetensors", sizeBytes: 3_000_000, sha256: hash("c") },
    { path: "old/pytorch_lora_weights.bin", sizeBytes: 3_000_100, sha256: hash("d") },
    { path: "peft/adapter_model.safetensors", sizeBytes: 3_000_200, sha256: hash("e") },
    { path: "peft/adapter_config.json", sizeBytes: 400, sha256: null },
    { path: "unet/diffusion_pytorch_model.safetensors", sizeBytes: 1_700_000_000, sha256: hash("f") },
    { path: "merged.safetensors", sizeBytes: 2_100_000_000, sha256: hash("1") },
    { path: "checkpoint-500/optimizer.bin", sizeBytes: 9_000, sha256: hash("2") },
    { path: "checkpoint-500/random_states_0.pt", sizeBytes: 9_000, sha256: null },
    { path: "samples/1.png", sizeBytes: 9_000, sha256: null },
  ];
  const repository = hubRepository("someone/crochet", { files, commit });
  const list = (path: string | null) => hubListings(repository, { revision: "main", path });

  it("lists adapters, not parts of models or what a training leaves, at the commit of the answer", () => {
    expect(
      list(null).map(({ fileName, url, sizeBytes, sha256, configUrl }) => [
        fileName,
        url,
        sizeBytes,
        sha256,
        configUrl,
      ]),
    ).toEqual([
      [
        "crochet v2.safetensors",
        `https://huggingface.co/someone/crochet/resolve/${commit}/crochet%20v2.safetensors`,
        3_000_000,
        hash("c"),
        null,
      ],
      [
        "crochet.bin",
        `https://huggingface.co/someone/crochet/resolve/${commit}/old/pytorch_lora_weights.bin`,
        3_000_100,
        hash("d"),
        null,
      ],
      [
        "crochet.safetensors",
        `https://huggingface.co/someone/crochet/resolve/${commit}/peft/adapter_model.safetensors`,
        3_000_200,
        hash("e"),
        `https://huggingface.co/someone/crochet/resolve/${commit}/peft/adapter_config.json`,
      ],
    ]);
  });

  it("takes the card from the front matter", () => {
    const [listing] = list("crochet v2.safetensors");
    expect(listing!.card).toMatchObject({
      title: "crochet v2",
      tags: ["crochet"],
      triggerWords: ["a crochet figure"],
      license: "openrail",
      author: "someone",
      refined: { weight: 0.7 },
    });
    expect(listing!.baseModel).toBe("runwayml/stable-diffusion-v1-5");
    const report = adapterReport({ fileName: listing!.fileName });
    expect(draftForm(report, listing!.sidecar)).toMatchObject({
      title: "crochet v2",
      triggerWords: "a crochet figure",
      weight: 0.7,
      tags: "crochet",
    });
    expect(originOf(listing!.sidecar)).toEqual({
      kind: "hub",
      repo: "someone/crochet",
      path: "crochet v2.safetensors",
      sha256: hash("c"),
    });
    expect(originPage(listing!.origin)).toBe(
      "https://huggingface.co/someone/crochet/blob/main/crochet%20v2.safetensors",
    );
  });

  it("takes the file or folder that an address means, whatever its name", () => {
    expect(list("old/").map(({ fileName }) => fileName)).toEqual(["crochet.bin"]);
    expect(list("merged.safetensors").map(({ fileName }) => fileName)).toEqual(["merged.safetensors"]);
    expect(refusal(() => list("gone.safetensors"))).toMatchObject({
      code: "not-found",
      message: "someone/crochet has no adapter file gone.safetensors.",
    });
    expect(refusal(() => list("samples/")).message).toBe("someone/crochet has no adapter files.");
    expect(refusal(() => list("README.md")).code).toBe("not-found");
  });

  it("does without a front matter", () => {
    const bare = hubRepository("someone/crochet", { files, commit, change: { cardData: undefined } });
    const [listing] = hubListings(bare, { revision: "main", path: "crochet v2.safetensors" });
    expect(listing).toMatchObject({
      baseModel: "",
      card: { title: "crochet v2", triggerWords: [], license: "" },
    });
  });
});

describe("originOf", () => {
  it("reads the sidecars of other programs, and takes nothing else for one", () => {
    expect(originOf({ id: 101, modelId: 55, name: "v1.0" })).toEqual({
      kind: "civitai",
      modelId: 55,
      versionId: 101,
    });
    expect(originOf({ civitai: { id: 101, modelId: 55 }, file_name: "x" })).toEqual({
      kind: "civitai",
      modelId: 55,
      versionId: 101,
    });
    for (const other of [null, [], "x", {}, { id: 101 }, { id: 101, modelId: -1 }, { id: 1.5, modelId: 2 }])
      expect(originOf(other)).toBeNull();
    expect(originOf(hubRepository("a/b", { files: [], commit: "" }))).toBeNull();
  });
});

describe("baseFit", () => {
  it.each([
    ["SD 1.5", ["SD 1.5"], { kind: "fits" }],
    ["SD 1.4", ["SD 1.5"], { kind: "fits" }],
    ["SD 1.5 LCM", ["SD 1.5"], { kind: "fits" }],
    ["runwayml/stable-diffusion-v1-5", ["SD 1.5"], { kind: "fits" }],
    ["SD 1.5", ["Pocket"], { kind: "kept", model: "SD 1.5" }],
    ["Pocket", ["Pocket"], { kind: "fits" }],
    ["SDXL 1.0", ["SD 1.5"], { kind: "other", base: "SDXL 1.0" }],
    ["SD 2.1", ["SD 1.5"], { kind: "other", base: "SD 2.1" }],
    ["Pony", ["SD 1.5"], { kind: "other", base: "Pony" }],
    [
      "stabilityai/stable-diffusion-xl-base-1.0",
      ["SD 1.5"],
      { kind: "other", base: "stabilityai/stable-diffusion-xl-base-1.0" },
    ],
    ["Lykon/dreamshaper-8", ["SD 1.5"], { kind: "unknown" }],
    ["Other", ["SD 1.5"], { kind: "unknown" }],
    ["", ["Pocket"], { kind: "unknown" }],
  ])("%j for %j", (base, models, fit) => expect(baseFit(base, models)).toEqual(fit));
});
