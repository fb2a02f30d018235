// Opens a model: a diffusers folder or a single file, with an optional separate VAE. Reads only headers and configs;
// tensors stay in their files until they stream to the device.

import { readHeader, type SafetensorsFile, type TensorSource } from "../formats/safetensors.ts";
import { withScales } from "../formats/tensor-values.ts";
import { StylusError } from "../shared/errors.ts";
import { say, type Saying } from "../shared/saying.ts";
import {
  parseTextEncoderConfig,
  parseUnetConfig,
  parseVaeConfig,
  type TextEncoderConfig,
  type UnetConfig,
  type VaeConfig,
} from "./config.ts";
import { detectTextEncoder, detectUnet, detectVae, type Tensors } from "./detect.ts";
import { refuseForeignModel, refuseOtherFormats } from "./foreign-models.ts";
import type { NetworkId } from "./graph.ts";
import { clipTextNames, diffusersVaeNames, ldmUnetNames, ldmVaeNames, type NameMap } from "./names.ts";

export interface ModelFile {
  /** Relative, with forward slashes: `unet/config.json`, `model.safetensors`. */
  readonly path: string;
  readonly blob: Blob;
}

export interface Network<Config> {
  readonly config: Config;
  /** By internal parameter name. */
  readonly tensors: ReadonlyMap<string, TensorSource>;
}

export interface Checkpoint {
  readonly unet: Network<UnetConfig>;
  readonly text_encoder: Network<TextEncoderConfig>;
  readonly vae: Network<VaeConfig>;
  readonly layout: "diffusers" | "single-file";
  /** What the U-Net predicts; "epsilon" if the files do not say, as most single files do not. */
  readonly predictionType: "epsilon" | "v_prediction";
  /** scheduler/scheduler_config.json, if there is one. */
  readonly scheduler: Readonly<Record<string, unknown>> | null;
  /** Metadata of the single file (`modelspec.*` …). */
  readonly metadata: ReadonlyMap<string, string>;
  /** Names in the file that no network uses (EMA copies, training state). */
  readonly ignored: readonly string[];
}

interface Parts {
  readonly tensors: Map<NetworkId, Map<string, TensorSource>>;
  readonly configs: Map<NetworkId, { json: unknown; path: string }>;
  readonly metadata: Map<string, string>;
  readonly ignored: string[];
  scheduler: Readonly<Record<string, unknown>> | null;
  vPrediction: boolean;
}

/**
 * @param files a diffusers folder, or one single-file checkpoint; another file with only a VAE replaces the model's own
 * @throws StylusError `bad-file`, `unsupported` (another kind of model, with the reason), `not-found` (a network is missing)
 */
export async function openCheckpoint(files: readonly ModelFile[]): Promise<Checkpoint> {
  const parts: Parts = {
    tensors: new Map(),
    configs: new Map(),
    metadata: new Map(),
    ignored: [],
    scheduler: null,
    vPrediction: false,
  };
  const folders = new Map<NetworkId, ModelFile[]>();
  const loose: ModelFile[] = [];
  for (const file of files) {
    const folder = /(?:^|\/)(unet|text_encoder|vae)\/[^/]+\.safetensors$/.exec(file.path)?.[1] as
      | NetworkId
      | undefined;
    if (folder) folders.set(folder, [...(folders.get(folder) ?? []), file]);
    else if (/\.(safetensors|sft|ckpt|pt|pth|bin)$/i.test(file.path)) loose.push(file);
    else if (file.path.endsWith(".json")) await readConfig(parts, file);
  }
  for (const [network, list] of folders) await addFolder(parts, { network, files: withoutVariants(list) });
  for (const file of loose) await addLoose(parts, file);
  return assemble(parts, {
    layout: folders.size > 0 ? "diffusers" : "single-file",
    where: files[0]?.path ?? "model",
  });
}

async function readConfig(parts: Parts, { path, blob }: ModelFile): Promise<void> {
  const network = /(?:^|\/)(unet|text_encoder|vae)\/config\.json$/.exec(path)?.[1] as NetworkId | undefined;
  const isScheduler = /(?:^|\/)scheduler\/scheduler_config\.json$/.test(path);
  if (!network && !isScheduler) return;
  let json: unknown;
  try {
    json = JSON.parse(await blob.text());
  } catch (cause) {
    throw new StylusError("bad-file", say`The config is not valid JSON.`, {
      where: path,
      remedy: say`Download it again.`,
      cause,
    });
  }
  if (network) parts.configs.set(network, { json, path });
  else parts.scheduler = json as Record<string, unknown>;
}

/** Prefers `model.safetensors` to `model.fp16.safetensors`: its precision is at least as high. */
function withoutVariants(files: readonly ModelFile[]): ModelFile[] {
  const plain = files.filter(({ path }) => !/\.(fp16|bf16|non_ema)[.-]/.test(path));
  return plain.length > 0 ? plain : [...files];
}

async function addFolder(
  parts: Parts,
  { network, files }: { network: NetworkId; files: readonly ModelFile[] },
): Promise<void> {
  for (const { path, blob } of files) {
    const file = await readHeader(blob, { fileName: path });
    refuseForeignModel(file.tensors, { fileName: path });
    await refuseOtherFormats(file);
    addTensors(parts, network, {
      file,
      names: namesInFolder(network, new Set(file.tensors.keys())),
      prefix: "",
    });
  }
}

function namesInFolder(network: NetworkId, names: ReadonlySet<string>): NameMap {
  if (network === "text_encoder") return clipTextNames(names);
  if (network === "vae")
    return names.has("encoder.mid.block_1.norm1.weight") ? ldmVaeNames(names) : diffusersVaeNames(names);
  return new Map([...names].map((name) => [name, name]));
}

/** Prefixes in a single file, and how to map the names after them. */
const SINGLE_FILE: readonly {
  prefix: string;
  network: NetworkId;
  map: (names: ReadonlySet<string>) => NameMap;
}[] = [
  { prefix: "model.diffusion_model.", network: "unet", map: ldmUnetNames },
  { prefix: "first_stage_model.", network: "vae", map: ldmVaeNames },
  { prefix: "cond_stage_model.transformer.", network: "text_encoder", map: clipTextNames },
];

async function addLoose(parts: Parts, { path, blob }: ModelFile): Promise<void> {
  const file = await readHeader(blob, { fileName: path });
  refuseForeignModel(file.tensors, { fileName: path });
  await refuseOtherFormats(file);
  const names = new Set(file.tensors.keys());
  if (isVae(names)) {
    // A separate VAE replaces the model's own; the model's config does not describe it.
    parts.tensors.delete("vae");
    parts.configs.delete("vae");
    addTensors(parts, "vae", { file, names: namesInFolder("vae", names), prefix: "" });
    return;
  }
  if (![...names].some((name) => name.startsWith("model.diffusion_model."))) {
    throw new StylusError("unsupported", say`This file contains no Stable Diffusion model and no VAE.`, {
      where: path,
      remedy: say`Use a Stable Diffusion 1.x checkpoint.`,
    });
  }
  for (const [key, value] of file.metadata) parts.metadata.set(key, value);
  parts.vPrediction ||=
    names.has("v_pred") ||
    /^v(_prediction|-prediction)?$/.test(file.metadata.get("modelspec.prediction_type") ?? "");
  const separateVae = parts.tensors.has("vae");
  for (const { prefix, network, map } of SINGLE_FILE) {
    const inner = new Set(
      [...names].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length)),
    );
    if (!(network === "vae" && separateVae)) addTensors(parts, network, { file, names: map(inner), prefix });
  }
  parts.ignored.push(
    ...[...names].filter((name) => !SINGLE_FILE.some(({ prefix }) => name.startsWith(prefix))),
  );
}

function isVae(names: ReadonlySet<string>): boolean {
  return names.has("decoder.conv_in.weight") && names.has("encoder.conv_in.weight");
}

function addTensors(
  parts: Parts,
  network: NetworkId,
  { file, names, prefix }: { file: SafetensorsFile; names: NameMap; prefix: string },
): void {
  const tensors = parts.tensors.get(network) ?? new Map<string, TensorSource>();
  for (const [inner, name] of names) tensors.set(name, file.tensors.get(prefix + inner)!);
  if (tensors.size > 0) parts.tensors.set(network, tensors);
  for (const name of file.tensors.keys()) {
    if (name.startsWith(prefix) && !names.has(name.slice(prefix.length))) parts.ignored.push(name);
  }
}

const NETWORK_WORDS: Readonly<Record<NetworkId, Saying | string>> = {
  unet: "UNet",
  text_encoder: say`text encoder`,
  vae: "VAE",
};

function assemble(
  parts: Parts,
  { layout, where }: { layout: Checkpoint["layout"]; where: string },
): Checkpoint {
  const network = <Config>(
    id: NetworkId,
    detect: (tensors: Tensors) => Config,
    parse: (json: unknown, options: { path: string; tensors: Tensors }) => Config,
  ): Network<Config> => {
    const stored = parts.tensors.get(id);
    if (!stored) {
      const remedy =
        id === "vae"
          ? say`Add a VAE file, for example vae-ft-mse-840000-ema-pruned.safetensors.`
          : say`Use a complete checkpoint.`;
      throw new StylusError("not-found", say`The model has no ${NETWORK_WORDS[id]}.`, { where, remedy });
    }
    const tensors = withScales(stored);
    const config = parts.configs.get(id);
    return { tensors, config: config ? parse(config.json, { path: config.path, tensors }) : detect(tensors) };
  };
  const unet = network("unet", detectUnet, parseUnetConfig);
  const textEncoder = network("text_encoder", detectTextEncoder, parseTextEncoderConfig);
  const vae = network("vae", detectVae, parseVaeConfig);
  if (unet.config.crossAttentionDim !== textEncoder.config.hiddenSize) {
    const [wanted, given] = [unet.config.crossAttentionDim, textEncoder.config.hiddenSize];
    throw new StylusError(
      "bad-file",
      say`The U-Net expects text features with ${wanted} channels, but the text encoder produces ${given}.`,
      { where },
    );
  }
  const vPrediction = parts.vPrediction || parts.scheduler?.["prediction_type"] === "v_prediction";
  return {
    unet,
    text_encoder: textEncoder,
    vae,
    layout,
    predictionType: vPrediction ? "v_prediction" : "epsilon",
    scheduler: parts.scheduler,
    metadata: parts.metadata,
    ignored: parts.ignored,
  };
}
