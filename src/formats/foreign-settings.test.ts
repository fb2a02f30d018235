// Settings that other tools write into image files, in their own forms.
import { describe, expect, it } from "vitest";
import { settingsOfPng } from "../../tests/fixtures/image-files.ts";

describe("other tools", () => {
  it("SwarmUI", async () => {
    const sui = {
      prompt: "a fox",
      negativeprompt: "blurry",
      seed: 42,
      steps: 25,
      cfgscale: 4.5,
      width: 64,
      height: 96,
      sampler: "euler_ancestral",
      scheduler: "normal",
      loras: ["style/ink.safetensors", "clay"],
      loraweights: ["0.5", 1],
      refinerupscale: 1.5,
      swarm_version: "0.9",
    };
    expect(await settingsOfPng({ parameters: { sui_image_params: sui, sui_extra_data: {} } })).toEqual({
      prompt: "a fox <lora:ink:0.5> <lora:clay:1>",
      negativePrompt: "blurry",
      Steps: "25",
      Sampler: "euler_ancestral",
      "Schedule type": "normal",
      "CFG scale": "4.5",
      Seed: "42",
      Size: "64x96",
      refinerupscale: "1.5",
      RNG: "CPU",
      Version: "SwarmUI 0.9",
    });
  });

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

  it("NovelAI: braces weigh 1.05, round brackets are text", async () => {
    const settings = {
      prompt: "{{fox}}, [snow], cat (animal), {x",
      steps: 28,
      height: 768,
      width: 512,
      scale: 5,
      seed: 9,
      sampler: "k_euler_ancestral",
      noise_schedule: "karras",
      uc: "lowres",
      sm: true,
    };
    expect(
      await settingsOfPng({
        Software: "NovelAI",
        Source: "NovelAI Diffusion V3",
        Description: "{{fox}}",
        Comment: settings,
      }),
    ).toEqual({
      prompt: "((fox:1.05):1.05), (snow:0.952), cat \\(animal\\), x",
      negativePrompt: "lowres",
      Steps: "28",
      Sampler: "k_euler_ancestral",
      "Schedule type": "karras",
      "CFG scale": "5",
      Seed: "9",
      Size: "512x768",
      Model: "NovelAI Diffusion V3",
      sm: "true",
      RNG: "CPU",
      Version: "NovelAI",
    });
  });

  it("Fooocus: what its styles have made of the prompt", async () => {
    const settings = {
      metadata_scheme: "fooocus",
      prompt: "a fox",
      full_prompt: ["a fox, cinematic", "sharp"],
      negative_prompt: "",
      full_negative_prompt: ["ugly"],
      performance: "Speed",
      steps: 30,
      guidance_scale: 4,
      resolution: "(1152, 896)",
      sampler: "dpmpp_2m_sde_gpu",
      scheduler: "karras",
      seed: "123",
      base_model: "jug.safetensors",
      loras: [["off_set.safetensors", 0.1, "hash"]],
      sharpness: 2,
      version: "Fooocus v2.5.5",
    };
    expect(await settingsOfPng({ fooocus_scheme: "fooocus", parameters: settings })).toEqual({
      prompt: "a fox, cinematic, sharp <lora:off_set:0.1>",
      negativePrompt: "ugly",
      Steps: "30",
      Sampler: "dpmpp_2m_sde_gpu",
      "Schedule type": "karras",
      "CFG scale": "4",
      Seed: "123",
      Size: "1152x896",
      Model: "jug.safetensors",
      sharpness: "2",
      RNG: "CPU",
      Version: "Fooocus v2.5.5",
    });
  });

  it("a JSON of nobody known, keys of Object's prototype", async () => {
    expect(
      await settingsOfPng({
        parameters: '{"constructor": {}, "__proto__": {"sui_image_params": {"prompt": "x"}}}',
      }),
    ).toBeNull();
    expect(
      await settingsOfPng({ prompt: '{"constructor": {"class_type": "toString", "inputs": {}}}' }),
    ).toBeNull();
    expect(await settingsOfPng({ parameters: '{"loss": NaN}' })).toBeNull(); // Python's JSON
    expect(await settingsOfPng({ parameters: "{red|blue} fox" })).toMatchObject({ prompt: "{red|blue} fox" });
  });
});
