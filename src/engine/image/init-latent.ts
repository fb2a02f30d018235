// What the passes of a run start from, shared by all images of a request: nothing, or the init image's latent with its mask; and the extra
// input channels of an inpainting U-Net (Rombach et al. 2022, section 4.5; as in AUTOMATIC1111).

import type { DiffusionRequest, RgbaImage } from "../../shared/request.ts";
import { type PreparedImage, prepareImage } from "./init-image.ts";
import { latentMask, type Mask } from "./inpaint-mask.ts";
import type { LatentSize } from "../latent-size.ts";
import type { DiffusionNetworks } from "../networks.ts";
import { createGenerator } from "../noise/noise.ts";
import { type PlaneSize, resizeLatent } from "./resample.ts";

export interface InitLatent {
  /** [C, H, W]; null for txt2img. */
  readonly latent: Float32Array<ArrayBuffer> | null;
  /** [H, W]: 1 where it is regenerated; null for everywhere. */
  readonly mask: Float32Array<ArrayBuffer> | null;
  /** See inpaintingChannels. */
  readonly channels: Float32Array<ArrayBuffer> | null;
  /** From the decoded image to the result. */
  readonly finish: (generated: RgbaImage) => RgbaImage;
}

interface EncodeOptions {
  readonly networks: DiffusionNetworks;
  /** Of the latents. */
  readonly size: LatentSize;
  /** Side of the VAE tiles, in latents; untiled if undefined. */
  readonly tile: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** @throws StylusError bad-input, bad-file, device, cancelled */
export async function encodeInitImage(
  request: DiffusionRequest,
  options: EncodeOptions,
): Promise<InitLatent> {
  const { networks, size, tile, signal } = options;
  if (request.imageToImage === undefined) {
    const channels = await inpaintingChannels(null, options);
    return { latent: null, mask: null, channels, finish: (generated) => generated };
  }
  const { width, height } = request;
  const prepared = prepareImage(request.imageToImage, { width, height });
  const { image, mask, finish } = prepared;
  return {
    latent: await networks.encode(image, { size, tile, signal }),
    mask: mask && latentMask(mask, { from: request, to: size }),
    channels: await inpaintingChannels(
      mask === null ? null : { ...prepared, mask, pixels: request },
      options,
    ),
    finish,
  };
}

/** The latent that an image of the request starts from, with the requested masked content. */
export function filledLatent(
  { latent, mask }: InitLatent,
  { request, seed }: { request: Pick<DiffusionRequest, "noise" | "imageToImage">; seed: number },
): Float32Array<ArrayBuffer> | null {
  const fill = request.imageToImage?.mask?.fill ?? "original";
  if (latent === null || mask === null || fill === "original") return latent;
  const noise = fill === "noise" ? createGenerator(request.noise, seed).randn(latent.length) : null;
  return latent.map((value, i) => (mask[i % mask.length] === 0 ? value : (noise?.[i] ?? 0)));
}

/**
 * For an inpainting U-Net: the mask, then the latent of the init image with the masked area grey. Without a mask,
 * everything is masked and grey.
 * @returns [1 + C, H, W], or null for other U-Nets
 */
export async function inpaintingChannels(
  initImage: (Pick<PreparedImage, "image"> & { mask: Mask; pixels: PlaneSize }) | null,
  { networks, size, tile, signal }: EncodeOptions,
): Promise<Float32Array<ArrayBuffer> | null> {
  if (!networks.isForInpainting) return null;
  const { latentScale } = networks;
  const pixelCount = size.width * size.height * latentScale * latentScale;
  const hard = initImage === null ? null : initImage.mask.map((value) => (value > 127.5 ? 1 : 0));
  const left = new Float32Array(3 * pixelCount);
  if (initImage !== null && hard !== null)
    for (let i = 0; i < left.length; i++) left[i] = hard[i % pixelCount] === 1 ? 0 : initImage.image[i]!;
  const seen = await networks.encode(left, { size, tile, signal });
  const latents = size.width * size.height;
  const out = new Float32Array(latents + seen.length);
  if (initImage === null || hard === null) out.fill(1, 0, latents);
  else out.set(resizeLatent(hard, { channels: 1, from: initImage.pixels, to: size, filter: "nearest" }));
  out.set(seen, latents);
  return out;
}
