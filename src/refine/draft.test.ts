// First cards of files: rare tags, sidecars, values that were cut.
import { describe, expect, it } from "vitest";
import { maxMetadataText } from "../adapters/files/metadata.ts";
import { draftCard, type FileFacts, statedWeight } from "./draft.ts";
import { sidecarCard } from "./listings.ts";

const facts = (change: Partial<FileFacts> = {}): FileFacts => ({
  fileName: "falcon_v2.safetensors",
  metadata: [],
  triggers: [],
  ...change,
});
const tags = (...names: string[]) => names.map((tag, i) => ({ tag, count: 100 - i, share: 1 }));

describe("draftCard", () => {
  it("leaves out tags that stand on nearly every image", () => {
    const triggers = tags(
      "1girl",
      "looking at viewer",
      "solo",
      "long_hair",
      "peregrine falcon",
      "falconry glove",
      "2girls",
    );
    expect(draftCard(facts({ triggers }))).toMatchObject({
      tags: ["peregrine falcon", "falconry glove"],
      triggerSets: [["peregrine falcon", "falconry glove"]],
      phrases: ["falcon", "peregrine falcon", "falconry glove"],
    });
  });

  it("keeps a common tag that the file is named after", () => {
    const triggers = tags("hat", "gloves");
    expect(draftCard(facts({ fileName: "wizard_hat.safetensors", triggers })).tags).toEqual(["hat"]);
  });

  it("takes no captions in sentences for tags", () => {
    const triggers = tags("a photo of a falcon sitting on a glove", "falcon");
    expect(draftCard(facts({ triggers })).tags).toEqual(["falcon"]);
  });

  it("prefers the sidecar's words to the metadata's", () => {
    const sidecar = sidecarCard(
      {
        id: 7,
        trainedWords: ["peregrine, diving", "perched"],
        description: "Use it at weight 0.5-0.7.",
        model: {
          name: "Birds of prey / Falconry (v2)",
          type: "LORA",
          tags: ["animal", "raptor", "anime"],
          description: "Falcons.",
        },
        images: [],
      },
      "falcon_v2",
    );
    expect(draftCard(facts({ triggers: tags("1girl", "hood") }), sidecar)).toEqual({
      title: "Birds of prey / Falconry (v2)",
      description: "Falcons. Use it at weight 0.5-0.7.",
      tags: ["animal", "raptor"],
      triggerSets: [["peregrine", "diving"], ["perched"]],
      category: "animal",
      weight: 0.6,
      phrases: ["Birds prey", "Falconry", "falcon", "animal", "raptor", "peregrine", "diving", "perched"],
    });
  });

  it("drops the trigger word in which a value was cut, and ends a long description after a sentence", () => {
    const metadata = [
      { label: "trigger phrase", value: `pprcllg, ${"x".repeat(maxMetadataText)}`.slice(0, maxMetadataText) },
      { label: "description", value: "It tears paper. ".repeat(60) },
    ];
    const draft = draftCard(facts({ metadata }));
    expect(draft.triggerSets).toEqual([["pprcllg"]]);
    expect(draft.description.length).toBeLessThanOrEqual(600);
    expect(draft.description).toMatch(/paper\.$/u);
  });

  it("takes what it is called for a style", () => {
    expect(draftCard(facts({ fileName: "torn-paper style.safetensors" })).category).toBe("style");
  });
});

it.each([
  ["Recommended weight: 0.6-0.8", 0.7],
  ["use a strength of .5", 0.5],
  ["works at 0.4 to 0.8 weight", 0.6],
  ["LoRA weight 1", 1],
  ["Weighs 300 kg; version 1.5", null],
  ["weight 15", null],
  ["", null],
])("reads the weight in %j as %s", (text, weight) => {
  expect(statedWeight(text)).toBe(weight);
});
