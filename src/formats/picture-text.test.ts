// Settings in picture files of other tools. The files are put together here, byte by byte, as those tools write them.
import { deflateSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyRuns } from "../../tests/fixtures/properties.ts";
import { parseParameters } from "./generation-parameters.ts";
import { readPictureText } from "./picture-text.ts";

const ascii = (text: string): Buffer => Buffer.from(text, "latin1");
const bytes = (...parts: Uint8Array[]): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.concat(parts));

const uint32 = (value: number, little = false): Buffer => {
  const out = Buffer.alloc(4);
  if (little) out.writeUInt32LE(value);
  else out.writeUInt32BE(value);
  return out;
};
const chunk = (type: string, data: Uint8Array): Uint8Array =>
  bytes(uint32(data.length), ascii(type), data, uint32(0));
const png = (...chunks: Uint8Array[]): Uint8Array<ArrayBuffer> =>
  bytes(
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", new Uint8Array(13)),
    ...chunks,
    chunk("IDAT", new Uint8Array(20)),
    chunk("IEND", new Uint8Array()),
  );
const text = (keyword: string, value: string | Uint8Array): Uint8Array =>
  chunk("tEXt", bytes(ascii(`${keyword}\0`), typeof value === "string" ? Buffer.from(value) : value));

/** One directory of text fields, and the inner one with the comment. */
function exif(
  fields: readonly (readonly [tag: number, value: Uint8Array])[],
  { little = false } = {},
): Uint8Array {
  const word = (value: number): Buffer =>
    little ? Buffer.from([value & 255, value >> 8]) : Buffer.from([value >> 8, value & 255]);
  const outer = fields.filter(([tag]) => tag !== 0x9286);
  const inner = fields.filter(([tag]) => tag === 0x9286);
  const outerSize = 2 + 12 * (outer.length + (inner.length > 0 ? 1 : 0)) + 4;
  const innerAt = 8 + outerSize;
  let data = innerAt + 2 + 12 * inner.length + 4;
  const values: Uint8Array[] = [];
  const entry = ([tag, value]: readonly [number, Uint8Array]): Uint8Array => {
    const at = data;
    data += value.length;
    values.push(value);
    return bytes(word(tag), word(tag === 0x9286 ? 7 : 2), uint32(value.length, little), uint32(at, little));
  };
  const entries = outer.map(entry);
  if (inner.length > 0)
    entries.push(bytes(word(0x8769), word(4), uint32(1, little), uint32(innerAt, little)));
  const innerEntries = inner.map(entry);
  return bytes(
    ascii(little ? "II" : "MM"),
    word(42),
    uint32(8, little),
    word(entries.length),
    ...entries,
    uint32(0),
    word(innerEntries.length),
    ...innerEntries,
    uint32(0),
    ...values,
  );
}
const utf16 = (value: string, order: "be" | "le"): Uint8Array => {
  const out = Buffer.from(value, "utf16le");
  return order === "le" ? out : out.swap16();
};
const comment = (
  value: string,
  order: "be" | "le" | "ascii" | "none" = "be",
): readonly [number, Uint8Array] => [
  0x9286,
  order === "ascii"
    ? bytes(ascii("ASCII\0\0\0"), Buffer.from(value))
    : order === "none"
      ? bytes(Buffer.alloc(8), Buffer.from(value))
      : bytes(ascii("UNICODE\0"), utf16(value, order)),
];
const webp = (data: Uint8Array): Uint8Array<ArrayBuffer> => {
  const body = bytes(
    ascii("WEBP"),
    ascii("VP8 "),
    uint32(3, true),
    new Uint8Array(4),
    ascii("EXIF"),
    uint32(data.length, true),
    data,
  );
  return bytes(ascii("RIFF"), uint32(body.length, true), body);
};
const segment = (marker: number, data: Uint8Array): Uint8Array =>
  bytes(Uint8Array.of(0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255), data);
const jpeg = (...segments: Uint8Array[]): Uint8Array<ArrayBuffer> =>
  bytes(
    Uint8Array.of(0xff, 0xd8),
    segment(0xe0, ascii("JFIF\0")),
    ...segments,
    Uint8Array.of(0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9),
  );

const parameters =
  "a fox 漢字\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 42, Size: 64x64";

describe("AUTOMATIC1111's text", () => {
  it.each<[string, Uint8Array<ArrayBuffer>]>([
    ["tEXt in UTF-8", png(text("parameters", parameters))],
    [
      "zTXt in UTF-8",
      png(chunk("zTXt", bytes(ascii("parameters\0\0"), deflateSync(Buffer.from(parameters))))),
    ],
    ["iTXt", png(chunk("iTXt", bytes(ascii("parameters\0\0\0\0\0"), Buffer.from(parameters))))],
    ["EXIF in PNG", png(chunk("eXIf", exif([comment(parameters)])))],
    ["WebP, UTF-16, high byte first", webp(exif([comment(parameters)]))],
    ["WebP, low byte first, though the file says otherwise", webp(exif([comment(parameters, "le")]))],
    ["WebP, low byte first", webp(exif([comment(parameters, "le")], { little: true }))],
    ["WebP with the header of JPEG", webp(bytes(ascii("Exif\0\0"), exif([comment(parameters)])))],
    ["JPEG", jpeg(segment(0xe1, bytes(ascii("Exif\0\0"), exif([comment(parameters)]))))],
    [
      "JPEG, no character code",
      jpeg(segment(0xe1, bytes(ascii("Exif\0\0"), exif([comment(parameters, "none")])))),
    ],
    [
      "JPEG, “ASCII” that is UTF-8",
      jpeg(segment(0xe1, bytes(ascii("Exif\0\0"), exif([comment(parameters, "ascii")])))),
    ],
    ["a PNG file that breaks off behind it", png(text("parameters", parameters)).slice(0, -40)],
  ])("%s", async (_, file) => {
    expect(await readPictureText(file)).toBe(parameters);
  });

  it("keeps Latin-1 where the bytes are no UTF-8", async () => {
    expect(await readPictureText(png(text("parameters", ascii("café"))))).toBe("café");
  });

  it("no settings, other files, damaged ones: null, never an error", async () => {
    const files = [
      png(),
      webp(new Uint8Array(3)),
      jpeg(),
      jpeg(segment(0xe1, ascii("Exif\0\0MM"))),
      bytes(),
      png(text("parameters", '{"a": 1}')),
    ];
    for (const file of files) expect(await readPictureText(file)).toBeNull();
    const all = [
      png(text("parameters", parameters)),
      webp(exif([comment(parameters)])),
      jpeg(segment(0xe1, bytes(ascii("Exif\0\0"), exif([comment(parameters)])))),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...all),
        fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { maxLength: 8 }),
        fc.nat(600),
        async (file, changes, end) => {
          const damaged = file.slice(0, Math.max(12, end));
          for (const [at, value] of changes) if (at > 11 && at < damaged.length) damaged[at] = value;
          const found = await readPictureText(damaged);
          expect(found === null || typeof found === "string").toBe(true);
        },
      ),
      propertyRuns(300),
    );
  });
});

const read = async (entries: Readonly<Record<string, unknown>>) => {
  const chunks = Object.entries(entries).map(([keyword, value]) =>
    text(keyword, typeof value === "string" ? value : JSON.stringify(value)),
  );
  const found = await readPictureText(png(...chunks));
  if (found === null) return null;
  const { prompt, negativePrompt, fields } = parseParameters(found);
  return { prompt, negativePrompt, ...Object.fromEntries(fields) };
};

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
    expect(await read({ parameters: { sui_image_params: sui, sui_extra_data: {} } })).toEqual({
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
    expect(await read({ invokeai_metadata: invoke })).toEqual({
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
    expect(await read({ "sd-metadata": old })).toMatchObject({
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
      await read({
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
    expect(await read({ fooocus_scheme: "fooocus", parameters: settings })).toEqual({
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
      await read({ parameters: '{"constructor": {}, "__proto__": {"sui_image_params": {"prompt": "x"}}}' }),
    ).toBeNull();
    expect(await read({ prompt: '{"constructor": {"class_type": "toString", "inputs": {}}}' })).toBeNull();
    expect(await read({ parameters: "{red|blue} fox" })).toMatchObject({ prompt: "{red|blue} fox" });
  });
});

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
    expect(await read({ prompt: json(graph), workflow: "{}" })).toEqual({
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
    for (const file of [webp(data), jpeg(segment(0xe1, bytes(ascii("Exif\0\0"), data)))]) {
      const { fields } = parseParameters((await readPictureText(file))!);
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
    expect(await read({ prompt: json(second) })).toEqual({
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
    expect(await read({ prompt: json(parts) })).toEqual({
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
          const found = await readPictureText(
            png(text("prompt", JSON.stringify(Object.fromEntries(nodes.entries())))),
          );
          expect(found === null || typeof found === "string").toBe(true);
        },
      ),
      propertyRuns(500),
    );
  });
});
