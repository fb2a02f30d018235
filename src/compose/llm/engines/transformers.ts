// Language models as ONNX files on the CPU by transformers.js, from files of the storage worker alone. The package has no decoding under a
// schema; ours is constrained-decoding.ts. Imported by its worker alone, when a user has chosen such a model.
import {
  AutoModelForCausalLM,
  AutoTokenizer,
  env,
  LogitsProcessor,
  LogitsProcessorList,
  type PreTrainedModel,
  type PreTrainedTokenizer,
  random,
  type Tensor,
  TextStreamer,
} from "@huggingface/transformers";
import { serveFrom } from "../../../retrieval/transformers-files.ts";
import { chooseThreads } from "../../../runtime/device.ts";
import { runtimeFault } from "../../../runtime/wasm-file.ts";
import { StylusError, throwIfAborted } from "../../../shared/errors.ts";
import { say, type Saying } from "../../../shared/saying.ts";
import { answerTokens, type OpenLanguageModel } from "../language-model.ts";
import { ConstrainedDecoding, type TokenBytes, tokenBytes } from "./constrained-decoding.ts";
import { readInParts } from "./prefill.ts";

export interface OnnxModel {
  readonly title: string;
  /** A transformers.js folder, by path within it: config.json, tokenizer.json, tokenizer_config.json, onnx/model_….onnx. */
  readonly files: ReadonlyMap<string, Blob>;
}

export interface OnnxOptions {
  /** Where ONNX Runtime finds its wasm, on the own origin. Left out in Node. */
  readonly wasmPaths?: { readonly mjs: string; readonly wasm: string } | undefined;
  readonly signal: AbortSignal;
}

/** Names of ONNX files that run on a CPU, best first. */
const dtypes = ["q4", "q8"] as const;
const fileOf = { q4: "onnx/model_q4.onnx", q8: "onnx/model_quantized.onnx" } as const;

/** The name under which transformers.js asks for the files; nothing is ever fetched by it. */
const localName = "stylus-pack/language-model";

function damaged(title: string, file: string, problem: Saying, cause?: unknown): StylusError {
  return new StylusError("bad-file", say`${title}: ${file} ${problem}.`, {
    where: file,
    remedy: say`Delete the language model under Models, then download it again.`,
    cause,
  });
}

/** Only byte-level BPE tells the bytes of its tokens; Llama 3, Qwen and SmolLM have it. */
async function checkTokenizer({ title, files }: OnnxModel): Promise<void> {
  const file = "tokenizer.json";
  const blob = files.get(file);
  if (!blob) throw damaged(title, file, say`is missing`);
  const { decoder } = (await new Response(blob).json().catch((cause: unknown) => {
    throw damaged(title, file, say`is not valid JSON`, cause);
  })) as { decoder?: { type?: string } };
  if (decoder?.type === "ByteLevel") return;
  throw new StylusError("unsupported", say`${title} has a tokenizer that is not byte-level BPE.`, {
    where: file,
    remedy: say`Choose another language model.`,
  });
}

const tokensOf = (tokenizer: PreTrainedTokenizer): TokenBytes =>
  tokenBytes(tokenizer.get_vocab(), new Set(tokenizer._tokenizer.get_added_tokens_decoder().keys()));

/** The ids after which the model says nothing more. */
function endTokensOf(model: PreTrainedModel, tokenizer: PreTrainedTokenizer): readonly number[] {
  const ids: unknown[] = [model.generation_config?.eos_token_id, tokenizer.eos_token_id].flat();
  return [...new Set(ids.filter((id): id is number => typeof id === "number"))];
}

/** Masks the logits of each step; the sampler chooses among what is left. */
class SchemaProcessor extends LogitsProcessor {
  readonly #decoding: ConstrainedDecoding;
  readonly #questionLength: number;

  constructor(decoding: ConstrainedDecoding, questionLength: number) {
    super();
    this.#decoding = decoding;
    this.#questionLength = questionLength;
  }

  override _call([ids]: bigint[][], logits: Tensor): Tensor {
    if (ids!.length > this.#questionLength) this.#decoding.take(Number(ids!.at(-1)));
    this.#decoding.mask(logits.data as Float32Array); // [1, vocabulary]
    return logits;
  }
}

/**
 * Opens a model on WebAssembly.
 * @throws StylusError not-found | bad-file | unsupported | device | cancelled
 */
export async function openOnnxModel(
  source: OnnxModel,
  { wasmPaths, signal }: OnnxOptions,
): Promise<OpenLanguageModel> {
  const { title, files } = source;
  throwIfAborted(signal);
  await checkTokenizer(source);
  const dtype = dtypes.find((name) => files.has(fileOf[name]));
  if (!dtype) throw damaged(title, fileOf.q4, say`is missing`);
  serveFrom(files, localName);
  const inNode = typeof process !== "undefined" && process.versions?.node !== undefined;
  const { wasm } = env.backends.onnx;
  if (wasm) {
    wasm.wasmPaths = wasmPaths && { ...wasmPaths };
    wasm.numThreads = chooseThreads().threads;
  }
  let model: PreTrainedModel;
  let tokenizer: PreTrainedTokenizer;
  try {
    tokenizer = await AutoTokenizer.from_pretrained(localName);
    model = await AutoModelForCausalLM.from_pretrained(localName, { dtype, device: inNode ? "cpu" : "wasm" });
  } catch (cause) {
    const fault = wasmPaths && (await runtimeFault(wasmPaths.wasm, cause));
    if (fault) throw fault;
    if (/out of memory|bad_alloc|allocation failed/iu.test(String(cause)))
      throw new StylusError("device", say`There is not enough memory for ${title}.`, {
        remedy: say`Close other tabs, or choose a smaller language model under Models.`,
        cause,
      });
    throw damaged(title, fileOf[dtype], say`could not be opened (${String(cause)})`, cause);
  }
  const reading = readInParts(model);
  const tokens = tokensOf(tokenizer);
  const endTokens = endTokensOf(model, tokenizer);
  return {
    name: title,
    async complete(messages, schema, { signal: stop, onToken, temperature, seed }) {
      throwIfAborted(stop);
      const inputs = tokenizer.apply_chat_template(
        messages.map(({ role, content }) => ({ role, content })),
        { add_generation_prompt: true, return_dict: true },
      ) as { readonly input_ids: Tensor; readonly attention_mask: Tensor };
      const questionLength = inputs.input_ids.dims.at(-1)!;
      const processors = new LogitsProcessorList();
      processors.push(
        new SchemaProcessor(new ConstrainedDecoding(schema, tokens, endTokens), questionLength),
      );
      reading.stop = stop;
      let answer = "";
      const streamer = new TextStreamer(tokenizer, {
        skip_prompt: true,
        skip_special_tokens: true,
        callback_function: (piece: string) => {
          answer += piece;
          if (piece !== "" && !stop.aborted) onToken?.(piece);
        },
      });
      random.seed(seed);
      try {
        await model.generate({
          ...inputs,
          eos_token_id: [...endTokens],
          max_new_tokens: answerTokens,
          do_sample: temperature > 0,
          ...(temperature > 0 ? { temperature } : {}),
          logits_processor: processors,
          streamer,
        });
      } catch (cause) {
        throwIfAborted(stop);
        throw new StylusError("device", say`${title} failed: ${String(cause)}`, {
          remedy: say`Choose a smaller language model, or the reader.`,
          cause,
        });
      }
      throwIfAborted(stop);
      return answer;
    },
    async close() {
      await model.dispose();
    },
  };
}
