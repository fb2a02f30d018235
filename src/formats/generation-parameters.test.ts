// The `parameters` text: round trip, and files as AUTOMATIC1111 and others wrote them.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { growth, hardTexts, linear, propertyRuns } from "../../tests/fixtures/properties.ts";
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

  it("knows the negative prompt under a heading, too", () => {
    const parsed = parseParameters("a fox\nNegative Prompt: blurry\ndark\nSteps: 20, Seed: 5");
    expect([parsed.prompt, parsed.negativePrompt]).toEqual(["a fox", "blurry\ndark"]);
  });

  it.each([
    ["Steps: 20, Seed: 5", { Steps: "20", Seed: "5" }],
    ["Steps: 20", { Steps: "20" }],
    ["Steps: 20,", { Steps: "20" }],
    ["Seed: -1", { Seed: "-1" }],
    ["Seed: 18446744073709551615, Size: 512x768", { Seed: "18446744073709551615", Size: "512x768" }],
    ["Sampler: Euler a, Steps: 20", { Sampler: "Euler a", Steps: "20" }],
    ["Sampler: DPM++ 2M, Schedule type: Karras", { Sampler: "DPM++ 2M", "Schedule type": "Karras" }],
    ["Sampler: k_heun, CFG scale: 7.5", { Sampler: "k_heun", "CFG scale": "7.5" }],
    ["Model: v1-5-pruned, Model hash: 45dee52b", { Model: "v1-5-pruned", "Model hash": "45dee52b" }],
    ["Denoising strength: 0.75, Clip skip: 2", { "Denoising strength": "0.75", "Clip skip": "2" }],
    ["Version: neo:2", { Version: "neo:2" }],
    ["RNG: CPU, Version: v1.9.4", { RNG: "CPU", Version: "v1.9.4" }],
  ])("takes a last line of nothing but usual labels and values for parameters: %s", (last, expected) => {
    const { fields, ...texts } = parseParameters(`a cat\nNegative prompt: rain\n${last}`);
    expect(texts).toEqual({ prompt: "a cat", negativePrompt: "rain" });
    expect(Object.fromEntries(fields)).toEqual(expected);
  });

  it.each([
    "Steps: 20, a dog",
    "a dog, Steps: 20",
    "steps: 20, Seed: 5",
    "Steps: 20, mood: calm",
    "Steps: to the door, Seed: 5",
    "Steps: 20.5",
    "Steps: ",
    ": 20, Seed: 5",
    "Sampler: cheese, Seed: 5",
    "Schedule type: daily",
    "CFG scale: 7.5.1",
    "CFG scale: 1234",
    "Seed: sunflower",
    "Seed: -2",
    "Size: huge, Seed: 5",
    "Size: 5x7",
    "Model: a woman in red",
    "Model hash: xyz",
    "Model hash: 45dee",
    "Denoising strength: 1.5",
    "Clip skip: 100",
    "RNG: TPU",
    "Version: grown up",
    "Steps: 20\na dog",
  ])("takes a last line with fewer than three pairs and anything else for prompt: %j", (last) => {
    const prompt = `a cat\n${last}`.trim();
    expect(parseParameters(prompt)).toEqual({ prompt, negativePrompt: "", fields: new Map() });
  });

  it.each(["", "\n\n", "Negative prompt:", ": , : ,", '"', "a".repeat(100_000)])(
    "never throws: %j",
    (text) => {
      expect(() => parseParameters(text.slice(0, 100_000))).not.toThrow();
    },
  );

  it("writes labels as AUTOMATIC1111 does, whatever their capitals; words in small letters are none", () => {
    const line = "STEPS: 20, Cfg Scale: 7, Schedule Type: Karras, Denoising Strength: 0.5, seed: 5";
    expect(Object.fromEntries(parseParameters(`a cat\n${line}`).fields)).toEqual({
      Steps: "20",
      "CFG scale": "7",
      "Schedule type": "Karras",
      "Denoising strength": "0.5",
      seed: "5",
    });
  });

  it("blank lines around texts and parameters are none of them", () => {
    expect(parseParameters("\n\n a cat \n\nNegative prompt:\n\n dog \n\n Steps: 20\n\n")).toEqual({
      prompt: "a cat",
      negativePrompt: "dog",
      fields: new Map([["Steps", "20"]]),
    });
    expect(
      parseParameters("\0a\0 cat\0\n\n\nNegative prompt: a\n\nb\nSteps: 20, Seed: 1, Size: 8x8"),
    ).toEqual({
      prompt: "a cat",
      negativePrompt: "a\n\nb",
      fields: new Map([
        ["Steps", "20"],
        ["Seed", "1"],
        ["Size", "8x8"],
      ]),
    });
  });

  it("takes a text of more than half a million characters for prompt, without looking into it", () => {
    const line = "\nSteps: 5, Seed: 7, Size: 64x64";
    const text = "a".repeat(500_000 - line.length) + line;
    expect(parseParameters(text).fields.get("Seed")).toBe("7");
    expect(parseParameters(`a${text}`)).toEqual({
      prompt: `a${text}`,
      negativePrompt: "",
      fields: new Map(),
    });
  });

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
      propertyRuns(1000),
    );
  });

  it("takes JSON without quotes as one value", () => {
    const hashes = '{"vae": "735e4c3a44", "lora:add_detail": "7c6bad76eb54"}';
    const resources = '[{"type":"checkpoint","modelName":"Foo: Bar, 2"},{"type":"lora","weight":0.8}]';
    const text = `a fox\nSteps: 20, Seed: 1, Hashes: ${hashes}, Civitai resources: ${resources}, Version: 1`;
    expect(parseParameters(text).fields).toEqual(
      fields(
        ["Steps", "20"],
        ["Seed", "1"],
        ["Hashes", hashes],
        ["Civitai resources", resources],
        ["Version", "1"],
      ),
    );
  });

  const line = "Steps: 20, Sampler: Euler a, Seed: 1";
  const usual = { prompt: "a red fox", negativePrompt: "blurry" };
  it.each<[string, string, { prompt: string; negativePrompt: string }]>([
    [
      "lines behind",
      `a red fox\nNegative prompt: blurry\n${line}\nTemplate: a {red|blue} fox\nNegative Template: blurry`,
      usual,
    ],
    ["one line", `a red fox Negative prompt: blurry ${line}`, usual],
    [
      "one line, with commas",
      `a red fox, Negative prompt: blurry, ${line}`,
      { ...usual, prompt: "a red fox," },
    ],
    ["the negative prompt's line", `a red fox\nNegative prompt: blurry ${line}`, usual],
    ["behind the prompt", `a red fox, ${line}`, { prompt: "a red fox", negativePrompt: "" }],
    [
      "another order",
      `a red fox\nSampler: Euler a, Seed: 1, Steps: 20`,
      { prompt: "a red fox", negativePrompt: "" },
    ],
    ["the first line, lines behind", `${line}\nTemplate: x`, { prompt: "", negativePrompt: "" }],
    [
      "another field that ends with Steps",
      `a fox\n${line}\nSub Steps: few, Sub model: face, Version: 1`,
      { prompt: "a fox", negativePrompt: "" },
    ],
    ["\\r\\n", `a red fox\r\nNegative prompt: blurry\r\n${line}\r\n`, usual],
    [
      "words of the prompt in between",
      `a fox\nSteps: to the door\n${line}`,
      { prompt: "a fox\nSteps: to the door", negativePrompt: "" },
    ],
  ])("finds parameters: %s", (_, text, texts) => {
    const { fields, ...found } = parseParameters(text);
    expect(found).toEqual(texts);
    expect([fields.get("Steps"), fields.get("Sampler"), fields.get("Seed")]).toEqual(["20", "Euler a", "1"]);
  });

  it.each([
    "(red fox:1.2), (blue sea:1.3), (green:1.1)",
    "mood: calm, light: soft, style: ink",
    "a fox Steps: 20, then rest",
  ])("a prompt alone: %s", (prompt) =>
    expect(parseParameters(prompt)).toEqual({ prompt, negativePrompt: "", fields: new Map() }),
  );

  it.each(hardTexts)("takes time in proportion to its length: %s", (_, make) => {
    expect(
      growth((text) => parseParameters(`${text}\nSteps: ${text}, a b: 1`).fields.size, make),
    ).toBeLessThan(linear);
  });
});

describe("sampler names", () => {
  it.each<[Record<string, string>, string | null, string | null]>([
    [{ Sampler: "DPM++ 2M", "Schedule type": "Karras" }, "dpmpp_2m", "karras"],
    [{ Sampler: "DPM++ 2M Karras" }, "dpmpp_2m", "karras"],
    [{ Sampler: "Euler a" }, "euler_a", "uniform"],
    [{ Sampler: "Euler", "Schedule type": "Uniform" }, "euler", "uniform"],
    [{ Sampler: "Restart", "Schedule type": "Turbo" }, null, null],
    [{}, null, "uniform"],
    // "Automatic" is the sampler's own schedule; one in its name goes before.
    [{ Sampler: "DPM++ 2M", "Schedule type": "Automatic" }, "dpmpp_2m", "karras"],
    [{ Sampler: "k_dpmpp_2m", "Schedule type": "Automatic" }, "dpmpp_2m", "karras"],
    [{ Sampler: "DPM++ SDE", "Schedule type": "Automatic" }, "dpmpp_sde", "karras"],
    [{ Sampler: "dpmpp_sde_gpu", "Schedule type": "Automatic" }, "dpmpp_sde", "karras"],
    [{ Sampler: "DPM++ 2M SDE", "Schedule type": "Automatic" }, "dpmpp_2m_sde", "exponential"],
    [{ Sampler: "Euler a", "Schedule type": "Automatic" }, "euler_a", "uniform"],
    [{ Sampler: "Heun", "Schedule type": "Automatic" }, null, "uniform"],
    [{ Sampler: "DPM++ 2M SDE Karras", "Schedule type": "Automatic" }, "dpmpp_2m_sde", "karras"],
    [{ Sampler: "DPM++ 2M Karras", "Schedule type": "Exponential" }, "dpmpp_2m", "exponential"],
    [{ Sampler: "DPM++ 2M SDE" }, "dpmpp_2m_sde", "uniform"],
    [{ Sampler: "DPM2 a Karras" }, null, "karras"],
    [{ Sampler: "Euler SGMUniform" }, "euler", "sgm_uniform"],
    [{ Sampler: "DPM++ 2M Align Your Steps" }, "dpmpp_2m", "ays"],
    [{ Sampler: "dpmpp_2m_karras" }, "dpmpp_2m", "karras"],
    [{ Sampler: "dpmpp_2m_sde_k" }, "dpmpp_2m_sde", "karras"],
    [{ Sampler: "euler_ancestral", "Schedule type": "normal" }, "euler_a", "uniform"],
    [{ Sampler: "uni_pc", "Schedule type": "sgm_uniform" }, "unipc", "sgm_uniform"],
    [{ Sampler: "uni_pc_bh2", "Schedule type": "native" }, "unipc", "uniform"],
    [{ Sampler: "ddim_v3", "Schedule type": "SGMUniform" }, "ddim", "sgm_uniform"],
    [{ Sampler: "dpmpp_2m_sde_gpu", "Schedule type": "Align Your Steps GITS" }, "dpmpp_2m_sde", "ays"],
    [{ Sampler: "lcm", "Schedule type": "simple" }, "lcm", "simple"],
    [{ Sampler: "constructor", "Schedule type": "__proto__" }, null, null],
  ])("%j", (written, sampler, schedule) => {
    expect(readSampler(new Map(Object.entries(written)))).toEqual({ sampler, schedule });
  });

  it("takes quotes off values that are texts of JSON, and leaves other quotes", () => {
    const line = String.raw`Steps: 1, Seed: 2, Model: "a, b", VAE: x", Version: "y, Lora hashes: "\u0061", Foo: "\q", RNG: "`;
    expect(Object.fromEntries(parseParameters(`a fox\n${line}`).fields)).toEqual({
      Steps: "1",
      Seed: "2",
      Model: "a, b",
      VAE: 'x"',
      Version: '"y',
      "Lora hashes": "a",
      Foo: String.raw`"\q"`,
      RNG: '"',
    });
  });
});
