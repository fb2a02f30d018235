// `window.stylus`: the program without its page, for the command line and the tests (scripts/run/generate.ts). Takes the
// options of a run, answers with the report of docs/report.md and the finished PNG files.
import { StylusError, toPlainError, type PlainError } from "../shared/errors.ts";
import { english, say, type Saying } from "../shared/saying.ts";
import { pickOfInput } from "./packs/disk-files.ts";
import { encodeImage, imageFileName } from "./images/image-file.ts";
import { checkedOrNull } from "./images/nsfw.ts";
import type { RunServices } from "../stylus/ports.ts";
import type { PageServices } from "./services/ports.ts";
import { regionOfMask } from "./images/drawn-region.ts";
import { maskOfFile, openInitImage, takeImage } from "./images/input-image.ts";
import { memoryInputs, type InputStore } from "./images/input-store.ts";
import { tagsOfNegative } from "../stylus/lora-tags.ts";
import type { PartialOptions } from "../stylus/options.ts";
import type { MaskValues } from "../stylus/image-options.ts";
import { modelOf } from "./packs/packs.ts";
import { adapterIdsAnywhere } from "../stylus/region-text.ts";
import { promptsOf } from "../stylus/regions.ts";
import type { PartialDetails } from "../stylus/details/details.ts";
import type { PartialRegions } from "../stylus/regions.ts";
import { run } from "../stylus/run.ts";
import type { Nsfw, RunReport } from "../stylus/run-types.ts";
import type { RegionArea, RgbaImage } from "../shared/request.ts";
import { hasOtherScript, unservedWords } from "../stylus/vocabulary.ts";
import { readWildcardFile, type WildcardFile } from "../stylus/wildcards/files.ts";
import { parseWildcards, type Wildcards } from "../stylus/wildcards/wildcards.ts";
import { t } from "../texts/texts.ts";

interface AutomationImage {
  readonly seed: number;
  readonly fileName: string;
  readonly width: number;
  readonly height: number;
  readonly pngBase64: string;
}

interface AutomationRun {
  readonly report: RunReport;
  readonly images: readonly AutomationImage[];
  /** Titles of the adapters in the images, by id. */
  readonly titles: Readonly<Record<string, string>>;
  /** What of the request did nothing, in words. */
  readonly notes: readonly string[];
}

export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: PlainError };

/** As in a run's options, but files stand where the page names what it has stored: base64, or a `data:` URL. */
interface AutomationInitImage {
  readonly file: string;
  readonly strength?: number;
  readonly mask?: (Partial<MaskValues> & { readonly file: string }) | null;
}

/** What an area says beside its place. */
type WordsOf<Area> = Omit<Area, keyof RegionArea>;

/** Areas as in a run's options, or what is white in an image file, of any size, laid over the image. */
type WithFiles<Options extends { readonly areas: readonly RegionArea[] }> = Omit<Options, "areas"> & {
  readonly areas: readonly (
    | Options["areas"][number]
    | (WordsOf<Options["areas"][number]> & { readonly file: string })
  )[];
};

export type AutomationOptions = Omit<PartialOptions, "start" | "regions" | "details"> & {
  readonly start?: AutomationInitImage | null;
  readonly regions?: WithFiles<PartialRegions> | null;
  readonly details?: WithFiles<PartialDetails> | null;
  /** What `openModel` has answered; Pocket when left out. */
  readonly model?: string;
  /** Text files for `__name__` in prompts. */
  readonly wildcards?: readonly WildcardFile[];
  /** Downloads the NSFW check if it is not here; the report then has its answer for each image. */
  readonly nsfwCheck?: boolean;
};

/** Never rejects: failures are answers, with a message and a remedy in plain words. */
interface Automation {
  run(options: AutomationOptions): Promise<Answer<AutomationRun>>;
  /**
   * Makes a model ready for runs, and answers its name for them. It lasts as long as the page.
   * @param source id of a model of the hub, or a checkpoint's files from the disk
   */
  openModel(source: string | readonly File[]): Promise<Answer<string>>;
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

function fromBase64(text: string): Blob {
  try {
    const letters = atob(text.replace(/^data:[^,]*,/, ""));
    return new Blob([Uint8Array.from(letters, (letter) => letter.charCodeAt(0))]);
  } catch (cause) {
    throw new StylusError("bad-file", say`The init image is not base64.`, {
      where: "start",
      remedy: say`Pass a PNG, JPEG or WebP file as base64 or as a data: URL.`,
      cause,
    });
  }
}

/** Files into a store of this run's own: nothing of them stays in the browser. */
async function storeInitImage(
  { file, mask, ...values }: AutomationInitImage,
  inputs: InputStore,
): Promise<NonNullable<PartialOptions["start"]>> {
  const taken = await takeImage(fromBase64(file), "The init image");
  const { width, height } = taken;
  const picture = { id: await inputs.put(taken.file), width, height };
  if (!mask) return { ...values, picture };
  const { file: maskFile, ...maskValues } = mask;
  const id = await inputs.put(fromBase64(maskFile));
  return { ...values, picture, mask: { ...maskValues, id } };
}

/**
 * Areas with the shapes of what is white in their files.
 * @param options.blank by the place of the area, from 1
 * @throws StylusError bad-file; bad-input: nothing is white
 */
function drawnAreas<Words extends object>(
  areas: readonly ((Words & RegionArea) | (Words & { readonly file: string }))[],
  { field, blank }: { readonly field: string; readonly blank: (place: number) => Saying },
): Promise<(Words & RegionArea)[]> {
  const drawn = async (given: (typeof areas)[number], index: number): Promise<Words & RegionArea> => {
    if (!("file" in given)) return given as Words & RegionArea;
    const area = regionOfMask(await maskOfFile(fromBase64(given.file as string)));
    if (area) return { ...given, ...area };
    throw new StylusError("bad-input", blank(index + 1), {
      where: field,
      remedy: say`Make the region white in its mask.`,
    });
  };
  return Promise.all(areas.map(drawn));
}

/** @throws StylusError bad-file */
async function readWildcards(files: readonly WildcardFile[]): Promise<Wildcards> {
  const read = files.map(({ name, text }) =>
    readWildcardFile({ name, sizeBytes: new Blob([text]).size, read: async () => text }),
  );
  return new Map((await Promise.all(read)).map(({ name, text }) => [name, parseWildcards(text)]));
}

async function answer<Value>(work: () => Promise<Value>): Promise<Answer<Value>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, error: toPlainError(error) };
  }
}

/** @throws StylusError not-found: no such model; and as ModelServices.addUserModel and download */
async function openModel(
  { models }: Pick<PageServices, "models">,
  source: string | readonly File[],
): Promise<string> {
  const { id } = typeof source === "string" ? { id: source } : await models.addUserModel(pickOfInput(source));
  const known = (await models.list()).models;
  if (!known.some((model) => model.id === modelOf(id))) {
    throw new StylusError("not-found", say`There is no model “${id}”.`, {
      where: "model",
      remedy: say`Choose one of ${known.map((model) => model.id)}, or a file.`,
    });
  }
  await models.download(id, { onProgress: () => {}, signal: new AbortController().signal });
  return id;
}

export function installAutomation(services: RunServices & Pick<PageServices, "models" | "nsfw">): void {
  window.stylus = {
    openModel: (source) => answer(() => openModel(services, source)),
    run: ({ start, regions, details, model, wildcards = [], nsfwCheck = false, ...rest }) =>
      answer(async () => {
        const inputs = memoryInputs();
        const unchecked = new Set<string>();
        const check = (image: RgbaImage): Promise<Nsfw> =>
          checkedOrNull(
            () => services.nsfw.check(image),
            (reason) => unchecked.add(toPlainError(reason).message),
          );
        if (nsfwCheck)
          await services.nsfw.download({ onProgress: () => {}, signal: new AbortController().signal });
        const options: PartialOptions = {
          ...rest,
          start: start ? await storeInitImage(start, inputs) : null,
          regions: regions && {
            ...regions,
            areas: await drawnAreas<WordsOf<PartialRegions["areas"][number]>>(regions.areas, {
              field: "regions",
              blank: (place) => say`The mask of region ${place} is empty or damaged.`,
            }),
          },
          details: details && {
            ...details,
            areas: await drawnAreas<WordsOf<PartialDetails["areas"][number]>>(details.areas, {
              field: "details",
              blank: (place) => say`The mask of detail ${place} is empty or damaged.`,
            }),
          },
        };
        const {
          report,
          images,
          pack,
          compositions,
          notes: dropped,
        } = await run(options, services, {
          readerPatience: null, // nobody waits at the page, and the same command gives the same image
          openInitImage: (asked) => openInitImage(asked, inputs),
          wildcards: await readWildcards(wildcards),
          ...(model === undefined ? {} : { packId: model }),
          ...(nsfwCheck && { check }),
        });
        const cards = new Map(pack.cards.map((card) => [card.id, card]));
        const encoded = await Promise.all(
          images.map(async (image): Promise<AutomationImage> => {
            const { png, url } = await encodeImage(image, {
              options: report.options,
              image,
              cards,
              userAdapters: pack.userAdapters,
              model: pack.title,
            });
            URL.revokeObjectURL(url);
            const { seed, width, height } = image;
            return {
              seed,
              width,
              height,
              fileName: imageFileName(seed, image.prompt ?? options.prompt),
              pngBase64: await toBase64(png),
            };
          }),
        );
        const ids = report.images.flatMap((image) => [...adapterIdsAnywhere(image), ...image.masked]);
        const titles = Object.fromEntries(ids.map((id) => [id, cards.get(id)?.title ?? id]));
        const { regions: asked, details: detailed } = report.options;
        const texts = [options.prompt, ...promptsOf(asked), ...promptsOf(detailed)];
        const unknown = [...new Set(texts.flatMap((text) => unservedWords(text, pack, compositions)))];
        const notes = [
          ...dropped.map(english),
          ...unchecked,
          ...tagsOfNegative(report.options.negativePrompt).map(t.prompt.negativeTag),
          ...(hasOtherScript(options.prompt) ? [t.prompt.otherScript] : []),
          ...(unknown.length === 0 ? [] : [t.prompt.unknownWords(pack.title, unknown)]),
        ];
        return { report, images: encoded, titles, notes };
      }),
  };
}
