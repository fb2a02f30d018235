// `window.stylus`: the program without its page, for the command line and the tests (scripts/generate.mjs). Takes the
// options of a run, answers with the report of docs/report.md and the finished PNG files.
import { toPlainError, type PlainError } from "../shared/errors.ts";
import { encodePicture, pictureFileName } from "./image-file.ts";
import type { Services } from "./ports.ts";
import { run, type PartialOptions } from "./stylus.ts";
import type { RunReport } from "./run-types.ts";

interface AutomationImage {
  readonly seed: number;
  readonly fileName: string;
  readonly width: number;
  readonly height: number;
  readonly pngBase64: string;
}

type AutomationAnswer =
  | {
      readonly ok: true;
      readonly value: { readonly report: RunReport; readonly images: readonly AutomationImage[] };
    }
  | { readonly ok: false; readonly error: PlainError };

interface Automation {
  /** Never rejects: failures are answers, with a message and a remedy in plain words. */
  run(options: PartialOptions): Promise<AutomationAnswer>;
}

declare global {
  interface Window {
    stylus?: Automation;
  }
}

async function toBase64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

export function installAutomation(services: Services): void {
  window.stylus = {
    async run(options) {
      try {
        const { report, images, pack } = await run(options, services);
        const cards = new Map(pack.cards.map((card) => [card.id, card]));
        const encoded = await Promise.all(
          images.map(async (image): Promise<AutomationImage> => {
            const { png, url } = await encodePicture(image, {
              options: report.options,
              image,
              cards,
              model: pack.title,
            });
            URL.revokeObjectURL(url);
            const { seed, width, height } = image;
            return {
              seed,
              width,
              height,
              fileName: pictureFileName(seed, options.prompt),
              pngBase64: await toBase64(png),
            };
          }),
        );
        return { ok: true, value: { report, images: encoded } };
      } catch (error) {
        return { ok: false, error: toPlainError(error) };
      }
    },
  };
}
