// The three networks of a checkpoint on one device: parameters loaded once, sessions per size, and the five results that
// the pipeline needs: token rows, hidden states, predictions, images, and latents of images.

import { buildTextEncoder, TOKEN_EMBEDDING } from "../graph/clip-text.ts";
import type { Checkpoint } from "../graph/checkpoint.ts";
import { buildUnet, DEEP_FEATURE } from "../graph/unet.ts";
import { buildVaeDecoder, buildVaeEncoder, vaeScale } from "../graph/vae.ts";
import type { Backend, LoadProgress } from "../runtime/backend.ts";
import { StylusError, throwIfAborted } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";
import type { Conditioning } from "./prompt/conditioning.ts";
import type { DeepFeatures } from "./sampling/deep-features.ts";
import type { LatentSize } from "./latent-size.ts";
import { type NetworkFiles, type ParameterSet, ResidentNetworks } from "./resident-networks.ts";
import { SessionCache } from "./session-cache.ts";
import { runTiled } from "./image/tiles.ts";
import { CheckpointTokenTable } from "./prompt/token-table.ts";

interface Work {
  readonly signal?: AbortSignal | undefined;
}

/** U-Net at another size or batch than the present ones, decoder, text encoder. */
const OTHER_SESSIONS = 3;

export class DiffusionNetworks {
  readonly checkpoint: Checkpoint;
  readonly backend: Backend;
  readonly tokens: CheckpointTokenTable;
  /** Their parameters on the device. */
  readonly resident: ResidentNetworks;
  readonly sessions: SessionCache;

  private constructor(
    checkpoint: Checkpoint,
    { backend, resident, tokens }: Pick<DiffusionNetworks, "backend" | "resident" | "tokens">,
  ) {
    this.checkpoint = checkpoint;
    this.backend = backend;
    this.resident = resident;
    this.tokens = tokens;
    this.sessions = new SessionCache(backend, { capacity: resident.oneAtATime ? 1 : OTHER_SESSIONS + 1 });
    resident.onPutAway = () => this.sessions.dispose();
  }

  /**
   * Streams the parameters to the device. @param options.oneAtATime for a card that holds one network
   * @throws StylusError bad-file, unsupported, device, cancelled
   */
  static async load(
    checkpoint: Checkpoint,
    {
      backend,
      oneAtATime,
      onProgress,
      signal,
    }: Work & {
      backend: Backend;
      oneAtATime: boolean;
      onProgress?: ((progress: LoadProgress) => void) | undefined;
    },
  ): Promise<DiffusionNetworks> {
    const { unet, text_encoder, vae } = checkpoint;
    const { latentChannels } = vae.config;
    if (unet.config.inChannels !== latentChannels && unet.config.inChannels !== 2 * latentChannels + 1) {
      throw new StylusError(
        "unsupported",
        say`The U-Net has ${unet.config.inChannels} input channels instead of ${latentChannels} (txt2img) or ${2 * latentChannels + 1} (inpainting).`,
        {
          remedy: say`Choose a txt2img or inpainting checkpoint.`,
        },
      );
    }
    const table = text_encoder.tensors.get(TOKEN_EMBEDDING);
    if (table?.shape.length !== 2) {
      throw new StylusError("bad-file", say`Tensors are missing: ${TOKEN_EMBEDDING}.`, {
        remedy: say`Use a complete checkpoint.`,
      });
    }
    const files: Record<ParameterSet, NetworkFiles> = {
      unet: {
        graph: buildUnet(unet.config, { batch: 1, ...SMALLEST, contextTokens: 1 }),
        tensors: unet.tensors,
      },
      text_encoder: {
        graph: buildTextEncoder(text_encoder.config, { batch: 1 }),
        tensors: text_encoder.tensors,
      },
      vae_decoder: {
        graph: buildVaeDecoder(vae.config, { batch: 1, ...SMALLEST }),
        tensors: vae.tensors,
      },
      vae_encoder: {
        graph: buildVaeEncoder(vae.config, { batch: 1, ...SMALLEST }),
        tensors: vae.tensors,
      },
    };
    const resident = new ResidentNetworks(files, { backend, oneAtATime });
    await resident.load({ onProgress, signal });
    return new DiffusionNetworks(checkpoint, {
      backend,
      resident,
      tokens: new CheckpointTokenTable(table),
    });
  }

  /** Pixels per latent along one axis. */
  get latentScale(): number {
    return vaeScale(this.checkpoint.vae.config);
  }

  /** Bytes of the parameters on the device or in memory. */
  get sizeBytes(): number {
    return this.resident.sizeBytes;
  }

  /** Hidden states [T, C] of one chunk, `clipSkip` layers from the end. */
  async encodeText(
    tokenEmbeddings: Float32Array<ArrayBuffer>,
    { clipSkip, signal }: Work & { clipSkip: number },
  ): Promise<Float32Array<ArrayBuffer>> {
    const { config } = this.checkpoint.text_encoder;
    const session = await this.sessions.get({
      key: "text_encoder",
      build: () => buildTextEncoder(config, { batch: 1 }),
      parameters: await this.resident.use("text_encoder", { signal }),
      signal,
    });
    const output = `clip_skip_${clipSkip}`;
    const outputs = await session.run({ token_embeddings: tokenEmbeddings }, [output]);
    return Float32Array.from(outputs[output]!);
  }

  /** Keeps the sessions of a pass whose U-Net runs at so many sizes and batches in turn. */
  keepSessions(count: number): void {
    this.sessions.capacity = this.resident.oneAtATime ? Math.min(count, 2) : OTHER_SESSIONS + count;
  }

  /** How many predictions the U-Net makes at once: a GPU is faster with several in one batch, a CPU is not, and one at a time halves the memory. */
  batchOf(atOnce: number): number {
    return this.backend.report.kind === "webgpu" ? atOnce : 1;
  }

  /** Whether the U-Net also reads a mask and the masked image. */
  get isForInpainting(): boolean {
    const { unet, vae } = this.checkpoint;
    return unet.config.inChannels > vae.config.latentChannels;
  }

  /**
   * One prediction [C, H, W] per conditioning, of the same sample.
   * @param sample [Cin, H, W]
   * @param options.atOnce most conditionings in one batch on a GPU. Calls that share it share a session.
   * @param options.deep deep features: used if they `serve`, kept if not; absent: neither
   */
  async predict(
    sample: Float32Array<ArrayBuffer>,
    {
      timestep,
      conditionings,
      size,
      atOnce,
      deep,
      signal,
    }: Work & {
      timestep: number;
      conditionings: readonly Conditioning[];
      size: LatentSize;
      atOnce: number;
      deep?: { readonly features: DeepFeatures; readonly serve: boolean } | undefined;
    },
  ): Promise<Float32Array[]> {
    const batch = this.batchOf(atOnce);
    const contextTokens = conditionings[0]!.tokens;
    const deepFeature = deep && (deep.serve ? "input" : "output");
    const session = await this.sessions.get({
      key: ["unet", deepFeature, batch, size.height, size.width, contextTokens].join(" "),
      build: () => buildUnet(this.checkpoint.unet.config, { batch, ...size, contextTokens, deepFeature }),
      parameters: await this.resident.use("unet", { signal }),
      signal,
    });
    const predictions: Float32Array[] = [];
    for (let first = 0; first < conditionings.length; first += batch) {
      const group = conditionings.slice(first, first + batch);
      const count = group.length;
      while (group.length < batch) group.push(group.at(-1)!); // the session's batch is fixed
      const inputs = {
        sample: repeated(sample, batch),
        timestep: Float32Array.of(timestep),
        encoder_hidden_states: joined(group.map(({ values }) => values)),
        ...(deep?.serve && { [DEEP_FEATURE]: group.map((one) => deep.features.of(one)) }),
      };
      const wanted = ["out_sample"];
      const kept = DEEP_FEATURE;
      const { values, parts } =
        deepFeature === "output"
          ? await session.runKeeping(inputs, { wanted, kept })
          : { values: await session.run(inputs), parts: [] };
      for (const [i, part] of parts.entries()) deep!.features.keep(group[i]!, part);
      const all = values["out_sample"]!;
      const length = all.length / batch;
      for (let i = 0; i < count; i++) predictions.push(all.slice(i * length, (i + 1) * length));
    }
    return predictions;
  }

  /**
   * @param latent [C, H, W] in the U-Net's scale
   * @param options.tile side of the tiles for decoding, in latents; untiled if absent
   * @returns [3, H, W] in pixels, about −1 … 1
   */
  async decode(
    latent: Float32Array,
    { size, tile, signal }: Work & { size: LatentSize; tile?: number | undefined },
  ): Promise<Float32Array> {
    const { config } = this.checkpoint.vae;
    const decode = async (part: Float32Array<ArrayBuffer>, partSize: LatentSize): Promise<Float32Array> => {
      throwIfAborted(signal);
      const session = await this.sessions.get({
        key: `vae_decoder ${partSize.height}×${partSize.width}`,
        build: () => buildVaeDecoder(config, { batch: 1, ...partSize }),
        parameters: await this.resident.use("vae_decoder", { signal }),
        signal,
      });
      return (await session.run({ latent_sample: part }))["sample"]!;
    };
    const unscaled = Float32Array.from(latent, (value) => value / config.scalingFactor);
    if (tile === undefined || (tile >= size.width && tile >= size.height)) return decode(unscaled, size);
    return runTiled(unscaled, { size, tile, scale: { input: 1, output: this.latentScale }, run: decode });
  }

  /**
   * The mean of the encoder's distribution: its deviation is invisible in an image, and a mean needs no seed.
   * @param image [3, H, W] in pixels, −1 … 1
   * @param options.size of the latent
   * @param options.tile side of the tiles for encoding, in latents; untiled if absent
   * @returns [C, H, W] in the U-Net's scale
   * @throws StylusError bad-file if the checkpoint's VAE has no encoder
   */
  async encode(
    image: Float32Array<ArrayBuffer>,
    { size, tile, signal }: Work & { size: LatentSize; tile?: number | undefined },
  ): Promise<Float32Array<ArrayBuffer>> {
    const { config } = this.checkpoint.vae;
    const parameters = await this.resident.use("vae_encoder", { signal });
    const encode = async (part: Float32Array<ArrayBuffer>, partSize: LatentSize): Promise<Float32Array> => {
      throwIfAborted(signal);
      const session = await this.sessions.get({
        key: `vae_encoder ${partSize.height}×${partSize.width}`,
        build: () => buildVaeEncoder(config, { batch: 1, ...partSize }),
        parameters,
        signal,
      });
      const { moments } = await session.run({ sample: part });
      return moments!.subarray(0, moments!.length / 2);
    };
    const whole = tile === undefined || (tile >= size.width && tile >= size.height);
    const mean = whole
      ? await encode(image, size)
      : await runTiled(image, { size, tile, scale: { input: this.latentScale, output: 1 }, run: encode });
    return Float32Array.from(mean, (value) => value * config.scalingFactor);
  }

  async dispose(): Promise<void> {
    await this.sessions.dispose();
    this.resident.dispose();
  }
}

// A network's parameters do not depend on its size; this is the smallest size that every level divides.
const SMALLEST: LatentSize = { width: 8, height: 8 };

function repeated(values: Float32Array<ArrayBuffer>, times: number): Float32Array<ArrayBuffer> {
  return times === 1 ? values : joined(Array<Float32Array>(times).fill(values));
}

function joined(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
