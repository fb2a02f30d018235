// Recognises valid safetensors files that are not Stable Diffusion 1.x by tensor names and shapes, and rejects them with
// the reason.

import { StylusError } from "../shared/errors.ts";

interface Shaped {
  readonly shape: readonly number[];
}

const SD1 = "Use a Stable Diffusion 1.x model (1.4, 1.5 or a community model based on them).";

const FOREIGN: readonly { readonly key: RegExp; readonly what: string; readonly remedy?: string }[] = [
  { key: /(^|\.)double_blocks\.\d+\./, what: "a Flux model" },
  { key: /(^|\.)joint_blocks\.\d+\./, what: "a Stable Diffusion 3 model" },
  {
    key: /^conditioner\.embedders\.|(^|\.)label_emb\.0\.0\.weight$|(^|\.)add_embedding\.linear_1\./,
    what: "a Stable Diffusion XL model",
  },
  { key: /^cond_stage_model\.model\.transformer\.resblocks\./, what: "a Stable Diffusion 2.x model" },
  { key: /(^|\.)(temporal_transformer|motion_modules)\./, what: "a video model" },
  { key: /(^|\.)(input_hint_block|controlnet_cond_embedding)\./, what: "a ControlNet" },
  {
    key: /\.scale_weight$|^scaled_fp8$/,
    what: "a model in scaled FP8",
    remedy: "Use the FP16 or plain FP8 version of this model.",
  },
  {
    key: /lora_(up|down|A|B)\b|\.lora\.(up|down)\.|hada_w1_a|lokr_w1/,
    what: "an adapter (LoRA), not a model",
    remedy: "Add it as an adapter instead.",
  },
];

const CROSS_ATTENTION = /attn2\.to_k\.weight$/;
const WIDTHS: Readonly<Record<number, string>> = {
  1024: "a Stable Diffusion 2.x model",
  2048: "a Stable Diffusion XL model",
};

/** @throws StylusError `unsupported` if the tensors belong to another kind of model */
export function refuseForeignModel(
  tensors: ReadonlyMap<string, Shaped>,
  { fileName }: { fileName: string },
): void {
  for (const [name, { shape }] of tensors) {
    const foreign = FOREIGN.find(({ key }) => key.test(name));
    const what =
      foreign?.what ??
      (CROSS_ATTENTION.test(name) && !name.includes("lora") ? WIDTHS[shape[1] ?? 0] : undefined);
    if (what !== undefined)
      throw new StylusError("unsupported", `This is ${what}.`, {
        where: fileName,
        remedy: foreign?.remedy ?? SD1,
      });
  }
}
