// Links of runs that were asked for: what they say, what they leave out, and that they are read back as they were asked.
import { expect, it } from "vitest";
import { card } from "../../../../tests/fixtures/cards.ts";
import { adapterReport, loadedPack } from "../../../../tests/fixtures/run-services.ts";
import type { UserAdapter } from "../../../stylus/loaded-pack.ts";
import { completeOptions, type PartialOptions } from "../../../stylus/options.ts";
import { readLink } from "../../../stylus/share-link.ts";
import { linkOfRun } from "./run-link.ts";

const mine: UserAdapter = {
  id: "my-face",
  card: card("my-face", "concept", { title: "Me" }),
  report: adapterReport(),
  file: new Blob(["x"]),
  addedAt: 1,
};
const pack = loadedPack({
  cards: [card("clay", "style"), mine.card],
  userAdapters: new Map([["my-face", mine]]),
});
const wildcards = new Map([["secrets", ["a hidden garden"]]]);
const cards = new Map(pack.cards.map((each) => [each.id, each]));

const linkOf = (asked: PartialOptions, loaded: typeof pack | null = pack): string =>
  linkOfRun(completeOptions(asked, pack.defaults), { pack: loaded, wildcards });
const promptOf = (link: string): string => new URLSearchParams(link.slice(1)).get("prompt")!;
const left = { x: 0, y: 0, width: 0.5, height: 1, weight: 1 };

it("is read as it was asked, and adapters are chosen for it", () => {
  const asked = {
    prompt: "a fox <lora:clay:0.5>",
    negativePrompt: "rain",
    seed: 12,
    steps: 9,
    variation: { seed: 5, strength: 0.25 },
    regions: { areas: [{ ...left, prompt: "an owl" }] },
  };
  const { options, dropped, missing } = readLink(linkOf(asked), { cards, defaults: pack.defaults })!;
  expect(options).toEqual(completeOptions(asked, pack.defaults));
  expect([dropped, missing]).toEqual([[], []]);
  expect(linkOf({ prompt: "a fox", method: "sd" })).toMatch(/adapters=listed$/);
});

it("leaves out what the user's own files are called", () => {
  const prompt = "a fox <lora:my-face:1> <lora:Me:1> <lora:clay:1>, __secrets__";
  const link = linkOf({
    prompt,
    negativePrompt: "<lora:my-face:1> __secrets__",
    regions: { areas: [{ ...left, prompt: "__secrets__ <lora:my-face:1>" }] },
    details: { areas: [{ ...left, prompt: "a face <lora:my-face:1>" }] },
  });
  expect(decodeURIComponent(link)).not.toMatch(/my-face|:Me:|secrets/);
  expect(promptOf(link).replaceAll(/\s+/g, " ")).toBe("a fox <lora:clay:1>, a hidden garden");
  expect(promptOf(linkOf({ prompt: "a fox <lora:clay:1>" }, null)).trim()).toBe("a fox"); // nothing is known yet
});
