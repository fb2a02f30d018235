// Language models as the page uses them: listed, downloaded when the user has agreed, opened when a prompt is first asked about, closed before
// the image model needs the memory.
import type { AskRequest } from "../../compose/llm/llm-composer.ts";
import type { WebLlmModel } from "../../compose/llm/engines/web-llm.ts";
import { shownCandidates, shownOnCpu } from "../../compose/llm/question.ts";
import type { ChatMessage as AnyMessage } from "../../refine/messages.ts";
import type { AnswerPool } from "../../refine/server-pool.ts";
import type { LanguageModelService, LanguageModelSource } from "../../compose/llm/service.ts";
import type { Composition } from "../../compose/composition.ts";
import type { ReadingCandidate } from "../../compose/reader/card-text.ts";
import type { WorkerClient } from "../../rpc/client.ts";
import { abortable } from "../../shared/abortable.ts";
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import type { ComposerEntry } from "../../storage/manifest.ts";
import type { ChoiceServices } from "../../stylus/ports.ts";
import { listLanguageModels, ownServerEntry, type LanguageModelEntry } from "../packs/language-models.ts";
import type { GraphicsReport } from "../packs/model-fit.ts";
import {
  chatServerOf,
  keepOwnServer,
  ownServerId,
  readOwnServer,
  watchOwnServer,
} from "../packs/own-server.ts";
import { readManifest, readManifests } from "../packs/packs.ts";
import { checkOwnServer, writeByOwnServer, writeCardBy } from "./own-server.ts";
import { probeGraphics } from "./device-probe.ts";
import { fetchPack, openStored, type TransferOptions } from "./pack-storage.ts";
import type { LanguageModelServices } from "./ports.ts";
import type { StorageClient } from "./storage-client.ts";
import { t } from "../../texts/texts.ts";

const textOf = (content: AnyMessage["content"]): string =>
  typeof content === "string"
    ? content
    : content.map((part) => (part.type === "text" ? part.text : "")).join("\n");

/** Answers that are remembered: a run takes the one that came while its prompt was typed. */
const remembered = 50;

/** Cache of web-llm; where it is missing, none of its models was downloaded and its code need not be loaded to look. */
const webLlmCache = "webllm/model";

const webLlmModel = ({
  id,
  title,
  modelUrl,
  libraryUrl,
  requirements,
  thinksAloud,
}: ComposerEntry): WebLlmModel => ({
  id,
  title,
  modelUrl,
  libraryUrl,
  requiredFeatures: requirements.requiredFeatures,
  thinksAloud,
});

export interface RetrieveOptions {
  readonly k: number;
  /** Ids that are no candidates. */
  readonly bans: readonly string[];
  readonly commercialOnly: boolean;
  readonly signal: AbortSignal;
}

interface OpenOptions extends TransferOptions {
  readonly mayDownload: boolean;
}

export type LanguageModelWorker = LanguageModelServices & Pick<ChoiceServices, "consult">;

export function createLanguageModels(context: {
  readonly storage: StorageClient;
  readonly worker: Pick<WorkerClient<LanguageModelService>, "call" | "terminate" | "alive" | "starts">;
  readonly retrieve: (prompt: string, options: RetrieveOptions) => Promise<readonly ReadingCandidate[]>;
}): LanguageModelWorker {
  const { storage, worker, retrieve } = context;
  /** As it was read last: each pause in typing asks about it. */
  let listed: Promise<readonly LanguageModelEntry[]> | null = null;
  /** `start`: of the worker that has it open. */
  let open: { readonly key: string; readonly start: number } | null = null;
  let opening: { readonly key: string; readonly result: Promise<void> } | null = null;
  /** The model that the user is waiting for. */
  let downloading: string | null = null;
  /** Looks into web-llm's cache, and removals from it, under way. */
  let visits = 0;
  /** It is not opened again at each key press, but when the list has been read again. */
  let failed: { readonly id: string; readonly error: unknown } | null = null;
  const answers = new Map<string, Composition>();

  async function composers(): Promise<readonly ComposerEntry[]> {
    return (await readManifests()).flatMap(({ manifest }) => manifest.composers);
  }

  /** The user's own server is another one when anything of it has changed, in this tab or another. */
  const keyOf = (id: string): string =>
    id === ownServerId ? `${id} ${JSON.stringify(readOwnServer())}` : id;

  const isOpen = (): boolean => open?.start === worker.starts && worker.alive > 0;

  /** Calls a worker that may have been started for this alone: the last visitor ends it. */
  const visit: typeof worker.call = async (use) => {
    visits += 1;
    try {
      return await worker.call(use);
    } finally {
      visits -= 1;
      if (visits === 0 && !isOpen() && opening === null && downloading === null) worker.terminate();
    }
  };

  async function cachedIds(graphics: GraphicsReport): Promise<ReadonlySet<string>> {
    const looked = graphics.kind === "gpu" && (await globalThis.caches?.has(webLlmCache).catch(() => false));
    if (!looked) return new Set();
    const models = (await composers()).map(webLlmModel);
    return new Set(await visit((service) => service.stored(models)));
  }

  async function readList(): Promise<readonly LanguageModelEntry[]> {
    const [manifests, view, graphics] = await Promise.all([
      readManifests(),
      storage.describe(),
      probeGraphics(),
    ]);
    return listLanguageModels(
      manifests.map(({ manifest }) => manifest),
      { view, graphics, cached: await cachedIds(graphics), ownServer: readOwnServer() },
    );
  }

  function list(): Promise<readonly LanguageModelEntry[]> {
    const reading = readList();
    listed = reading;
    failed = null;
    reading.catch(() => {
      if (listed === reading) listed = null;
    });
    return reading;
  }

  /** Undefined: there is none, or the user has forgotten their server, in another tab perhaps. */
  async function entryOf(id: string): Promise<LanguageModelEntry | undefined> {
    if (id === ownServerId) {
      const server = readOwnServer();
      return server ? ownServerEntry(server) : undefined;
    }
    return (await (listed ?? list())).find((entry) => entry.id === id);
  }

  /** What the worker opens. Files of the CPU's models are downloaded only when the user has asked for it. */
  async function sourceOf(
    { id, title, runsOn }: LanguageModelEntry,
    options: OpenOptions,
  ): Promise<LanguageModelSource> {
    if (runsOn === "gpu") {
      const composer = (await composers()).find((entry) => entry.id === id)!;
      return { engine: "web-llm", model: webLlmModel(composer) };
    }
    if (runsOn === "server") {
      const server = readOwnServer();
      if (!server) throw new StylusError("not-found", say`No server is set up.`);
      return { engine: "server", server: chatServerOf(server) };
    }
    const { json } = await readManifest(id);
    const source = { packId: id, title, json, local: new Map<string, Blob>() };
    const open = options.mayDownload ? fetchPack : openStored;
    const { files } = await open(storage, source, options);
    return { engine: "onnx", model: { title, files } };
  }

  async function openModel(entry: LanguageModelEntry, options: OpenOptions): Promise<void> {
    const { id, sizeBytes } = entry;
    const key = keyOf(id);
    if (isOpen() && open?.key === key) return;
    open = null;
    const source = await sourceOf(entry, options);
    const { signal } = options;
    const onProgress = (share: number): void =>
      options.onProgress({
        files: [],
        receivedBytes: share * sizeBytes,
        totalBytes: sizeBytes,
        preparing: share < 1 ? null : t.models.preparing.languageModel,
      });
    const opening = worker.call((service) => service.open(source, { onProgress, signal }));
    try {
      await abortable(opening, signal);
    } catch (error) {
      if (!signal.aborted) worker.terminate(say`The language model was changed.`); // a runtime that failed to start stays failed
      throw error;
    }
    open = { key, start: worker.starts };
  }

  /** Goes on when the prompt that asked for it is typed further: the next one needs it too. */
  function openStoredModel(entry: LanguageModelEntry): Promise<void> {
    const { id } = entry;
    const key = keyOf(id);
    if (opening?.key === key) return opening.result;
    const { signal } = new AbortController();
    const result = openModel(entry, { onProgress: () => {}, signal, mayDownload: false });
    const now = { key, result };
    opening = now;
    const end = (error?: unknown): void => {
      if (opening !== now) return; // closed in between
      opening = null;
      if (error !== undefined) failed = { id, error };
    };
    result.then(() => end(), end);
    return result;
  }

  /** The model on the device, which the worker asks one question after the other. */
  const oneModel = (entry: LanguageModelEntry): AnswerPool => ({
    acquire: async (signal) => {
      await abortable(openStoredModel(entry), signal);
      return {
        model: entry.title,
        async ask(messages, { temperature, seed = 0, answer, signal: asked }) {
          const texts = messages.map(({ role, content }) => ({ role, content: textOf(content) }));
          const question = { messages: texts, schema: answer.schema };
          const work = worker.call((service) =>
            service.write(question, { temperature, seed, signal: asked }),
          );
          return { text: await abortable(work, asked), tokens: { input: 0, output: 0 } };
        },
        done() {},
        failed() {},
      };
    },
  });

  /** With the worker go its GPU device and its WebAssembly memory, which never shrinks. */
  function endWorker(): void {
    failed = null;
    open = null;
    opening = null;
    worker.terminate(say`The language model was changed.`);
  }

  /** The user has changed their own server, or forgotten it. */
  function forgetOwnServer(): void {
    if ([open, opening].some((model) => model?.key.startsWith(`${ownServerId} `))) endWorker();
    if (failed?.id === ownServerId) failed = null;
    listed = null;
  }

  return {
    list,

    close() {
      if (downloading === null) endWorker();
    },

    async download(id, options) {
      failed = null;
      const entry = await entryOf(id);
      if (!entry) throw new StylusError("not-found", say`This build of the site has no such language model.`);
      downloading = id;
      try {
        await openModel(entry, { ...options, mayDownload: true });
      } finally {
        downloading = null;
      }
      listed = null;
    },

    ownServer: {
      read: readOwnServer,
      keep(server) {
        keepOwnServer(server);
        forgetOwnServer();
      },
      watch: (onChange) =>
        watchOwnServer(() => {
          forgetOwnServer();
          onChange();
        }),
      check: checkOwnServer,
    },

    async writeCard(raw, { id, signal }) {
      if (id === ownServerId) return writeByOwnServer(raw, signal);
      const entry = await entryOf(id);
      if (!entry?.writesCards || entry.state !== "ready")
        throw new StylusError("not-found", say`The language model is not available.`, {
          remedy: say`Choose one under Models.`,
        });
      return writeCardBy(oneModel(entry), { raw, name: entry.title, signal });
    },

    async remove(id) {
      // Where others visit the worker, the last of them ends it.
      const isVisited = visits > 0 && opening === null;
      if (downloading === id || (downloading === null && !isVisited)) endWorker();
      else if (downloading === null) open = null;
      listed = null;
      const composer = (await composers()).find((entry) => entry.id === id);
      if (composer) {
        await visit((service) => service.remove(webLlmModel(composer)));
        return;
      }
      const { json } = await readManifest(id);
      await storage.call((service) => service.removePack(json, { keep: [], siteUrl: document.baseURI }));
    },

    async consult(request, { onComposition, signal }) {
      const { prompt, preset, bans, commercialOnly, pins, pinned, seed, languageModel } = request;
      if (!languageModel) return { unavailable: { kind: "noModel" } };
      const { id, temperature } = languageModel;
      const entry = await entryOf(id);
      if (!entry) return { unavailable: { kind: "modelGone" } };
      const { title, fit, state, runsOn } = entry;
      if (fit.kind === "impossible")
        return {
          unavailable:
            fit.lacks === "webgpu"
              ? { kind: "noWebGpu", title, reason: fit.reason }
              : { kind: "noShaderF16", title },
        };
      if (state !== "ready") return { unavailable: { kind: "notDownloaded", title } };
      if (failed?.id === id) throw failed.error;

      const k = runsOn === "cpu" ? shownOnCpu : shownCandidates;
      const candidates = await retrieve(prompt, { k, bans: [...bans, ...pins], commercialOnly, signal });
      const question: AskRequest = { prompt, preset, candidates, pinned, temperature, seed };
      const key = JSON.stringify([
        keyOf(id),
        prompt,
        preset,
        pinned,
        candidates.map(({ card }) => [card.id, card.title, card.refined]),
        temperature,
        temperature > 0 ? seed : 0,
      ]);
      const known = answers.get(key);
      if (known) return known;
      await abortable(openStoredModel(entry), signal);
      const work = worker.call((service) => service.compose(question, { onComposition, signal }));
      const composition = await abortable(work, signal);
      answers.set(key, composition);
      if (answers.size > remembered) answers.delete(answers.keys().next().value!);
      return composition;
    },
  };
}
