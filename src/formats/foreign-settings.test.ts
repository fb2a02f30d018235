// Settings that other tools write into image files, in their own forms.
import { describe, expect, it } from "vitest";
import { ascii, bytes, exif, jpeg, jpegSegment, settingsOfPng } from "../../tests/fixtures/image-files.ts";
import { readImageText } from "./image-text.ts";

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

  it("SwarmUI with adapters and no words", async () => {
    const sui = { prompt: "", loras: ["ink"], loraweights: ["0.5"], swarm_version: "0.9" };
    const settings = await settingsOfPng({ parameters: { sui_image_params: sui } });
    expect(settings).toMatchObject({ prompt: "<lora:ink:0.5>", negativePrompt: "" });
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

  it("SwarmUI with lists as texts, tags in the prompt, and every field", async () => {
    const sui = {
      prompt: "a fox",
      loras: "style\\ink.pt, clay",
      loraweights: "0.5,x",
      model: "m",
      initimagecreativity: 0.4,
      clipstopatlayer: "-2",
      images: 4,
      "odd_label!": [1],
      none: "None",
      off: false,
      empty: [],
    };
    const read = (change: object) =>
      settingsOfPng({ parameters: { sui_image_params: { ...sui, ...change } } });
    expect(await read({})).toEqual({
      prompt: "a fox <lora:ink:0.5> <lora:clay>",
      negativePrompt: "",
      Model: "m",
      "Denoising strength": "0.4",
      "Clip skip": "2",
      "odd label": "set",
      RNG: "CPU",
      Version: "SwarmUI",
    });
    expect(await read({ prompt: "x <LORA:own:1>", width: 5 })).toMatchObject({ prompt: "x <LORA:own:1>" });
    expect(await read({ width: 5 })).not.toHaveProperty("Size");
    expect(await read({ "": "x" })).toMatchObject({ setting: "x" });
    expect(await read({ ["x".repeat(70)]: 1 })).toMatchObject({ ["x".repeat(60)]: "1" });
  });

  it("NovelAI by its fields alone, and with its prompt in the description", async () => {
    expect(await settingsOfPng({ comment: { uc: "low", strength: 0.2 }, Description: " a [fox} " })).toEqual({
      prompt: "a fox",
      negativePrompt: "low",
      "Denoising strength": "0.2",
      RNG: "CPU",
      Version: "NovelAI",
    });
    expect(await settingsOfPng({ parameters: { v4_prompt: {}, prompt: "{a}", steps: 5 } })).toMatchObject({
      prompt: "(a:1.05)",
      Version: "NovelAI",
    });
    expect(await settingsOfPng({ parameters: { uc: "x" } })).toBeNull();
    expect(
      await settingsOfPng({ Comment: { metadata_scheme: "fooocus", prompt: "a", steps: 5 } }),
    ).toMatchObject({
      prompt: "a",
      Version: "Fooocus",
    });
  });

  it("Fooocus' log, with labels for people", async () => {
    const log = {
      Prompt: "a fox",
      "Negative Prompt": "ugly",
      "Guidance Scale": 4,
      Performance: "Speed",
      "Clip Skip": 2,
      "LoRA 1": "ink.safetensors : 0.5",
      lora_combined_2: "a : b : 1",
      "LoRA 3": "nothing",
    };
    expect(await settingsOfPng({ parameters: log })).toEqual({
      prompt: "a fox <lora:ink:0.5> <lora:a _ b:1>",
      negativePrompt: "ugly",
      "CFG scale": "4",
      "Clip skip": "2",
      RNG: "CPU",
      Version: "Fooocus",
    });
    const listed = { ...log, loras: [["clay", 1]] };
    expect(await settingsOfPng({ parameters: listed })).toMatchObject({ prompt: "a fox <lora:clay:1>" });
    expect(await settingsOfPng({ parameters: { guidance_scale: 4, prompt: "a" } })).toBeNull();
    expect(await settingsOfPng({ parameters: { guidance_scale: 4, performance: "x" } })).toMatchObject({
      "CFG scale": "4",
    });
  });

  it("SwarmUI's weights of the text encoder, and its early JPEG files", async () => {
    const sui = {
      prompt: "a fox",
      loras: ["ink", "clay"],
      loraweights: ["0.5", "1"],
      loratencweights: ["0.2", "1"],
    };
    const read = await settingsOfPng({ parameters: { sui_image_params: sui } });
    expect(read).toEqual({
      prompt: "a fox <lora:ink:0.2:0.5> <lora:clay:1>",
      negativePrompt: "",
      RNG: "CPU",
      Version: "SwarmUI",
    });
    const camera = exif([[0x0110, ascii(`${JSON.stringify({ sui_image_params: sui })}\0`)]]);
    const file = jpeg(jpegSegment(0xe1, bytes(ascii("Exif\0\0"), camera)));
    expect(await readImageText(file)).toContain("<lora:ink:0.2:0.5>");
  });

  it("NovelAI 4: weights before the words, and characters", async () => {
    const caption = (text: string) => ({ caption: { char_captions: [{ char_caption: text }, {}] } });
    const settings = {
      prompt: "1.3::red (fox)::, {snow}, -1::blur",
      uc: "2::::low",
      steps: 5,
      v4_prompt: caption("girl"),
      v4_negative_prompt: caption("hat"),
    };
    expect(await settingsOfPng({ Comment: settings })).toEqual({
      prompt: "(red \\(fox\\):1.3), (snow:1.05), (blur:-1)",
      negativePrompt: "low",
      Steps: "5",
      Characters: "girl",
      "Negative characters": "hat",
      RNG: "CPU",
      Version: "NovelAI",
    });
  });

  it("NovelAI 4: a weight ends before the next one", async () => {
    const promptOf = async (prompt: string) =>
      (await settingsOfPng({ Comment: { prompt, uc: "", steps: 5, v4_prompt: {} } }))!.prompt;
    expect(await promptOf("1.2::a, b, 0.8::c::, d")).toBe("(a, b, :1.2)(c:0.8), d");
    expect(await promptOf("1.2::a v1.5 -1::b")).toBe("(a v1.5 :1.2)(b:-1)");
    expect(await promptOf("1.2::0.8::c")).toBe("(c:0.8)");
  });

  it("NovelAI beside a comment in XMP that is no settings", async () => {
    const xmp = "<exif:UserComment><rdf:Alt><rdf:li>my fox</rdf:li></rdf:Alt></exif:UserComment>";
    expect(
      await settingsOfPng({ "XML:com.adobe.xmp": xmp, Comment: { prompt: "a fox", uc: "", steps: 5 } }),
    ).toMatchObject({ prompt: "a fox", Steps: "5", Version: "NovelAI" });
  });

  it("XMP whose comment never ends, in linear time", async () => {
    for (const part of ["<exif:UserComment>", "<exif:UserComment><rdf:li", "<exif:UserComment><rdf:li>"])
      expect(await settingsOfPng({ "XML:com.adobe.xmp": part.repeat(40_000) })).toBeNull();
  });

  it("Draw Things, in EXIF and in XMP", async () => {
    const settings = {
      c: "a fox",
      uc: "blurry",
      model: "sd_v1.5_f16.ckpt",
      sampler: "DPM++ 2M Karras",
      seed: 5,
      seed_mode: "Scale Alike",
      scale: 7.5,
      steps: 20,
      size: "512x768",
      strength: 1,
      lora: [{ model: "ink.ckpt", weight: 0.6 }],
      mask_blur: 2,
      v2: { seed: 5 },
    };
    const expected = {
      prompt: "a fox <lora:ink:0.6>",
      negativePrompt: "blurry",
      Steps: "20",
      Sampler: "DPM++ 2M Karras",
      "CFG scale": "7.5",
      Seed: "5",
      Size: "512x768",
      Model: "sd_v1.5_f16.ckpt",
      "mask blur": "2",
      "Seed mode": "Scale Alike",
      RNG: "CPU",
      Version: "Draw Things",
    };
    expect(await settingsOfPng({ parameters: settings })).toEqual(expected);
    const item = `<rdf:li xml:lang="x-default">${JSON.stringify(settings).replaceAll('"', "&quot;")}</rdf:li>`;
    expect(
      await settingsOfPng({
        "XML:com.adobe.xmp": `<exif:UserComment><rdf:Alt>${item}</rdf:Alt></exif:UserComment>`,
      }),
    ).toEqual(expected);
    const gpu = { ...settings, seed_mode: "Nvidia GPU Compatible", strength: 0.4 };
    expect(await settingsOfPng({ parameters: gpu })).toMatchObject({
      RNG: "NV",
      "Denoising strength": "0.4",
    });
  });

  it("Easy Diffusion: entries by either names, or JSON", async () => {
    const expected = {
      prompt: "a fox <lora:ink:0.5>",
      negativePrompt: "blurry",
      Steps: "25",
      Sampler: "euler_a",
      "CFG scale": "7.5",
      Seed: "5",
      Size: "512x768",
      Model: "sd-v1-5",
      Version: "Easy Diffusion",
    };
    const labels = {
      Prompt: "a fox",
      "Negative Prompt": "blurry",
      Seed: "5",
      "Stable Diffusion model": "sd-v1-5",
      Steps: "25",
      "Guidance Scale": "7.5",
      Sampler: "euler_a",
      Width: "512",
      Height: "768",
      "LoRA model": "ink",
      "LoRA Strength": "0.5",
      "Clip Skip": "False",
    };
    expect(await settingsOfPng(labels)).toEqual(expected);
    const json = {
      prompt: "a fox",
      negative_prompt: "blurry",
      seed: 5,
      use_stable_diffusion_model: "sd-v1-5",
      num_inference_steps: 25,
      guidance_scale: 7.5,
      sampler_name: "euler_a",
      width: 512,
      height: 768,
      use_lora_model: ["ink", "None"],
      lora_alpha: [0.5, 1],
      clip_skip: true,
      use_vae_model: "mse",
    };
    expect(await settingsOfPng({ parameters: json })).toEqual({
      ...expected,
      "Clip skip": "2",
      "use vae model": "mse",
    });
  });

  it("Easy Diffusion's other labels, as its text files and early images have them", async () => {
    const labels = {
      "Guidance Scale": "7.5",
      Steps: "25",
      Prompt: "a fox",
      "VAE model": "mse",
      "Hypernetwork model": "anime",
      "Hypernetwork Strength": "0.4",
      "Prompt Strength": "0.8",
      "LoRA model": "['ink', 'clay']",
      "LoRA Strength": "[0.5, 0.25]",
      "Clip Skip": "True",
      Tiling: "None",
    };
    expect(await settingsOfPng(labels)).toEqual({
      prompt: "a fox <lora:ink:0.5> <lora:clay:0.25>",
      negativePrompt: "",
      Steps: "25",
      "CFG scale": "7.5",
      "Denoising strength": "0.8",
      "Clip skip": "2",
      "use vae model": "mse",
      "use hypernetwork model": "anime",
      "hypernetwork strength": "0.4",
      Version: "Easy Diffusion",
    });
    expect(await settingsOfPng({ "Guidance Scale": "7.5" })).toBeNull();
    expect(await settingsOfPng({ num_inference_steps: "9" })).toMatchObject({ Steps: "9" });
  });

  it("every field of each tool has its label", async () => {
    const novel = {
      prompt: "a",
      uc: "b",
      steps: 1,
      sampler: "s",
      noise_schedule: "n",
      scale: 2,
      seed: 3,
      width: 4,
      height: 5,
      strength: 0.6,
    };
    expect(await settingsOfPng({ Source: "m", Comment: novel })).toEqual({
      prompt: "a",
      negativePrompt: "b",
      Steps: "1",
      Sampler: "s",
      "Schedule type": "n",
      "CFG scale": "2",
      Seed: "3",
      Size: "4x5",
      Model: "m",
      "Denoising strength": "0.6",
      RNG: "CPU",
      Version: "NovelAI",
    });
    const sui = {
      prompt: "a",
      negativeprompt: "b",
      steps: 1,
      sampler: "s",
      scheduler: "n",
      cfgscale: 2,
      seed: 3,
      width: 4,
      height: 5,
      model: "m",
      initimagecreativity: 0.6,
      clipstopatlayer: -2,
      swarm_version: "0.9",
    };
    expect(await settingsOfPng({ parameters: { sui_image_params: sui } })).toEqual({
      prompt: "a",
      negativePrompt: "b",
      Steps: "1",
      Sampler: "s",
      "Schedule type": "n",
      "CFG scale": "2",
      Seed: "3",
      Size: "4x5",
      Model: "m",
      "Denoising strength": "0.6",
      "Clip skip": "2",
      RNG: "CPU",
      Version: "SwarmUI 0.9",
    });
    // What each tool has in its files without any effect on the image is not named.
    const silent = {
      aspectratio: "1:1",
      sidelength: 9,
      images: 4,
      date: "x",
      generation_time: "x",
      batchsize: 2,
      resolution: "r",
      automaticvae: true,
      loras: "",
      loraweights: "x",
      loratencweights: "x",
    };
    expect(
      Object.keys((await settingsOfPng({ parameters: { sui_image_params: { prompt: "a", ...silent } } }))!),
    ).toEqual(["prompt", "negativePrompt", "RNG", "Version"]);
    const quiet = {
      n_samples: 1,
      signed_hash: "x",
      request_type: "x",
      legacy: true,
      legacy_v3_extend: true,
      params_version: 1,
      add_original_image: true,
      version: 1,
      extra_noise_seed: 1,
    };
    expect(Object.keys((await settingsOfPng({ Comment: { uc: "b", ...quiet } }))!)).toEqual([
      "prompt",
      "negativePrompt",
      "RNG",
      "Version",
    ]);
    const fooocus = {
      metadata_scheme: "fooocus",
      performance: "x",
      created_by: "x",
      base_model_hash: "x",
      fooocus_v2_expansion: "x",
      vae: "x",
      negative_prompt: "b",
    };
    expect(await settingsOfPng({ parameters: fooocus })).toEqual({
      prompt: "",
      negativePrompt: "b",
      RNG: "CPU",
      Version: "Fooocus",
    });
  });

  it("numbers that JSON lacks are null, outside of texts, in linear time", async () => {
    const written = `{"positive_prompt": "NaN${" ".repeat(100_000)}x", "cfg_scale": NaN, "steps": -Infinity}`;
    const read = await settingsOfPng({ invokeai_metadata: written });
    expect(read).toMatchObject({ negativePrompt: "", RNG: "CPU" });
    expect(read!.prompt.slice(0, 4)).toBe("NaN ");
    expect(read).not.toHaveProperty("Steps");
  });

  it("JSON from an unknown tool, keys of Object's prototype", async () => {
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
