// What a user asks for and what comes back while it runs: the vocabulary shared by page, command line,
// stylus stages and diffusion engine. Plain data only: all of it crosses worker boundaries.

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
  | "uniform" // "automatic" of A1111 for samplers without an own schedule
  | "karras"
  | "exponential"
  | "sgm_uniform"
  | "simple"
  | "beta"
  | "ays"
  | "trailing" // DDIM trailing spacing, Hyper-SD
  | "lcm";

/** At which steps an adapter's UNet part works. Counted in steps that are run, in each pass from 0. */
interface AdapterSteps {
  /** First step at work. */
  readonly start: number;
  /** First step no longer at work; to the end when absent. */
  readonly end?: number;
  /** LoRA Switch (arXiv 2402.16843): of `count` adapters that take turns of `hold` steps, this is number `index`. */
  readonly turn?: { readonly index: number; readonly count: number; readonly hold: number };
}

/** One adapter at work in one image. Strengths are final: after refined weight, masks, budget and the user's slider. */
export interface AdapterUse {
  readonly id: string;
  readonly unetStrength: number;
  readonly textStrength: number;
  /** Factors by block ("BASE", "IN00" … "IN11", "M00", "OUT00" … "OUT11"); blocks that are not named keep 1. */
  readonly blockWeights?: Readonly<Record<string, number>>;
  /** All steps when absent. */
  readonly steps?: AdapterSteps;
}

/** One image of a batch. */
export interface ImageJob {
  readonly seed: number;
  readonly adapters: readonly AdapterUse[];
}

/** Rows from the top; transparent pixels are seen on white. */
export interface RgbaImage {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** Which part of a picture is painted anew (inpainting). */
export interface InpaintMask {
  /** One byte per pixel of the picture: 255 is painted anew, 0 stays. */
  readonly values: Uint8Array<ArrayBuffer>;
  /** Standard deviation of the Gaussian that softens the mask's edge, in pixels of the picture; 4 is usual. */
  readonly blur: number;
  /** "masked" cuts out the masked part, paints it at the request's size and puts it back into the picture. */
  readonly region: "whole" | "masked";
  /** Pixels of the picture around the mask that are cut out with it, for the network to see. */
  readonly padding: number;
  /** What the masked part is painted over: itself, noise, or nothing (a latent of zeros). */
  readonly fill: "original" | "noise" | "nothing";
}

/** A picture to start from. */
export interface ImageToImage {
  /** Of any size; brought to the request's. */
  readonly image: RgbaImage;
  /** 0 keeps the picture, 1 forgets it; which share of the steps is run. */
  readonly strength: number;
  readonly mask?: InpaintMask;
}

/** A second pass at a larger size, over the first pass's result ("hires fix"). */
export interface HiresFix {
  readonly width: number;
  readonly height: number;
  /** In latents by torch's interpolation, or in pixels by PIL's. */
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
  /** Steps that are run in this pass. */
  readonly steps: number;
}

export interface DiffusionRequest {
  readonly packId: string;
  readonly prompt: string;
  readonly negativePrompt: string;
  /** Pixels; multiples of 8. */
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly cfgScale: number;
  readonly sampler: SamplerId;
  readonly schedule: ScheduleId;
  /** 1 = last layer, 2 = last but one … (A1111's counting). */
  readonly clipSkip: number;
  /** "cpu" = torch's MT19937, "nv" = NVIDIA Philox. */
  readonly noise: "cpu" | "nv";
  /** Few-step adapter (LCM-LoRA and the like) merged in addition to each image's own adapters; null when off. */
  readonly fewStepAdapter: AdapterUse | null;
  readonly images: readonly ImageJob[];
  readonly imageToImage?: ImageToImage;
  /** Not together with imageToImage. */
  readonly hires?: HiresFix;
  /** Decodes and encodes in squares of this many pixels with blended seams, to need less memory; whole when absent. */
  readonly vaeTilePixels?: number;
}

export type DevicePreference = "auto" | "webgpu" | "wasm";

/** Reason of a device that was not found to be the best. */
export const CHOSEN_BY_USER = "chosen by the user";

/** Which device runs the networks, and why that one. Shown to the user; never chosen silently. */
export interface DeviceReport {
  readonly kind: "webgpu" | "wasm";
  readonly name: string; // "NVIDIA …", "2 threads of WebAssembly"
  readonly reason: string; // "no WebGPU adapter", "only a software adapter (SwiftShader)" …
  readonly threads: number; // WASM threads; 1 when the page is not cross-origin isolated
  readonly f16: boolean;
}

export type DiffusionEvent =
  | {
      /** The device was lost, or (`device` set) painting goes on from this image on the one named. */
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
  | {
      readonly type: "preview";
      readonly imageIndex: number;
      readonly width: number;
      readonly height: number;
      readonly rgba: Uint8ClampedArray<ArrayBuffer>;
    }
  | {
      readonly type: "image";
      readonly imageIndex: number;
      readonly seed: number;
      readonly width: number;
      readonly height: number;
      readonly rgba: Uint8ClampedArray<ArrayBuffer>;
    };
