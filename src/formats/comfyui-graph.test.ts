// Settings out of the graph that ComfyUI writes into image files.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ascii,
  bytes,
  exif,
  jpeg,
  jpegSegment,
  png,
  pngText,
  settingsOfPng,
  webp,
} from "../../tests/fixtures/image-files.ts";
import { propertyRuns } from "../../tests/fixtures/properties.ts";
import { parseParameters } from "./generation-parameters.ts";
import { readImageText } from "./image-text.ts";

describe("ComfyUI’s graph", () => {
  const node = (type: string, inputs: object = {}) => ({ class_type: type, inputs });
  const graph = {
    "1": node("CheckpointLoaderSimple", { ckpt_name: "sd15.safetensors" }),
    "2": node("LoraLoader", {
      model: ["1", 0],
      clip: ["1", 1],
      lora_name: "style\\ink.safetensors",
      strength_model: 0.8,
      strength_clip: 0.5,
    }),
    "3": node("LoraLoaderModelOnly", { model: ["2", 0], lora_name: "clay.safetensors", strength_model: 1 }),
    "4": node("CLIPSetLastLayer", { clip: ["2", 1], stop_at_clip_layer: -2 }),
    "5": node("PrimitiveNode", { value: "a red fox" }),
    "6": node("CLIPTextEncode", { clip: ["4", 0], text: ["5", 0] }),
    "7": node("CLIPTextEncode", { clip: ["4", 0], text: "blurry" }),
    "8": node("EmptyLatentImage", { width: 512, height: 768, batch_size: 1 }),
    "9": node("KSampler", {
      model: ["3", 0],
      positive: ["6", 0],
      negative: ["7", 0],
      latent_image: ["8", 0],
      seed: 12345678901234567890n,
      steps: 20,
      cfg: 7,
      sampler_name: "dpmpp_2m",
      scheduler: "karras",
      denoise: 1,
    }),
    "10": node("VAEDecode", { samples: ["9", 0], vae: ["1", 2] }),
    "11": node("SaveImage", { images: ["10", 0] }),
  };
  const json = (value: unknown): string =>
    JSON.stringify(value, (_, one: unknown) => (typeof one === "bigint" ? `#${one}#` : one)).replaceAll(
      /"#(\d+)#"/g,
      "$1",
    );
  const first = {
    Steps: "20",
    Sampler: "dpmpp_2m",
    "Schedule type": "karras",
    "CFG scale": "7",
    Seed: "12345678901234567890",
    Size: "512x768",
    Model: "sd15.safetensors",
    "Clip skip": "2",
    RNG: "CPU",
    Version: "ComfyUI",
  };
  const prompt = "a red fox <lora:ink:0.5:0.8> <lora:clay:0:1>";

  it("one sampler; seeds of 64 bits keep their digits", async () => {
    expect(await settingsOfPng({ prompt: json(graph), workflow: "{}" })).toEqual({
      prompt,
      negativePrompt: "blurry",
      ...first,
    });
  });

  it("in WebP and JPEG, where it stands for a camera", async () => {
    const data = exif([
      [0x0110, bytes(Buffer.from(`prompt:${json(graph)}\0`))],
      [0x010f, ascii("workflow:{}\0")],
    ]);
    for (const file of [webp(data), jpeg(jpegSegment(0xe1, bytes(ascii("Exif\0\0"), data)))]) {
      const { fields } = parseParameters((await readImageText(file))!);
      expect(Object.fromEntries(fields)).toEqual(first);
    }
  });

  it("a second pass over an enlarged latent, and the nodes that are not taken over", async () => {
    const second = {
      ...graph,
      "12": node("LatentUpscaleBy", { samples: ["9", 0], upscale_method: "bicubic", scale_by: 1.5 }),
      "13": node("FreeU", { model: ["3", 0] }),
      "14": node("ControlNetApply", { conditioning: ["6", 0], strength: 1 }),
      "9": node("KSampler", { ...graph["9"].inputs, model: ["13", 0], positive: ["14", 0] }),
      "15": node("KSampler", {
        ...graph["9"].inputs,
        latent_image: ["12", 0],
        steps: 10,
        denoise: 0.5,
        seed: 1,
      }),
      "10": node("VAEDecode", { samples: ["15", 0] }),
    };
    expect(await settingsOfPng({ prompt: json(second) })).toEqual({
      prompt,
      negativePrompt: "blurry",
      ...first,
      "Denoising strength": "0.5",
      "Hires upscale": "1.5",
      "Hires steps": "10",
      "Hires upscaler": "Latent (bicubic)",
      Nodes: "FreeU, ControlNetApply",
    });
  });

  it("a second pass at a size of its own", async () => {
    const sized = {
      ...graph,
      "12": node("LatentUpscale", { samples: ["9", 0], upscale_method: "area", width: 1024, height: 0 }),
      "15": node("KSampler", { ...graph["9"].inputs, latent_image: ["12", 0], steps: 10, denoise: 0.5 }),
      "10": node("VAEDecode", { samples: ["15", 0] }),
    };
    expect(await settingsOfPng({ prompt: json(sized) })).toEqual({
      prompt,
      negativePrompt: "blurry",
      ...first,
      "Denoising strength": "0.5",
      "Hires resize": "1024x0",
      "Hires steps": "10",
      "Hires upscaler": "area",
    });
  });

  it("samplers in parts, and one that starts from an image", async () => {
    const parts = {
      ...graph,
      "20": node("RandomNoise", { noise_seed: 5 }),
      "21": node("KSamplerSelect", { sampler_name: "euler_ancestral" }),
      "22": node("BasicScheduler", { model: ["3", 0], scheduler: "normal", steps: 12, denoise: 0.6 }),
      "23": node("CFGGuider", { model: ["3", 0], positive: ["6", 0], negative: ["7", 0], cfg: 4 }),
      "24": node("LoadImage", { image: "x.png" }),
      "25": node("VAEEncode", { pixels: ["24", 0] }),
      "9": node("SamplerCustomAdvanced", {
        noise: ["20", 0],
        guider: ["23", 0],
        sampler: ["21", 0],
        sigmas: ["22", 0],
        latent_image: ["25", 0],
      }),
    };
    expect(await settingsOfPng({ prompt: json(parts) })).toEqual({
      prompt,
      negativePrompt: "blurry",
      Steps: "12",
      Sampler: "euler_ancestral",
      "Schedule type": "normal",
      "CFG scale": "4",
      Seed: "5",
      Model: "sd15.safetensors",
      "Denoising strength": "0.6",
      "Clip skip": "2",
      RNG: "CPU",
      Version: "ComfyUI",
    });
  });

  const pass = graph["9"].inputs;
  const settings = (changes: object) => settingsOfPng({ prompt: json({ ...graph, ...changes }) });
  const loader = (type: string, inputs: object) => ({
    "2": node(type, { model: ["1", 0], clip: ["1", 1], ...inputs }),
    "9": node("KSampler", { ...pass, model: ["2", 0] }),
  });

  it.each<[string, object, string]>([
    [
      "rgthree's list",
      loader("Power Lora Loader (rgthree)", {
        header: { type: "x" },
        lora_1: { on: true, lora: "style/ink.safetensors", strength: 0.8 },
        lora_2: { on: false, lora: "off.safetensors", strength: 1 },
        lora_3: { on: true, lora: "clay.safetensors", strength: 0.5, strengthTwo: 0.2 },
      }),
      "<lora:ink:0.8> <lora:clay:0.2:0.5>",
    ],
    [
      "rgthree's stack",
      loader("Lora Loader Stack (rgthree)", { lora_01: "ink.pt", strength_01: 0.8, lora_02: "None" }),
      "<lora:ink:0.8>",
    ],
    [
      "a stack of its own",
      {
        ...loader("CR Apply LoRA Stack", { lora_stack: ["30", 0] }),
        "30": node("CR LoRA Stack", {
          switch_1: "On",
          lora_name_1: "ink.pt",
          model_weight_1: 0.8,
          clip_weight_1: 0.6,
          switch_2: "Off",
          lora_name_2: "off.pt",
        }),
      },
      "<lora:ink:0.6:0.8>",
    ],
    [
      "the first places of a stack",
      {
        ...loader("Apply LoRA Stack", { lora_stack: ["30", 0] }),
        "30": node("LoRA Stacker", {
          input_mode: "advanced",
          lora_count: 2,
          ...Object.fromEntries(
            ["ink", "clay", "old"].flatMap((name, i) => [
              [`lora_name_${i + 1}`, `${name}.pt`],
              [`lora_wt_${i + 1}`, 0.5],
              [`model_str_${i + 1}`, 0.8],
              [`clip_str_${i + 1}`, 0.6],
            ]),
          ),
        }),
      },
      "<lora:ink:0.6:0.8> <lora:clay:0.6:0.8>",
    ],
    [
      "a stack with one strength for both",
      {
        ...loader("Apply LoRA Stack", { lora_stack: ["30", 0] }),
        "30": node("LoRA Stacker", {
          input_mode: "simple",
          lora_count: 2,
          ...Object.fromEntries(
            ["ink", "clay", "old"].flatMap((name, i) => [
              [`lora_name_${i + 1}`, `${name}.pt`],
              [`lora_wt_${i + 1}`, 0.5],
              [`model_str_${i + 1}`, 0.8],
              [`clip_str_${i + 1}`, 0.6],
            ]),
          ),
        }),
      },
      "<lora:ink:0.5> <lora:clay:0.5>",
    ],
    [
      "a list with previews",
      loader("LoraLoader|pysssss", { lora_name: { content: "ink.pt" }, strength_model: 1, strength_clip: 1 }),
      "<lora:ink:1>",
    ],
    ["tags", loader("Lora Loader (LoraManager)", { text: "<lora:ink:0.7>" }), "<lora:ink:0.7>"],
  ])("adapters in %s", async (_, changes, tags) => {
    const read = await settings(changes);
    expect(read).toMatchObject({ prompt: `a red fox ${tags}`, Model: "sd15.safetensors" });
    expect(read).not.toHaveProperty("Nodes");
  });

  it.each<[string, object, string]>([
    [
      "joined",
      {
        "5": node("StringConcatenate", { string_a: "a red", string_b: ["31", 0], delimiter: " " }),
        "31": node("PrimitiveString", { value: "fox" }),
      },
      "a red fox",
    ],
    [
      "drawn",
      { "6": node("ImpactWildcardEncode", { populated_text: "a red fox", wildcard_text: "{a}" }) },
      "a red fox",
    ],
    [
      "behind a node that passes them on",
      { "6": node("Any Switch", { any_01: ["31", 0] }), "31": node("CLIPTextEncode", { text: "a red fox" }) },
      "a red fox",
    ],
    [
      "of an embedding",
      { "6": node("CLIPTextEncode", { text: "embedding:my/fox.pt, (embedding:b:1.2)" }) },
      "fox, (b:1.2)",
    ],
  ])("words %s", async (_, changes, expected) => {
    expect((await settings(changes))!.prompt).toBe(`${expected} <lora:ink:0.5:0.8> <lora:clay:0:1>`);
  });

  it("a node between both conditionings keeps them apart", async () => {
    const control = node("ControlNetApplyAdvanced", { positive: ["6", 0], negative: ["7", 0] });
    const changed = node("KSampler", { ...pass, positive: ["30", 0], negative: ["30", 1] });
    expect(await settings({ "30": control, "9": changed })).toMatchObject({
      prompt,
      negativePrompt: "blurry",
      Nodes: "ControlNetApplyAdvanced",
    });
  });

  it("a conditioning that is emptied has no words", async () => {
    const emptied = { "7": node("ConditioningZeroOut", { conditioning: ["6", 0] }) };
    expect(await settings(emptied)).toMatchObject({
      prompt,
      negativePrompt: "",
      Nodes: "ConditioningZeroOut",
    });
  });

  it("an image that is made smaller before, with a mask", async () => {
    const read = await settings({
      "8": node("SetLatentNoiseMask", { samples: ["30", 0], mask: ["32", 1] }),
      "30": node("VAEEncode", { pixels: ["31", 0] }),
      "31": node("ImageScale", { image: ["32", 0], width: 512, height: 640 }),
      "32": node("LoadImage", { image: "x.png" }),
      "9": node("KSampler", { ...pass, denoise: 0.6 }),
    });
    expect(read).toEqual({
      prompt,
      negativePrompt: "blurry",
      ...first,
      Size: "512x640",
      "Denoising strength": "0.6",
      Nodes: "SetLatentNoiseMask",
    });
  });

  it("a second pass over an image that a network has enlarged", async () => {
    const second = (source: string) =>
      settings({
        "30": node("ImageUpscaleWithModel", { image: ["10", 0] }),
        "31": node("ImageScale", { image: ["30", 0], width: 1024, height: 1536, upscale_method: "lanczos" }),
        "32": node("VAEEncode", { pixels: [source, 0] }),
        "33": node("KSampler", { ...pass, latent_image: ["32", 0], denoise: 0.5 }),
        "34": node("VAEDecode", { samples: ["33", 0] }),
        "11": node("SaveImage", { images: ["34", 0] }),
      });
    const hires = {
      "Denoising strength": "0.5",
      "Hires upscaler": "ImageUpscaleWithModel",
      "Hires steps": "20",
    };
    expect(await second("31")).toMatchObject({ ...first, ...hires, "Hires resize": "1024x1536" });
    expect(await second("30")).toMatchObject({ ...first, ...hires, "Hires upscale": "unknown" });
  });

  it("a loader that encodes, too, and its sampler", async () => {
    const efficient = {
      "1": node("Efficient Loader", {
        ckpt_name: "sd15.safetensors",
        lora_name: "ink.pt",
        lora_model_strength: 0.7,
        lora_clip_strength: 0.6,
        clip_skip: -2,
        positive: "a red fox",
        negative: "blurry",
        empty_latent_width: 512,
        empty_latent_height: 768,
      }),
      "9": node("KSampler (Efficient)", {
        ...pass,
        model: ["1", 0],
        positive: ["1", 1],
        negative: ["1", 2],
        latent_image: ["1", 3],
      }),
      "11": node("SaveImage", { images: ["9", 5] }),
    };
    expect(await settingsOfPng({ prompt: json(efficient) })).toEqual({
      prompt: "a red fox <lora:ink:0.6:0.7>",
      negativePrompt: "blurry",
      ...first,
    });
  });

  it("one pass in two parts is one; parts that differ are named", async () => {
    const part = (changes: object) =>
      node("KSamplerAdvanced", {
        ...pass,
        denoise: undefined,
        noise_seed: 12345678901234567890n,
        ...changes,
      });
    const parts = (changes: object) =>
      settings({
        "9": part({ start_at_step: 0, end_at_step: 12, add_noise: "enable" }),
        "30": part({ start_at_step: 12, add_noise: "disable", latent_image: ["9", 0], ...changes }),
        "10": node("VAEDecode", { samples: ["30", 0] }),
      });
    expect(await parts({})).toEqual({ prompt, negativePrompt: "blurry", ...first });
    expect(await parts({ cfg: 3 })).toMatchObject({ Nodes: "KSamplerAdvanced" });
    expect(await parts({ add_noise: "enable" })).toMatchObject({
      "Denoising strength": "0.4",
      "Hires upscale": "1",
    });
    for (const steps of ["many", 0, null])
      expect(await parts({ add_noise: "enable", steps })).toMatchObject({ "Denoising strength": "1" });
  });

  it("samplers and schedules that are nodes, a size by another name, what changes the image afterwards", async () => {
    const read = await settings({
      "8": node("CR Aspect Ratio", { width: 512, height: 768 }),
      "21": node("SamplerEulerAncestral", { eta: 1 }),
      "22": node("KarrasScheduler", { steps: 20 }),
      "23": node("SplitSigmas", { sigmas: ["22", 0], step: 10 }),
      "9": node("SamplerCustom", {
        ...pass,
        sampler_name: null,
        scheduler: null,
        steps: null,
        sampler: ["21", 0],
        sigmas: ["23", 0],
      }),
      "24": node("FaceDetailer", { image: ["10", 0], steps: 9 }),
      "11": node("SaveImage", { images: ["24", 0] }),
    });
    expect(read).toEqual({
      prompt,
      negativePrompt: "blurry",
      ...first,
      Sampler: "Euler_Ancestral",
      "Schedule type": "Karras",
      Nodes: "FaceDetailer",
    });
  });

  const settingsOf = async (nodes: object): Promise<Record<string, string>> => ({
    ...(await settingsOfPng({ prompt: json(nodes) })),
  });

  it("whatever name a node gives to what it takes from the one before", async () => {
    const fieldsOf = async (change: object): Promise<string> => {
      const found = await settingsOf({ ...graph, ...change });
      return ["prompt", "Steps", "Seed", "Hires steps"].map((name) => found[name]).join();
    };
    const [one, seed] = [prompt, "12345678901234567890"];
    const other = { "30": node("KSampler", { steps: 1 }) };
    for (const link of ["images", "image", "samples", "latent", "pixels", "latent_image"]) {
      const image = { "10": node("Reroute", { [link]: ["9", 0] }) };
      expect(await fieldsOf({ ...other, ...image })).toBe(`${one},20,${seed},`);
      const latent = {
        "12": node("Reroute", { [link]: ["9", 0] }),
        "15": node("KSampler", { latent_image: ["12", 0], steps: 3 }),
        "10": node("VAEDecode", { samples: ["15", 0] }),
      };
      expect(await fieldsOf(latent)).toBe(`${one},20,${seed},3`);
    }
    for (const link of ["conditioning", "conditioning_1", "conditioning_to", "positive", "cond1"]) {
      const step = { "14": node("ConditioningCombine", { [link]: ["6", 0] }) };
      const sampler = { "9": node("KSampler", { ...graph["9"].inputs, positive: ["14", 0] }) };
      expect(await fieldsOf({ ...step, ...sampler })).toBe(`${one},20,${seed},`);
    }
    for (const name of ["value", "text", "string", "seed", "int", "float", "Text", "text_g", "String"])
      expect(await fieldsOf({ "5": node("Primitive", { [name]: "a red fox" }) })).toBe(`${one},20,${seed},`);
    const { seed: _, ...unseeded } = graph["9"].inputs as Record<string, unknown>;
    for (const input of [{ noise_seed: 5 }, { noise: ["20", 0] }]) {
      const noise = {
        "20": node("Noise", { seed: 5 }),
        "9": node("KSamplerAdvanced", { ...unseeded, ...input }),
      };
      expect(await fieldsOf(noise)).toBe(`${one},20,5,`);
    }
  });

  it("one strength where both are the same", async () => {
    const inputs = { ...graph["2"].inputs, strength_clip: 0.8 };
    const found = await settingsOf({ ...graph, "2": node("LoraLoader", inputs) });
    expect(found["prompt"]).toBe("a red fox <lora:ink:0.8> <lora:clay:0:1>");
  });

  it("never throws or hangs: circles, missing nodes, any values", async () => {
    const value = fc.oneof(
      fc.tuple(fc.constantFrom("0", "1", "2", "3"), fc.nat(2)),
      fc.string(),
      fc.integer(),
      fc.constant(null),
    );
    const inputs = fc.dictionary(
      fc.constantFrom(
        "model",
        "positive",
        "negative",
        "latent_image",
        "samples",
        "images",
        "text",
        "conditioning",
        "clip",
        "seed",
        "width",
        "lora_name",
        "__proto__",
      ),
      value,
    );
    const types = fc.constantFrom(
      "KSampler",
      "SaveImage",
      "VAEDecode",
      "CLIPTextEncode",
      "LoraLoader",
      "EmptyLatentImage",
      "LatentUpscale",
      "CLIPSetLastLayer",
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ class_type: types, inputs }), { maxLength: 5 }),
        async (nodes) => {
          const found = await readImageText(
            png(pngText("prompt", JSON.stringify(Object.fromEntries(nodes.entries())))),
          );
          expect(found === null || typeof found === "string").toBe(true);
        },
      ),
      propertyRuns(500),
    );
  });
});
