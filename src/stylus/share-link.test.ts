import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { card } from "../../tests/fixtures/cards.ts";
import { propertyRuns } from "../../tests/fixtures/properties.ts";
import { loadedPack } from "../../tests/fixtures/run-services.ts";
import { choices } from "../shared/limits.ts";
import { mostSteps } from "../shared/schedule-length.ts";
import { completeOptions, type PartialOptions } from "./options.ts";
import { readLink, writeLink } from "./share-link.ts";
import { english, type Saying } from "../shared/saying.ts";

const inWords = (dropped: string | Saying): string =>
  typeof dropped === "string" ? dropped : english(dropped);

const fewStep = { steps: 6, cfgScale: 1.5, sampler: "lcm", schedule: "lcm" } as const;
const cards = new Map([card("clay", "style"), card("my-face", "concept")].map((each) => [each.id, each]));
const defaults = { ...loadedPack().defaults, fewStep, maxSide: 768 };
const none: ReadonlySet<string> = new Set();
const clay = { id: "clay", unetStrength: 0.64, textStrength: 0.64 };

const write = (asked: PartialOptions, left = none, adapters = [clay]): string =>
  writeLink(
    { options: completeOptions(asked, defaults), image: { seed: 12, adapters }, model: "Pocket" },
    left,
  );
const read = (fragment: string) => readLink(fragment, { cards, defaults });

describe("a link", () => {
  test("says everything that makes the image, in words", () => {
    const link = write({ prompt: "a fox", negativePrompt: "rain & fog", fewStep: false });
    expect(Object.fromEntries(new URLSearchParams(link.slice(1)))).toEqual({
      prompt: "a fox <lora:clay:0.64>",
      negative: "rain & fog",
      seed: "12",
      size: "256x256",
      steps: "20",
      sampler: "DPM++ 2M",
      schedule: "Karras",
      cfg: "5",
      model: "Pocket",
      adapters: "listed",
    });
  });

  test("is read as it was written", () => {
    const anySampling = fc.record({
      prompt: fc.string({ minLength: 1, maxLength: 40 }).map((text) => `a ${text.replace(/[<>]/g, "")} b`),
      negativePrompt: fc.string({ maxLength: 40 }).map((text) => text.replace(/[<>]/g, "").trim()),
      seed: fc.nat(2 ** 32 - 1),
      variation: fc.constantFrom(null, { seed: 99, strength: 0.25 }),
      width: fc.integer({ min: 8, max: 64 }).map((blocks) => 8 * blocks),
      height: fc.integer({ min: 8, max: 64 }).map((blocks) => 8 * blocks),
      steps: fc.integer({ min: 1, max: 150 }),
      cfgScale: fc.integer({ min: 2, max: 60 }).map((halves) => halves / 2),
      cacheInterval: fc.constantFrom(1, 3),
      guidanceInterval: fc.constantFrom(null, { start: 0.2, end: 0.85 }),
      sampler: fc.constantFrom(...choices.sampler),
      schedule: fc.constantFrom(...choices.schedule),
      clipSkip: fc.integer({ min: 1, max: 2 }),
      noise: fc.constantFrom(...choices.noise),
      combine: fc.constantFrom(...choices.combine),
      fewStep: fc.boolean(),
      hires: fc.constantFrom(null, {
        scale: 1.5,
        steps: 9,
        strength: 0.4,
        upscaler: "pixel-lanczos",
      } as const),
    });
    // More steps than the schedule has are refused before a run.
    const sampling = anySampling.filter((asked) => asked.steps <= mostSteps(asked));
    fc.assert(
      fc.property(sampling, (asked) => {
        const options = completeOptions({ ...asked, method: "sd" }, defaults);
        const link = writeLink({ options, image: { seed: asked.seed, adapters: [] }, model: "" }, none);
        expect(read(link)).toEqual({ options, model: "", missing: [], dropped: [] });
      }),
      propertyRuns(100),
    );
  });

  test("leaves out the user's own adapters and images", () => {
    const mine = { id: "my-face", unetStrength: 1, textStrength: 1 };
    const picture = { id: "0".repeat(64), width: 64, height: 64 };
    const link = write(
      { prompt: "a fox <lora:my-face:1>", negativePrompt: "<lora:my-face:1> rain", start: { picture } },
      new Set(["my-face"]),
      [clay, mine],
    );
    expect(decodeURIComponent(link)).not.toMatch(/my-face|0000|denoising/);
    expect(read(link)!.options).toMatchObject({ prompt: "a fox <lora:clay:0.64>", start: null });
    expect(read(write({ prompt: "a fox" }, none, [mine]))!.options.prompt).toBe("a fox <lora:my-face:1>");
  });

  test("leaves adapters to be chosen only when it names none", () => {
    expect(read("#prompt=a+fox")!.options.method).toBe("stylus");
    expect(read("#prompt=a+fox&adapters=listed")!.options.method).toBe("sd");
    expect(read("#prompt=a+fox+%3Clora:clay:1%3E")!.options.method).toBe("sd");
  });

  test("loads what it can, and names the rest", () => {
    const link = read(
      "#prompt=a+fox+%3Clora:gone:1%3E&steps=9000&sampler=magic&size=1024x1024&seed=x&cfg=7&colour=red&noise=",
    )!;
    expect(link.options).toMatchObject({ prompt: "a fox", steps: 6, width: 256, height: 256, cfgScale: 7 });
    expect(link.missing).toEqual(["gone"]);
    expect(link.dropped.map(inWords)).toEqual([
      "Sampler magic",
      "Steps 9000",
      "Seed x",
      "colour red",
      "Width must be 64–768, not 1024.",
    ]);
    const long = read(`#prompt=${"a".repeat(20_000)}&seed=5`)!;
    expect(long.options).toMatchObject({ prompt: "", seed: 5 });
    expect(long.dropped.map(inWords)).toEqual([expect.stringContaining("20,000 characters long")]);
  });

  test("needs a prompt, of a length that browsers keep", () => {
    for (const fragment of ["", "#", "#gallery", "#seed=3", `#prompt=${"a".repeat(70_000)}`])
      expect(read(fragment)).toBeNull();
  });

  test("reads any address without failing", () => {
    fc.assert(
      fc.property(fc.string(), fc.webFragments(), (text, fragment) => {
        read(`#prompt=${text}&${fragment}`);
        read(`#prompt=a&size=${text}&steps=${text}&hires-scale=${text}&vae-tile=${text}&seed=${text}`);
      }),
      propertyRuns(100),
    );
  });
});
