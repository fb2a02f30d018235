// Cards of the hub's adapters: from the real manifests, readable by the index, and by domain of the checkpoint.
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parseCards } from "../../retrieval/cards.ts";
import { parseRefinedCards } from "../../refine/refined-card.ts";
import { parseManifest } from "../../storage/manifest.ts";
import { remoteAdapters } from "./hub-adapters.ts";

const folder = new URL("../../../model-manifests/", import.meta.url);
const manifests = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .sort()
  .map((name) => parseManifest(JSON.parse(readFileSync(new URL(name, folder), "utf8")), name));
const refined = parseRefinedCards(
  JSON.parse(readFileSync(new URL("refined/adapters-sd15.json", folder), "utf8")),
  "refined/adapters-sd15.json",
);
const of = (domain: string | null) => remoteAdapters(manifests, { baseModel: "SD 1.5", domain, refined });
const list = manifests.find(({ id }) => id === "adapters-sd15")!;

it("makes a sound card of every entry", () => {
  const cards = of(null).map(({ card }) => card);
  expect(parseCards(JSON.parse(JSON.stringify(cards)), "cards")).toMatchObject(cards);
  expect(cards.filter(({ fewStep }) => !fewStep)).toHaveLength(list.files.length);
  const pixel = cards.find(({ id }) => id === "PixelArtRedmond15V-PixelArt-PIXARFK");
  expect(pixel).toMatchObject({
    title: "Pixel art game sprites",
    tags: [],
    triggerWords: ["PixArFK", "Pixel Art"],
    description: "Pixel-art style, 16-bit game sprites and scenes",
    author: "artificialguybr",
    refined: { category: "style", weight: 0.8 },
  });
  expect(pixel!.refined.phrases).toContain("Stardew Valley");
  expect(pixel!.refined.notMeant).toContain("dead pixel");
});

it("the hub has a refined card for every entry, with the list's weight and trigger words", () => {
  expect([...refined.keys()]).toEqual(list.files.map(({ adapter }) => adapter!.id));
  for (const { adapter } of list.files) {
    const card = refined.get(adapter!.id)!;
    expect(card.weight, adapter!.id).toBe(adapter!.weight);
    expect(card.triggerSets.flat(), adapter!.id).toEqual(adapter!.triggerWords);
    expect(card.phrases.length, adapter!.id).toBeGreaterThanOrEqual(25);
    expect(card.notMeant.length, adapter!.id).toBeGreaterThanOrEqual(10);
  }
});

it("gives every adapter a title of its own", () => {
  const titles = of(null).map(({ card }) => card.title);
  expect(new Set(titles).size).toBe(titles.length);
});

it("falls back on the description of an entry that was not refined", () => {
  const cards = remoteAdapters(manifests, { baseModel: "SD 1.5", domain: null });
  const pixel = cards.find(({ card }) => card.id === "PixelArtRedmond15V-PixelArt-PIXARFK")!.card;
  expect(pixel).toMatchObject({
    title: "Pixel-art style",
    tags: ["16-bit game sprites and scenes"],
    refined: { description: pixel.description, category: "style", weight: 0.8 },
  });
});

it("leaves out adapters for another kind of checkpoint, under the same names", () => {
  const [all, general, anime, realistic] = [of(null), of("any"), of("anime"), of("realistic")];
  expect(anime).toEqual(all);
  expect(realistic).toEqual(general);
  expect(general.length).toBeLessThan(all.length);
  expect(all).toEqual(expect.arrayContaining(general));
});

it("offers the few-step adapters as modes", () => {
  const modes = of(null).filter(({ card }) => card.fewStep);
  expect(modes.map(({ card: { id, fewStep } }) => [id, fewStep!.steps])).toEqual([
    ["lcm-lora-sd15", 6],
    ["hyper-sd15-2", 2],
    ["hyper-sd15-4", 4],
    ["hyper-sd15-8", 8],
  ]);
});
