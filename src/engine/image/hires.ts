// Hires fix: resizes the first pass's latent to the second pass's size, in latents or in pixels.

import type { HiresFix } from "../../shared/request.ts";
import { imageTensor, resizeRgba } from "./init-image.ts";
import type { LatentSize } from "../latent-size.ts";
import type { DiffusionNetworks } from "../networks.ts";
import { rgbaOf } from "./pixels.ts";
import { resizeLatent } from "./resample.ts";

type Filter<Kind extends string> =
  Extract<HiresFix["upscaler"], `${Kind}-${string}`> extends `${Kind}-${infer Name}` ? Name : never;

export interface Upscaling {
  readonly networks: DiffusionNetworks;
  /** Of the latents. */
  readonly from: LatentSize;
  readonly to: LatentSize;
  readonly tile: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** @param latent [C, H, W] @returns [C, H′, W′] */
export async function upscaled(
  latent: Float32Array,
  { upscaler, width, height }: HiresFix,
  { networks, from, to, tile, signal }: Upscaling,
): Promise<Float32Array<ArrayBuffer>> {
  const channels = networks.checkpoint.vae.config.latentChannels;
  const dash = upscaler.indexOf("-");
  const filter = upscaler.slice(dash + 1);
  if (upscaler.startsWith("latent"))
    return resizeLatent(latent, { channels, from, to, filter: filter as Filter<"latent"> });
  const scale = networks.latentScale;
  const decoded = await networks.decode(latent, { size: from, tile, signal });
  const image = rgbaOf(decoded, { width: from.width * scale, height: from.height * scale });
  const large = resizeRgba(image, { to: { width, height }, filter: filter as Filter<"pixel"> });
  return networks.encode(imageTensor(large), { size: to, tile, signal });
}
