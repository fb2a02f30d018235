// What the widget does: runs as the page makes them (src/stylus/run.ts), told as events.
import { version } from "../../package.json";
import { encodeImage, imageFileName } from "../app/images/image-file.ts";
import { checkedOrNull } from "../app/images/nsfw.ts";
import { modelOf, pocketId } from "../app/packs/packs.ts";
import type { ModelEntry } from "../app/packs/model-list.ts";
import type { PageServices } from "../app/services/ports.ts";
import { StylusError, throwIfAborted, toPlainError, type ErrorSayings } from "../shared/errors.ts";
import { english, say } from "../shared/saying.ts";
import type { DeviceReport, DiffusionEvent, RgbaImage } from "../shared/request.ts";
import type { LoadedPack, LoadProgress } from "../stylus/loaded-pack.ts";
import type { PartialOptions } from "../stylus/options.ts";
import type { RunServices } from "../stylus/ports.ts";
import type { RunEvent, RunReport } from "../stylus/run-types.ts";
import { run, type RunHooks } from "../stylus/run.ts";
import { hasOtherScript, unservedWords } from "../stylus/vocabulary.ts";
import { messageOf, remedyOf, spoken } from "../texts/sayings.ts";
import { t } from "../texts/texts.ts";
import type { Capabilities, Told, ToldError, WidgetOptions, WidgetStage } from "./protocol.ts";
import type { Turns } from "./turns.ts";

export type SessionServices = RunServices &
  Pick<PageServices, "release"> & {
    readonly nsfw: Pick<PageServices["nsfw"], "download" | "check">;
    readonly models: Pick<PageServices["models"], "download"> & {
      list(): Promise<{ readonly models: readonly WidgetModel[] }>;
    };
  };

/** What the widget needs to know of a model. */
export type WidgetModel = Pick<ModelEntry, "id" | "title" | "origin" | "state" | "sizeBytes" | "storedBytes">;

/** What the widget's own page sees of a run besides what the embedding page does. */
export type SessionEvent =
  | Exclude<Told, { type: "error" }>
  /** The embedding page gets English. */
  | (ToldError & { readonly said?: ErrorSayings | undefined })
  | { readonly type: "preview"; readonly pixels: RgbaImage };

export interface Session {
  readonly capabilities: Capabilities;
  /** One at a time; ends with the event "done" or "error". Each image is reported once it is checked, unless `nsfwCheck` is false. */
  generate(id: string, options: WidgetOptions, checks?: { readonly nsfwCheck: boolean }): Promise<void>;
  /** Downloads a model that is not here: gigabytes, so only when a person says so. */
  download(id: string, packId: string): Promise<void>;
  /** A model that must be downloaded first; null when it need not, or does not exist. */
  missing(packId: string): Promise<WidgetModel | null>;
  cancel(): void;
  /** Stops everything and gives the memory back. */
  destroy(): void;
}

interface RunContext {
  readonly signal: AbortSignal;
  readonly progress: ReturnType<typeof createProgress>;
}

/** Changes smaller than this are not told. */
const leastProgress = 0.01;

/** How a run stands, from its events; each stage begins at 0. */
function createProgress(id: string, tell: (event: Told) => void) {
  let last = "";
  return (stage: WidgetStage, share: number | null): void => {
    const fraction = share === null ? null : Math.floor(share / leastProgress) * leastProgress;
    const next = `${stage} ${fraction}`;
    if (next === last) return;
    last = next;
    tell({ type: "progress", id, stage, fraction });
  };
}

const shareOf = ({ receivedBytes, totalBytes, preparing }: LoadProgress): number | null =>
  preparing !== null || totalBytes === 0 ? null : receivedBytes / totalBytes;

export function createSession({
  services,
  turns,
  scope,
  tell,
  encode = encodeImage,
}: {
  readonly services: SessionServices;
  readonly turns: Turns;
  /** What the browser grants this frame. */
  readonly scope: { readonly isolated: boolean; readonly keepsFiles: boolean };
  readonly tell: (event: SessionEvent) => void;
  readonly encode?: typeof encodeImage;
}): Session {
  let running: AbortController | null = null;
  let isDestroyed = false;
  let device: DeviceReport | null = null;
  let keepsFiles = scope.keepsFiles;

  const capabilities = (): Capabilities => ({
    version,
    isolated: scope.isolated,
    threads: device?.threads ?? (scope.isolated ? null : 1),
    device: device && { kind: device.kind, name: english(device.name) },
    storage: keepsFiles ? "kept" : "memory",
    takesTurns: turns.available,
  });

  function fail(id: string, error: unknown): void {
    const { code, message, where, remedy, said } = toPlainError(error);
    if (code === "internal") console.error(error); // the embedding page gets no stack
    tell({
      type: "error",
      id,
      code,
      message,
      said,
      ...(where ? { where } : {}),
      ...(remedy ? { remedy } : {}),
    });
  }

  /** Runs `work` as the one thing that runs, in this widget's turn. */
  async function exclusively(
    id: string,
    work: (signal: AbortSignal, progress: ReturnType<typeof createProgress>) => Promise<void>,
  ): Promise<void> {
    if (isDestroyed) return;
    if (running) {
      const { message, remedy } = t.widget.busy;
      tell({ type: "error", id, code: "busy", message, remedy });
      return;
    }
    const controller = new AbortController();
    running = controller;
    const { signal } = controller;
    const progress = createProgress(id, tell);
    try {
      progress("wait", null);
      await turns.take(signal);
      await work(signal, progress);
    } catch (error) {
      fail(id, error);
    } finally {
      running = null;
      if (isDestroyed) turns.close();
      else await turns.rest();
    }
  }

  async function missing(packId: string): Promise<WidgetModel | null> {
    if (modelOf(packId) === pocketId) return null;
    const entry = (await services.models.list()).models.find((model) => model.id === modelOf(packId));
    return entry?.origin === "hub" && entry.state !== "ready" ? entry : null;
  }

  /**
   * The check of a run's images, downloaded if it is not here. Without it images are reported as not checked.
   * @param onProblem hears why, once
   * @throws StylusError cancelled
   */
  async function openCheck(
    { signal, progress }: RunContext,
    onProblem: (problem: string) => void,
  ): Promise<NonNullable<RunHooks["check"]>> {
    let problem: unknown = null;
    const fail = (reason: unknown): void => {
      if (problem !== null) return;
      problem = reason;
      const error = toPlainError(reason);
      if (error.code === "internal") console.error(reason);
      onProblem(t.nsfw.problem(messageOf(error), remedyOf(error)));
    };
    try {
      await services.nsfw.download({ onProgress: (at) => progress("load", shareOf(at)), signal });
    } catch (reason) {
      throwIfAborted(signal);
      fail(reason);
    }
    return async (image) => (problem === null ? checkedOrNull(() => services.nsfw.check(image), fail) : null);
  }

  async function generate(
    id: string,
    options: WidgetOptions,
    { nsfwCheck, ...context }: RunContext & { readonly nsfwCheck: boolean },
  ): Promise<void> {
    const { pack: packId = pocketId, prompt = "", ...rest } = options;
    const { progress } = context;
    const absent = await missing(packId);
    if (absent)
      throw new StylusError("not-found", say`${absent.title} is not in this browser.`, {
        where: "pack",
        remedy: say`Download it with the widget’s button, or use Pocket.`,
      });
    const problems: string[] = [];
    const check = nsfwCheck ? await openCheck(context, (problem) => void problems.push(problem)) : null;
    let pack: LoadedPack | null = null;
    let report: RunReport | null = null;
    let images = 0;
    let encoding = Promise.resolve();

    const tellImage = async (event: Extract<DiffusionEvent, { type: "image" }>): Promise<void> => {
      const { imageIndex: index, seed, width, height } = event;
      const own = report!.images.find((image) => image.index === index)!;
      const cards = new Map(pack!.cards.map((card) => [card.id, card]));
      const { png, url } = await encode(event, {
        options: report!.options,
        image: own,
        cards,
        userAdapters: pack!.userAdapters,
        model: pack!.title,
      });
      URL.revokeObjectURL(url);
      images += 1;
      tell({
        type: "image",
        id,
        index,
        seed,
        width,
        height,
        fileName: imageFileName(seed, prompt),
        png,
        ...(own.nsfw === undefined ? {} : { nsfw: own.nsfw }),
        adapters: own.adapters.map((use) => ({
          id: use.id,
          title: cards.get(use.id)?.title ?? use.id,
          strength: use.unetStrength,
        })),
      });
    };
    const onDiffusion = (event: DiffusionEvent): void => {
      const { count = 1 } = options;
      if (event.type === "step") progress("generate", (event.imageIndex + event.step / event.steps) / count);
      if (event.type === "preview") tell({ type: "preview", pixels: event });
      if (event.type === "device" && event.device) {
        ({ device } = event);
        tell({ type: "capabilities", capabilities: capabilities() });
      }
      if (event.type === "image") encoding = encoding.then(() => tellImage(event));
    };
    const onEvent = (event: RunEvent): void => {
      if (event.type === "diffusion") onDiffusion(event.event);
      if (event.type === "stage-start" && event.stage === "load") progress("load", null);
      if (event.type === "stage-start" && event.stage === "embed") progress("choose", null);
      if (event.type === "stage-start" && event.stage === "generate") progress("generate", 0);
      if (event.type !== "loaded") return;
      pack = event.pack;
      device = event.pack.device;
      keepsFiles = event.pack.persistent;
      tell({ type: "capabilities", capabilities: capabilities() });
    };
    const asked: PartialOptions = { ...rest, prompt };
    const hooks: RunHooks = {
      ...context,
      packId,
      ...(check && { check }),
      onEvent,
      onProgress: (at) => progress(pack === null ? "load" : "fetch", shareOf(at)),
      onReport: (latest) => void (report = latest),
    };
    const result = await run(asked, services, hooks).finally(() => encoding); // no image is reported after the end
    const unknown = unservedWords(prompt, result.pack, result.compositions);
    const notes = [
      ...problems,
      ...result.notes.map(spoken),
      ...(hasOtherScript(prompt) ? [t.prompt.otherScript] : []),
      ...(unknown.length === 0 ? [] : [t.prompt.unknownWords(result.pack.title, unknown)]),
    ];
    tell({ type: "done", id, images, notes });
  }

  return {
    get capabilities() {
      return capabilities();
    },
    generate: (id, options, checks = { nsfwCheck: true }) =>
      exclusively(id, (signal, progress) => generate(id, options, { signal, progress, ...checks })),
    download: (id, packId) =>
      exclusively(id, async (signal, progress) => {
        await services.models.download(packId, { onProgress: (at) => progress("load", shareOf(at)), signal });
        tell({ type: "done", id, images: 0, notes: [] });
      }),
    missing,
    cancel: () => running?.abort(),
    destroy() {
      if (isDestroyed) return;
      isDestroyed = true;
      if (running) running.abort();
      else turns.close();
      services.release();
    },
  };
}
