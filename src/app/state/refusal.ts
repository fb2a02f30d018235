// Why a file cannot be used with the loaded model, in words for someone who downloaded it in good faith. Pure.
import type { AdapterReport } from "../../adapters/report.ts";
import type { PlainError } from "../../shared/errors.ts";
import { CHOSEN_BY_USER, type DeviceReport } from "../../shared/request.ts";

export interface Refusal {
  readonly title: string;
  readonly text: string;
  readonly remedy: string;
  /** What exactly was found, for those who want to know. */
  readonly detail?: string;
}

const sentence = (text: string): string =>
  text === "" ? "" : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

const fullSize = "Stable Diffusion 1.x";

interface Model {
  readonly title: string;
  /** What its adapters say they are made for. */
  readonly baseModels: readonly string[];
  /** That it runs on: larger models need a graphics device. */
  readonly device: DeviceReport;
}

/** How to come by a model of full size from a miniature. */
function wayToFullSize({ kind, reason }: DeviceReport): string {
  if (kind === "webgpu") return "Choose a Stable Diffusion 1.5 model under Models, then add this file again.";
  if (reason === CHOSEN_BY_USER)
    return "Full-size models need WebGPU: choose another device under Settings, then a Stable Diffusion 1.5 model under Models.";
  return `Full-size models need WebGPU, which is unavailable here (${reason}). Use a browser and computer with WebGPU.`;
}

/** A sound file that does not fit `model`. */
export function explainRefusal(report: AdapterReport, model: Model): Refusal | null {
  const { refusal, base } = report;
  if (!refusal) return null;
  const miniature = !model.baseModels.some((name) => /^(?:sd|stable diffusion) ?1/i.test(name));
  if (base.name === fullSize && base.foreignKeys === 0 && miniature) {
    const width = base.contextWidth ?? base.textWidth;
    const evidence = width === null ? "" : `: its text features are ${width} wide`;
    const noun = base.contextWidth === null && report.families.length === 0 ? "textual inversion" : "adapter";
    return {
      title: "Needs full-size SD 1.5",
      text: `This ${noun} is for full-size ${fullSize}${evidence}. The layers of ${model.title} are narrower, so it doesn’t fit.`,
      remedy: wayToFullSize(model.device),
    };
  }
  if (base.name !== null && base.name !== fullSize) {
    return {
      title: `Made for ${base.name}`,
      text: sentence(base.evidence.join("; ")) || refusal.message,
      remedy: miniature
        ? `Look for a Stable Diffusion 1.5 version. ${wayToFullSize(model.device)}`
        : `Look for a version trained for ${model.baseModels.join(" or ")}.`,
    };
  }
  return { title: "Can’t be used here", text: refusal.message, remedy: refusal.remedy ?? "" };
}

/** A file that could not be read at all. */
export function explainUnreadable(error: PlainError): Refusal {
  const { code, message, remedy = "Download it again." } = error;
  if (code === "internal") {
    return {
      title: "Check failed",
      text: "Stylus hit a bug while checking this file.",
      remedy: "Try again, or reload the page.",
      detail: message,
    };
  }
  if (code === "bad-file") {
    return {
      title: "Damaged or not an adapter",
      text: "This file cannot be read as an adapter. It is incomplete, or another kind of file.",
      remedy,
      detail: message,
    };
  }
  return { title: "Can’t be used here", text: message, remedy };
}
