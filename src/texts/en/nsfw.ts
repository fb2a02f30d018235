// The NSFW check, and what stands on images that it blurs.
import { formats } from "./formats.ts";

export const nsfw = {
  label: "NSFW check",
  hint: "Checks each finished image on this device, and blurs those that may show nudity. It can be wrong both ways.",
  model: "Model of the check",
  stored: "In this browser. Delete it under Storage.",
  absent: "Not downloaded. Until it is, new images stay blurred.",
  download: (bytes: number) => `Download ${formats.bytes(bytes)}`,
  resume: "Resume download",
  threshold: "Blur from",
  thresholdHint: "Probability, 0 to 1. A lower value blurs more images.",

  /** Why an image is blurred. */
  reasons: { nsfw: "May be NSFW", unchecked: "Not checked", pending: "Not checked yet" },
  show: "Show",
  blur: "Blur",
  showImage: (seed: number) => `Show blurred image with seed ${seed}`,
  blurImage: (seed: number) => `Blur image with seed ${seed}`,
  showComparison: "Show comparison",
  blurComparison: "Blur comparison",
  showPreview: "Show live preview",
  blurPreview: "Blur live preview",
  showPlot: "Show plot",
  blurPlot: "Blur plot",
  /** Why images stay blurred. */
  problem: (message: string, remedy = "") =>
    `Images could not be checked and stay blurred. ${message} ${remedy}`.trim(),
  /** A blurred image’s download. */
  downloadPlain: "Download PNG with settings, not blurred",
  /** Why a blurred image cannot be the init image, which is never blurred. */
  showBeforeInitImage: "Show the image before you use it as init image",
};
