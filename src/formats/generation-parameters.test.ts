// The `parameters` text: round trip, and files as AUTOMATIC1111 and others wrote them.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatParameters, parseParameters, readSampler } from "./generation-parameters.ts";

const fields = (...pairs: [string, string][]) => new Map(pairs);

describe("writing", () => {
  it("has AUTOMATIC1111's form", () => {
    const text = formatParameters({
      prompt: "a castle <lora:clay:0.64>",
      negativePrompt: "blurry",
      fields: fields(
        ["Steps", "35"],
        ["Sampler", "DPM++ 2M"],
        ["Seed", "1"],
        ["Size", "512x512"],
        ["Lora hashes", "clay: 0123456789ab, x: 1"],
        ["VAE", ""],
      ),
    });
    expect(text).toBe(
      'a castle <lora:clay:0.64>\nNegative prompt: blurry\nSteps: 35, Sampler: DPM++ 2M, Seed: 1, Size: 512x512, Lora hashes: "clay: 0123456789ab, x: 1"',
    );
  });

  it("leaves out an empty negative prompt", () => {
    expect(formatParameters({ prompt: "a", negativePrompt: "", fields: fields(["Steps", "1"]) })).toBe(
      "a\nSteps: 1",
    );
  });
});

describe("reading", () => {
  it("reads a file of AUTOMATIC1111", () => {
    const parsed = parseParameters(
      'girl with a beret, ((eyeshadow)),\nsecond line: with a colon\nNegative prompt: ugly, fat\n(blurry:1.3)\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 965400086, Size: 512x512, Model hash: 45dee52b, Hashes: "{\\"model\\": \\"45dee52b\\"}"',
    );
    expect(parsed.prompt).toBe("girl with a beret, ((eyeshadow)),\nsecond line: with a colon");
    expect(parsed.negativePrompt).toBe("ugly, fat\n(blurry:1.3)");
    expect(parsed.fields.get("Seed")).toBe("965400086");
    expect(parsed.fields.get("Hashes")).toBe('{"model": "45dee52b"}');
  });

  it("takes a last line with fewer than three pairs for prompt", () => {
    expect(parseParameters("a cat\nSteps: 20, Seed: 1")).toMatchObject({
      prompt: "a cat\nSteps: 20, Seed: 1",
      negativePrompt: "",
    });
  });

  it.each(["", "\n\n", "Negative prompt:", ": , : ,", '"', "a".repeat(100_000)])(
    "never throws: %j",
    (text) => {
      expect(() => parseParameters(text.slice(0, 100_000))).not.toThrow();
    },
  );

  it("round-trips", () => {
    const line = fc
      .string({ unit: "grapheme", maxLength: 40 })
      .map((text) => text.replaceAll(/[\r\n\0\u2028\u2029]/g, " ").trim())
      .filter((text) => !text.startsWith("Negative prompt:"));
    const value = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 30 })
      .map((text) => text.trim())
      .filter((text) => text !== "" && !text.startsWith('"') && !text.includes("\r"));
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 3 }),
        line,
        fc.tuple(value, value, value),
        (prompt, negativePrompt, [a, b, c]) => {
          const written = {
            prompt: prompt.join("\n").trim(),
            negativePrompt,
            fields: fields(["Steps", a], ["Model/a-b c", b], ["Lora hashes", c]),
          };
          expect(parseParameters(formatParameters(written))).toEqual(written);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe("sampler names", () => {
  it.each([
    [{ Sampler: "DPM++ 2M", "Schedule type": "Karras" }, "dpmpp_2m", "karras"],
    [{ Sampler: "DPM++ 2M Karras" }, "dpmpp_2m", "karras"],
    [{ Sampler: "Euler a" }, "euler_a", "uniform"],
    [{ Sampler: "Euler", "Schedule type": "Uniform" }, "euler", "uniform"],
    [{ Sampler: "Restart", "Schedule type": "Turbo" }, null, null],
    [{}, null, "uniform"],
  ])("%j", (written, sampler, schedule) => {
    expect(readSampler(new Map(Object.entries(written)))).toEqual({ sampler, schedule });
  });
});
