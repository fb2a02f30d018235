// Settings that other tools wrote.
import { describe, expect, it } from "vitest";
import { cards, write, writeImage } from "../../tests/fixtures/infotext.ts";
import { parseParameters } from "../formats/generation-parameters.ts";
import { describeDropped, readInfotext, readSettings } from "./infotext.ts";
import { choices } from "../shared/limits.ts";
import { english } from "../shared/saying.ts";

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

  it.each([
    ["Schedule Type: Karras, CFG Scale: 5, Clip Skip: -2", { schedule: "karras", cfgScale: 5, clipSkip: 2 }],
    ["width: 512, height: 768, quantity: 4, Draft: false", { width: 512, height: 768 }],
    ["Clip skip: 0, VAE: None, Seed: None, Denoising strength: 0", {}],
  ])("%s", (line, expected) => {
    const read = settings(`Steps: 20, Sampler: Euler a, ${line}`);
    expect(read.options).toMatchObject({ steps: 20, sampler: "euler_a", ...expected });
    expect(read).toMatchObject({ dropped: [], start: null });
  });

  it("zeros behind a text are no part of it", () => {
    expect(readSettings(parseParameters(`a fox\0\n${usual}\0\0`), cards).options).toMatchObject({
      prompt: "a fox",
      width: 512,
    });
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
    expect(english(describeDropped(dropped.map(english))!)).toBe(
      "Not loaded: Sampler DPM2 a Karras, Steps 9999, Variation seed 99, Size 4096x64, Clip skip 2.5, RNG TPU, VAE tile 7, <hypernet:x:1>.",
    );
    expect(english(describeDropped(Array.from({ length: 10 }, () => "x".repeat(99)))!)).toMatch(
      /…, .*… and 2 more\.$/,
    );
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

  it.each([
    ['TI hashes: "EasyNegative: c74b4e810b03, bad-hands-5: aa7651be154c"', ["EasyNegative", "bad-hands-5"]],
    ["TI hashes: EasyNegative: c74b4e810b03", ["EasyNegative"]],
    ['Hashes: {"model":"879db523c3","embed:neg:v2":"c74b4e810b","lora:gone":"1"}', ["neg:v2"]],
    ['TI hashes: "neg: 12", Hashes: {"embed:neg":"12"}, TI: other', ["neg", "other"]],
    // There by another name, by its own, and by no more than chance.
    ["TI hashes: renamed: 0123456789ab", []],
    ["TI hashes: Ink: c74b4e810b03", []],
    ["TI hashes: renamed: 01", ["renamed"]],
    ["TI hashes: , Hashes: [], TI: {", ["{"]],
  ])("names the textual inversions that are missing: %s", (line, expected) => {
    const text = `a fox\nNegative prompt: EasyNegative\n${usual}, ${line}`;
    const { missing, dropped } = readSettings(parseParameters(text), cards);
    expect([missing, dropped]).toEqual([expected, []]);
    expect(readSettings(parseParameters(text), null).missing).toEqual([]);
  });

  it("a file of ours without adapters is restored without, another tool's may get some", () => {
    const text = writeImage({ prompt: "a fox", fewStep: false }, { seed: 1, adapters: [] });
    expect(readInfotext(text, cards).method).toBe("sd");
    expect(settings(usual).options.method).toBe("stylus");
  });
});
