// Recognises valid safetensors files that are not Stable Diffusion 1.x by tensor names and shapes, and rejects them with
// the reason.

import { readTensor, type SafetensorsFile } from "../formats/safetensors.ts";
import { StylusError } from "../shared/errors.ts";
import { say, type Saying } from "../shared/saying.ts";

interface Shaped {
  readonly shape: readonly number[];
}

const SD1 = say`Use a Stable Diffusion 1.x model (1.4, 1.5 or a community model based on them).`;

const OTHER_PRECISION = say`Use the FP16, FP8 or plain INT8 version of this model.`;

const FOREIGN: readonly { readonly key: RegExp; readonly what: Saying; readonly remedy?: Saying }[] = [
  { key: /(^|\.)double_blocks\.\d+\./, what: say`a Flux model` },
  { key: /(^|\.)joint_blocks\.\d+\./, what: say`a Stable Diffusion 3 model` },
  {
    key: /^conditioner\.embedders\.|(^|\.)label_emb\.0\.0\.weight$|(^|\.)add_embedding\.linear_1\./,
    what: say`a Stable Diffusion XL model`,
  },
  { key: /^cond_stage_model\.model\.transformer\.resblocks\./, what: say`a Stable Diffusion 2.x model` },
  { key: /(^|\.)(temporal_transformer|motion_modules)\./, what: say`a video model` },
  { key: /(^|\.)(input_hint_block|controlnet_cond_embedding)\./, what: say`a ControlNet` },
  {
    key: /\.(weight_scale_2|pre_quant_scale)$/,
    what: say`a model with two scales per weight`,
    remedy: OTHER_PRECISION,
  },
  {
    key: /lora_(up|down|A|B)\b|\.lora\.(up|down)\.|hada_w1_a|lokr_w1/,
    what: say`an adapter (LoRA), not a model`,
    remedy: say`Add it as an adapter instead.`,
  },
];

const CROSS_ATTENTION = /attn2\.to_k\.weight$/;
const WIDTHS: Readonly<Record<number, Saying>> = {
  1024: say`a Stable Diffusion 2.x model`,
  2048: say`a Stable Diffusion XL model`,
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
      throw new StylusError("unsupported", say`This is ${what}.`, {
        where: fileName,
        remedy: foreign?.remedy ?? SD1,
      });
  }
}

/** ComfyUI's formats whose values are stored numbers times a scale. */
const KNOWN_FORMATS = new Set(["float8_e4m3fn", "float8_e5m2", "int8_tensorwise", "int8_blockwise"]);

/**
 * Quantised files note how in a tensor `X.comfy_quant` of each layer or in their metadata.
 * @throws StylusError `unsupported` for a format whose values are more than numbers times a scale, or stored rotated
 */
export async function refuseOtherFormats({ fileName, tensors, metadata }: SafetensorsFile): Promise<void> {
  const check = (layer: string, note: unknown): void => {
    const { format, convrot } = (note ?? {}) as { format?: unknown; convrot?: unknown };
    if (KNOWN_FORMATS.has(format as string) && convrot !== true) return;
    const given =
      format === undefined
        ? say`a quantisation note that cannot be read`
        : say`the format ${JSON.stringify(format)}`;
    const named = convrot === true ? say`rotated weights (ConvRot)` : given;
    throw new StylusError("unsupported", say`Layer "${layer}" has ${named}.`, {
      where: fileName,
      remedy: OTHER_PRECISION,
    });
  };
  const { layers } = (parseNote(metadata.get("_quantization_metadata") ?? "{}") ?? {}) as { layers?: object };
  for (const [layer, note] of Object.entries(layers ?? {})) check(layer, note);
  for (const [name, source] of tensors) {
    if (!name.endsWith(".comfy_quant")) continue;
    check(name.replace(/\.comfy_quant$/, ""), parseNote(new TextDecoder().decode(await readTensor(source))));
  }
}

/** Null if it is not JSON. */
function parseNote(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
