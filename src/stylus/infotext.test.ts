import { describe, expect, it } from "vitest";
import { card } from "../../tests/fixtures/cards.ts";
import { cards, write, writeImage } from "../../tests/fixtures/infotext.ts";
import { parseParameters } from "../formats/generation-parameters.ts";
import { readInfotext, readSettings } from "./infotext.ts";
import { readInitImageValues } from "./infotext-images.ts";

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
    const text = writeImage({ prompt: "a fox", fewStep: false }, { seed: 12, adapters });
    const { prompt } = readInfotext(text, cards);
    expect(prompt).toBe("a fox <lora:clay:0.3:0.8:lbw=M00=0:start=2:stop=9>");
  });

  it("says that adapters take turns, in the order of its tags", () => {
    const options = { prompt: "a fox", combine: "switch", fewStep: false } as const;
    const adapters = ["ink", "clay"].map((id, index) => ({
      id,
      unetStrength: 0.8,
      textStrength: 0.4,
      steps: { start: 0, turn: { index, count: 2, hold: 1 } },
    }));
    const image = { seed: 12, adapters };
    const text = writeImage(options, image);
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
    const options = {
      prompt: "a fox",
      fewStep: false,
      seed: 12,
      count: 3,
      variation: { seed: 99, strength: 0.25 },
    };
    const image = { seed: 12, variationSeed: 101, adapters: [] };
    const text = writeImage(options, image);
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
      expect([read.options.variation, read.dropped.filter((each) => String(each).startsWith("Var"))]).toEqual(
        [undefined, dropped],
      );
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

  it("says that the weights were rounded, which is no setting of the image", () => {
    const text = write({ prompt: "a fox", device: "low-vram", fewStep: false });
    expect(text).toContain(", Low VRAM: True, ");
    const read = readSettings(parseParameters(text), cards);
    expect(read.options).not.toHaveProperty("device");
    expect(read.dropped).toEqual([]);
    expect(write({ prompt: "a fox", device: "webgpu", fewStep: false })).not.toContain("Low VRAM");
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

  it("writes the values of an init image and its mask, and reads them back but for the images", () => {
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
