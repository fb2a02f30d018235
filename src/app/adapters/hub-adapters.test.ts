// Cards of the hub's adapters: from the real manifests, readable by the index, and by domain of the checkpoint.
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parseCards } from "../../retrieval/cards.ts";
import { parseManifest } from "../../storage/manifest.ts";
import { remoteAdapters } from "./hub-adapters.ts";

const folder = new URL("../../../model-manifests/", import.meta.url);
const manifests = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .sort()
  .map((name) => parseManifest(JSON.parse(readFileSync(new URL(name, folder), "utf8")), name));
const of = (domain: string | null) => remoteAdapters(manifests, { baseModel: "SD 1.5", domain });

it("makes a sound card of every entry", () => {
  const cards = of(null).map(({ card }) => card);
  expect(parseCards(JSON.parse(JSON.stringify(cards)), "cards")).toMatchObject(cards);
  const list = manifests.find(({ id }) => id === "adapters-sd15")!;
  expect(cards.filter(({ fewStep }) => !fewStep)).toHaveLength(list.files.length);
  const pixel = cards.find(({ id }) => id === "PixelArtRedmond15V-PixelArt-PIXARFK");
  expect(pixel).toMatchObject({
    title: "Pixel-art style",
    tags: ["16-bit game sprites and scenes"],
    triggerWords: ["PixArFK", "Pixel Art"],
    author: "artificialguybr",
    refined: { category: "style", weight: 0.8 },
  });
});

it("tells adapters apart whose descriptions begin alike", () => {
  const titles = of("any")
    .map(({ card }) => card.title)
    .filter((title) => title.startsWith("Impressionist"));
  expect(titles).toEqual(["Impressionist painting", "Impressionist painting, high rank"]);
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
