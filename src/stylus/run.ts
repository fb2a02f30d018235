// The use case: a prompt becomes images. Retrieve, compose, plan, generate (Stylus, arXiv 2404.18928, §3), each stage
// timed and recorded. Knows no DOM and no worker: services come in, events go out.
import type { Composition } from "../compose/composition.ts";
import { StylusError } from "../shared/errors.ts";
import type { PresetId } from "../shared/limits.ts";
import type { DevicePreference, ImageToImage } from "../shared/request.ts";
import { distinct, say } from "../shared/saying.ts";
import { choose } from "./choose.ts";
import { diffusionRequest, readableWords, remoteAdaptersOf } from "./engine-request.ts";
import { describeInitImage, type InitImageOptions } from "./image-options.ts";
import { licensedPack } from "./licensed-pack.ts";
import type { LoadedPack, LoadProgress } from "./loaded-pack.ts";
import { describeUnknownTags } from "./lora-tags.ts";
import {
  checkBeforeLoading,
  checkOptions,
  completeOptions,
  type CheckedOptions,
  type PartialOptions,
} from "./options.ts";
import { passesOf } from "./plot/cells.ts";
import { vaeOf } from "./plot/vaes.ts";
import type { RunServices } from "./ports.ts";
import { planRun, presetsOf } from "./run-images.ts";
import { recordImages, recordStages, reportedDevice, type RecorderHooks } from "./run-recorder.ts";
import type { PlannedImage, RunResult } from "./run-types.ts";
import { readWords } from "./run-words.ts";
import type { Wildcards } from "./wildcards/wildcards.ts";

export interface RunHooks extends RecorderHooks {
  readonly onProgress?: (progress: LoadProgress) => void;
  readonly signal?: AbortSignal;
  readonly packId?: string;
  /**
   * Pixels of the init image and its mask.
   * @throws StylusError not-found, bad-file, bad-input (an empty mask, or one of another shape)
   */
  readonly openInitImage?: (start: InitImageOptions) => Promise<ImageToImage>;
  /** Milliseconds that a run waits for a reader that is still loading; null: until it is there. Five seconds when left out. */
  readonly readerPatience?: number | null;
  /** The user's files for `__name__` in prompts; none when left out. */
  readonly wildcards?: Wildcards;
  /** Places of images that are there already, counted among all of the run: they are planned, but not generated. */
  readonly finished?: ReadonlySet<number>;
}

/** What a run is asked for. */
export interface RunRequest {
  readonly device: DevicePreference;
  readonly commercialOnly: boolean;
  /** Whole and checked, once the pack is there whose defaults and limits count. @throws StylusError bad-input */
  settle(pack: LoadedPack): CheckedOptions;
}

/** @throws StylusError bad-input: it is refused before anything is loaded */
function requestOf(partial: PartialOptions): RunRequest {
  checkBeforeLoading(partial);
  return {
    device: partial.device ?? "auto",
    commercialOnly: partial.commercialOnly ?? false,
    settle: ({ defaults }) => checkOptions(completeOptions(partial, defaults), { defaults }),
  };
}

/**
 * Runs options as they come: what they leave out is completed, and they are checked.
 * @throws StylusError as runRequest
 */
export async function run(
  partial: PartialOptions,
  services: RunServices,
  hooks: RunHooks = {},
): Promise<RunResult> {
  return runRequest(requestOf(partial), services, hooks);
}

/**
 * Runs `asked` from prompt to pixels.
 * @throws StylusError; on failure or abort nothing is left running
 */
export async function runRequest(
  asked: RunRequest,
  services: RunServices,
  hooks: RunHooks = {},
): Promise<RunResult> {
  const { onEvent = () => {}, onProgress = () => {}, packId = "pocket" } = hooks;
  const signal = hooks.signal ?? new AbortController().signal;
  const stages = recordStages({ onEvent, signal });
  const { stage } = stages;

  const { device } = asked;
  const whole = await stage("load", { packId, device }, async () => {
    const value = await services.load(packId, { device, onProgress, signal });
    return {
      value,
      outputs: {
        device: reportedDevice(value.device),
        sizeBytes: value.sizeBytes,
        downloadedBytes: value.downloadedBytes,
      },
    };
  });
  onEvent({ type: "loaded", pack: whole });
  const pack = licensedPack(whole, asked.commercialOnly);
  const options = asked.settle(pack);
  const imageToImage = options.start && (await opened(options.start, hooks.openInitImage));
  const { cells, words, tagsOf, inDetails } = readWords(options, {
    pack,
    wildcards: hooks.wildcards ?? new Map(),
  });
  const ofTags = [...tagsOf.values(), ...inDetails].flatMap((tags) => describeUnknownTags(tags, pack));
  const notes = [...words.notes, ...distinct(ofTags)];
  if (notes.length > 0) onEvent({ type: "notes", notes });

  // Each distinct prompt gets the adapters that it wants, by each preset of a plot; the first choice is the one on show.
  const chosen = new Map<PresetId, Map<string, Composition>>();
  const [firstPreset, ...otherPresets] = presetsOf(options, cells) as [PresetId, ...PresetId[]];
  let waitedInVain = false;
  const read: RunServices["read"] = async (request, { patienceMilliseconds, ...rest }) => {
    // All prompts of a run wait once; a reader that is there by now answers all the same.
    const patience = waitedInVain && patienceMilliseconds !== null ? 0 : patienceMilliseconds;
    const found = await services.read(request, { ...rest, patienceMilliseconds: patience });
    waitedInVain ||= "unavailable" in found;
    return found;
  };
  for (const preset of [firstPreset, ...otherPresets]) {
    const byPrompt = new Map<string, Composition>();
    chosen.set(preset, byPrompt);
    for (const [prompt, tags] of tagsOf) {
      const isShown = preset === firstPreset && byPrompt.size === 0;
      const composition = await choose({ ...options, prompt, preset }, tags, {
        services: { ...services, read },
        pack,
        stage,
        onEvent: isShown ? onEvent : () => {},
        signal,
        ...(hooks.readerPatience === undefined ? {} : { readerPatience: hooks.readerPatience }),
      });
      byPrompt.set(prompt, composition);
    }
  }
  const { regions: inRegions } = words.images[0]!;
  if (inRegions.length > 0)
    onEvent({
      type: "regions",
      compositions: inRegions.map((prompt) => chosen.get(firstPreset)!.get(prompt)!),
    });
  const { preset, combine, seed } = options;
  const count = words.images.length;
  const planned = await stage("plan", { preset, combine, count, seed }, async () => {
    const value = planRun(words, { options, cells, pack, tagsOf, chosen });
    return { value, outputs: value };
  });
  onEvent({ type: "plan", images: planned.images });

  const texts = words.images.map((own) => readableWords(own, { options, pack, tagsOf }));
  /** Of each image its place among all. */
  const passes = (cells ? passesOf(planned.images) : [[...planned.images.keys()]])
    .map((places) => places.filter((place) => !hooks.finished?.has(place)))
    .filter((places) => places.length > 0);
  const requests = passes.map((places) =>
    diffusionRequest(
      { ...options, ...planned.images[places[0]!]!.sampling },
      {
        pack,
        texts: places.map((place) => texts[place]!),
        images: places.map((place) => planned.images[place]!),
        imageToImage,
      },
    ),
  );
  const wanted = [...new Set(requests.flatMap((request) => remoteAdaptersOf(request, pack)))];
  if (wanted.length > 0) {
    await stage("fetch", { adapters: wanted }, async () => ({
      value: undefined,
      outputs: await services.fetchAdapters(wanted, { onProgress, signal }),
    }));
    // Which files are here has changed.
    if (wanted.some((id) => !pack.remote.get(id)!.stored))
      onEvent({ type: "loaded", pack: await services.load(packId, { device, onProgress, signal }) });
  }

  let inUse = pack;
  /** Puts the pack with the VAE of an image in the place of the one in use. */
  const useVae = async ({ vae }: PlannedImage): Promise<void> => {
    const wantedId = vae === undefined ? pack.id : vaeOf(pack, vae)!.packId;
    if (wantedId === inUse.id) return;
    inUse = await stage("load", { packId: wantedId, device }, async () => {
      const value = await services.load(wantedId, { device, onProgress, signal });
      return { value, outputs: { device: reportedDevice(value.device) } };
    });
    onEvent({ type: "loaded", pack: inUse });
    if (wanted.length > 0) await services.fetchAdapters(wanted, { onProgress, signal }); // another worker has them
  };
  const recorder = recordImages(planned.images, { pack, options, stages, hooks });
  for (const [pass, request] of requests.entries()) {
    const places = passes[pass]!;
    await useVae(planned.images[places[0]!]!);
    const ofPack = { ...request, packId: inUse.id };
    const recorded =
      imageToImage === null
        ? ofPack
        : { ...ofPack, imageToImage: describeInitImage(imageToImage, options.start!) };
    await stage("generate", recorded, async () => {
      try {
        await services.generate(ofPack, {
          onEvent: (event) => recorder.record({ ...event, imageIndex: places[event.imageIndex]! }),
          signal,
        });
      } finally {
        await recorder.checked(); // neither Stop nor a failure loses a finished image
      }
      return { value: undefined, outputs: { images: recorder.images.length } };
    });
  }

  const images = recorder.images.toSorted((a, b) => a.index - b.index);
  const compositions = [...chosen.values()].flatMap((byPrompt) => [...byPrompt.values()]);
  return { pack, images, compositions, notes, report: recorder.report() };
}

const opened = async (start: InitImageOptions, open: RunHooks["openInitImage"]): Promise<ImageToImage> => {
  if (open) return open(start);
  throw new StylusError("not-found", say`The init image is not available.`, {
    where: "start.picture",
    remedy: say`Choose the image again.`,
  });
};
