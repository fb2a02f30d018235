// The formats that cards come in, each to the one raw shape.
import { describe, expect, it } from "vitest";
import { cardsIn, sidecarCard } from "./listings.ts";
import { parseCard } from "../retrieval/cards.ts";
import type { RawCard } from "./raw-card.ts";

const only = (value: unknown): RawCard => {
  const cards = [...cardsIn(value)];
  expect(cards).toHaveLength(1);
  return cards[0]!;
};

const version = {
  id: 77,
  baseModel: "SD 1.5",
  trainedWords: ["coat, red scarf", "armour"],
  files: [
    { name: "other.zip", sizeKB: 1 },
    { name: "hero.safetensors", sizeKB: 2, primary: true, hashes: { SHA256: "AB" } },
  ],
  images: [
    { url: "https://images/1.png", nsfwLevel: 1, meta: { prompt: "hero <lora:hero:0.6>" } },
    { url: "https://images/2.png", nsfwLevel: 16, meta: { prompt: "<lora:hero:0.9>, <lora:hero:0.7>" } },
    { url: "https://images/3.mp4", type: "video" },
    { url: "javascript:alert(1)" },
  ],
};
const model = {
  name: "Hero & Co",
  type: "LORA",
  tags: ["character", "hero"],
  description: "<p>A <b>hero</b>.</p><script>alert(1)</script><p>Line&nbsp;two</p>",
  creator: { username: "ann" },
  allowNoCredit: false,
  allowCommercialUse: ["Image"],
};

describe("cardsIn", () => {
  it("reads a page of Civitai's API: the newest version, its files and trigger sets", () => {
    const raw = only({ items: [{ ...model, modelVersions: [version, { id: 1 }] }], metadata: {} });
    expect(raw).toMatchObject({
      triggerSets: [["coat", "red scarf"], ["armour"]],
      sampleWeights: [0.6, 0.9, 0.7],
      images: ["https://images/1.png"],
      card: {
        id: "Hero-Co-77",
        title: "Hero & Co",
        description: "A hero. Line two",
        triggerWords: ["coat", "red scarf"],
        refined: { category: "character", weight: 0.7 },
        file: { path: "hero.safetensors", sizeBytes: 2048, sha256: "ab" },
        license: "Civitai: allowNoCredit=false, allowCommercialUse={Image}",
        commercialUse: true,
        author: "ann",
      },
    });
    expect(() => parseCard(raw.card, "card")).not.toThrow();
  });

  it("reads `.civitai.info`, which is a version with its model inside", () => {
    const raw = only({ ...version, description: "Second version.", model });
    expect(raw.card).toMatchObject({ title: "Hero & Co", description: "A hero. Line two Second version." });
  });

  it("reads `trained_words`, and phrases as people write them", () => {
    const { trainedWords: _, ...rest } = version;
    const raw = only({
      ...model,
      modelVersions: [
        {
          ...rest,
          trained_words: [
            "<lora:mychar-v2:0.8> mychar, (red scarf:1.2), blue hair BREAK",
            "水墨，山水、墨绘\nbamboo",
            "(a, b:1.2), falcon \\(bird\\), &lt;3",
          ],
        },
      ],
    });
    expect(raw.triggerSets).toEqual([
      ["mychar", "(red scarf:1.2)", "blue hair"],
      ["水墨", "山水", "墨绘", "bamboo"],
      ["a", "b", "falcon \\(bird\\)", "<3"],
    ]);
  });

  it("passes over what is no LoRA", () => {
    expect([...cardsIn([{ ...model, type: "Checkpoint", modelVersions: [version] }, 7, null, {}])]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it("reads lists of model-manifests", () => {
    const adapter = {
      id: "owner--repo--file",
      description: "Cats",
      category: "style",
      triggerWords: ["ct", "cat"],
      weight: 0.9,
      license: "mit",
    };
    const raw = only({
      kind: "adapters",
      files: [{ path: "owner/repo/file.safetensors", approximateBytes: 9, adapter }],
    });
    expect(raw).toMatchObject({
      triggerSets: [["ct", "cat"]],
      card: {
        id: "owner--repo--file",
        title: "Cats",
        license: "mit",
        author: "owner",
        refined: { weight: 0.9 },
      },
    });
  });

  it("reads our cards: a list, and the pack's by id", () => {
    const card = {
      title: "Clay",
      tags: ["3d"],
      triggerWords: ["clay"],
      refined: { weight: 0.77, category: "style" },
    };
    expect(only([{ id: "clay", ...card }]).card).toMatchObject({ id: "clay", refined: { weight: 0.77 } });
    expect(only({ clay: card }).card).toMatchObject({ id: "clay", triggerWords: ["clay"] });
  });

  it("bounds what strangers write, and survives fields of other types", () => {
    const raw = only({
      title: "x".repeat(5000),
      description: "word ".repeat(5000),
      tags: Array.from({ length: 500 }, (_, i) => `tag ${i}`),
      triggers: [3, "a".repeat(5000)],
      samples: "none",
      file: 5,
    });
    expect(raw.card.title.length).toBeLessThanOrEqual(120);
    expect(raw.card.description.length).toBeLessThanOrEqual(4000);
    expect(raw.card.tags).toHaveLength(60);
    expect(raw.card.triggerWords[0]).toHaveLength(200);
    expect(() => parseCard(raw.card, "card")).not.toThrow();
  });
});

describe("sidecarCard", () => {
  it("reads A1111's fields, in which 0 stands for no weight", () => {
    const fields = { description: "Torn paper", "activation text": "pprcllg, torn", "preferred weight": 0 };
    expect(sidecarCard(fields, "paper")).toMatchObject({
      triggerSets: [["pprcllg", "torn"]],
      card: { description: "Torn paper", refined: { weight: 0.8 } },
    });
    expect(sidecarCard({ ...fields, "preferred weight": 0.6 }, "paper")!.card.refined.weight).toBe(0.6);
  });
  it("knows no other JSON", () => {
    expect(sidecarCard({ peft_type: "LORA" }, "paper")).toBeNull();
    expect(sidecarCard([1], "paper")).toBeNull();
  });
});

describe("what lies beside a file", () => {
  const other = {
    ...version,
    id: 9,
    baseModel: "SDXL 1.0",
    trainedWords: ["xl"],
    files: [{ name: "hero-xl.safetensors" }],
  };
  const both = { ...model, modelVersions: [other, version] };

  it("a whole model: the version that has the file, in lists the newest for SD 1.x", () => {
    expect(sidecarCard(both, "loras/Hero.safetensors")!.card).toMatchObject({
      id: "Hero-Co-77",
      baseModel: "SD 1.5",
    });
    expect(sidecarCard(both, "hero-xl.safetensors")!.card.triggerWords).toEqual(["xl"]);
    expect(only(both).card.id).toBe("Hero-Co-77");
    expect(only({ ...model, modelVersions: [other] }).card.baseModel).toBe("SDXL 1.0");
  });

  it("an embedding's, which is no LoRA in a list", () => {
    const embedding = { ...version, model: { ...model, type: "TextualInversion" } };
    expect(sidecarCard(embedding, "hero.pt")!.card.title).toBe("Hero & Co");
    expect([...cardsIn(embedding)]).toEqual([null]);
  });

  it("an answer by hash, without trigger words or a model: a version's name is no title", () => {
    const { trainedWords: _, ...rest } = version;
    const raw = only({
      ...rest,
      modelId: 5,
      name: "v1.0",
      files: [{ name: "hero.safetensors", sizeKB: "-3" }],
    });
    expect(raw.card).toMatchObject({ id: "hero.safetensors-77", title: "", file: { sizeBytes: 0 } });
  });

  it("a flat entry: its name and all else are the model's", () => {
    const flat = { ...model, modelId: 5, versionId: 77, trained_words: ["coat"] };
    expect(only(flat).card).toMatchObject({
      id: "Hero-Co-77",
      title: "Hero & Co",
      tags: ["character", "hero"],
      triggerWords: ["coat"],
      license: "Civitai: allowNoCredit=false, allowCommercialUse={Image}",
      commercialUse: true,
      author: "ann",
    });
    expect([...cardsIn({ ...flat, type: "Checkpoint" })]).toEqual([null]);
  });

  it("Hugging Face's models, whose `modelId` is a name, are no cards", () => {
    expect([...cardsIn([{ id: "ann/hero", modelId: "ann/hero", tags: ["lora"] }])]).toEqual([null]);
  });

  it("what ComfyUI's LoRA manager and StabilityMatrix write", () => {
    const managed = { file_name: "hero", notes: "mine", civitai: { ...version, model } };
    expect(sidecarCard(managed, "hero.safetensors")!.card.title).toBe("Hero & Co");
    const matrix = {
      ModelName: "Hero",
      ModelDescription: "<p>A hero.</p>",
      Tags: ["character"],
      VersionId: 3,
      BaseModel: "SD 1.5",
      TrainedWords: ["coat"],
      UserTitle: null,
    };
    expect(sidecarCard(matrix, "hero.safetensors")!.card).toMatchObject({
      id: "Hero-3",
      title: "Hero",
      description: "A hero.",
      triggerWords: ["coat"],
      refined: { category: "character" },
    });
  });

  it("a strength written as text", () => {
    expect(sidecarCard({ "preferred weight": "0.75" }, "a.pt")!.card.refined.weight).toBe(0.75);
    expect(sidecarCard({ "preferred weight": "strong" }, "a.pt")!.card.refined.weight).toBe(0.8);
  });
});
