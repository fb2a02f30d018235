// Templates in prompts, from the options to the engine and into the image's text.
import { describe, expect, it } from "vitest";
import { pack, standInServices } from "../../../tests/fixtures/stand-in-services.ts";
import { parseParameters } from "../../formats/generation-parameters.ts";
import { limits } from "../../shared/limits.ts";
import { hasTemplate, readSettings, writeInfotext } from "../infotext.ts";
import { run } from "../run.ts";
import type { RunEvent } from "../run-types.ts";
import { english } from "../../shared/saying.ts";

const wildcards = new Map([["things", ["clay fox", "wooden owl"]]]);
const options = { prompt: "a __things__", fewStep: false, composer: "rules", seed: 3, count: 4 } as const;

describe("a batch from a template", () => {
  it("chooses once for each distinct prompt, and gives each image its own words and adapters", async () => {
    const { services, requests, seen } = standInServices();
    const events: RunEvent[] = [];
    const onEvent = (event: RunEvent): void => void events.push(event);
    const { report, images, notes } = await run(options, services, { wildcards, onEvent });
    expect(notes).toEqual([]);
    const words = report.images.map(({ prompt }) => prompt);
    expect(words).toEqual(["a clay fox", "a wooden owl", "a wooden owl", "a clay fox"]);
    // Embedded and composed once each, for the two prompts.
    expect(seen).toEqual([...new Set(words)].flatMap((prompt) => [prompt, prompt]));
    expect(requests[0]!.prompt).toBe(words[0]);
    expect(requests[0]!.images.map(({ prompt }) => prompt)).toEqual(words);
    expect(images.map(({ prompt }) => prompt)).toEqual(words);
    for (const { prompt, adapters } of report.images)
      expect(adapters.map(({ id }) => id)).toEqual(prompt === "a clay fox" ? ["clay"] : []);
    // The page shows the first prompt's choice.
    expect(events.filter(({ type }) => type === "composition").length).toBe(1);
    expect(report.options.prompt).toBe("a __things__");
  });

  it("gives image i what a single image of its seed gets", async () => {
    const { services } = standInServices();
    const { report } = await run(options, services, { wildcards });
    for (const image of report.images) {
      const alone = await run({ ...options, seed: image.seed, count: 1 }, services, { wildcards });
      expect(alone.report.images[0]).toMatchObject({ seed: image.seed, prompt: image.prompt });
    }
  });

  it("draws tags and negative prompts too, and notes missing files", async () => {
    const { services, requests } = standInServices();
    const { notes } = await run(
      {
        ...options,
        prompt: "a __hat__ {<lora:ink:0.3>|<lora:ink:0.4>}",
        negativePrompt: "{rain|fog}",
        count: 1,
      },
      services,
      { wildcards },
    );
    const [image] = requests[0]!.images;
    expect(image!.prompt).toBe("a __hat__ ");
    expect(image!.negativePrompt).toMatch(/^(?:rain|fog)$/);
    expect(image!.adapters[0]!.id).toBe("ink");
    expect(english(notes[0]!)).toMatch(/^__hat__ stayed as written/);
  });

  it("says once what each cell of a plot or each prompt lacks", async () => {
    const { services } = standInServices();
    const notesOf = async (more: object): Promise<readonly string[]> =>
      (await run({ ...options, ...more }, services, { wildcards })).notes.map(english);
    const plot = { x: { kind: "steps", values: "2, 3" }, y: null, z: null };
    expect(await notesOf({ prompt: "a __hat__", count: 1, plot })).toEqual([
      expect.stringMatching(/^__hat__ stayed as written/),
    ]);
    expect(await notesOf({ prompt: "a __things__ <lora:clayy:1>" })).toEqual([
      expect.stringMatching(/^<lora:clayy:1> does nothing/),
    ]);
  });

  it("waits for the reader once, not for each prompt", async () => {
    const { services } = standInServices();
    const patience: (number | null)[] = [];
    const read: typeof services.read = async (_request, { patienceMilliseconds }) => (
      patience.push(patienceMilliseconds),
      { unavailable: "late" }
    );
    await run({ ...options, composer: "reader" }, { ...services, read }, { wildcards });
    expect(patience).toEqual([5000, 0]);
  });

  it("refuses words that are drawn too long before anything is embedded", async () => {
    const { services, seen } = standInServices();
    const long = new Map([["things", ["x".repeat(limits.promptLength)]]]);
    await expect(run(options, services, { wildcards: long })).rejects.toMatchObject({
      code: "bad-input",
      where: "prompt",
    });
    expect(seen).toEqual([]);
  });

  it("says nothing of words where the prompt is no template", async () => {
    const { services, requests } = standInServices();
    const { report } = await run({ ...options, prompt: "a clay {fox}" }, services, { wildcards });
    expect(requests[0]!.images.every((image) => !("prompt" in image))).toBe(true);
    expect(report.images.every((image) => !("prompt" in image))).toBe(true);
  });
});

describe("the image's text", () => {
  it("has the words and what they were drawn from", async () => {
    const { services } = standInServices();
    const template = 'a {red, warm|"blue"} __things__';
    const { report } = await run(
      { ...options, prompt: template, negativePrompt: "{rain|fog}", count: 1 },
      services,
      { wildcards },
    );
    const [image] = report.images;
    const cards = new Map(pack.cards.map((card) => [card.id, card]));
    const text = writeInfotext({
      options: report.options,
      image: image!,
      cards,
      userAdapters: new Map(),
      model: "Pocket",
      version: "1",
    });
    expect(text.startsWith(image!.prompt!)).toBe(true);
    expect(hasTemplate(text)).toBe(true);
    const { options: read, template: from, dropped } = readSettings(parseParameters(text), cards);
    expect(read.negativePrompt).toBe(image!.negativePrompt);
    expect(from).toEqual({ prompt: template, negativePrompt: "{rain|fog}" });
    expect(dropped).toEqual([]);
    const plain = await run({ ...options, prompt: "a fox", count: 1 }, services);
    const without = writeInfotext({
      options: plain.report.options,
      image: plain.report.images[0]!,
      cards,
      userAdapters: new Map(),
      model: "Pocket",
      version: "1",
    });
    expect(hasTemplate(without)).toBe(false);
  });

  it("has both templates as soon as one of them was drawn from", async () => {
    const { services } = standInServices();
    const asked = { ...options, prompt: "a clay fox", negativePrompt: "{rain|fog}", count: 1 };
    const { report } = await run(asked, services);
    const cards = new Map(pack.cards.map((card) => [card.id, card]));
    const image = report.images[0]!;
    const text = writeInfotext({
      options: report.options,
      image,
      cards,
      userAdapters: new Map(),
      model: "Pocket",
      version: "1",
    });
    expect(readSettings(parseParameters(text), cards).template).toEqual({
      prompt: "a clay fox",
      negativePrompt: "{rain|fog}",
    });
  });

  it("is read as Dynamic Prompts writes it", () => {
    const text =
      "a red fox\nNegative prompt: fog\nSteps: 20, Sampler: Euler a, Seed: 1, Size: 512x512\nTemplate: a {red|blue} fox\nNegative Template: {rain|fog}";
    expect(readSettings(parseParameters(text), null).template).toEqual({
      prompt: "a {red|blue} fox",
      negativePrompt: "{rain|fog}",
    });
  });
});
