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
import { graph, json, node, settingsOfGraph } from "../../tests/fixtures/comfyui-graphs.ts";
import { propertyRuns } from "../../tests/fixtures/properties.ts";
import { parseParameters } from "./generation-parameters.ts";
import { readImageText } from "./image-text.ts";

describe("ComfyUI’s graph", () => {
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

  it("is read from WebP and JPEG, where it stands in the camera's fields", async () => {
    const data = exif([
      [0x0110, bytes(Buffer.from(`prompt:${json(graph)}\0`))],
      [0x010f, ascii("workflow:{}\0")],
    ]);
    for (const file of [webp(data), jpeg(jpegSegment(0xe1, bytes(ascii("Exif\0\0"), data)))]) {
      const { fields } = parseParameters((await readImageText(file))!);
      expect(Object.fromEntries(fields)).toEqual(first);
    }
  });

  it("a second pass over an enlarged latent, and the nodes that are not loaded", async () => {
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

  it("a node between both conditionings keeps them apart", async () => {
    const control = node("ControlNetApplyAdvanced", { positive: ["6", 0], negative: ["7", 0] });
    const changed = node("KSampler", { ...pass, positive: ["30", 0], negative: ["30", 1] });
    expect(await settingsOfGraph({ "30": control, "9": changed })).toMatchObject({
      prompt,
      negativePrompt: "blurry",
      Nodes: "ControlNetApplyAdvanced",
    });
  });

  it("a conditioning that is emptied has no words", async () => {
    const emptied = { "7": node("ConditioningZeroOut", { conditioning: ["6", 0] }) };
    expect(await settingsOfGraph(emptied)).toMatchObject({
      prompt,
      negativePrompt: "",
      Nodes: "ConditioningZeroOut",
    });
    const positive = {
      "30": node("ConditioningZeroOut", { conditioning: ["6", 0] }),
      "9": node("KSampler", { ...pass, positive: ["30", 0] }),
    };
    const { "Clip skip": _, ...unskipped } = first;
    expect(await settingsOfGraph(positive)).toEqual({
      ...unskipped,
      prompt: prompt.replace(/^[^<]*/u, ""), // adapters work on the model, too
      negativePrompt: "blurry",
      Nodes: "ConditioningZeroOut",
    });
  });

  it("an image that is made smaller before, with a mask", async () => {
    const read = await settingsOfGraph({
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
      settingsOfGraph({
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

  it("a sampler that gets everything through pipes", async () => {
    const { model, positive, negative, latent_image, ...values } = graph["9"].inputs;
    const whole = { prompt, negativePrompt: "blurry", ...first };
    for (const pipe of ["basic_pipe", "pipe"]) {
      const all = {
        "9": node("KSampler", { ...values, latent_image, [pipe]: ["30", 0] }),
        "30": node("ToBasicPipe", { model, positive, negative, vae: ["1", 2] }),
      };
      expect(await settingsOfGraph(all)).toEqual(whole);
      const alone = {
        "9": node("KSampler", { ...values, positive, negative, latent_image, model: ["30", 0] }),
        "30": node("FromBasicPipe", { [pipe]: ["31", 0], vae: ["1", 2] }),
        "31": node("ToBasicPipe", { model, clip: ["1", 1] }),
      };
      expect(await settingsOfGraph(alone)).toEqual(whole);
    }
    for (const latent of ["latent_image", "latent", "pipe"]) {
      const named = {
        "9": node("KSampler", { ...values, model, positive, negative, [latent]: latent_image }),
      };
      expect(await settingsOfGraph(named)).toEqual(whole);
    }
    for (const condition of ["positive", "conditioning"]) {
      const guided = {
        "9": node("SamplerCustomAdvanced", { ...values, latent_image, guider: ["30", 0] }),
        "30": node("CFGGuider", { model, [condition]: positive, negative, cfg: 7 }),
      };
      expect(await settingsOfGraph(guided)).toEqual(whole);
    }
  });

  it("an image that two networks have enlarged names the one before the second pass", async () => {
    const read = await settingsOfGraph({
      "30": node("ImageUpscaleWithModel", { image: ["10", 0] }),
      "31": node("UpscaleByModelTiled", { image: ["30", 0] }),
      "32": node("VAEEncode", { pixels: ["31", 0] }),
      "33": node("KSampler", { ...pass, latent_image: ["32", 0], denoise: 0.5 }),
      "34": node("VAEDecode", { samples: ["33", 0] }),
      "11": node("SaveImage", { images: ["34", 0] }),
    });
    expect(read).toMatchObject({ "Hires upscaler": "UpscaleByModelTiled", "Hires upscale": "unknown" });
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
      settingsOfGraph({
        "9": part({ start_at_step: 0, end_at_step: 12, add_noise: "enable" }),
        "30": part({ start_at_step: 12, add_noise: "disable", latent_image: ["9", 0], ...changes }),
        "10": node("VAEDecode", { samples: ["30", 0] }),
        "40": node("CheckpointLoaderSimple", { ckpt_name: "other.safetensors" }),
        "41": node("CLIPTextEncode", { text: "other" }),
      });
    expect(await parts({})).toEqual({ prompt, negativePrompt: "blurry", ...first });
    const differences = [
      { steps: 21 },
      { cfg: 3 },
      { sampler_name: "ddim" },
      { scheduler: "normal" },
      { model: ["40", 0] },
      { positive: ["41", 0] },
      { negative: ["41", 0] },
    ];
    for (const difference of differences)
      expect(await parts(difference)).toMatchObject({ ...first, Nodes: "KSamplerAdvanced" });
    expect(await parts({ add_noise: "enable" })).toMatchObject({
      "Denoising strength": "0.4",
      "Hires upscale": "1",
    });
    for (const steps of ["many", 0, null])
      expect(await parts({ add_noise: "enable", steps })).toMatchObject({ "Denoising strength": "1" });
  });

  it("samplers and schedules that are nodes, a size by another name, what changes the image afterwards", async () => {
    const read = await settingsOfGraph({
      "8": node("CR Aspect Ratio", { width: 512, height: 768 }),
      "21": node("SamplerEulerAncestral", { eta: 1 }),
      "22": node("KarrasScheduler", { steps: 20 }),
      "23": node("SplitSigmas", { step: ["25", 0], sigmas: ["22", 0] }),
      "25": node("PrimitiveInt", { value: 10 }),
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
