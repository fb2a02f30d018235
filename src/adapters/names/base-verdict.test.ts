// The evidence for a base: widths, names of other architectures, what is claimed; each alone and against the others.
import { describe, expect, test } from "vitest";
import { type BaseVerdict, claimedBase, claimsOtherBase, judgeBase } from "./base-model.ts";
import { english, say } from "../../shared/saying.ts";

type Shapes = Readonly<Record<string, readonly number[]>>;
const judge = (shapes: Shapes, metadata: Readonly<Record<string, string>> = {}): BaseVerdict =>
  judgeBase(
    new Map(Object.entries(shapes).map(([key, shape]) => [key, { shape }])),
    new Map(Object.entries(metadata)),
  );
const K = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k";
const TEXT = "lora_te_text_model_encoder_layers_0_self_attn_q_proj";

describe("the width of the cross attention", () => {
  test.each<[string, Shapes, number | null]>([
    ["LoRA", { [`${K}.lora_down.weight`]: [4, 768], [`${K}.lora_up.weight`]: [320, 4] }, 768],
    ["LoRA of a 1×1 convolution", { [`${K}.lora_down.weight`]: [4, 768, 1, 1] }, 768],
    ["its up part alone", { [`${K}.lora_up.weight`]: [320, 4] }, null],
    ["LoHa", { [`${K}.hada_w1_b`]: [4, 1024], [`${K}.hada_w1_a`]: [320, 4] }, 1024],
    ["LoHa's second half alone", { [`${K}.hada_w2_b`]: [4, 1024] }, null],
    ["a full difference", { [`${K}.diff`]: [320, 2048] }, 2048],
    ["GLoRA", { [`${K}.b2.weight`]: [4, 768] }, 768],
    ["GLoRA of early files", { [`${K}.b2.weight`]: [320, 4] }, null],
    ["square GLoRA", { [`${K}.b2.weight`]: [4, 4] }, 4],
    ["LoKr in full", { [`${K}.lokr_w1`]: [16, 24], [`${K}.lokr_w2`]: [20, 32] }, 768],
    ["LoKr as products", { [`${K}.lokr_w1_b`]: [4, 24], [`${K}.lokr_w2_b`]: [4, 32] }, 768],
    ["LoKr, one of each", { [`${K}.lokr_w2_b`]: [4, 32], [`${K}.lokr_w1`]: [16, 24] }, 768],
    ["half a LoKr", { [`${K}.lokr_w1`]: [16, 24] }, null],
    ["the other half", { [`${K}.lokr_w2`]: [16, 24] }, null],
    [
      "halves of two modules",
      { [`${K}.lokr_w1`]: [16, 24], [`${K.replace("0", "1")}.lokr_w2`]: [2, 2] },
      null,
    ],
    ["a module's other parts", { [`${K.replace("to_k", "to_q")}.lora_down.weight`]: [4, 320] }, null],
    ["self attention", { [`${K.replace("attn2", "attn1")}.lora_down.weight`]: [4, 320] }, null],
    ["no rows", { [`${K}.lora_down.weight`]: [0, 768] }, null],
    ["a vector", { [`${K}.lora_down.weight`]: [768] }, null],
    ["a key of no format", { [`${K}.unknown`]: [4, 768] }, null],
  ])("is found or left open: %s", (_, shapes, width) => {
    expect(judge(shapes).contextWidth).toBe(width);
  });

  test("is what most modules have", () => {
    const of = (level: number): string =>
      `${K.replace("down_blocks_0", `down_blocks_${level}`)}.lora_down.weight`;
    expect(judge({ [of(0)]: [4, 1024], [of(1)]: [4, 768], [of(2)]: [4, 768] }).contextWidth).toBe(768);
    expect(judge({ [of(0)]: [4, 768], [of(1)]: [4, 768], [of(2)]: [4, 1024] }).contextWidth).toBe(768);
  });

  test.each<[string, Shapes, number | null, number | null]>([
    [
      "numbered pairs",
      { "unet:0:up": [320, 4], "unet:0:down": [4, 320], "unet:1:up": [320, 4], "unet:1:down": [4, 768] },
      768,
      null,
    ],
    [
      "a plain list",
      { "list:0": [320, 4], "list:1": [4, 320], "list:2": [320, 4], "list:3": [4, 768] },
      768,
      null,
    ],
    ["one with two widths left", { "unet:0:down": [4, 320], "unet:1:down": [4, 768] }, null, null],
    ["one with none left", { "unet:0:up": [320, 4], "unet:0:down": [4, 320] }, null, null],
    ["a kernel", { "unet:0:up": [320, 4], "unet:0:down": [4, 32, 3, 3] }, 288, null],
    [
      "vectors and empty tensors",
      { "unet:0:up": [], "unet:0:down": [768], "unet:1:down": [0, 768] },
      null,
      null,
    ],
    [
      "the text encoder's part",
      { "text_encoder:0:up": [768, 4], "text_encoder:0:down": [4, 768] },
      null,
      768,
    ],
    ["the text encoder's up parts", { "text_encoder:0:up": [768, 4] }, null, null],
    ["a plain list of one width", { "list:0": [768, 4], "list:1": [4, 768] }, null, 768],
    [
      "a plain list of two widths",
      { "list:0": [320, 4], "list:1": [4, 320], "list:2": [640, 4] },
      null,
      null,
    ],
  ])("is found or left open without names: %s", (_, shapes, contextWidth, textWidth) => {
    expect(judge(shapes)).toMatchObject({ contextWidth, textWidth });
  });
});

describe("the width of the text encoder", () => {
  test.each<[string, Shapes, number | null]>([
    ["attention", { [`${TEXT}.lora_down.weight`]: [4, 1024] }, 1024],
    ["old names", { [`${TEXT.replace("q_proj", "to_v")}.lora_down.weight`]: [4, 1024] }, 1024],
    ["keys", { [`${TEXT.replace("q_proj", "k_proj")}.lora_down.weight`]: [4, 1024] }, 1024],
    ["no prefix", { "text_model.encoder.layers.3.self_attn.v_proj.lora_A.weight": [4, 768] }, 768],
    ["the output projection", { [`${TEXT.replace("q_proj", "out_proj")}.lora_down.weight`]: [4, 768] }, null],
    ["up parts", { [`${TEXT}.lora_up.weight`]: [1024, 4] }, null],
    ["another network's", { [`unet.${TEXT.slice(8)}.lora_down.weight`]: [4, 768] }, null],
    ["a vector", { [`${TEXT}.lora_down.weight`]: [768] }, null],
    ["no rows", { [`${TEXT}.lora_down.weight`]: [0, 768] }, null],
  ])("is found or left open: %s", (_, shapes, width) => {
    expect(judge(shapes).textWidth).toBe(width);
  });

  test.each<[string, Shapes, Readonly<Record<string, string>>, number | null]>([
    ["one alone", { emb_params: [3, 768] }, {}, 768],
    ["its first", { "<a>": [3, 768], "<b>": [2, 1024] }, {}, 768],
    ["a marked one", { cat: [768], dog: [768] }, { cat: "<embed>", dog: "<embed>" }, 768],
    ["one with something else", { emb_params: [3, 768], "a.alpha": [] }, {}, null],
    ["a marked one with something else", { cat: [768], dog: [768] }, { cat: "<embed>" }, null],
    ["a pickle's", { "string_to_token.*": [], "string_to_param.*": [2, 768] }, {}, 768],
  ])("is found in token vectors or left open: %s", (_, shapes, metadata, width) => {
    expect(judge(shapes, metadata).textWidth).toBe(width);
  });
});

describe("names", () => {
  test.each([
    [768, "Stable Diffusion 1.x"],
    [1024, "Stable Diffusion 2.x"],
    [1280, "Stable Cascade or unCLIP"],
    [2048, "SDXL"],
    [12, null],
  ])("follow from width %i: %s", (width, name) => {
    expect(judge({ [`${K}.lora_down.weight`]: [4, width] })).toEqual({
      name,
      evidence: [say`its cross attention reads text features of width ${width}`],
      contextWidth: width,
      textWidth: null,
      foreignKeys: 0,
    });
    expect(judge({ [`${TEXT}.lora_down.weight`]: [4, width] })).toMatchObject({
      name,
      evidence: [say`it changes a text encoder of width ${width}`],
    });
    expect(judge({ emb_params: [4, width] })).toMatchObject({
      name,
      evidence: [say`its token vectors have width ${width}`],
    });
  });

  const video = "a video model (AnimateDiff or similar)";
  const flux = "Flux (or a similar model)";
  const sd3 = "Stable Diffusion 3 (or a similar model)";
  const wan = "a video model (Wan or similar)";
  const transformer = "a diffusion transformer (Stable Diffusion 3, Flux, PixArt or similar)";
  const control = "ControlNet (a control adapter, not a LoRA)";
  test.each<[string, string | null]>([
    ["a.motion_modules.0.alpha", video],
    ["a.temporal_transformer.0.alpha", video],
    ["a.temp_attentions.0.alpha", video],
    ["a.temp_convs.0.alpha", video],
    ["a.temporal_x.alpha", video],
    ["a_temporal.alpha", video],
    ["atemporal.alpha", null],
    ["double_blocks.0.alpha", flux],
    ["single_blocks.0.alpha", flux],
    ["single_transformer_blocks.0.alpha", flux],
    ["joint_blocks.0.alpha", sd3],
    ["a.add_q_proj.alpha", sd3],
    ["a_add_v_proj.alpha", sd3],
    ["context_embedder.alpha", sd3],
    ["blocks.0.cross_attn.alpha", wan],
    ["lora_unet_blocks_12_self_attn.alpha", wan],
    ["diffusion_model.blocks.3.ffn.alpha", wan],
    ["transformer.blocks.3.ffn.alpha", wan],
    ["lora_blocks.3.ffn.alpha", wan],
    ["down.blocks.3.ffn.alpha", null],
    ["blocks.3.attn.alpha", null],
    ["lora_prior_a.alpha", "Stable Cascade"],
    ["prior_unet.alpha", "Stable Cascade"],
    ["lora_te2_a.alpha", "SDXL"],
    ["lora_te3_a.alpha", "SDXL"],
    ["text_encoder_2.a.alpha", "SDXL"],
    ["text_encoder_3.a.alpha", "SDXL"],
    ["a.label_emb.0.alpha", "SDXL"],
    ["add_embedding.a.alpha", "SDXL"],
    ["clip_g", "SDXL"],
    ["clip_g.alpha", null],
    ["down_blocks.1.attentions.0.transformer_blocks.1.alpha", "SDXL"],
    ["lora_unet_input_blocks_4_1_transformer_blocks_9_a.alpha", "SDXL"],
    ["lora_unet_output_blocks_4_1_transformer_blocks_1_a.alpha", "SDXL"],
    ["middle_block.1.transformer_blocks.2.alpha", "SDXL"],
    ["down_blocks.1.attentions.0.transformer_blocks.0.alpha", null],
    ["transformer_blocks.1.alpha", null],
    ["lora_transformer_a.alpha", transformer],
    ["transformer.a.alpha", transformer],
    ["lora_controlnet_a.alpha", control],
    ["input_hint_block.0.alpha", control],
    ["zero_conv.alpha", control],
    ["model.layers.0.self_attn.alpha", "a language model"],
    ["base_model.model.model.layers.30.mlp.alpha", "a language model"],
    ["text_model.layers.0.mlp.alpha", null],
  ])("%s: %s", (key, name) => {
    expect(judge({ [key]: [] })).toEqual({
      name,
      evidence: name === null ? [] : [say`${1} of its ${1} keys belong to ${name}`],
      contextWidth: null,
      textWidth: null,
      foreignKeys: name === null ? 0 : 1,
    });
  });

  test("the most frequent foreign name counts, and outweighs a width from a tenth of the keys on", () => {
    const mixed = { "lora_te2_a.alpha": [], "double_blocks.0.alpha": [], "double_blocks.1.alpha": [] };
    expect(judge(mixed)).toMatchObject({
      name: flux,
      foreignKeys: 2,
      evidence: [say`${2} of its ${3} keys belong to ${flux}`],
    });
    const among = (others: number): string | null =>
      judge({
        [`${K}.lora_down.weight`]: [4, 768],
        "lora_te2_a.alpha": [],
        ...Object.fromEntries(Array.from({ length: others }, (_, i) => [`a${i}.alpha`, []])),
      }).name;
    expect([among(7), among(8)]).toEqual(["SDXL", "Stable Diffusion 1.x"]);
  });

  test("a claim names the base where no width is known", () => {
    const claim = { ss_base_model_version: "sdxl_base_v1-0" };
    expect(judge({ "a.alpha": [] }, claim)).toMatchObject({
      name: "SDXL",
      evidence: [say`its ${say`metadata`} says ${"sdxl_base_v1-0"}`],
    });
    expect(judge({ "double_blocks.a.alpha": [] }, claim).name).toBe(flux);
    expect(judge({ [`${K}.lora_down.weight`]: [4, 12] }, claim)).toMatchObject({
      name: null,
      evidence: [
        say`its cross attention reads text features of width ${12}`,
        say`its ${say`metadata`} says ${"sdxl_base_v1-0"}`,
      ],
    });
    expect(judge({ [`${TEXT}.lora_down.weight`]: [4, 12] }, claim).name).toBeNull();
    const long = judge({}, { ss_base_model_version: "x".repeat(81) });
    expect(long.evidence.map(english)).toEqual([`its metadata says ${"x".repeat(80)}`]);
  });
});

describe("claims", () => {
  const claimed = (text: string): string | null =>
    claimedBase(new Map([["ss_base_model_version", text]]), undefined)?.name ?? null;
  test.each<[string, string | null]>([
    ["sd_v1", "Stable Diffusion 1.x"],
    ["SD1.5", "Stable Diffusion 1.x"],
    ["sd15", "Stable Diffusion 1.x"],
    ["sd-v1-4", "Stable Diffusion 1.x"],
    ["stable-diffusion-v1-5", "Stable Diffusion 1.x"],
    ["stable_diffusion 1.5", "Stable Diffusion 1.x"],
    ["sd_v123", null],
    ["sd_v2", "Stable Diffusion 2.x"],
    ["sd_v2_v", "Stable Diffusion 2.x"],
    ["stable-diffusion-2-1", "Stable Diffusion 2.x"],
    ["SD 2.0", "Stable Diffusion 2.x"],
    ["sd-turbo", "Stable Diffusion 2.x"],
    ["sdturbo", "Stable Diffusion 2.x"],
    ["asd-turbo", null],
    ["sd3", "Stable Diffusion 3"],
    ["stable-diffusion-3.5-large", "Stable Diffusion 3"],
    ["sd35", "Stable Diffusion 3"],
    ["sd3d", null],
    ["pixart-sigma", "PixArt"],
    ["sdxl_base", "SDXL"],
    ["sd_xl_base", "SDXL"],
    ["dream-xl-1", "SDXL"],
    ["xl", "SDXL"],
    ["axle", null],
    ["ssd-1b", "SDXL"],
    ["flux.1-dev", "Flux"],
    ["influx", null],
    ["fluxus", null],
    ["stable-cascade", "Stable Cascade"],
    ["stablecascade", "Stable Cascade"],
    ["wuerstchen", "Stable Cascade"],
    ["hunyuan-dit", "another image model"],
    ["kandinsky-2", "another image model"],
    ["auraflow", "another image model"],
    ["lumina-next", "another image model"],
    ["wan-ai/wan2.1", "a video model"],
    ["wan2", "a video model"],
    ["swan2", null],
    ["cogvideox", "a video model"],
    ["animatediff-v3", "a video model"],
    ["ltx-video", "a video model"],
    ["meta-llama/a", "a language model"],
    ["mistralai/a", "a language model"],
    ["qwen/a", "a language model"],
    ["deepseek-ai/a", "a language model"],
    ["tiiuae/a", "a language model"],
    ["eleutherai/a", "a language model"],
    ["bigscience/a", "a language model"],
    ["openai-community/gpt2", "a language model"],
    ["me/qwen/a", null],
    ["sdxl-tools/sd15", null],
    ["pixart-xl", "PixArt"],
    ["my model", null],
  ])("%s: %s", (text, name) => {
    expect(claimed(text)).toBe(name);
  });

  test("the configuration goes before kohya's metadata, and that before modelspec's", () => {
    const all = { ss_base_model_version: "sd_v1", "modelspec.architecture": "flux" };
    const of = (metadata: Readonly<Record<string, string>>, config?: unknown): unknown =>
      claimedBase(new Map(Object.entries(metadata)), config);
    expect(of({})).toBeNull();
    expect(of(all)).toEqual({ name: "Stable Diffusion 1.x", text: "sd_v1", isConfig: false });
    expect(of({ ...all, ss_base_model_version: "" })).toEqual({
      name: "Flux",
      text: "flux",
      isConfig: false,
    });
    const config = { base_model_name_or_path: "sdxl" };
    expect(of(all, config)).toEqual({ name: "SDXL", text: "sdxl", isConfig: true });
    expect(of(all, { base_model_name_or_path: "" })).toMatchObject({ isConfig: false });
    expect(of(all, { base_model_name_or_path: 5 })).toMatchObject({ isConfig: false });
    const packed = JSON.stringify({ "text_encoder.base_model_name_or_path": "sd3" });
    expect(of({ lora_adapter_metadata: packed })).toMatchObject({ text: "sd3", isConfig: true });
  });

  test.each<[string | null, boolean, number | null, number | null, boolean]>([
    ["SDXL", true, 768, 768, true],
    ["Stable Diffusion 1.x", true, null, null, false],
    [null, true, null, null, false],
    ["SDXL", false, null, null, true],
    ["SDXL", false, 768, null, false],
    ["SDXL", false, null, 768, true],
    ["Stable Diffusion 2.x", false, null, 768, false],
    ["Stable Diffusion 2.x", false, null, null, true],
    ["SDXL", false, null, 12, false],
  ])(
    "%s, in the configuration: %s, widths %s and %s: speaks against it: %s",
    (name, isConfig, contextWidth, textWidth, against) => {
      const verdict = { ...judge({}), contextWidth, textWidth };
      expect(claimsOtherBase({ name, text: "x", isConfig }, verdict)).toBe(against);
      expect(claimsOtherBase(null, verdict)).toBe(false);
    },
  );
});
