// Settings that InvokeAI and its forerunner write into image files.
import { describe, expect, it } from "vitest";
import { settingsOfPng } from "../../tests/fixtures/image-files.ts";

describe("InvokeAI", () => {
  it("InvokeAI, new and old", async () => {
    const invoke = {
      app_version: "5.0.0",
      generation_mode: "txt2img",
      positive_prompt: "a (red fox)1.3 in snow++",
      negative_prompt: "",
      seed: 7,
      steps: 30,
      cfg_scale: 7.5,
      width: 512,
      height: 512,
      scheduler: "dpmpp_2m_k",
      clip_skip: 1,
      rand_device: "cpu",
      model: { name: "dreamshaper", base: "sd-1" },
      loras: [{ model: { name: "ink" }, weight: 0.75 }],
      hrf_enabled: true,
      controlnets: [],
    };
    expect(await settingsOfPng({ invokeai_metadata: invoke })).toEqual({
      prompt: "a (red fox:1.3) in (snow:1.21) <lora:ink:0.75>",
      negativePrompt: "",
      Steps: "30",
      Sampler: "dpmpp_2m_k",
      "CFG scale": "7.5",
      Seed: "7",
      Size: "512x512",
      Model: "dreamshaper",
      "Clip skip": "2",
      "hrf enabled": "true",
      RNG: "CPU",
      Version: "InvokeAI 5.0.0",
    });
    const old = {
      model_weights: "sd-1.4",
      app_version: "invoke-ai/2.2",
      image: {
        prompt: [{ prompt: "a fox [blurry] [dark]", weight: 1 }],
        steps: 50,
        cfg_scale: 7.5,
        seed: 3,
        width: 512,
        height: 512,
        sampler: "k_euler_a",
      },
    };
    expect(await settingsOfPng({ "sd-metadata": old })).toMatchObject({
      prompt: "a fox",
      negativePrompt: "blurry, dark",
      Sampler: "k_euler_a",
      Seed: "3",
      Model: "sd-1.4",
    });
  });

  it("InvokeAI's weights, models by any name, noise of the GPU", async () => {
    const read = (settings: object) =>
      settingsOfPng({ invokeai_metadata: { positive_prompt: "a fox", ...settings } });
    expect(
      await read({
        positive_prompt: "(a)- (b)++ c+ d-e 1+1 (f)0.5x",
        negative_prompt: "(g)--",
        model: { model_name: "old" },
        strength: 0.6,
        rand_device: "cuda",
        clip_skip: 0,
        loras: [{ lora: { model_name: "x" }, weight: -1 }, { model: { base_model_name: "a:<y>.ckpt" } }, {}],
      }),
    ).toEqual({
      prompt: "(a:0.9) (b:1.21) (c:1.1) d-e 1+1 (f)0.5x <lora:x:-1> <lora:a__y_>",
      negativePrompt: "(g:0.81)",
      Model: "old",
      "Denoising strength": "0.6",
      RNG: "NV",
      Version: "InvokeAI",
    });
  });

  it("InvokeAI 2 in full, its prompt a text or a list", async () => {
    const image = {
      prompt: "a  fox [blurry] x+",
      steps: 5,
      cfg_scale: 6,
      width: 64,
      height: 32,
      seed: 3,
      strength: 0.3,
      sampler: "ddim",
    };
    expect(await settingsOfPng({ "sd-metadata": { image } })).toEqual({
      prompt: "a fox (x:1.1)",
      negativePrompt: "blurry",
      Steps: "5",
      Sampler: "ddim",
      "CFG scale": "6",
      Seed: "3",
      Size: "64x32",
      "Denoising strength": "0.3",
      RNG: "CPU",
      Version: "InvokeAI 2",
    });
    const list = [{ prompt: "a" }, { prompt: "b" }];
    const read = await settingsOfPng({
      "sd-metadata": { app_version: "2.1", image: { prompt: list, steps: 5 } },
    });
    expect(read).toEqual({ prompt: "a b", negativePrompt: "", Steps: "5", RNG: "CPU", Version: "2.1" });
    expect(await settingsOfPng({ "sd-metadata": { image: 5 } })).toBeNull();
  });

  it("InvokeAI's parts that are not loaded are named", async () => {
    const now = {
      positive_prompt: "a",
      regions: [{}],
      ref_images: [{}],
      seamless_x: true,
      vae: { name: "mse" },
    };
    expect(await settingsOfPng({ invokeai_metadata: now })).toEqual({
      prompt: "a",
      negativePrompt: "",
      regions: "set",
      "ref images": "set",
      "seamless x": "true",
      vae: "mse",
      RNG: "CPU",
      Version: "InvokeAI",
    });
    const image = {
      prompt: "a",
      steps: 5,
      hires_fix: true,
      perlin: 0,
      variations: [{ seed: 1 }],
      type: "txt2img",
    };
    expect(await settingsOfPng({ "sd-metadata": { image } })).toMatchObject({
      "hires fix": "true",
      variations: "set",
    });
  });

  it("the command line of InvokeAI's forerunner", async () => {
    expect(
      await settingsOfPng({
        Dream: '"a fox [blurry]" -s 20 -S 5 -W512 -H 768 -C7.5 -A k_euler_a -G 0.8 --hires_fix',
      }),
    ).toEqual({
      prompt: "a fox",
      negativePrompt: "blurry",
      Steps: "20",
      Sampler: "k_euler_a",
      "CFG scale": "7.5",
      Seed: "5",
      Size: "512x768",
      "setting G": "0.8",
      "hires fix": "true",
      RNG: "CPU",
      Version: "InvokeAI 1",
    });
    expect(await settingsOfPng({ Dream: "a fox" })).toBeNull();
  });

  it("what its prompts ask for beyond words and weights is named", async () => {
    const image = { prompt: [{ prompt: "a cat.swap(dog) [x.swap(y)]" }], steps: 5 };
    const named = { prompt: "a cat", negativePrompt: "x", Compel: "cat.swap(dog) x.swap(y)" };
    expect(await settingsOfPng({ "sd-metadata": { image } })).toMatchObject(named);
    expect(await settingsOfPng({ Dream: '"a cat.swap(dog) [x.swap(y)]" -s 5' })).toMatchObject(named);
    const now = { positive_prompt: "a cat.swap(dog)", negative_prompt: "x.swap(y)", steps: 5 };
    expect(await settingsOfPng({ invokeai_metadata: now })).toMatchObject(named);
  });
});
