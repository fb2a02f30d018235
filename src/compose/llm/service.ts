// The language-model worker's service: one model open at a time, one answer at a time. Its engines load when a model of theirs is opened.
import type { ChatServer } from "../../refine/chat-server.ts";
import { StylusError } from "../../shared/errors.ts";
import { inTurn } from "../../shared/in-turn.ts";
import { say } from "../../shared/saying.ts";
import type { Composition } from "../composition.ts";
import { type AskRequest, composeByAsking } from "./llm-composer.ts";
import type { OnnxModel, OnnxOptions } from "./engines/transformers.ts";
import type { OpenProgress, WebLlmModel } from "./engines/web-llm.ts";
import { serverModel } from "./engines/server.ts";
import type { ChatMessage, LanguageModel, OpenLanguageModel, WritingOptions } from "./language-model.ts";

export type LanguageModelSource =
  | { readonly engine: "web-llm"; readonly model: WebLlmModel }
  | { readonly engine: "onnx"; readonly model: OnnxModel }
  /** The user's own: nothing is downloaded, and nothing takes memory. */
  | { readonly engine: "server"; readonly server: ChatServer };

/** Loads the code of an engine. */
export interface LanguageModelEngines {
  webLlm(): Promise<{
    openWebLlm(
      model: WebLlmModel,
      options: { readonly onProgress: OpenProgress; readonly signal: AbortSignal },
    ): Promise<OpenLanguageModel>;
    isWebLlmStored(model: WebLlmModel): Promise<boolean>;
    removeWebLlm(model: WebLlmModel): Promise<void>;
  }>;
  onnx(): Promise<{ openOnnxModel(model: OnnxModel, options: OnnxOptions): Promise<OpenLanguageModel> }>;
  readonly wasmPaths?: OnnxOptions["wasmPaths"];
}

export class LanguageModelService {
  readonly #engines: LanguageModelEngines;
  #model: OpenLanguageModel | null = null;
  /** Until what was asked of the engine before has ended, stopped answers too. */
  readonly #inTurn = inTurn();

  constructor(engines: LanguageModelEngines) {
    this.#engines = engines;
  }

  /**
   * Opens a model in place of the one before; web-llm downloads what it lacks.
   * @throws StylusError network | quota | bad-file | unsupported | device | device-lost | cancelled
   */
  open(
    source: LanguageModelSource,
    { onProgress = () => {}, signal }: { readonly onProgress?: OpenProgress; readonly signal: AbortSignal },
  ): Promise<void> {
    return this.#inTurn(async () => {
      await this.#close();
      if (source.engine === "web-llm") {
        const { openWebLlm } = await this.#engines.webLlm();
        this.#model = await openWebLlm(source.model, { onProgress, signal });
      } else if (source.engine === "server") this.#model = serverModel(source.server);
      else {
        const { openOnnxModel } = await this.#engines.onnx();
        const { wasmPaths } = this.#engines;
        this.#model = await openOnnxModel(source.model, { wasmPaths, signal });
      }
    });
  }

  /** @throws as composeByAsking; StylusError not-found: no model is open */
  async compose(
    request: AskRequest,
    options: { readonly onComposition: (composition: Composition) => void; readonly signal: AbortSignal },
  ): Promise<Composition> {
    const model = this.#model;
    if (!model) throw new StylusError("not-found", say`No language model is open.`);
    const waiting: LanguageModel = {
      name: model.name,
      complete: (...question) => this.#inTurn(() => model.complete(...question)),
    };
    return composeByAsking(request, { ...options, model: waiting });
  }

  /**
   * The text that the open model writes under any JSON schema.
   * @throws StylusError not-found: no model is open; unsupported: it is too small to write; device | device-lost | cancelled
   */
  async write(
    question: { readonly messages: readonly ChatMessage[]; readonly schema: object },
    options: WritingOptions,
  ): Promise<string> {
    const model = this.#model;
    if (!model) throw new StylusError("not-found", say`No language model is open.`);
    const { write } = model;
    if (!write) throw new StylusError("unsupported", say`${model.name} is too small to write.`);
    return this.#inTurn(() => write(question.messages, question.schema, options));
  }

  async #close(): Promise<void> {
    const model = this.#model;
    this.#model = null;
    await model?.close();
  }

  /** Ids of the models that are wholly in web-llm's cache. */
  async stored(models: readonly WebLlmModel[]): Promise<readonly string[]> {
    const { isWebLlmStored } = await this.#engines.webLlm();
    const there = await Promise.all(models.map(isWebLlmStored));
    return models.filter((_, i) => there[i]).map(({ id }) => id);
  }

  async remove(model: WebLlmModel): Promise<void> {
    const { removeWebLlm } = await this.#engines.webLlm();
    await removeWebLlm(model);
  }
}
