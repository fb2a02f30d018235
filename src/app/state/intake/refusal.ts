// Why a file cannot be used with the loaded model, in words for someone who downloaded it in good faith. Pure.
import type { AdapterReport } from "../../../adapters/report.ts";
import type { CardRefusal } from "../../../refine/raw-card.ts";
import type { PlainError } from "../../../shared/errors.ts";
import { CHOSEN_BY_USER, type DeviceReport } from "../../../shared/request.ts";
import { messageOf, remedyOf, spoken } from "../../../texts/sayings.ts";
import { t } from "../../../texts/texts.ts";

export interface Refusal {
  readonly title: string;
  readonly text: string;
  readonly remedy: string;
  /** What exactly was found, for those who want to know. */
  readonly detail?: string;
}

const sentence = (text: string): string =>
  text === "" ? "" : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** As reports name it. */
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
  if (kind === "webgpu") return t.adapters.refusal.chooseModel;
  if (reason.template === CHOSEN_BY_USER.template) return t.adapters.refusal.chooseDevice;
  return t.adapters.refusal.noWebGpu(spoken(reason));
}

/** A sound file that does not fit `model`. */
export function explainRefusal(report: AdapterReport, model: Model): Refusal | null {
  const { refusal, base } = report;
  if (!refusal) return null;
  const miniature = !model.baseModels.some((name) => /^(?:sd|stable diffusion) ?1/i.test(name));
  if (base.name === fullSize && base.foreignKeys === 0 && miniature) {
    const width = base.contextWidth ?? base.textWidth;
    const isEmbedding = base.contextWidth === null && report.families.length === 0;
    return {
      title: t.adapters.refusal.fullSize,
      text: t.adapters.refusal.fullSizeText({ isEmbedding, width, model: model.title }),
      remedy: wayToFullSize(model.device),
    };
  }
  if (base.name !== null && base.name !== fullSize) {
    return {
      title: t.adapters.refusal.otherBase(base.name),
      text: sentence(base.evidence.map(spoken).join("; ")) || messageOf(refusal),
      remedy: miniature
        ? t.adapters.refusal.otherVersion(wayToFullSize(model.device))
        : t.adapters.refusal.otherVersionFor(model.baseModels),
    };
  }
  return { title: t.adapters.refusal.unusable, text: messageOf(refusal), remedy: remedyOf(refusal) ?? "" };
}

/** A file that fits, but that no page of this program may offer. */
export const explainNeverOffered = (refusal: CardRefusal): Refusal => t.adapters.refusal.never[refusal];

/** A file that could not be read at all. */
export function explainUnreadable(error: PlainError): Refusal {
  const { code } = error;
  const [message, remedy = t.adapters.refusal.downloadAgain] = [messageOf(error), remedyOf(error)];
  if (code === "internal") {
    return { ...t.adapters.refusal.bug, detail: message };
  }
  if (code === "bad-file") {
    return { ...t.adapters.refusal.unreadable, remedy, detail: message };
  }
  return { title: t.adapters.refusal.unusable, text: message, remedy };
}
