// Maps names in files to the internal name of each parameter. Single-file checkpoints use the names of CompVis' latent
// diffusion code (LDM); the mapping follows diffusers' conversion (loaders/single_file_utils.py).

/** LDM name → diffusers name for each tensor of one network; omits names that do not belong to it. */
export type NameMap = ReadonlyMap<string, string>;

const LDM_RESNET: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "in_layers.0": "norm1",
    "in_layers.2": "conv1",
    "emb_layers.1": "time_emb_proj",
    "out_layers.0": "norm2",
    "out_layers.3": "conv2",
    skip_connection: "conv_shortcut",
  }),
);

const LDM_UNET_ENDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "time_embed.0": "time_embedding.linear_1",
    "time_embed.2": "time_embedding.linear_2",
    "input_blocks.0.0": "conv_in",
    "out.0": "conv_norm_out",
    "out.2": "conv_out",
  }),
);

/** Splits `a.b.weight` into module `a.b` and parameter `.weight`. */
function splitParameter(name: string): { module: string; parameter: string } {
  const dot = name.lastIndexOf(".");
  return { module: name.slice(0, dot), parameter: name.slice(dot) };
}

/**
 * The diffusers block of each numbered LDM block. LDM numbers blocks consecutively; down- and upsamplers mark the end of
 * a level, so the names alone give any number of levels and layers.
 */
function ldmUnetBlocks(names: ReadonlySet<string>): Map<string, string> {
  const blocks = new Map([
    ["middle_block.0", "mid_block.resnets.0"],
    ["middle_block.1", "mid_block.attentions.0"],
    ["middle_block.2", "mid_block.resnets.1"],
  ]);
  for (let n = 1, level = 0, layer = 0; hasBlock(names, `input_blocks.${n}`); n++) {
    if (names.has(`input_blocks.${n}.0.op.weight`)) {
      blocks.set(`input_blocks.${n}.0.op`, `down_blocks.${level}.downsamplers.0.conv`);
      level++;
      layer = 0;
      continue;
    }
    blocks.set(`input_blocks.${n}.0`, `down_blocks.${level}.resnets.${layer}`);
    blocks.set(`input_blocks.${n}.1`, `down_blocks.${level}.attentions.${layer}`);
    layer++;
  }
  for (let n = 0, level = 0, layer = 0; hasBlock(names, `output_blocks.${n}`); n++) {
    blocks.set(`output_blocks.${n}.0`, `up_blocks.${level}.resnets.${layer}`);
    // The upsampler follows the attention or, in a block without attention, replaces it.
    const upsampler = [1, 2]
      .map((i) => `output_blocks.${n}.${i}.conv`)
      .find((module) => names.has(`${module}.weight`));
    if (!names.has(`output_blocks.${n}.1.conv.weight`))
      blocks.set(`output_blocks.${n}.1`, `up_blocks.${level}.attentions.${layer}`);
    layer++;
    if (upsampler === undefined) continue;
    blocks.set(upsampler, `up_blocks.${level}.upsamplers.0.conv`);
    level++;
    layer = 0;
  }
  return blocks;
}

function hasBlock(names: ReadonlySet<string>, block: string): boolean {
  return ["in_layers.0.weight", "op.weight"].some((tail) => names.has(`${block}.0.${tail}`));
}

/** Map of a U-Net in LDM names (prefix `model.diffusion_model.` removed). */
export function ldmUnetNames(names: ReadonlySet<string>): NameMap {
  const blocks = ldmUnetBlocks(names);
  const map = new Map<string, string>();
  for (const name of names) {
    const { module, parameter } = splitParameter(name);
    const target = LDM_UNET_ENDS.get(module) ?? blocks.get(module) ?? unetBlockPart(module, blocks);
    if (target !== undefined) map.set(name, target + parameter);
  }
  return map;
}

function unetBlockPart(module: string, blocks: ReadonlyMap<string, string>): string | undefined {
  const [block, part] = splitAt(module, module.startsWith("middle_block") ? 2 : 3);
  const target = blocks.get(block);
  if (target === undefined) return undefined;
  if (target.includes(".attentions.")) return `${target}.${part}`;
  const resnetPart = LDM_RESNET.get(part);
  return resnetPart === undefined ? undefined : `${target}.${resnetPart}`;
}

function splitAt(module: string, count: number): [string, string] {
  const parts = module.split(".");
  return [parts.slice(0, count).join("."), parts.slice(count).join(".")];
}

const LDM_VAE_ATTENTION: ReadonlyMap<string, string> = new Map(
  Object.entries({
    norm: "group_norm",
    q: "to_q",
    k: "to_k",
    v: "to_v",
    proj_out: "to_out.0",
  }),
);

/** Names of the middle attention in older diffusers files. */
const OLD_VAE_ATTENTION: ReadonlyMap<string, string> = new Map(
  Object.entries({
    query: "to_q",
    key: "to_k",
    value: "to_v",
    proj_attn: "to_out.0",
  }),
);

/** Map of a VAE in LDM names (prefix `first_stage_model.` removed, if there was one). */
export function ldmVaeNames(names: ReadonlySet<string>): NameMap {
  const levels = new Set(
    [...names].map((name) => /^decoder\.up\.(\d+)\./.exec(name)?.[1]).filter((level) => level !== undefined),
  ).size;
  const map = new Map<string, string>();
  for (const name of names) {
    const { module, parameter } = splitParameter(name);
    const target = ldmVaeModule(module, levels);
    if (target !== undefined) map.set(name, target + parameter);
  }
  return map;
}

function ldmVaeModule(module: string, levels: number): string | undefined {
  if (/^(post_)?quant_conv$|^(en|de)coder\.conv_(in|out)$/.test(module)) return module;
  const [, half, rest] = /^(encoder|decoder)\.(.+)$/.exec(module) ?? [];
  if (half === undefined || rest === undefined) return undefined;
  if (rest === "norm_out") return `${half}.conv_norm_out`;
  const middle = /^mid\.block_([12])\.(\w+)$/.exec(rest);
  if (middle) return `${half}.mid_block.resnets.${Number(middle[1]) - 1}.${middle[2]}`;
  const attention = /^mid\.attn_1\.(\w+)$/.exec(rest);
  if (attention) return vaeAttention(half, LDM_VAE_ATTENTION.get(attention[1]!));
  const block = /^(down|up)\.(\d+)\.block\.(\d+)\.(\w+)$/.exec(rest);
  if (block)
    return `${half}.${vaeLevel(block[1]!, { level: Number(block[2]), levels })}.resnets.${block[3]}.${block[4] === "nin_shortcut" ? "conv_shortcut" : block[4]}`;
  const sampler = /^(down|up)\.(\d+)\.(down|up)sample\.conv$/.exec(rest);
  if (sampler)
    return `${half}.${vaeLevel(sampler[1]!, { level: Number(sampler[2]), levels })}.${sampler[3]}samplers.0.conv`;
  return undefined;
}

/** LDM counts the decoder's levels from the largest map, diffusers from the smallest. */
function vaeLevel(kind: string, { level, levels }: { level: number; levels: number }): string {
  return kind === "down" ? `down_blocks.${level}` : `up_blocks.${levels - 1 - level}`;
}

function vaeAttention(half: string, part: string | undefined): string | undefined {
  return part === undefined ? undefined : `${half}.mid_block.attentions.0.${part}`;
}

/** Map of a VAE in diffusers names, old or new. */
export function diffusersVaeNames(names: ReadonlySet<string>): NameMap {
  const renamed = (name: string): string =>
    name.replace(
      /(mid_block\.attentions\.0)\.(query|key|value|proj_attn)\./,
      (_, place: string, part: string) => `${place}.${OLD_VAE_ATTENTION.get(part)}.`,
    );
  return new Map([...names].map((name) => [name, renamed(name)]));
}

/** Map of a CLIP text model; some files omit `text_model.`. */
export function clipTextNames(names: ReadonlySet<string>): NameMap {
  const map = new Map<string, string>();
  for (const name of names) {
    if (name.endsWith("position_ids")) continue;
    const inner = name.startsWith("text_model.") ? name.slice("text_model.".length) : name;
    if (/^(embeddings|encoder|final_layer_norm)\./.test(inner)) map.set(name, `text_model.${inner}`);
  }
  return map;
}
