import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { card } from "../../tests/fixtures/cards.ts";
import { propertyRuns } from "../../tests/fixtures/properties.ts";
import { loadedPack } from "../../tests/fixtures/run-services.ts";
import { parseParameters } from "../formats/generation-parameters.ts";
import { describeDropped, readInfotext, readSettings, writeInfotext } from "./infotext.ts";
import { readInitImageValues } from "./infotext-images.ts";
import { readLoraTags } from "./lora-tags.ts";
import { completeOptions } from "./options.ts";
import { choices } from "../shared/limits.ts";
import type { AdapterUse } from "../shared/request.ts";

const fewStep = { steps: 6, cfgScale: 1.5, sampler: "lcm", schedule: "lcm" } as const;
const lcm = { ...card("lcm", "style", { weight: 1 }), fewStep };
const file = { path: "", sizeBytes: 0, sha256: "0123456789abcdef" };
const cards = new Map(
  [card("clay", "style"), card("ink", "style"), lcm].map((one) => [one.id, { ...one, file }]),
);
const defaults = { ...loadedPack().defaults, fewStep };

const write = (options: Parameters<typeof completeOptions>[0], strength = 0.64) =>
  writeInfotext({
    options: completeOptions(options, defaults),
    image: { seed: 12, adapters: [{ id: "clay", unetStrength: strength, textStrength: strength }] },
    cards,
    model: "Pocket",
    version: "1.0.0",
  });

describe("infotext", () => {
  it("is what other tools read", () => {
    expect(
      write({ prompt: "a fox <lora:clay:0.64>", negativePrompt: "rain", fewStep: false, seed: 12 }),
    ).toBe(
      'a fox <lora:clay:0.64>\nNegative prompt: rain\nSteps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 5, Seed: 12, Size: 256x256, Model: Pocket, RNG: CPU, Hashes: "{\\"lora:clay\\":\\"0123456789\\"}", Version: Stylus Web 1.0.0',
    );
  });

  it("keeps strengths by part, by block and by step", () => {
    const adapters = [
      {
        id: "clay",
        unetStrength: 0.8,
        textStrength: 0.3,
        blockWeights: { M00: 0 },
        steps: { start: 2, end: 9 },
      },
    ];
    const text = writeInfotext({
      options: completeOptions({ prompt: "a fox", fewStep: false }, defaults),
      image: { seed: 12, adapters },
      cards,
      model: "Pocket",
      version: "1.0.0",
    });
    const { prompt } = readInfotext(text, cards);
    expect(prompt).toBe("a fox <lora:clay:0.3:0.8:lbw=M00=0:start=2:stop=9>");
  });

  it("says that adapters take turns, in the order of its tags", () => {
    const options = completeOptions({ prompt: "a fox", combine: "switch", fewStep: false }, defaults);
    const adapters = ["ink", "clay"].map((id, index) => ({
      id,
      unetStrength: 0.8,
      textStrength: 0.4,
      steps: { start: 0, turn: { index, count: 2, hold: 1 } },
    }));
    const image = { seed: 12, adapters };
    const text = writeInfotext({ options, image, cards, model: "Pocket", version: "1.0.0" });
    expect(text).toContain("RNG: CPU, Combine: switch,");
    expect(readInfotext(text, cards)).toMatchObject({
      prompt: "a fox <lora:ink:0.4:0.8> <lora:clay:0.4:0.8>",
      combine: "switch",
      method: "sd",
    });
    expect(readSettings(parseParameters(text.replace("switch", "shuffle")), cards)).toMatchObject({
      dropped: ["Combine shuffle"],
    });
  });

  it("writes a variation as A1111 does, the image’s own seed of it, and reads it back; alone neither means anything", () => {
    const options = completeOptions(
      { prompt: "a fox", fewStep: false, seed: 12, count: 3, variation: { seed: 99, strength: 0.25 } },
      defaults,
    );
    const image = { seed: 12, variationSeed: 101, adapters: [] };
    const text = writeInfotext({ options, image, cards, model: "Pocket", version: "1.0.0" });
    expect(text).toContain(
      "Seed: 12, Size: 256x256, Model: Pocket, Variation seed: 101, Variation seed strength: 0.25, RNG: CPU,",
    );
    expect(readInfotext(text, cards)).toMatchObject({ seed: 12, variation: { seed: 101, strength: 0.25 } });
    for (const [found, dropped] of [
      ["Variation seed: 101", ["Variation seed 101"]],
      [
        "Variation seed: 101, Variation seed strength: 2",
        ["Variation seed 101", "Variation seed strength 2"],
      ],
    ] as const) {
      const read = readSettings(
        parseParameters(`a fox\nSteps: 20, Seed: 12, Size: 256x256, ${found}`),
        cards,
      );
      expect([read.options.variation, read.dropped.filter((each) => each.startsWith("Var"))]).toEqual([
        undefined,
        dropped,
      ]);
    }
  });

  it("comes back as the same settings, adapters fixed", () => {
    const text = write({ prompt: "a fox", fewStep: true });
    expect(text).toContain("<lora:clay:0.64> <lora:lcm:1>");
    expect(readInfotext(text, cards)).toEqual({
      prompt: "a fox <lora:clay:0.64>",
      negativePrompt: "",
      fewStep: true,
      noise: "cpu",
      method: "sd",
      steps: 6,
      cfgScale: 1.5,
      sampler: "lcm",
      schedule: "lcm",
      seed: 12,
      width: 256,
      height: 256,
    });
  });

  it("writes a second pass under A1111's labels, and reads it back", () => {
    const hires = { scale: 1.5, upscaler: "pixel-lanczos", strength: 0.45, steps: 8 } as const;
    const text = write({
      prompt: "a fox",
      fewStep: false,
      hires,
      vaeTilePixels: 256,
      clipSkip: 2,
      noise: "nv",
    });
    expect(text).toContain(
      "Size: 256x256, Model: Pocket, Denoising strength: 0.45, Hires upscale: 1.5, Hires steps: 8, Hires upscaler: Lanczos, VAE tile: 256, Clip skip: 2, RNG: NV,",
    );
    expect(readInfotext(text, cards)).toMatchObject({
      hires,
      vaeTilePixels: 256,
      clipSkip: 2,
      noise: "nv",
    });
    expect(readInitImageValues(parseParameters(text).fields)).toBeNull();
  });

  it("reads another tool's second pass: a size for a scale, an unknown upscaler", () => {
    const read = (line: string) =>
      readInfotext(`a fox\nSteps: 20, Sampler: Euler, Size: 512x384, ${line}`, cards).hires;
    expect(read("Denoising strength: 0.6, Hires resize: 1024x768, Hires upscaler: Latent (bicubic)")).toEqual(
      {
        scale: 2,
        strength: 0.6,
        upscaler: "latent-bicubic",
      },
    );
    expect(read("Hires upscale: 2, Hires upscaler: R-ESRGAN 4x+")).toEqual({ scale: 2 });
    expect(read("Denoising strength: 0.6")).toBeUndefined();
    expect(read("Hires upscale: 900")).toBeUndefined();
  });

  it("writes what a picture was painted over with, and reads it back but for the picture", () => {
    const values = { blur: 8, region: "masked", padding: 16, fill: "noise" } as const;
    const text = write({
      prompt: "a fox",
      start: {
        picture: { id: "p", width: 640, height: 480 },
        strength: 0.6,
        mask: { id: "m", ...values },
      },
    });
    expect(text).toContain(
      "Denoising strength: 0.6, Mask blur: 8, Masked content: latent noise, Inpaint area: Only masked, Masked area padding: 16,",
    );
    expect(readInfotext(text, cards)).not.toHaveProperty("start");
    expect(readInitImageValues(parseParameters(text).fields)).toEqual({ strength: 0.6, ...values });
    expect(readInitImageValues(new Map([["Denoising strength", "7"]]))).toBeNull();
  });

  it("keeps the tags of all adapters while it is not known which there are", () => {
    const text = "a fox <lora:ink:0.5> <lora:nobody:0.25>\nSteps: 20, Sampler: Euler, Seed: 1";
    expect(readInfotext(text, null).prompt).toBe("a fox <lora:ink:0.5> <lora:nobody:0.25>");
    expect(readInfotext(text, cards).prompt).toBe("a fox <lora:ink:0.5>");
  });

  it("knows another tool's adapters by their files' names", () => {
    const own = new Map([
      ["My-LoRA", { ...card("My-LoRA", "style"), file: { path: "My LoRA.pt", sizeBytes: 1, sha256: "" } }],
    ]);
    expect(readInfotext("a fox <lora:my LoRA:0.5>\nSteps: 20, Sampler: Euler, Seed: 1", own)).toMatchObject({
      prompt: "a fox <lora:My-LoRA:0.5>",
    });
  });

  it("leaves out what it cannot use", () => {
    const read = readInfotext(
      "a fox <lora:unknown:1>\nSteps: 9999, Sampler: Heun, CFG scale: x, Seed: -1, Size: big, Clip skip: 2",
      cards,
    );
    expect(read).toEqual({
      prompt: "a fox",
      negativePrompt: "",
      fewStep: false,
      noise: "nv",
      method: "sd",
      clipSkip: 2,
      schedule: "uniform",
    });
    expect(readInfotext("just words", cards)).toMatchObject({ prompt: "just words", method: "stylus" });
  });
});

describe("settings of other tools", () => {
  const settings = (line: string, prompt = "a red fox\nNegative prompt: blurry") =>
    readSettings(parseParameters(`${prompt}\n${line}`), cards);
  const usual = "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 42, Size: 512x768";

  it.each([
    ["", "nv"],
    ["Version: v1.10.1", "nv"],
    ["Version: f2.0.1v1.10.1-previous-659", "nv"],
    ["RNG: CPU, Version: f2.0.1v1.10.1-previous-659", "cpu"],
    ["RNG: NV, Version: ComfyUI", "nv"],
    ["Version: ComfyUI", "cpu"],
    ["Version: Stylus Web 0.1.0", "cpu"],
    ["Version: Fooocus v2.5.5", "cpu"],
    ["Civitai resources: [], Civitai metadata: {}", "cpu"],
  ] as const)("%s: noise of %s", (line, noise) => {
    expect(settings(`${usual}, ${line}`).options.noise).toBe(noise);
  });

  it("words alone say nothing of the noise; names of samplers as ComfyUI has them say CPU", () => {
    expect(readInfotext("a fox", cards)).not.toHaveProperty("noise");
    expect(settings("Steps: 20, Sampler: dpmpp_2m, Schedule type: karras, Seed: 1").options.noise).toBe(
      "cpu",
    );
  });

  it("Uniform is written where it is meant; our earlier files meant it by Automatic", () => {
    for (const sampler of choices.sampler) {
      const text = write({ prompt: "a fox", fewStep: false, sampler, schedule: "uniform" });
      expect(text).toContain("Schedule type: Uniform,");
      const earlier = text.replace("Schedule type: Uniform", "Schedule type: Automatic");
      for (const each of [text, earlier])
        expect(readInfotext(each, cards)).toMatchObject({ sampler, schedule: "uniform" });
    }
  });

  it.each([
    ["4294967295", 4294967295],
    ["4294967296", 0],
    ["12345678901234567890", 3944680146],
    ["-5", 4294967291],
    ["42.0", 42],
    ["-1", undefined],
    ["4.5", undefined],
    ["1e3", undefined],
    ["", undefined],
  ])("seed %s is %s", (seed, expected) => {
    expect(settings(`Steps: 20, Sampler: Euler, Size: 64x64, Seed: ${seed}`).options.seed).toBe(expected);
  });

  const hires = (fields: string, size = "512x768") => {
    const { options, start, dropped } = settings(
      `Steps: 20, Sampler: Euler, Size: ${size}, Denoising strength: 0.5, ${fields}`,
    );
    expect(start).toBeNull();
    return { size: `${options.width}x${options.height}`, scale: options.hires?.scale, dropped };
  };
  it.each([
    ["First pass size: 512x512", "1024x1024", "512x512", 2],
    ["First pass size: 0x0", "1024x1024", "512x512", 2],
    ["First pass size: 0x0", "1024x1536", "448x640", undefined],
    ["First pass size: 512x512", "512x512", "512x512", 1],
    ["Hires resize: 1024x0", "512x768", "512x768", 2],
    ["Hires resize: 0x1152", "512x768", "512x768", 1.5],
    ["Hires resize: 1024x1536", "512x768", "512x768", 2],
    ["Hires resize: 1000x1500", "512x768", "512x768", 1000 / 512],
    ["Hires resize: 0x0, Hires upscale: 1.5", "512x768", "512x768", 1.5],
    ["Hires upscale: 1", "512x768", "512x768", 1],
    ["Hires resize: 1024x1024", "512x768", "512x768", undefined],
    ["Hires upscale: 9", "512x768", "512x768", undefined],
  ])("%s of %s: %s, scaled by %s", (fields, size, first, scale) => {
    const found = hires(fields, size);
    expect(found).toMatchObject({ size: first, scale });
    expect(found.dropped).toEqual(
      scale === undefined ? [expect.stringMatching(/^(?:First pass size|Hires (?:resize|upscale)) /)] : [],
    );
  });

  it("leaves out empty values, and names what it cannot take over", () => {
    const empty = settings("Steps: 20, Sampler: Euler a, CFG scale: , Seed: , Size: 512x768");
    expect(empty.options).not.toHaveProperty("cfgScale");
    expect(empty.options).not.toHaveProperty("seed");
    expect(empty.dropped).toEqual([]);
    const { dropped, options } = settings(
      "Steps: 9999, Sampler: DPM2 a Karras, CFG scale: 7, Seed: 42, Size: 4096x64, Clip skip: 2.5, RNG: TPU, Variation seed: 99, VAE tile: 7, Model hash: ab",
      "a <hypernet:x:1> fox <lora:gone:1>",
    );
    expect(options).toMatchObject({ prompt: "a  fox", schedule: "karras", cfgScale: 7, seed: 42 });
    expect(describeDropped(dropped)).toBe(
      "Not taken over: Sampler DPM2 a Karras, Steps 9999, Variation seed 99, Size 4096x64, Clip skip 2.5, RNG TPU, VAE tile 7, <hypernet:x:1>.",
    );
    expect(describeDropped(Array.from({ length: 10 }, () => "x".repeat(99)))).toMatch(/…, .*… and 2 more\.$/);
    expect(describeDropped([])).toBeNull();
  });

  it("keeps tags as they stand, block weights too, and names the adapters that are missing", () => {
    const prompt =
      "a <lora:clay:0.8:lbw=OUTALL:start=2> fox <LORA:INK:te=0.5:unet=1:lbw=1,0,0,0,0,0,0,0,0.5,1,1,1,1,1,1,1,1> <lora:gone:1><lora:gone:2>";
    const { options, missing } = settings(usual, prompt);
    expect(options.prompt).toBe(
      "a <lora:clay:0.8:lbw=OUTALL:start=2> fox <lora:ink:te=0.5:unet=1:lbw=1,0,0,0,0,0,0,0,0.5,1,1,1,1,1,1,1,1>",
    );
    expect(missing).toEqual(["gone"]);
  });

  it("a file of ours without adapters is restored without, another tool's may get some", () => {
    const text = writeInfotext({
      options: completeOptions({ prompt: "a fox", fewStep: false }, defaults),
      image: { seed: 1, adapters: [] },
      cards,
      model: "Pocket",
      version: "1.0.0",
    });
    expect(readInfotext(text, cards).method).toBe("sd");
    expect(settings(usual).options.method).toBe("stylus");
  });
});

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
          const complete = completeOptions({ ...asked, fewStep: false }, defaults);
          const text = writeInfotext({
            options: complete,
            image: { seed, adapters },
            cards,
            model: "Pocket",
            version: "1.0.0",
          });
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
