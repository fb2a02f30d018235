// A request and its progress events: the vocabulary shared by page, command line, stylus stages and diffusion engine.
// Plain data only: everything here crosses worker boundaries.
import { say, type Saying } from "./saying.ts";

export type SamplerId =
  | "euler"
  | "euler_a"
  | "dpmpp_2m"
  | "dpmpp_sde"
  | "dpmpp_2m_sde"
  | "ddim"
  | "unipc"
  | "lcm";
export type ScheduleId =
  | "uniform" // A1111's "Automatic" for samplers without a schedule of their own
  | "karras"
  | "exponential"
  | "sgm_uniform"
  | "simple"
  | "beta"
  | "ays"
  | "trailing" // DDIM trailing spacing, Hyper-SD
  | "lcm";

/** The steps at which an adapter changes the U-Net, counted in executed steps, from 0 in each pass. */
export interface AdapterSteps {
  /** First active step. */
  readonly start: number;
  /** First inactive step after that; active to the end if absent. */
  readonly end?: number;
  /** LoRA Switch (arXiv 2402.16843): number `index` of `count` adapters that take turns of `hold` steps. */
  readonly turn?: { readonly index: number; readonly count: number; readonly hold: number };
}

/** One adapter used in one image. Strengths are final: after refined weight, masks, budget and the user's slider. */
export interface AdapterUse {
  readonly id: string;
  readonly unetStrength: number;
  readonly textStrength: number;
  /** Factors by block ("BASE", "IN00" … "IN11", "M00", "OUT00" … "OUT11"); other blocks keep 1. */
  readonly blockWeights?: Readonly<Record<string, number>>;
  /** All steps if absent. */
  readonly steps?: AdapterSteps;
}

/** The noise of an image turned towards that of another seed. */
export interface Variation {
  readonly seed: number;
  /** 0 keeps the noise, 1 takes the other one. */
  readonly strength: number;
}

/** A rectangle in shares of the image's sides, 0 to 1, from its upper left corner. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A rectangle, or what is drawn of it. */
export interface RegionArea extends Rectangle {
  /** What belongs to it, as `writeRegionMask` writes it; absent: the whole rectangle. */
  readonly mask?: string | undefined;
}

/** A part of an image with words of its own (regional prompts). */
export interface ImageRegion extends RegionArea {
  readonly prompt: string;
  /** Beside the prompt of the image and other regions: 1 is usual. */
  readonly weight: number;
  /** All that are merged for this region's prediction, those of the whole image too. */
  readonly adapters: readonly AdapterUse[];
}

/** Where the prompts of an image count; see src/engine/sampling/regions.ts. */
export interface ImageRegions {
  /** Share of the image's own prompt inside a region of weight 1; everywhere else it has all. */
  readonly baseWeight: number;
  readonly areas: readonly ImageRegion[];
}

/** A part of the finished image that the detail pass generates once more. */
export interface DetailArea extends RegionArea {
  /** In place of the image's; its regions' words are no part of it. */
  readonly prompt?: string;
  /** In place of the image's. */
  readonly adapters?: readonly AdapterUse[];
}

/**
 * Parts of the finished image, one after the other, each cut out with what is around it, enlarged to the size at which a model is best,
 * generated over it as with an init image, and put back with a soft edge (ADetailer's inpainting). What is not in an area stays to the bit.
 */
export interface DetailPass {
  /** Size in pixels at which each area is generated. */
  readonly width: number;
  readonly height: number;
  /** Denoising strength; 0 leaves everything as it is. */
  readonly strength: number;
  /** Pixels of the finished image around an area that are generated with it. */
  readonly padding: number;
  /** Standard deviation of the Gaussian that softens an area's edge inwards, in pixels of the finished image. */
  readonly feather: number;
  readonly areas: readonly DetailArea[];
}

/** Pixels of width and height that the prediction of a region covers at least; a smaller region shows a part of it. */
export const leastRegionView = 192;

/** One image of a batch. */
export interface ImageJob {
  readonly seed: number;
  readonly variation?: Variation;
  /** Takes the place of the request's, where images have words of their own. */
  readonly prompt?: string;
  readonly negativePrompt?: string;
  readonly adapters: readonly AdapterUse[];
  readonly regions?: ImageRegions;
  readonly details?: DetailPass;
}

/**
 * Where classifier-free guidance works (Kynkäänniemi et al., arXiv 2404.07724): from one noise level to another, both inclusive, as
 * ComfyUI's start_percent and end_percent count them: 0 is the most noise of training, 1 the least, timesteps between. Elsewhere the
 * scale is 1.
 */
export interface GuidanceInterval {
  readonly start: number;
  readonly end: number;
}

/** Rows from the top; transparent pixels are composited on white. */
export interface RgbaImage {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** Which part of an image is regenerated (inpainting). */
export interface InpaintMask {
  /** One byte per pixel of the init image: 255 is regenerated, 0 stays. */
  readonly values: Uint8Array<ArrayBuffer>;
  /** Standard deviation of the Gaussian that softens the mask's edge, in pixels of the init image; 4 is usual. */
  readonly blur: number;
  /** "masked" crops to the masked area, generates it at the request's size and pastes it back. */
  readonly region: "whole" | "masked";
  /** Pixels of the init image around the mask that are cropped with it as context. */
  readonly padding: number;
  /** What fills the masked area first: the original, latent noise, or nothing (a latent of zeros). */
  readonly fill: "original" | "noise" | "nothing";
}

/** An init image. */
export interface ImageToImage {
  /** Any size; resized to the request's. */
  readonly image: RgbaImage;
  /** Denoising strength: 0 keeps the image, 1 ignores it; the share of the steps that run. */
  readonly strength: number;
  readonly mask?: InpaintMask;
}

/** A second pass at a larger size, over the first pass's result ("hires fix"). */
export interface HiresFix {
  readonly width: number;
  readonly height: number;
  /** In latents, as torch interpolates, or in pixels, as PIL does. */
  readonly upscaler:
    | "latent-nearest"
    | "latent-nearest-exact"
    | "latent-bilinear"
    | "latent-bicubic"
    | "pixel-nearest"
    | "pixel-bicubic"
    | "pixel-lanczos";
  /** Denoising strength; 0.7 is usual, latents need 0.5 or more. */
  readonly strength: number;
  /** Steps run in this pass. */
  readonly steps: number;
}

export interface DiffusionRequest {
  readonly packId: string;
  /** As the text encoder reads it: `<lora:…>` tags have become the images' adapters. */
  readonly prompt: string;
  readonly negativePrompt: string;
  /** Pixels; multiples of 8. */
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly cfgScale: number;
  /** Every step if absent. */
  readonly guidanceInterval?: GuidanceInterval;
  /** Every so many evaluations of the U-Net are whole ones, the others use their deep feature (DeepCache); 1, all of them, if absent. */
  readonly cacheInterval?: number;
  readonly sampler: SamplerId;
  readonly schedule: ScheduleId;
  /** 1 = last layer, 2 = last but one … (A1111's counting). */
  readonly clipSkip: number;
  /** "cpu" = torch's MT19937, "nv" = NVIDIA Philox. */
  readonly noise: "cpu" | "nv";
  /** Few-step adapter (such as LCM-LoRA) merged in addition to each image's own adapters; null if off. */
  readonly fewStepAdapter: AdapterUse | null;
  /** Textual inversions whose words do nothing, by id; none if absent. */
  readonly leftOut?: readonly string[];
  readonly images: readonly ImageJob[];
  readonly imageToImage?: ImageToImage;
  /** Excludes imageToImage. */
  readonly hires?: HiresFix;
  /** Tiled VAE: decodes and encodes in tiles of this many pixels with blended seams, to save memory; untiled if absent. */
  readonly vaeTilePixels?: number;
}

/** Whose kernels run the networks on WebGPU: ONNX Runtime's or our own. */
export type Kernels = "onnxruntime" | "wgsl";

/** "low-vram": WebGPU on a card with 2 GB: one network on it at a time, the U-Net's weights in 8 bits on our own kernels. */
export type DevicePreference = "auto" | "webgpu" | "low-vram" | "wasm";

/** Reason for a device that the user chose. */
export const CHOSEN_BY_USER = say`chosen by the user`;

/** The device that runs the networks, and why. Shown to the user. */
export interface DeviceReport {
  readonly kind: "webgpu" | "wasm";
  readonly name: Saying; // "NVIDIA …", "2 threads of WebAssembly"
  readonly reason: Saying; // "WebGPU found no GPU", "only a software GPU (SwiftShader)" …
  readonly threads: number; // WASM threads; 1 if the page is not cross-origin isolated
  readonly f16: boolean;
  /** Absent: ONNX Runtime's. */
  readonly kernels?: "wgsl";
  /** Of the U-Net, on the device; absent: float16 or float32. */
  readonly weights?: "int8";
}

/** What stands in for a device or for our own kernels, and why. */
export interface Substitute {
  readonly by: "onnxruntime" | "wasm";
  readonly reason: Saying;
}

export type DiffusionEvent =
  | {
      /** The device was lost, or (`device` set) the run continues from this image on the named device. */
      readonly type: "device";
      readonly imageIndex: number;
      readonly message: string;
      readonly device: DeviceReport | null;
    }
  | {
      readonly type: "stage";
      readonly stage: string;
      readonly imageIndex: number;
      readonly milliseconds: number;
    }
  | {
      readonly type: "step";
      readonly imageIndex: number;
      readonly step: number;
      readonly steps: number;
      readonly milliseconds: number;
    }
  | ({ readonly type: "preview"; readonly imageIndex: number } & RgbaImage)
  | ({ readonly type: "image"; readonly imageIndex: number; readonly seed: number } & RgbaImage);
