// Module paths of the U-Net as named in single-file (LDM, "CompVis") checkpoints. Some LoRA trainers use these paths in
// their keys. Derived from the list of diffusers paths, so any number of levels and layers works.

/** How many resnets each down level has; one less than each up level. SD 1.5: 2. */
export function layersPerBlock(modulePaths: Iterable<string>): number {
  let layers = 0;
  for (const path of modulePaths) {
    const match = /^down_blocks\.\d+\.resnets\.(\d+)\./.exec(path);
    if (match) layers = Math.max(layers, Number(match[1]) + 1);
  }
  return layers;
}

const RESNET_PARTS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    norm1: "in_layers.0",
    conv1: "in_layers.2",
    time_emb_proj: "emb_layers.1",
    norm2: "out_layers.0",
    conv2: "out_layers.3",
    conv_shortcut: "skip_connection",
  }),
);

const TOP_LEVEL: ReadonlyMap<string, string> = new Map(
  Object.entries({
    conv_in: "input_blocks.0.0",
    conv_norm_out: "out.0",
    conv_out: "out.2",
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
  }),
);

/**
 * LDM paths of a diffusers U-Net module. Usually one; an upsampler has two, because its position in the block depends on
 * whether the block has attention, which some tools ignore.
 * Source: `convert_ldm_unet_checkpoint` of diffusers and the block lists of LDM's openaimodel.py.
 */
export function ldmPaths(path: string, layers: number): string[] {
  const top = TOP_LEVEL.get(path);
  if (top !== undefined) return [top];

  const middle = /^mid_block\.(resnets|attentions)\.(\d+)\.(.+)$/.exec(path);
  if (middle) {
    const [, kind, index, rest] = middle;
    if (kind === "attentions") return [`middle_block.1.${rest}`];
    const part = RESNET_PARTS.get(rest!);
    return part === undefined ? [] : [`middle_block.${Number(index) * 2}.${part}`];
  }

  const block = /^(down|up)_blocks\.(\d+)\.(resnets|attentions|downsamplers|upsamplers)\.(\d+)\.(.+)$/.exec(
    path,
  );
  if (!block) return [];
  const [, side, levelText, kind, indexText, rest] = block;
  const level = Number(levelText);
  const index = Number(indexText);
  const stride = layers + 1;
  const list = side === "down" ? "input_blocks" : "output_blocks";
  const position = side === "down" ? stride * level + index + 1 : stride * level + index;
  switch (kind) {
    case "resnets": {
      const part = RESNET_PARTS.get(rest!);
      return part === undefined ? [] : [`${list}.${position}.0.${part}`];
    }
    case "attentions":
      return [`${list}.${position}.1.${rest}`];
    case "downsamplers":
      return rest === "conv" ? [`input_blocks.${stride * (level + 1)}.0.op`] : [];
    default:
      return rest === "conv"
        ? [1, 2].map((slot) => `output_blocks.${stride * level + layers}.${slot}.conv`)
        : [];
  }
}
