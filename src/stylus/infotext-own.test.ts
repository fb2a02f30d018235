// Our own files come back to the last digit.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cards, defaults, writeImage } from "../../tests/fixtures/infotext.ts";
import { propertyRuns } from "../../tests/fixtures/properties.ts";
import { parseParameters } from "../formats/generation-parameters.ts";
import { readSettings } from "./infotext.ts";
import { readLoraTags } from "./lora-tags.ts";
import { completeOptions } from "./options.ts";
import { choices } from "../shared/limits.ts";
import type { AdapterUse } from "../shared/request.ts";

describe("our own files", () => {
  const strength = fc
    .oneof(
      fc.double({ min: -5, max: 5, noNaN: true }),
      fc.integer({ min: -500, max: 500 }).map((n) => n / 100),
    )
    .map((value) => value + 0); // −0 is 0
  const block = fc.constantFrom("BASE", "IN04", "M00", "OUT11");
  const use = (id: string): fc.Arbitrary<AdapterUse> =>
    fc
      .record(
        {
          unetStrength: strength,
          textStrength: strength,
          blockWeights: fc.dictionary(
            block,
            strength.filter((value) => value !== 1),
            { minKeys: 1 },
          ),
          steps: fc
            .nat(20)
            .chain((start) =>
              fc.record({ start: fc.constant(start), end: fc.integer({ min: start + 1, max: 40 }) }),
            ),
        },
        { requiredKeys: ["unetStrength", "textStrength"] },
      )
      .map((rest) => ({ id, ...rest }));
  const words = fc
    .string({
      unit: fc.constantFrom(
        "a",
        "fox ",
        ", ",
        "(red:1.2)",
        " AND ",
        ":0.5 ",
        "\n",
        "é",
        "漢",
        "\\(",
        "Steps: 1",
        "<",
        ">",
      ),
      maxLength: 12,
    })
    .map((text) =>
      text
        .split("\n")
        .map((line) => line.trim())
        .join("\n")
        .trim(),
    )
    .filter((text) => !/<[^>]*:|<$/.test(text));
  const hires = fc.record({
    scale: fc.double({ min: 1, max: 4, noNaN: true }),
    steps: fc.integer({ min: 1, max: 150 }),
    strength: fc.double({ min: 0.05, max: 1, noNaN: true }),
    upscaler: fc.constantFrom(...choices.upscaler),
  });
  const options = fc.record({
    prompt: words,
    negativePrompt: words,
    steps: fc.integer({ min: 1, max: 150 }),
    cfgScale: fc.double({ min: 0, max: 30, noNaN: true }).map((value) => value + 0),
    cacheInterval: fc.integer({ min: 1, max: 10 }),
    guidanceInterval: fc.option(
      fc
        .tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
        .map(([a, b]) => ({ start: Math.min(a, b) + 0, end: Math.max(a, b) + 0 })),
    ),
    sampler: fc.constantFrom(...choices.sampler),
    schedule: fc.constantFrom(...choices.schedule),
    clipSkip: fc.integer({ min: 1, max: 12 }),
    noise: fc.constantFrom(...choices.noise),
    width: fc.integer({ min: 8, max: 128 }).map((n) => 8 * n),
    height: fc.integer({ min: 8, max: 128 }).map((n) => 8 * n),
    hires: fc.option(hires),
    vaeTilePixels: fc.option(fc.integer({ min: 8, max: 256 }).map((n) => 8 * n)),
  });

  it("come back to the last digit: settings, words, strengths, blocks and steps", () => {
    fc.assert(
      fc.property(
        options,
        use("clay"),
        fc.option(use("ink")),
        fc.nat(2 ** 32 - 1),
        (asked, first, second, seed) => {
          const adapters = second ? [first, second] : [first];
          const text = writeImage({ ...asked, fewStep: false }, { seed, adapters });
          const { options: read, dropped, missing } = readSettings(parseParameters(text), cards);
          expect([dropped, missing]).toEqual([[], []]);
          const { prompt, negativePrompt, ...rest } = asked;
          const again = completeOptions(read, defaults);
          expect(again).toMatchObject({ ...rest, negativePrompt, seed, method: "sd", fewStep: false });
          const tags = readLoraTags(again.prompt);
          expect(tags.text.trim()).toBe(prompt);
          expect(tags.problems).toEqual([]);
          expect(tags.adapters).toEqual(adapters);
        },
      ),
      propertyRuns(500),
    );
  });

  it("any text at all is read without an error", () => {
    const piece = fc.constantFrom(
      "Steps: ",
      "20",
      ", ",
      "Sampler: ",
      "Seed: ",
      "Size: ",
      "0x0",
      "512x",
      "Hires resize: ",
      "Negative prompt: ",
      "\n",
      '"',
      "\\",
      "<lora:",
      ":",
      ">",
      "lbw=",
      "__proto__",
      "1e999",
      "-",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const read = readSettings(parseParameters(pieces.join("")), cards);
        const { width = 64, height = 64, seed = 0, steps = 1 } = read.options;
        for (const value of [width, height, seed, steps]) expect(Number.isSafeInteger(value)).toBe(true);
      }),
      propertyRuns(1000),
    );
  });
});
