// Cards of user adapters: names, first drafts from metadata, what the user's changes become.
import { describe, expect, it } from "vitest";
import { adapterReport as report } from "../../../tests/fixtures/run-services.ts";
import type { RefinedCard } from "../../refine/refined-card.ts";
import { exportedCards } from "./exported-cards.ts";
import { freeId } from "./free-id.ts";
import { newAdapter } from "./new-adapter.ts";
import { authorWordsOf, cardOf, draftForm, draftOf, rawOf, splitList, withWritten } from "./user-card.ts";

describe("freeId", () => {
  it("is the file's name, as tags in other tools have it", () => {
    expect(freeId("add_detail.safetensors", new Set())).toBe("add_detail");
    expect(freeId("Ma Chère (v1.5).pt", new Set())).toBe("Ma-Chere-v1.5");
  });
  it("differs from those that are taken, and is never empty", () => {
    expect(freeId("clay.bin", new Set(["clay", "clay-2"]))).toBe("clay-3");
    expect(freeId("日本.safetensors", new Set())).toBe("adapter");
  });
});

describe("draftForm", () => {
  it("takes the name of the file when nothing else is known", () => {
    expect(draftForm(report())).toMatchObject({
      title: "paper collage style v2",
      description: "",
      tags: "",
      triggerWords: "",
      weight: 0.8,
      phrases: "paper collage",
      notMeant: "",
    });
  });
  it("takes title, description and trigger phrase from the metadata, without mark-up", () => {
    const metadata = [
      { label: "title", value: "Collage" },
      { label: "description", value: "<p>Torn paper</p>" },
      { label: "trigger phrase", value: "pprcllg, torn" },
    ];
    expect(draftForm(report({ metadata }))).toMatchObject({
      title: "Collage",
      description: "Torn paper",
      triggerWords: "pprcllg, torn",
    });
  });
  it("takes tags of nearly every training image as trigger words, and leaves out those of every LoRA", () => {
    const triggers = [
      { tag: "falcon \\(bird\\)", count: 10, share: 1 },
      { tag: "looking at viewer", count: 10, share: 1 },
      { tag: "sky", count: 3, share: 0.3 },
      { tag: "unknown share", count: 3, share: null },
    ];
    expect(draftForm(report({ triggers }))).toMatchObject({
      triggerWords: "falcon \\(bird\\)",
      tags: "falcon (bird), unknown share",
    });
  });
  it("takes author and licence of a sidecar with what it says of commercial use, else those of the metadata", () => {
    const metadata = [
      { label: "licence", value: "mit" },
      { label: "author", value: "ann" },
    ];
    const about = { license: "mit", commercialUse: "byName", author: "ann" };
    expect(draftForm(report({ metadata }))).toMatchObject(about);
    const model = { name: "Hero", creator: { username: "bob" }, allowCommercialUse: ["RentCivit"] };
    const draft = draftForm(report({ metadata }), { modelId: 5, id: 7, trainedWords: [], model });
    expect(draft).toMatchObject({
      license: "Civitai: allowCommercialUse={RentCivit}",
      commercialUse: false,
      author: "bob",
    });
    const card = cardOf(draft, { id: "hero", baseModel: "Pocket", report: report() });
    expect(card).toMatchObject({ commercialUse: false, author: "bob" });
    const named = cardOf(
      { ...draft, license: "MIT", commercialUse: "byName" },
      { id: "hero", baseModel: "Pocket", report: report() },
    );
    expect([named.license, "commercialUse" in named]).toEqual(["MIT", false]);
  });
  it("takes the words of a sidecar, and passes over other JSON", () => {
    const sidecar = { description: "Torn paper.", "activation text": "pprcllg", "preferred weight": 7 };
    expect(draftForm(report(), sidecar)).toMatchObject({
      description: "Torn paper.",
      triggerWords: "pprcllg",
      weight: 7,
      phrases: "paper collage, pprcllg",
    });
    expect(draftForm(report(), { any: "thing" })).toEqual(draftForm(report()));
  });
});

describe("cardOf", () => {
  const about = { id: "own", baseModel: "Pocket", report: report() };
  const draft = {
    ...draftForm(report()),
    description: " Torn paper. ",
    tags: "a, b; a",
    phrases: "scissors, torn paper",
    notMeant: "paper cup",
    category: "style",
  } as const;
  it("holds what the user wrote, for retrieval and reader alike", () => {
    const card = cardOf(draft, about);
    expect(card).toMatchObject({
      id: "own",
      baseModel: "Pocket",
      description: "Torn paper.",
      refined: {
        description: "Torn paper.",
        category: "style",
        weight: 0.8,
        phrases: ["scissors", "torn paper"],
        notMeant: ["paper cup"],
      },
      tags: ["a", "b"],
      file: { sha256: "ab".repeat(32), sizeBytes: 1000 },
    });
    expect(cardOf(draftOf(card), about)).toEqual(card);
  });
  it("keeps a licence that nobody confirmed so, when it is changed and when it is exported and added again", () => {
    const unconfirmed = { ...cardOf(draft, about), license: "CC0-1.0", commercialUse: null };
    expect(cardOf(draftOf(unconfirmed), about)).toEqual(unconfirmed);
    const exported: unknown = JSON.parse(exportedCards([{ card: unconfirmed, tags: [] }]));
    expect(cardOf(draftForm(report(), exported), about)).toEqual(unconfirmed);
  });
  it("names author and licence as the file does, where nothing lies beside it", () => {
    const metadata = [
      { label: "author", value: "trainer" },
      { label: "licence", value: "mit" },
    ];
    const ofFile = { ...report(), metadata };
    expect(cardOf(draftForm(ofFile), about)).toMatchObject({ author: "trainer", license: "mit" });
  });
  it("never lacks a title, and keeps the strength within bounds", () => {
    expect(cardOf({ ...draft, title: "  " }, about).title).toBe("paper collage style v2");
    const weights = [7, -5, 21, -21].map((weight) => cardOf({ ...draft, weight }, about).refined.weight);
    expect(weights).toEqual([7, -5, 20, -20]);
    expect(cardOf({ ...draft, weight: Number.NaN }, about).refined.weight).toBe(0.8);
  });
});

it("splitList takes commas, semicolons and lines, each entry once", () => {
  expect(splitList(" a, b;c\nb ,, ")).toEqual(["a", "b", "c"]);
});

describe("what a language model writes", () => {
  const written: RefinedCard = {
    title: "Torn paper",
    description: "A collage.",
    category: "style",
    triggerSets: [["pprcllg", "torn, edges"], ["other"]],
    weight: 0.6,
    weightSource: "author",
    phrases: ["scrapbook", "cut, and pasted"],
    notMeant: ["paper cup"],
  };

  it("keeps every set of trigger words from the sidecar to the card, the form and the model", () => {
    const words = ["hero, red cape", "villain, mask", "  "];
    const sidecar = { model: { name: "Two of them" }, trainedWords: words, images: [] };
    const form = draftForm(report(), sidecar);
    expect(form.triggerWords).toBe("hero, red cape\nvillain, mask");
    const card = cardOf(form, { id: "two", baseModel: "Pocket", report: report() });
    const sets = [
      ["hero", "red cape"],
      ["villain", "mask"],
    ];
    expect([card.triggerWords, card.triggerSets]).toEqual([sets[0], sets]);
    expect(draftOf(card).triggerWords).toBe(form.triggerWords);
    expect(rawOf(form, { report: report(), words: null }).triggerSets).toEqual(sets);
    const exported = JSON.parse(exportedCards([{ card, tags: [] }])) as unknown;
    expect(draftForm(report(), exported).triggerWords).toBe(form.triggerWords);
    const single = cardOf(
      { ...form, triggerWords: "hero\n" },
      { id: "one", baseModel: "", report: report() },
    );
    expect([single.triggerWords, single.triggerSets]).toEqual([["hero"], undefined]);
  });

  it("is based on the current form and the whole sidecar", () => {
    const sidecar = {
      model: { name: "Collage" },
      trainedWords: ["a, b", "c"],
      images: [{ meta: { prompt: "<lora:x:0.4>" } }],
    };
    const draft = { ...draftForm(report(), sidecar), description: "Mine.", tags: "paper, glue" };
    const words = authorWordsOf(sidecar, "a.pt");
    const raw = rawOf(draft, { report: report(), words });
    expect(raw).toMatchObject({
      card: { title: "Collage", description: "Mine." },
      triggerSets: [["a", "b"], ["c"]],
      sampleWeights: [0.4],
    });
    expect(raw.card.tags).toEqual(expect.arrayContaining(["paper", "glue"]));
    expect(rawOf({ ...draft, triggerWords: "q" }, { report: report(), words: null }).triggerSets).toEqual([
      ["q"],
    ]);
  });

  it("keeps the author's words with the file, bounded, and gives them to whoever writes its card again", () => {
    const description = "Long ago. ".repeat(400).trim();
    const sidecar = {
      model: { name: "Collage", description },
      trainedWords: ["a, b", "c"],
      images: [{ meta: { prompt: "<lora:x:0.4>" } }],
    };
    const draft = draftForm(report(), sidecar);
    const files = { file: new File(["x"], "a.pt"), preview: null, sidecar };
    const { words } = newAdapter("own", files, { draft, baseModel: "Pocket", report: report() });
    const sets = [["a", "b"], ["c"]];
    expect(words).toEqual({
      description: description.slice(0, 1989),
      triggerSets: sets,
      sampleWeights: [0.4],
    });
    // Not twice where the form begins as the author does.
    const first = rawOf(draft, { report: report(), words: words! });
    expect(first.card.description).toBe(words!.description);
    const rewritten = { ...draft, description: "Torn paper.", triggerWords: "" };
    const again = rawOf(rewritten, { report: report(), words: words! });
    expect(again.card.description).toBe(`Torn paper. ${words!.description}`);
    expect([again.triggerSets, again.sampleWeights]).toEqual([sets, [0.4]]);
    const silent = newAdapter(
      "own",
      { ...files, sidecar: { any: 1 } },
      { draft, baseModel: "", report: report() },
    );
    expect("words" in silent).toBe(false);
  });

  it("fills the form, but for trigger words that are there and a strength that nobody states", () => {
    const draft = { ...draftForm(report()), tags: "mine", weight: 1.1 };
    expect(withWritten(draft, written)).toEqual({
      title: "Torn paper",
      description: "A collage.",
      tags: "mine",
      triggerWords: "pprcllg, torn edges\nother",
      category: "style",
      weight: 0.6,
      phrases: "scrapbook, cut and pasted",
      notMeant: "paper cup",
      license: "",
      commercialUse: "byName",
      author: "",
    });
    const kept = withWritten({ ...draft, triggerWords: "q" }, { ...written, weightSource: "default" });
    expect([kept.triggerWords, kept.weight]).toEqual(["q", 1.1]);
  });
});
