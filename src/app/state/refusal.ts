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
  if (kind === "webgpu") return "choose a Stable Diffusion 1.5 model under Models and add it there";
  if (reason === CHOSEN_BY_USER)
    return "the Stable Diffusion 1.5 models that take it need WebGPU, and WebAssembly is chosen as the device. Choose another device in the settings, then one of them under Models";
  return `the Stable Diffusion 1.5 models that take it need WebGPU, which cannot be had here (${reason}). Use it with this page in a browser and on a computer that have it`;
}

/** A sound file that does not fit `model`. */
export function explainRefusal(report: AdapterReport, model: Model): Refusal | null {
  const { refusal, base } = report;
  if (!refusal) return null;
  const miniature = !model.baseModels.some((name) => /^(?:sd|stable diffusion) ?1/i.test(name));
  if (base.name === fullSize && base.foreignKeys === 0 && miniature) {
    const width = base.contextWidth ?? base.textWidth;
    const evidence = width === null ? "" : `: its text features are ${width} numbers wide`;
    const noun =
      base.contextWidth === null && report.families.length === 0 ? "a textual inversion" : "an adapter";
    return {
      title: "Made for another size of model",
      text: `This is ${noun} for ${fullSize} at full size${evidence}. ${model.title} is a miniature with the same parts, but narrower ones, so the numbers of this file have no place in it.`,
      remedy: `Nothing is wrong with the file: ${wayToFullSize(model.device)}. ${model.title} takes adapters that were trained for ${model.title}.`,
    };
  }
  if (base.name !== null && base.name !== fullSize) {
    return {
      title: `Made for ${base.name}`,
      text: sentence(base.evidence.join("; ")) || refusal.message,
      remedy: miniature
        ? `Look for a version of it for Stable Diffusion 1.5. ${sentence(wayToFullSize(model.device))}`
        : `Look for a version of it that was trained for ${model.baseModels.join(" or ")}.`,
    };
  }
  return { title: "Not usable here", text: refusal.message, remedy: refusal.remedy ?? "" };
}

/** A file that could not be read at all. */
export function explainUnreadable(error: PlainError): Refusal {
  const { code, message, remedy = "Download it again from its page." } = error;
  if (code === "internal") {
    return {
      title: "Could not be read",
      text: "Something went wrong inside the program.",
      remedy: "Try again, or reload the page.",
      detail: message,
    };
  }
  if (code === "bad-file") {
    return {
      title: "Damaged, or not an adapter",
      text: "What is in this file cannot be read as an adapter: it was cut off on its way, or it is something else by the same ending.",
      remedy,
      detail: message,
    };
  }
  return { title: "Not usable here", text: message, remedy };
}
