// What a checkpoint from the user's disk is, read from its header alone: enough to refuse it with the reason, or to say what
// it needs. And what tells a checkpoint from an adapter among dropped files.
import { modelFilesOf } from "../../engine/pack-files.ts";
import { openCheckpoint } from "../../graph/checkpoint.ts";
import { readHeader } from "../../formats/safetensors.ts";
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import { packFromDisk } from "../../storage/local-files.ts";
import type { DiskFile, DiskPick } from "./disk-files.ts";

export interface UserModelFacts {
  readonly layout: "diffusers" | "single-file";
  readonly isForInpainting: boolean;
  readonly predictionType: "epsilon" | "v_prediction";
  /** Of the UNet and the text encoder. */
  readonly parameters: number;
  readonly dtypes: readonly string[];
  readonly hasTokenizer: boolean;
}

/**
 * @throws StylusError unsupported: SD 2.x, SDXL, Flux, a pickle …; bad-file; not-found: no weights, or a network is missing
 */
export async function readCheckpointFacts(files: readonly DiskFile[]): Promise<UserModelFacts> {
  const pack = packFromDisk(files);
  const { unet, text_encoder, vae, layout, predictionType } = await openCheckpoint(modelFilesOf(pack));
  const { inChannels } = unet.config;
  const { latentChannels } = vae.config;
  if (inChannels !== latentChannels && inChannels !== 2 * latentChannels + 1) {
    throw new StylusError("unsupported", say`Its U-Net takes ${inChannels} input channels.`, {
      where: files[0]?.path ?? "model",
      remedy: say`Use a text-to-image checkpoint (${latentChannels} channels) or an inpainting checkpoint (${2 * latentChannels + 1}).`,
    });
  }
  const tensors = [...unet.tensors.values(), ...text_encoder.tensors.values()];
  const count = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
  return {
    layout,
    isForInpainting: inChannels !== latentChannels,
    predictionType,
    parameters: tensors.reduce((sum, { shape }) => sum + count(shape), 0),
    dtypes: [...new Set(tensors.map(({ dtype }) => dtype))].sort(),
    hasTokenizer: pack.has("tokenizer/vocab.json") && pack.has("tokenizer/merges.txt"),
  };
}

/** Larger files are whole models: an adapter of all weights of SD 1.5 has 1.7 GB. */
const largestAdapterBytes = 2e9;

const checkpointKey =
  /^(?:model\.diffusion_model\.|cond_stage_model\.|first_stage_model\.|conditioner\.embedders\.|double_blocks\.|down_blocks\.0\.resnets\.0\.conv1\.weight$|decoder\.conv_in\.weight$)/;
const adapterKey =
  /lora|hada_w|lokr_|\.diff(?:_b)?$|oft_|emb_params|string_to_param|a1\.weight|b1\.weight|ia3/;

/** Whether a dropped weight file is a whole model rather than an adapter; files that cannot be read count as adapters. */
export async function isCheckpoint(file: File): Promise<boolean> {
  if (file.size > largestAdapterBytes) return true;
  if (!/\.(?:safetensors|sft)$/i.test(file.name)) return false;
  try {
    const names = [...(await readHeader(file, { fileName: file.name })).tensors.keys()];
    return names.some((name) => checkpointKey.test(name)) && !names.some((name) => adapterKey.test(name));
  } catch {
    return false; // its examination as an adapter says what is wrong with it
  }
}

/** The folders of a model in diffusers' layout, in the folder that was picked. */
const modelLayout = /^[^/]+\/(?:model_index\.json$|(?:unet|vae|text_encoder|tokenizer)\/)/;
const weights = /\.(?:safetensors|sft|ckpt|pt|pth|bin)$/i;

/** A folder is one model if it is laid out like one, or has checkpoints and no adapters. */
async function isModelFolder(files: readonly DiskFile[]): Promise<boolean> {
  if (files.some(({ path }) => modelLayout.test(path))) return true;
  const ofWeights = files.filter(({ path }) => weights.test(path));
  for (const { blob } of ofWeights) if (!(await isCheckpoint(blob))) return false;
  return ofWeights.length > 0;
}

/** Parts of a model (whole folders, checkpoints, VAEs) and all other files of a drop. */
export async function sortPick(
  pick: DiskPick,
): Promise<{ readonly model: DiskPick; readonly others: readonly DiskFile[] }> {
  const folders = new Map<string, DiskFile[]>();
  const belonging = new Set<DiskFile>();
  for (const file of pick.files) {
    const [folder, ...rest] = file.path.split("/");
    if (rest.length > 0) {
      const list = folders.get(folder!) ?? [];
      folders.set(folder!, list);
      list.push(file);
    } else if (await isCheckpoint(file.blob)) belonging.add(file);
  }
  for (const files of folders.values())
    if (await isModelFolder(files)) for (const file of files) belonging.add(file);
  const files = pick.files.filter((file) => belonging.has(file));
  const names = new Set(files.map(({ path }) => path.split("/")[0]));
  return {
    model: { files, handles: pick.handles?.filter(({ name }) => names.has(name)) ?? null },
    others: pick.files.filter((file) => !belonging.has(file)),
  };
}
