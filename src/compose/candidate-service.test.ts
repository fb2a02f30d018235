// What crosses the worker boundary when adapters are chosen: ids and scores; of the few that are read, what is read.
import { beforeAll, expect, it } from "vitest";
import { card, exampleCards } from "../../tests/fixtures/cards.ts";
import { packFiles } from "../../tests/fixtures/pocket.ts";
import { embeddingDocument } from "../retrieval/card.ts";
import { CandidateService } from "./candidate-service.ts";
import { rulesComposer } from "./rules/rules-composer.ts";

const service = new CandidateService();
const prompt = "a fox in the snow, claymation";
const cards = exampleCards.filter(({ id }) => ["clay", "ink", "sea"].includes(id));
const filter = { baseModels: [exampleCards[0]!.baseModel] };
const request = { method: "stylus", prompt, preset: "balanced", seed: 1 } as const;

beforeAll(async () => {
  await service.loadEmbedder(packFiles("embedder"));
  await service.loadIndex(await service.buildIndex(cards), "index");
});

it("searches with the vector of the prompt, which stays in the worker", async () => {
  const { dimensions } = await service.embedQuery(prompt);
  expect(dimensions).toBe((await service.embedQueries([prompt]))[0]!.length);
  const found = await service.search(prompt, { filter, k: 3 });
  expect([...new Set(found.flatMap((adapter) => Object.keys(adapter)))]).toEqual(["id", "similarity"]);
  expect(found).toHaveLength(3);
  expect(found.map(({ similarity }) => similarity)).toEqual(
    found.map(({ similarity }) => similarity).toSorted((a, b) => b - a),
  );
});

it("composes by the rules from ids and scores as from whole candidates", async () => {
  const found = await service.search(prompt, { filter });
  const candidates = await service.candidates(found);
  const expected = await rulesComposer.compose(
    { prompt, candidates, preset: "balanced" },
    { embed: (texts) => service.embedQueries(texts), rarity: service.rarity() },
  );
  const composed = await service.compose(request, found);
  expect(composed).toEqual(expected);
  expect(composed.tasks.flatMap(({ picks }) => picks.map(({ id }) => id))).toContain("clay");
});

it("lets a baseline choose among what was found", async () => {
  const found = await service.search(prompt, { filter });
  const { tasks, composer } = await service.compose({ ...request, method: "retriever" }, found);
  expect(composer.kind).toBe("none");
  expect(tasks.map(({ picks }) => picks[0]!.id)).toEqual(found.slice(0, 3).map(({ id }) => id));
});

it("hands out what the reranker reads: of each adapter its document", async () => {
  const read = await service.rerankCandidates(["ink", "clay"]);
  expect(read).toEqual(
    ["ink", "clay"].map((id) => {
      const one = cards.find((each) => each.id === id)!;
      return { id, weight: one.refined.weight, document: embeddingDocument(one) };
    }),
  );
});

it("hands out of a card only what is read", async () => {
  const added = card("added", "style", { title: "Paper Cut" });
  const [values] = await service.embedCards([added]);
  service.add(added, values!);
  const [best] = await service.readingCandidates("paper cut", { filter, k: 1 });
  const { id, title, tags, triggerWords, refined } = added;
  expect(best!.card).toEqual({ id, title, tags, triggerWords, refined });
  expect(best!.nearest[0]!.text).toBe("paper cut");
  service.remove("added");
});

it("retrieves for reading by what the prompt does not deny, every word at its place", async () => {
  const denying = "no sea, a fox in the snow, claymation";
  const found = await service.readingCandidates(denying, { filter, k: 3 });
  expect(found[0]!.card.id).toBe("clay");
  const words = found.flatMap(({ nearest }) =>
    nearest.flatMap(({ span }) => (span ? [denying.slice(span.start, span.end)] : [])),
  );
  expect([...new Set(words)].toSorted()).toEqual(["claymation", "fox", "snow"]);
});

it("retrieves nothing for reading where no word is left", async () => {
  expect(await service.readingCandidates("(fog:0)", { filter, k: 3 })).toEqual([]);
});
