// The three networks' configs as plain values, read from diffusers/transformers config.json files.
// Rejects, by name, every unsupported setting that would change the result.

import { StylusError } from "../shared/errors.ts";
import { say, type Saying } from "../shared/saying.ts";

/** CLIP text transformer (transformers CLIPTextConfig). */
export interface TextEncoderConfig {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  /** Context length, 77 in CLIP. */
  readonly maxPositions: number;
  readonly layerNormEps: number;
  readonly activation: "quick_gelu" | "gelu";
}

/** UNet2DConditionModel (diffusers). */
export interface UnetConfig {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly blockOutChannels: readonly number[];
  readonly layersPerBlock: number;
  /** Per level, from the largest map down: whether the block has transformers. */
  readonly downAttention: readonly boolean[];
  /** Per level, from the smallest map up. */
  readonly upAttention: readonly boolean[];
  readonly crossAttentionDim: number;
  /** Attention heads per level. */
  readonly heads: readonly number[];
  readonly normGroups: number;
  readonly normEps: number;
  /** Transformer projections are linear layers (SD 2.x style) instead of 1×1 convolutions. */
  readonly linearProjection: boolean;
  readonly flipSinToCos: boolean;
  readonly freqShift: number;
}

/** AutoencoderKL (diffusers). */
export interface VaeConfig {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly latentChannels: number;
  readonly blockOutChannels: readonly number[];
  readonly layersPerBlock: number;
  readonly normGroups: number;
  /** The U-Net's latents are the VAE's times `scalingFactor`. */
  readonly scalingFactor: number;
  readonly quantConv: boolean;
  readonly postQuantConv: boolean;
}

type Json = Readonly<Record<string, unknown>>;

/** Reads fields of one config.json; every error names the file and the field. */
class Fields {
  private readonly json: Json;
  private readonly path: string;

  constructor(json: unknown, path: string) {
    if (typeof json !== "object" || json === null || Array.isArray(json))
      throw new StylusError("bad-file", say`The config is not a JSON object.`, { where: path });
    this.json = json as Json;
    this.path = path;
  }

  private fail(field: string, expected: Saying): never {
    throw new StylusError(
      "bad-file",
      say`"${field}" should be ${expected}, but is ${JSON.stringify(this.json[field])}.`,
      { where: this.path },
    );
  }

  positive(field: string, fallback?: number): number {
    const value = this.json[field] ?? fallback;
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value <= 0)
      this.fail(field, say`a positive integer`);
    return value;
  }

  number(field: string, fallback: number): number {
    const value = this.json[field] ?? fallback;
    if (typeof value !== "number" || !Number.isFinite(value)) this.fail(field, say`a number`);
    return value;
  }

  flag(field: string, fallback: boolean): boolean {
    const value = this.json[field] ?? fallback;
    if (typeof value !== "boolean") this.fail(field, say`true or false`);
    return value;
  }

  positives(field: string): number[] {
    const value = this.json[field];
    if (!Array.isArray(value) || value.length === 0 || !value.every((v) => Number.isSafeInteger(v) && v > 0))
      this.fail(field, say`a list of positive integers`);
    return value as number[];
  }

  /** One positive integer for all `count` levels, or a list of them. */
  perLevel(field: string, { count, fallback }: { count: number; fallback: number }): number[] {
    if (!Array.isArray(this.json[field])) return Array<number>(count).fill(this.positive(field, fallback));
    const list = this.positives(field);
    if (list.length !== count) this.fail(field, say`a list of ${count}`);
    return list;
  }

  /** Which of the listed block types have transformers. */
  blocks(
    field: string,
    { plain, attention, count }: { plain: string; attention: string; count: number },
  ): boolean[] {
    const value = this.json[field];
    if (!Array.isArray(value) || value.length !== count)
      this.fail(field, say`a list of ${count} block types`);
    for (const kind of value) if (kind !== plain && kind !== attention) this.unsupported(field, kind);
    return value.map((kind) => kind === attention);
  }

  choice<T extends string>(field: string, choices: readonly T[], fallback: T): T {
    const value = this.json[field] ?? fallback;
    if (!choices.includes(value as T)) this.unsupported(field, value);
    return value as T;
  }

  /** Rejects the config unless `field` is absent, null or one of `allowed`. */
  only(field: string, ...allowed: unknown[]): void {
    const value = this.json[field] ?? null;
    if (value !== null && !allowed.some((one) => JSON.stringify(one) === JSON.stringify(value)))
      this.unsupported(field, value);
  }

  private unsupported(field: string, value: unknown): never {
    throw new StylusError(
      "unsupported",
      say`"${field}": ${JSON.stringify(value)} is not supported: Stable Diffusion 1.x does not use it.`,
      { where: this.path, remedy: say`Use a Stable Diffusion 1.x model.` },
    );
  }
}

/** @throws StylusError naming `path` and the field */
export function parseTextEncoderConfig(json: unknown, { path }: { path: string }): TextEncoderConfig {
  const fields = new Fields(json, path);
  return {
    vocabSize: fields.positive("vocab_size", 49408),
    hiddenSize: fields.positive("hidden_size", 512),
    intermediateSize: fields.positive("intermediate_size", 2048),
    layers: fields.positive("num_hidden_layers", 12),
    heads: fields.positive("num_attention_heads", 8),
    maxPositions: fields.positive("max_position_embeddings", 77),
    layerNormEps: fields.number("layer_norm_eps", 1e-5),
    activation: fields.choice("hidden_act", ["quick_gelu", "gelu"], "quick_gelu"),
  };
}

/** @throws StylusError naming `path` and the field */
export function parseUnetConfig(json: unknown, { path }: { path: string }): UnetConfig {
  const fields = new Fields(json, path);
  const blockOutChannels = fields.positives("block_out_channels");
  const count = blockOutChannels.length;
  fields.only("addition_embed_type");
  fields.only("addition_embed_type_num_heads", 64);
  fields.only("class_embed_type");
  fields.only("num_class_embeds");
  fields.only("encoder_hid_dim");
  fields.only("encoder_hid_dim_type");
  fields.only("time_embedding_type", "positional");
  fields.only("time_embedding_act_fn");
  fields.only("time_embedding_dim", blockOutChannels[0]! * 4);
  fields.only("time_cond_proj_dim");
  fields.only("timestep_post_act");
  fields.only("resnet_time_scale_shift", "default");
  fields.only("dual_cross_attention", false);
  fields.only("only_cross_attention", false, Array<boolean>(count).fill(false));
  fields.only("mid_block_type", "UNetMidBlock2DCrossAttn");
  fields.only("mid_block_only_cross_attention", false);
  fields.only("transformer_layers_per_block", 1, Array<number>(count).fill(1));
  fields.only("reverse_transformer_layers_per_block");
  fields.only("act_fn", "silu");
  fields.only("center_input_sample", false);
  fields.only("class_embeddings_concat", false);
  fields.only("cross_attention_norm");
  fields.only("attention_type", "default");
  fields.only("conv_in_kernel", 3);
  fields.only("conv_out_kernel", 3);
  fields.only("downsample_padding", 1);
  fields.only("mid_block_scale_factor", 1);
  fields.only("resnet_out_scale_factor", 1);
  fields.only("resnet_skip_time_act", false);
  // SD 1.x configs call the number of heads "attention_head_dim"; "num_attention_heads" takes precedence.
  const heads = (json as Json)["num_attention_heads"] == null ? "attention_head_dim" : "num_attention_heads";
  return {
    inChannels: fields.positive("in_channels", 4),
    outChannels: fields.positive("out_channels", 4),
    blockOutChannels,
    layersPerBlock: uniformLayers(fields, { count, path }),
    downAttention: fields.blocks("down_block_types", {
      plain: "DownBlock2D",
      attention: "CrossAttnDownBlock2D",
      count,
    }),
    upAttention: fields.blocks("up_block_types", {
      plain: "UpBlock2D",
      attention: "CrossAttnUpBlock2D",
      count,
    }),
    crossAttentionDim: fields.positive("cross_attention_dim", 1280),
    heads: fields.perLevel(heads, { count, fallback: 8 }),
    normGroups: fields.positive("norm_num_groups", 32),
    normEps: fields.number("norm_eps", 1e-5),
    linearProjection: fields.flag("use_linear_projection", false),
    flipSinToCos: fields.flag("flip_sin_to_cos", true),
    freqShift: fields.number("freq_shift", 0),
  };
}

function uniformLayers(fields: Fields, { count, path }: { count: number; path: string }): number {
  const list = fields.perLevel("layers_per_block", { count, fallback: 2 });
  if (list.some((value) => value !== list[0])) {
    throw new StylusError(
      "unsupported",
      say`"layers_per_block" differs between levels, which is not supported.`,
      { where: path },
    );
  }
  return list[0]!;
}

/**
 * `tensors` shows what older configs omit: whether the quantisation convolutions exist.
 * @throws StylusError naming `path` and the field
 */
export function parseVaeConfig(
  json: unknown,
  { path, tensors }: { path: string; tensors: { has(name: string): boolean } },
): VaeConfig {
  const fields = new Fields(json, path);
  const blockOutChannels = fields.positives("block_out_channels");
  const count = blockOutChannels.length;
  fields.blocks("down_block_types", { plain: "DownEncoderBlock2D", attention: "DownEncoderBlock2D", count });
  fields.blocks("up_block_types", { plain: "UpDecoderBlock2D", attention: "UpDecoderBlock2D", count });
  fields.only("act_fn", "silu");
  fields.only("mid_block_add_attention", true);
  fields.only("latents_mean");
  fields.only("latents_std");
  fields.only("shift_factor", 0);
  return {
    inChannels: fields.positive("in_channels", 3),
    outChannels: fields.positive("out_channels", 3),
    latentChannels: fields.positive("latent_channels", 4),
    blockOutChannels,
    layersPerBlock: fields.positive("layers_per_block", 1),
    normGroups: fields.positive("norm_num_groups", 32),
    scalingFactor: fields.number("scaling_factor", 0.18215),
    quantConv: tensors.has("quant_conv.weight"),
    postQuantConv: tensors.has("post_quant_conv.weight"),
  };
}
