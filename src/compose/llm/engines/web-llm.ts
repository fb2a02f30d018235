// Language models on WebGPU by web-llm, which downloads and caches them itself (Cache API), makes its own GPU device and decodes under a JSON
// schema with xgrammar. Imported by its worker alone, when a user has chosen such a model.
import {
  deleteModelAllInfoInCache,
  hasModelInCache,
  MLCEngine,
  type AppConfig,
  type ChatCompletionChunk,
  type ChatCompletionRequestStreaming,
  type InitProgressReport,
  type MLCEngineInterface,
} from "@mlc-ai/web-llm";
import { StylusError, throwIfAborted } from "../../../shared/errors.ts";
import {
  answerTokens,
  type ChatMessage,
  type CompletionOptions,
  type OpenLanguageModel,
  writingTokens,
} from "../language-model.ts";
import { say } from "../../../shared/saying.ts";

/** A model that web-llm can run. */
export interface WebLlmModel {
  readonly id: string;
  readonly title: string;
  readonly modelUrl: string;
  readonly libraryUrl: string;
  readonly requiredFeatures: readonly string[];
  /** By default; a request can turn it off. */
  readonly thinksAloud: boolean;
}

/** Question and answer have to fit; more takes GPU memory. */
const contextTokens = 4096;

/** web-llm reads seeds as signed 32-bit numbers. */
const largestSeed = 0x7fffffff;

const configOf = ({ id, modelUrl, libraryUrl, requiredFeatures }: WebLlmModel): AppConfig => ({
  model_list: [
    {
      model: modelUrl,
      model_id: id,
      model_lib: libraryUrl,
      required_features: [...requiredFeatures],
      overrides: { context_window_size: contextTokens },
    },
  ],
  cacheBackend: "cache",
});

function failure(title: string, cause: unknown): StylusError {
  if (cause instanceof StylusError) return cause;
  const said = cause instanceof Error ? cause.message : String(cause);
  const name = cause instanceof Error ? cause.name : "";
  if (name === "QuotaExceededError") {
    return new StylusError("quota", say`The browser has no room for ${title}.`, {
      remedy: say`Free disk space, or delete models you don’t use.`,
      cause,
    });
  }
  if (/fetch|network|Failed to (?:load|execute 'add')/i.test(said) || name === "NetworkError") {
    return new StylusError("network", say`${title} could not be downloaded: ${said}`, {
      remedy: say`Check the connection and try again. What has arrived is kept.`,
      cause,
    });
  }
  const lost = name === "DeviceLostError" || /device.*lost|out of memory/i.test(said);
  return new StylusError(lost ? "device-lost" : "device", say`${title} failed on the GPU: ${said}`, {
    remedy: say`Choose a smaller language model, or the reader.`,
    cause,
  });
}

/** What is used of web-llm's engine. */
export interface ChatEngine extends Pick<MLCEngineInterface, "interruptGenerate"> {
  chatCompletion(request: ChatCompletionRequestStreaming): Promise<AsyncIterable<ChatCompletionChunk>>;
}

/** The chat of an engine as a LanguageModel. */
export function chatOf(
  engine: ChatEngine,
  { title, thinksAloud }: Pick<WebLlmModel, "title" | "thinksAloud">,
): Pick<Required<OpenLanguageModel>, "name" | "complete" | "write"> {
  async function answer(
    messages: readonly ChatMessage[],
    schema: object,
    { signal, onToken, temperature, seed, maxTokens }: CompletionOptions & { readonly maxTokens: number },
  ): Promise<string> {
    throwIfAborted(signal);
    const request: ChatCompletionRequestStreaming = {
      stream: true,
      messages: messages.map(({ role, content }) => ({ role, content })),
      // Without a schema "json_object" throws in 0.2.86; the schema is a string.
      response_format: { type: "json_object", schema: JSON.stringify(schema) },
      max_tokens: maxTokens,
      temperature,
      top_p: 1,
      seed: seed % largestSeed,
      // An empty block of thoughts goes into the question: others than those models would not know what it is.
      ...(thinksAloud ? { extra_body: { enable_thinking: false } } : {}),
    };
    const onAbort = (): void => void engine.interruptGenerate();
    signal.addEventListener("abort", onAbort, { once: true });
    let text = "";
    try {
      // An interrupted stream ends as a whole one does.
      for await (const { choices } of await engine.chatCompletion(request)) {
        if (signal.aborted) break; // an interruption before the first step is lost
        const piece = choices[0]?.delta.content ?? "";
        text += piece;
        if (piece !== "") onToken?.(piece);
      }
    } catch (cause) {
      throwIfAborted(signal);
      throw failure(title, cause);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
    throwIfAborted(signal);
    return text;
  }
  return {
    name: title,
    complete: (messages, schema, options) =>
      answer(messages, schema, { ...options, maxTokens: answerTokens }),
    write: (messages, schema, options) => answer(messages, schema, { ...options, maxTokens: writingTokens }),
  };
}

/** @param share of the download; 1 once the weights go to the GPU */
export type OpenProgress = (share: number) => void;

/**
 * Downloads what is missing and puts the model on the GPU.
 * @throws StylusError network | quota | device | device-lost | cancelled
 */
export async function openWebLlm(
  model: WebLlmModel,
  { onProgress, signal }: { readonly onProgress: OpenProgress; readonly signal: AbortSignal },
): Promise<OpenLanguageModel> {
  throwIfAborted(signal);
  const engine = new MLCEngine({
    appConfig: configOf(model),
    // Only its words tell the phases apart: each begins at 0 again.
    initProgressCallback: ({ progress, text }: InitProgressReport) =>
      onProgress(/fetch/i.test(text) ? progress : 1),
    logLevel: "WARN",
  });
  const onAbort = (): void => void engine.unload();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await engine.reload(model.id);
  } catch (cause) {
    await engine.unload().catch(() => {}); // what went wrong before counts
    throwIfAborted(signal);
    throw failure(model.title, cause);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
  throwIfAborted(signal); // an aborted reload ends without a word
  return { ...chatOf(engine, model), close: () => engine.unload() };
}

/** Whether every weight is in the browser's cache. */
export const isWebLlmStored = (model: WebLlmModel): Promise<boolean> =>
  hasModelInCache(model.id, configOf(model));

export const removeWebLlm = (model: WebLlmModel): Promise<void> =>
  deleteModelAllInfoInCache(model.id, configOf(model));
