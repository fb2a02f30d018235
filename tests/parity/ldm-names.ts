// The names of CompVis' latent diffusion code for a diffusers parameter: the inverse of src/graph/names.ts, written apart from
// it (block numbers by formula instead of by scanning), to make single-file checkpoints for the tests.

const RESNET: Readonly<Record<string, string>> = {
  norm1: "in_layers.0",
  conv1: "in_layers.2",
  time_emb_proj: "emb_layers.1",
  norm2: "out_layers.0",
  conv2: "out_layers.3",
  conv_shortcut: "skip_connection",
};

const ENDS: Readonly<Record<string, string>> = {
  "time_embedding.linear_1": "time_embed.0",
  "time_embedding.linear_2": "time_embed.2",
  conv_in: "input_blocks.0.0",
  conv_norm_out: "out.0",
  conv_out: "out.2",
};

/** `layers` is layers_per_block; `attention` tells whether an up block has transformers. */
export function unetToLdm(
  name: string,
  { layers, attention }: { layers: number; attention: readonly boolean[] },
): string {
  const [, module, parameter] = /^(.*)(\.\w+)$/.exec(name)!;
  const end = ENDS[module!];
  if (end) return end + parameter;
  const middle = /^mid_block\.(resnets|attentions)\.(\d)\.(.+)$/.exec(module!);
  if (middle)
    return middle[1] === "attentions"
      ? `middle_block.1.${middle[3]}${parameter}`
      : `middle_block.${2 * Number(middle[2])}.${RESNET[middle[3]!]}${parameter}`;
  const [, side, levelText, kind, indexText, rest] = /^(down|up)_blocks\.(\d+)\.(\w+)\.(\d+)\.(.+)$/.exec(
    module!,
  )!;
  const [level, index] = [Number(levelText), Number(indexText)];
  const step = layers + 1;
  if (kind === "downsamplers") return `input_blocks.${step * (level + 1)}.0.op${parameter}`;
  if (kind === "upsamplers")
    return `output_blocks.${step * level + layers}.${attention[level] ? 2 : 1}.conv${parameter}`;
  const block =
    side === "down" ? `input_blocks.${step * level + index + 1}` : `output_blocks.${step * level + index}`;
  return kind === "resnets" ? `${block}.0.${RESNET[rest!]}${parameter}` : `${block}.1.${rest}${parameter}`;
}

export function vaeToLdm(name: string, { levels }: { levels: number }): string {
  return name
    .replace("mid_block.resnets.0", "mid.block_1")
    .replace("mid_block.resnets.1", "mid.block_2")
    .replace("mid_block.attentions.0.group_norm", "mid.attn_1.norm")
    .replace(/mid_block\.attentions\.0\.to_([qkv])/, "mid.attn_1.$1")
    .replace("mid_block.attentions.0.to_out.0", "mid.attn_1.proj_out")
    .replace(/down_blocks\.(\d)\.resnets\.(\d)/, "down.$1.block.$2")
    .replace(/down_blocks\.(\d)\.downsamplers\.0/, "down.$1.downsample")
    .replace(
      /up_blocks\.(\d)\.resnets\.(\d)/,
      (_, level: string, index: string) => `up.${levels - 1 - Number(level)}.block.${index}`,
    )
    .replace(
      /up_blocks\.(\d)\.upsamplers\.0/,
      (_, level: string) => `up.${levels - 1 - Number(level)}.upsample`,
    )
    .replace("conv_shortcut", "nin_shortcut")
    .replace("conv_norm_out", "norm_out");
}
