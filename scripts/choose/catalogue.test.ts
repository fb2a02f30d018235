// Files that `--catalogue` takes: cards as the page exports them, and raw ones.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { exportedCards } from "../../src/app/adapters/exported-cards.ts";
import { card } from "../../tests/fixtures/cards.ts";
import { openCatalogue } from "./catalogue.ts";

const folder = mkdtempSync(path.join(tmpdir(), "catalogue-"));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(text: string): string {
  const file = path.join(folder, "cards.json");
  writeFileSync(file, text);
  return file;
}

it("takes exported cards with ids, phrases and tags, whatever model they are for, but few-step ones", () => {
  const clay = card("clay", "style", { tags: ["clay"], phrases: ["Aardman"], notMeant: ["clay court"] });
  const elsewhere = { ...card("ink", "style"), baseModel: "SDXL" };
  const quick = { ...clay, id: "lcm", fewStep: { steps: 4, cfgScale: 1, sampler: "lcm", schedule: "lcm" } };
  const all = [clay, elsewhere, quick].map((each) => ({ card: each, tags: ["mine"] }));
  const { cards, baseModel, index } = openCatalogue(fileOf(exportedCards(all)));
  expect(index).toBeNull();
  expect(cards.map(({ id, tags }) => [id, tags])).toEqual([
    ["clay", ["clay", "mine"]],
    ["ink", ["mine"]],
  ]);
  expect(cards[0]!.refined).toEqual(clay.refined);
  expect(new Set(cards.map((each) => each.baseModel))).toEqual(new Set([baseModel]));
});

it("takes raw cards under the ids of their list", () => {
  const { cards, listedId } = openCatalogue(fileOf(JSON.stringify([{ id: "a / b", title: "Clay" }])));
  expect(listedId!(cards[0]!.id)).toBe("a / b");
});
