// Regions from the options to the engine, and into an image's text and a link and back.
import { describe, expect, it } from "vitest";
import { pack, refusal, standInServices } from "../../tests/fixtures/stand-in-services.ts";
import { parseParameters } from "../formats/generation-parameters.ts";
import { english } from "../shared/saying.ts";
import { describeDropped, readSettings, writeInfotext } from "./infotext.ts";
import { completeOptions, type PartialOptions } from "./options.ts";
import { regionsFrom, type PartialRegions } from "./regions.ts";
import { regionsOfImage } from "./region-text.ts";
import { run } from "./run.ts";
import type { RunEvent } from "./run-types.ts";
import { readLink, writeLink } from "./share-link.ts";

const left = { x: 0, y: 0, width: 0.5, height: 1 };
const right = { ...left, x: 0.5 };
const options = {
  prompt: "a meadow",
  fewStep: false,
  composer: "rules",
  seed: 3,
  regions: {
    areas: [
      { ...left, prompt: "a clay fox" },
      { ...right, prompt: "a cat <lora:ink:0.5>", weight: 1.5 },
    ],
  },
} as const satisfies PartialOptions;
const use = (id: string, strength: number) => ({ id, unetStrength: strength, textStrength: strength });
const cards = new Map(pack.cards.map((card) => [card.id, card]));

describe("a run with regions", () => {
  it("chooses for the prompt and each region, and asks for all of them at once", async () => {
    const { services, requests, seen } = standInServices();
    const events: RunEvent[] = [];
    const { report } = await run(options, services, { onEvent: (event) => events.push(event) });
    // Each is embedded and composed, tags left out.
    expect(seen.map((text) => text.trim())).toEqual(
      ["a meadow", "a clay fox", "a cat"].flatMap((text) => [text, text]),
    );
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      prompt: "a meadow",
      images: [
        {
          adapters: [],
          regions: {
            baseWeight: 0.2,
            areas: [
              { ...left, weight: 1, prompt: "a clay fox, a meadow", adapters: [use("clay", 0.8)] },
              { ...right, weight: 1.5, prompt: "a cat, a meadow", adapters: [use("ink", 0.5)] },
            ],
          },
        },
      ],
    });
    const shown = events.find(({ type }) => type === "regions");
    expect(shown).toMatchObject({ compositions: [{ tasks: [{ text: "clay" }] }, { tasks: [] }] });
    expect(events.filter(({ type }) => type === "composition")).toHaveLength(1);
    expect(report.images[0]!.regions?.map(({ adapters }) => adapters.map(({ id }) => id))).toEqual([
      ["clay"],
      ["ink"],
    ]);
  });

  it("the image’s own adapters work in regions too, and a region’s take the place of the same one", async () => {
    const { services, requests } = standInServices();
    const areas = [
      { ...left, prompt: "a fox" },
      { ...right, prompt: "a cat <lora:ink:0.5>" },
    ];
    const asked = { ...options, prompt: "a meadow <lora:ink:0.9>", pins: ["clay"], regions: { areas } };
    await run({ ...asked, combine: "switch" }, services);
    const [image] = requests[0]!.images;
    const turns = (ids: readonly { readonly id: string; readonly unetStrength: number }[]) =>
      ids.map(({ id, unetStrength, ...rest }) => [id, unetStrength, "steps" in rest]);
    const both = [
      ["clay", expect.any(Number), true],
      ["ink", 0.9, true],
    ];
    expect(turns(image!.adapters)).toEqual(both);
    expect(turns(image!.regions!.areas[0]!.adapters)).toEqual(both);
    expect(turns(image!.regions!.areas[1]!.adapters)).toEqual([both[0], ["ink", 0.5, true]]);
  });

  it("choose nothing where the method is off or adapters are listed, but for tags", async () => {
    for (const change of [{ method: "sd" }, { adapters: [{ id: "clay", weight: 1 }] }] as const) {
      const { services, requests } = standInServices();
      await run({ ...options, ...change }, services);
      const [image] = requests[0]!.images;
      const own = image!.regions!.areas.map(({ adapters }) => adapters.map(({ id }) => id));
      const listed = "adapters" in change ? ["clay"] : [];
      expect(own).toEqual([listed, [...listed, "ink"]]);
    }
  });

  it("templates draw for each image, plots replace words in regions", async () => {
    const { services, requests } = standInServices();
    const areas = [{ ...left, prompt: "a {red|blue|green} clay fox" }];
    const { report } = await run({ ...options, count: 6, regions: { areas } }, services);
    const drawn = requests[0]!.images.map((image) => image.regions!.areas[0]!.prompt);
    expect(new Set(drawn).size).toBeGreaterThan(1);
    expect(report.images.map(({ regions }) => `${regions![0]!.prompt!}, a meadow`)).toEqual(drawn);
    expect(report.images.every(({ regions }) => regions![0]!.adapters[0]!.id === "clay")).toBe(true);

    const plotted = standInServices();
    const plot = {
      x: { kind: "prompt", values: "clay fox, wooden owl" },
      y: { kind: "weight", values: "0.3, 0.6" },
      z: null,
    } as const;
    await run({ ...options, plot }, plotted.services);
    const images = plotted.requests.flatMap((request) => request.images);
    expect(images.map((image) => image.regions!.areas.map(({ adapters }) => adapters)).toSorted()).toEqual(
      [
        [[use("clay", 0.3)], [use("ink", 0.3)]],
        [[], [use("ink", 0.3)]],
        [[use("clay", 0.6)], [use("ink", 0.6)]],
        [[], [use("ink", 0.6)]],
      ].toSorted(),
    );
  });

  it("a plot of a region’s adapter varies it in the region alone", async () => {
    const { services, requests } = standInServices();
    const plot = { x: { kind: "weight", values: "0.3, 0.6", adapter: "ink" }, y: null, z: null } as const;
    await run({ ...options, plot }, services);
    const images = requests.flatMap((request) => request.images);
    expect(images.map(({ adapters, regions }) => [adapters, regions!.areas[1]!.adapters])).toEqual([
      [[], [use("ink", 0.3)]],
      [[], [use("ink", 0.6)]],
    ]);
  });

  it("joins the words of a region and of the prompt, where there are both", async () => {
    const { services, requests } = standInServices();
    const areas = [
      { ...left, prompt: "<lora:ink:0.5>" },
      { ...right, prompt: "a cat" },
    ];
    await run({ ...options, regions: { areas } }, services);
    await run({ ...options, prompt: "<lora:clay:0.5>", regions: { areas } }, services);
    const texts = requests.map(({ images }) => images[0]!.regions!.areas.map(({ prompt }) => prompt));
    expect(texts).toEqual([
      ["a meadow", "a cat, a meadow"],
      ["", "a cat"],
    ]);
  });

  it.each<[Partial<PartialOptions>, RegExp]>([
    [
      { regions: { areas: Array.from({ length: 7 }, () => ({ ...left, prompt: "a" })) } },
      /7 regions; the limit is 6/,
    ],
    [{ regions: { areas: [{ ...left, prompt: " " }] } }, /Region 1 has no prompt/],
    [{ regions: { areas: [{ ...left, mask: "A".repeat(171), prompt: "a" }] } }, /mask of region 1 is empty/],
    [{ regions: { areas: [{ ...left, x: 0.6, prompt: "a" }] } }, /Region 1 is not inside/],
    [{ regions: { areas: [{ ...left, width: 0.01, prompt: "a" }] } }, /Region 1 is not inside/],
    [{ regions: { areas: [{ ...left, y: Number.NaN, prompt: "a" }] } }, /Region 1 is not inside/],
    [{ regions: { areas: [{ ...left, prompt: "a", weight: 0 }] } }, /weight of region 1 must be/],
    [
      { regions: { baseWeight: 2, areas: [{ ...left, prompt: "a" }] } },
      /share of the prompt in regions must/,
    ],
    [
      {
        start: { picture: { id: "1", width: 64, height: 64 }, mask: { id: "2", region: "masked" } },
      },
      /do not work with the inpaint area “Only masked”/,
    ],
  ])("refuses %j", async (change, message) => {
    const error = await refusal({ ...options, ...change });
    expect([error.code, error.message]).toEqual(["bad-input", expect.stringMatching(message)]);
    expect(error.where).toMatch(/^regions/);
  });
});

describe("regions as text", () => {
  /** The request of a run, and the settings that its text and its link give back. */
  async function written(asked: PartialOptions) {
    const { services, requests } = standInServices();
    const { report, images } = await run(asked, services);
    const [image] = images;
    const text = writeInfotext({
      options: report.options,
      image: image!,
      cards,
      userAdapters: new Map(),
      model: "Pocket",
      version: "1",
    });
    const link = writeLink({ options: report.options, image: image!, model: "Pocket" }, new Set(["gone"]));
    return {
      request: requests[0]!,
      text,
      fromText: readSettings(parseParameters(text), cards),
      fromLink: readLink(link, { cards, defaults: pack.defaults })!,
    };
  }

  it.each<[string, PartialRegions]>([
    ["as chosen", options.regions],
    ["drawn", { areas: [{ ...left, mask: `g${"A".repeat(170)}`, prompt: "a clay fox" }] }],
    ["alone", { ...options.regions, baseWeight: 0.35, addPrompt: false }],
    ["odd words", { areas: [{ ...left, width: 1 / 3, prompt: 'a "clay", fox: {a|b}\n<x' }] }],
  ])("generate the same image again: %s", async (_, regions) => {
    const { request, fromText, fromLink } = await written({ ...options, regions });
    for (const { options: again, dropped, missing } of [fromText, fromLink]) {
      expect([dropped, missing]).toEqual([[], []]);
      const { services, requests } = standInServices();
      await run({ ...again, count: 1, composer: "rules" }, services);
      expect(requests[0]!.images).toEqual(request.images);
    }
  });

  it("leave out a region of which nothing is left", async () => {
    const areas = [
      { ...left, prompt: "<lora:ink:0.5>" },
      { ...right, prompt: "a {cat|cat}" },
      { ...left, prompt: "{|}" },
    ];
    const { report, images } = await run({ ...options, regions: { areas } }, standInServices().services);
    const asked = report.options.regions!;
    const prompts = (isLeft: (id: string) => boolean) =>
      regionsOfImage(asked, images[0]!, isLeft)!.areas.map(({ prompt }) => prompt);
    expect(prompts(() => false)).toEqual(["<lora:ink:0.5>", "a cat"]);
    expect(prompts((id) => id === "ink")).toEqual(["a cat"]);
    const first = { ...asked, areas: asked.areas.slice(0, 1) };
    expect(regionsOfImage(first, images[0]!, () => true)).toBe(null);
    const plot = { x: { kind: "prompt", values: "cat, owl" }, y: null, z: null } as const;
    for (const written of [report.options, { ...report.options, plot }]) {
      const link = writeLink({ options: written, image: images[0]!, model: "" }, new Set(["ink"]));
      const { options: again, dropped } = readLink(link, { cards, defaults: pack.defaults })!;
      expect(dropped).toEqual([]);
      expect(again.regions!.areas[0]!.prompt).toMatch(/^a (?:cat|\{cat\|cat\})$/);
    }
  });

  it("say what cannot be loaded", async () => {
    const { text } = await written(options);
    const damaged = text.replace(/Regions: "\[/u, 'Regions: "[[');
    expect(damaged).not.toBe(text);
    const { options: read, dropped } = readSettings(parseParameters(damaged), cards);
    expect(read.regions).toBeUndefined();
    expect(dropped.join()).toContain("Regions ");
    const { missing } = readSettings(parseParameters(text.replaceAll("ink", "gone")), cards);
    expect(missing).toEqual(["gone"]);
  });

  const foreign = (prompt: string, fields: string) =>
    readSettings(
      parseParameters(`${prompt}\nSteps: 20, Sampler: Euler, Seed: 3, Size: 384x256, ${fields}`),
      cards,
    );

  it("of Regional Prompter and Latent Couple are taken over, tags by their ids", async () => {
    const couple =
      'Latent Couple: "divisions=1:1,1:2,1:2 positions=0:0,0:0,0:1 weights=0.2,0.8,0.8 end at step=20"';
    const prompter =
      'RP Active: True, RP Matrix submode: Columns, RP Ratios: "1,1", RP Base Ratios: 0.2, RP Use Base: True';
    for (const { options: read, dropped, missing } of [
      foreign("a meadow AND a fox <lora:INK:0.5> AND a cat", couple),
      foreign("a meadow BREAK a fox <lora:INK:0.5> BREAK a cat", prompter),
    ]) {
      expect([dropped, missing, read.method]).toEqual([[], [], "sd"]);
      const { services, requests } = standInServices();
      await run(read, services);
      expect(requests[0]).toMatchObject({ prompt: "a meadow ", width: 384 });
      expect(requests[0]!.images[0]).toMatchObject({
        adapters: [use("ink", 0.5)],
        regions: {
          baseWeight: 0.2,
          areas: [
            { ...left, prompt: "a fox" },
            { ...right, prompt: "a cat" },
          ],
        },
      });
    }
  });

  it("of other programs are named where they do not fit, and cut the template too", () => {
    const seven = foreign(
      "a BREAK b BREAK c BREAK d BREAK e BREAK f BREAK g\nNegative prompt: x BREAK y",
      'RP Active: True, RP Matrix submode: Rows, RP Ratios: "1,1,1,1,1,1,1", Template: "{a|z} BREAK b", RP Divide mode: Matrix',
    );
    expect(seven.options.regions!.areas.map(({ prompt }) => prompt)).toEqual(["a", "b", "c", "d", "e", "f"]);
    expect(english(describeDropped(seven.dropped.map(english))!)).toBe(
      "Not loaded: region 7 “g”, the negative prompt of each region.",
    );
    expect(seven.template).toMatchObject({
      prompt: "{a|z}, b",
      regions: { areas: [{ prompt: "{a|z}" }, { prompt: "b" }] },
    });
    const narrow = foreign("a ADDCOL b", 'RP Active: True, RP Matrix submode: Columns, RP Ratios: "1,99"');
    expect(narrow.options.regions!.areas).toMatchObject([{ prompt: "b", x: 0.01, width: 0.99 }]);
    expect(narrow.dropped.map(english)).toEqual(["region 1 “a”"]);
    const mask = foreign("a ADDCOL b", "RP Active: True, RP Divide mode: Mask, RP Ratios: 1");
    expect(mask.options).toMatchObject({ prompt: "a BREAK b", method: "stylus" });
    expect(mask.options.regions).toBeUndefined();
    expect(mask.dropped).toEqual(["RP Divide mode Mask"]);
  });

  it.each([
    ["x", 5],
    ["width", 0.01],
    ["weight", 99],
    ["mask", "x"],
    ["mask", 5],
  ])("are not loaded with %s %s", (side, value) => {
    const fields = new Map([["Regions", JSON.stringify([{ ...left, prompt: "a", [side]: value }])]]);
    const read = readSettings({ prompt: "a", negativePrompt: "", fields }, cards);
    expect(read.options.regions).toBeUndefined();
    expect(read.dropped.join()).toContain("Regions ");
  });

  it("are not loaded with a share of the prompt out of range", () => {
    const fields = new Map([
      ["Regions", JSON.stringify([{ ...left, prompt: "a" }])],
      ["Region base weight", "7"],
    ]);
    const { options: read } = readSettings({ prompt: "a", negativePrompt: "", fields }, cards);
    expect(read.regions).toBeUndefined();
  });

  it("are left out of a text without any, and kept whole in settings", () => {
    const none = completeOptions({ prompt: "a", regions: { areas: [] } }, pack.defaults);
    expect(none.regions).toBe(null);
    expect(regionsFrom([{ ...left, prompt: "a" }, { prompt: "b" }, null, 3])).toEqual([
      { ...left, prompt: "a", weight: 1 },
    ]);
    expect(regionsFrom("x")).toEqual([]);
  });
});
