import { describe, expect, it } from "vitest";
import { unetToLdm, vaeToLdm } from "../../tests/parity/ldm-names.ts";
import { readHeader, type TensorData, writeSafetensors } from "../formats/safetensors.ts";
import { type DType, dtypeSizeBytes } from "../shared/dtype.ts";
import type { StylusError } from "../shared/errors.ts";
import { openCheckpoint } from "./checkpoint.ts";
import { buildTextEncoder, TOKEN_EMBEDDING } from "./clip-text.ts";
import type { TextEncoderConfig, UnetConfig, VaeConfig } from "./config.ts";
import type { Parameter } from "./graph.ts";
import { buildUnet } from "./unet.ts";
import { buildVaeDecoder, buildVaeEncoder } from "./vae.ts";

const TEXT: TextEncoderConfig = {
  vocabSize: 50,
  hiddenSize: 64,
  intermediateSize: 128,
  layers: 2,
  heads: 1,
  maxPositions: 77,
  layerNormEps: 1e-5,
  activation: "quick_gelu",
};
const UNET: UnetConfig = {
  inChannels: 4,
  outChannels: 4,
  blockOutChannels: [32, 64, 64, 64],
  layersPerBlock: 2,
  downAttention: [true, true, true, false],
  upAttention: [false, true, true, true],
  crossAttentionDim: 64,
  heads: [8, 8, 8, 8],
  normGroups: 32,
  normEps: 1e-5,
  linearProjection: false,
  flipSinToCos: true,
  freqShift: 0,
};
const VAE: VaeConfig = {
  inChannels: 3,
  outChannels: 3,
  latentChannels: 4,
  blockOutChannels: [32, 32, 64, 64],
  layersPerBlock: 2,
  normGroups: 32,
  scalingFactor: 0.18215,
  quantConv: true,
  postQuantConv: true,
};

const unetSpecs = (config: UnetConfig): readonly Parameter[] =>
  buildUnet(config, { batch: 1, height: 8, width: 8, contextTokens: 77 }).parameters;
const vaeSpecs = (config: VaeConfig): Parameter[] => {
  const size = { batch: 1, height: 8, width: 8 };
  return [...buildVaeEncoder(config, size).parameters, ...buildVaeDecoder(config, size).parameters];
};
const textSpecs = (config: TextEncoderConfig): { name: string; shape: readonly number[] }[] => [
  ...buildTextEncoder(config, { batch: 1 }).parameters,
  { name: TOKEN_EMBEDDING, shape: [config.vocabSize, config.hiddenSize] },
];

function tensor(name: string, shape: readonly number[], dtype: DType = "F16"): TensorData {
  const count = shape.reduce((product, size) => product * size, 1);
  return { name, dtype, shape, bytes: new Uint8Array(count * dtypeSizeBytes(dtype)) };
}

const blobOf = (tensors: readonly TensorData[], metadata = {}): Blob =>
  new Blob([writeSafetensors(tensors, metadata)]);

interface SingleFile {
  readonly unet?: UnetConfig;
  readonly dtype?: DType;
  readonly vae?: boolean;
  readonly extra?: readonly TensorData[];
  readonly metadata?: Readonly<Record<string, string>>;
}

function singleFile({
  unet = UNET,
  dtype = "F16",
  vae = true,
  extra = [],
  metadata = {},
}: SingleFile = {}): Blob {
  const ldm = { layers: unet.layersPerBlock, attention: unet.upAttention };
  const attentionConv = /mid_block\.attentions\.0\.to_.*\.weight$/; // LDM has 1×1 convolutions there
  return blobOf(
    [
      ...unetSpecs(unet).map(({ name, shape }) =>
        tensor(`model.diffusion_model.${unetToLdm(name, ldm)}`, shape, dtype),
      ),
      ...(vae ? vaeSpecs(VAE) : []).map(({ name, shape }) =>
        tensor(
          `first_stage_model.${vaeToLdm(name, { levels: 4 })}`,
          attentionConv.test(name) ? [...shape, 1, 1] : shape,
          dtype,
        ),
      ),
      ...textSpecs(TEXT).map(({ name, shape }) =>
        tensor(`cond_stage_model.transformer.${name}`, shape, dtype),
      ),
      ...extra,
    ],
    metadata,
  );
}

async function refusal(blob: Blob, path = "model.safetensors"): Promise<StylusError> {
  return openCheckpoint([{ path, blob }]).then(
    () => expect.unreachable("accepted"),
    (error: unknown) => error as StylusError,
  );
}

describe("single file", () => {
  it.each<DType>(["F16", "BF16", "F32", "F8_E4M3", "F8_E5M2"])(
    "%s: every parameter has its tensor, configs are detected",
    async (dtype) => {
      const checkpoint = await openCheckpoint([{ path: "model.safetensors", blob: singleFile({ dtype }) }]);
      expect(checkpoint.layout).toBe("single-file");
      expect(checkpoint.predictionType).toBe("epsilon");
      expect(checkpoint.unet.config).toEqual(UNET);
      expect(checkpoint.vae.config).toEqual(VAE);
      expect(checkpoint.text_encoder.config).toEqual(TEXT);
      for (const { name } of unetSpecs(UNET)) expect(checkpoint.unet.tensors.get(name)?.dtype).toBe(dtype);
      for (const { name } of vaeSpecs(VAE)) expect(checkpoint.vae.tensors.get(name)?.dtype).toBe(dtype);
      for (const { name } of textSpecs(TEXT))
        expect(checkpoint.text_encoder.tensors.get(name)?.dtype).toBe(dtype);
      expect(checkpoint.ignored).toEqual([]);
    },
  );

  it.each<[string, Partial<UnetConfig>]>([
    ["nine channels (inpainting)", { inChannels: 9 }],
    [
      "one layer per block, three levels",
      {
        layersPerBlock: 1,
        blockOutChannels: [32, 64, 96],
        downAttention: [true, true, false],
        upAttention: [false, true, true],
        heads: [8, 8, 8],
      },
    ],
    ["linear projections", { linearProjection: true }],
  ])("%s", async (_, change) => {
    const unet = { ...UNET, ...change };
    const checkpoint = await openCheckpoint([{ path: "model.safetensors", blob: singleFile({ unet }) }]);
    expect(checkpoint.unet.config).toEqual(unet);
    for (const { name } of unetSpecs(unet)) expect(checkpoint.unet.tensors.has(name), name).toBe(true);
  });

  it("maps known names of a real checkpoint to the right parameters", async () => {
    const { unet, vae } = await openCheckpoint([{ path: "m.safetensors", blob: singleFile() }]);
    const fileName = (tensors: typeof unet.tensors, name: string): string => tensors.get(name)!.name;
    expect(fileName(unet.tensors, "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q.weight")).toBe(
      "model.diffusion_model.input_blocks.4.1.transformer_blocks.0.attn1.to_q.weight",
    );
    expect(fileName(unet.tensors, "up_blocks.0.upsamplers.0.conv.weight")).toBe(
      "model.diffusion_model.output_blocks.2.1.conv.weight",
    );
    expect(fileName(unet.tensors, "up_blocks.1.upsamplers.0.conv.weight")).toBe(
      "model.diffusion_model.output_blocks.5.2.conv.weight",
    );
    expect(fileName(unet.tensors, "down_blocks.2.downsamplers.0.conv.bias")).toBe(
      "model.diffusion_model.input_blocks.9.0.op.bias",
    );
    expect(fileName(vae.tensors, "decoder.up_blocks.0.resnets.0.conv1.weight")).toBe(
      "first_stage_model.decoder.up.3.block.0.conv1.weight",
    );
  });

  it.each(["weight_scale", "scale_weight"])("8 bits with %s: every weight has its scale", async (tail) => {
    const plain = singleFile({ dtype: "F8_E4M3" });
    const { tensors } = await readHeader(plain, { fileName: "m" });
    const weights = [...tensors.keys()].filter((name) => /^model.*\.weight$/.test(name));
    const extra = weights.map((name) => tensor(name.replace(/weight$/, tail), [], "F32"));
    const blob = singleFile({ dtype: "F8_E4M3", extra });
    const checkpoint = await openCheckpoint([{ path: "m.safetensors", blob }]);
    for (const { name } of unetSpecs(UNET)) {
      const { name: stored, scale } = checkpoint.unet.tensors.get(name)!;
      expect(scale?.name).toBe(name.endsWith(".weight") ? stored.replace(/weight$/, tail) : undefined);
    }
    expect(checkpoint.unet.tensors.size).toBe(unetSpecs(UNET).length);
    expect(checkpoint.ignored).toEqual([]);
  });

  it("ignores EMA copies and training state", async () => {
    const extra = [
      tensor("model_ema.diffusion_modelinput_blocks00weight", [4]),
      tensor("alphas_cumprod", [1000], "F32"),
      tensor("cond_stage_model.transformer.text_model.embeddings.position_ids", [1, 77], "I64"),
    ];
    const checkpoint = await openCheckpoint([{ path: "m.safetensors", blob: singleFile({ extra }) }]);
    expect(checkpoint.ignored.toSorted()).toEqual(extra.map(({ name }) => name).toSorted());
  });

  it.each([
    ["modelspec", { metadata: { "modelspec.prediction_type": "v" } }],
    ["a marker tensor", { extra: [tensor("v_pred", [0])] }],
  ])("v-prediction by %s", async (_, change) => {
    expect((await openCheckpoint([{ path: "m.safetensors", blob: singleFile(change) }])).predictionType).toBe(
      "v_prediction",
    );
  });
});

describe("VAE", () => {
  it("asks for a separate file if there is none", async () => {
    const error = await refusal(singleFile({ vae: false }));
    expect(error.code).toBe("not-found");
    expect(error.remedy).toMatch(/VAE file/);
  });

  it.each(["before", "after"])(
    "a separate VAE given %s the model replaces the built-in one",
    async (order) => {
      const vae = {
        path: "vae.safetensors",
        blob: blobOf(
          vaeSpecs(VAE).map(({ name, shape }) => tensor(vaeToLdm(name, { levels: 4 }), shape, "F32")),
        ),
      };
      const model = { path: "model.safetensors", blob: singleFile() };
      const checkpoint = await openCheckpoint(order === "before" ? [vae, model] : [model, vae]);
      expect(
        [...checkpoint.vae.tensors.values()].every(({ fileName }) => fileName === "vae.safetensors"),
      ).toBe(true);
      expect(checkpoint.vae.config).toEqual(VAE);
    },
  );

  it("reads old attention names", async () => {
    const old = { to_q: "query", to_k: "key", to_v: "value", "to_out.0": "proj_attn" };
    const rename = (name: string): string =>
      Object.entries(old).reduce((n, [a, b]) => n.replace(`attentions.0.${a}.`, `attentions.0.${b}.`), name);
    const blob = blobOf(vaeSpecs(VAE).map(({ name, shape }) => tensor(rename(name), shape)));
    const checkpoint = await openCheckpoint([
      { path: "m.safetensors", blob: singleFile({ vae: false }) },
      { path: "vae.safetensors", blob },
    ]);
    for (const { name } of vaeSpecs(VAE)) expect(checkpoint.vae.tensors.has(name), name).toBe(true);
  });
});

describe("diffusers folder", () => {
  const unetJson = {
    in_channels: 4,
    out_channels: 4,
    block_out_channels: [32, 64, 64, 64],
    layers_per_block: 2,
    cross_attention_dim: 64,
    attention_head_dim: 4,
    norm_num_groups: 8,
    down_block_types: ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
    up_block_types: ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
  };
  const json = (value: unknown): Blob => new Blob([JSON.stringify(value)]);
  const folder = (unet: unknown = unetJson): { path: string; blob: Blob }[] => [
    { path: "pack/unet/config.json", blob: typeof unet === "string" ? new Blob([unet]) : json(unet) },
    {
      path: "pack/unet/diffusion_pytorch_model.safetensors",
      blob: blobOf(unetSpecs(UNET).map(({ name, shape }) => tensor(name, shape))),
    },
    { path: "pack/unet/diffusion_pytorch_model.fp16.safetensors", blob: new Blob(["not read"]) },
    {
      path: "pack/text_encoder/model.safetensors",
      blob: blobOf(textSpecs(TEXT).map(({ name, shape }) => tensor(name, shape))),
    },
    {
      path: "pack/vae/diffusion_pytorch_model.safetensors",
      blob: blobOf(vaeSpecs(VAE).map(({ name, shape }) => tensor(name, shape))),
    },
    {
      path: "pack/scheduler/scheduler_config.json",
      blob: json({ prediction_type: "v_prediction", beta_start: 0.00085 }),
    },
    { path: "pack/model_index.json", blob: json({}) },
  ];

  it("takes a network that comes in several files", async () => {
    const tensors = unetSpecs(UNET).map(({ name, shape }) => tensor(name, shape));
    const shards = [tensors.slice(0, 100), tensors.slice(100)].map((part, index) => ({
      path: `pack/unet/diffusion_pytorch_model-0000${index + 1}-of-00002.safetensors`,
      blob: blobOf(part),
    }));
    const others = folder().filter(({ path }) => !/unet\/.*\.safetensors$/.test(path));
    const { unet } = await openCheckpoint([
      ...others,
      ...shards,
      { path: "pack/unet/diffusion_pytorch_model.safetensors.index.json", blob: json({ weight_map: {} }) },
    ]);
    expect([...unet.tensors.keys()].sort()).toEqual(tensors.map(({ name }) => name).sort());
  });

  it("finds a weight's scale in another file", async () => {
    const shards = [
      tensor("conv_in.weight", [32, 4, 3, 3], "I8"),
      tensor("conv_in.weight_scale", [32, 1, 1, 1], "F16"),
    ].map((one, index) => ({ path: `pack/unet/part-${index}.safetensors`, blob: blobOf([one]) }));
    const rest = unetSpecs(UNET)
      .filter(({ name }) => name !== "conv_in.weight")
      .map(({ name, shape }) => tensor(name, shape));
    const { unet } = await openCheckpoint([
      ...folder().filter(({ path }) => !/unet\/.*\.safetensors$/.test(path)),
      ...shards,
      { path: "pack/unet/part-2.safetensors", blob: blobOf(rest) },
    ]);
    expect(unet.tensors.get("conv_in.weight")?.scale?.fileName).toBe("pack/unet/part-1.safetensors");
  });

  it("uses the config if there is one and detects it otherwise", async () => {
    const checkpoint = await openCheckpoint(folder());
    expect(checkpoint.layout).toBe("diffusers");
    expect(checkpoint.unet.config).toEqual({ ...UNET, heads: [4, 4, 4, 4], normGroups: 8 });
    expect(checkpoint.text_encoder.config).toEqual(TEXT);
    expect(checkpoint.predictionType).toBe("v_prediction");
    expect(checkpoint.scheduler?.["beta_start"]).toBe(0.00085);
  });

  it.each<[string, unknown, string, RegExp]>([
    ["broken JSON", "{", "bad-file", /not valid JSON/],
    ["wrong type", { ...unetJson, norm_num_groups: "8" }, "bad-file", /"norm_num_groups"/],
    ["list of wrong length", { ...unetJson, attention_head_dim: [8, 8] }, "bad-file", /"attention_head_dim"/],
    [
      "another block type",
      { ...unetJson, down_block_types: ["DownBlock2D", "SkipDownBlock2D", "DownBlock2D", "DownBlock2D"] },
      "unsupported",
      /"down_block_types"/,
    ],
    [
      "SDXL's extra embeddings",
      { ...unetJson, addition_embed_type: "text_time" },
      "unsupported",
      /"addition_embed_type"/,
    ],
    [
      "text features of a different width",
      { ...unetJson, cross_attention_dim: 32 },
      "bad-file",
      /produces 64/,
    ],
  ])("%s", async (_, unet, code, message) => {
    const error = (await openCheckpoint(folder(unet)).catch((reason: unknown) => reason)) as StylusError;
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.where).toBeTruthy();
  });
});

describe("rejects other models with the reason", () => {
  const cross = (width: number): TensorData[] => [
    tensor("model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight", [320, width]),
  ];
  it.each<[string, TensorData[], RegExp]>([
    ["SD 2.x", cross(1024), /2\.x/],
    ["SDXL by width", cross(2048), /XL/],
    ["SDXL by its encoders", [tensor("conditioner.embedders.0.transformer.x.weight", [1])], /XL/],
    ["SD 3", [tensor("model.diffusion_model.joint_blocks.0.x.weight", [1])], /Stable Diffusion 3/],
    ["Flux", [tensor("double_blocks.0.img_attn.qkv.weight", [1])], /Flux/],
    ["a LoRA", [tensor("lora_unet_mid_block_attentions_0_proj_in.lora_up.weight", [1])], /adapter/],
    ["a PEFT LoRA", [tensor("unet.mid_block.attentions.0.proj_in.lora_A.weight", [1])], /adapter/],
    ["something else", [tensor("encoder.weight", [1])], /no Stable Diffusion model/],
  ])("%s", async (_, tensors, message) => {
    const error = await refusal(blobOf(tensors));
    expect(error.code).toBe("unsupported");
    expect(error.message).toMatch(message);
    expect(error.remedy).toBeTruthy();
  });

  const note = (layer: string, text: string): TensorData => ({
    name: `${layer}.comfy_quant`,
    dtype: "U8",
    shape: [text.length],
    bytes: new TextEncoder().encode(text),
  });
  it.each<[string, SingleFile, RegExp]>([
    ["two scales", { extra: [tensor("x.weight_scale_2", [], "F32")] }, /two scales per weight/],
    [
      "rotated weights",
      { extra: [note("x", '{"format": "int8_tensorwise", "convrot": true}')] },
      /"x" has rotated weights/,
    ],
    ["an unknown format", { extra: [note("x", '{"format": "nvfp4"}')] }, /"x" has the format "nvfp4"/],
    [
      "a note that cannot be read",
      { extra: [note("x", "?")] },
      /"x" has a quantisation note that cannot be read/,
    ],
    [
      "an unknown format in the metadata",
      { metadata: { _quantization_metadata: '{"layers": {"y": {"format": "mxfp8"}}}' } },
      /"y" has the format "mxfp8"/,
    ],
  ])("quantised otherwise: %s", async (_, file, message) => {
    const error = await refusal(singleFile(file));
    expect(error).toMatchObject({ code: "unsupported", where: "model.safetensors" });
    expect(error.message).toMatch(message);
    expect(error.remedy).toMatch(/FP16/);
  });

  it("except int8 and float8 that say so", async () => {
    const extra = [
      note("x", '{"format": "int8_tensorwise", "per_row": true}'),
      note("y", '{"format": "float8_e4m3fn"}'),
    ];
    const metadata = { _quantization_metadata: '{"format_version": "1.0", "layers": {}}' };
    const files = [{ path: "m.safetensors", blob: singleFile({ extra, metadata }) }];
    expect((await openCheckpoint(files)).layout).toBe("single-file");
  });

  it("a pickle", async () => {
    expect((await refusal(new Blob(["PK\u0003\u0004 and more bytes"]), "model.ckpt")).message).toMatch(
      /pickle/,
    );
  });

  it("a model without a text encoder", async () => {
    const blob = blobOf(
      unetSpecs(UNET).map(({ name, shape }) =>
        tensor(`model.diffusion_model.${unetToLdm(name, { layers: 2, attention: UNET.upAttention })}`, shape),
      ),
    );
    expect((await refusal(blob)).message).toMatch(/no text encoder/);
  });
});
