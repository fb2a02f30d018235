// The sentence embedder: transformers.js on WASM, fed only from the pack's own files. The one import of transformers.js
// for embedding. Reads what a sentence-transformers folder says of itself: `1_Pooling/config.json` (mean or CLS) and
// `config_sentence_transformers.json` (prompts put before queries and documents).
import { env, pipeline, type FeatureExtractionPipeline } from "@huggingface/transformers";
import { runtimeFault } from "../../runtime/wasm-file.ts";
import { StylusError, throwIfAborted } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import { serveFrom } from "../transformers-files.ts";
import { sha256 } from "../../shared/sha256.ts";
import { normalise, type Vector } from "./vectors.ts";

export type TextKind =
  | "query" // a prompt, a task, a key: short text that looks for something
  | "card"; // an embedding document

export interface Embedder {
  readonly model: { readonly name: string; readonly sha256: string };
  readonly dims: number;
  /** Unit vectors, one per text, in order; which other texts are in the call changes no component by more than 1e-5. */
  embed(
    texts: readonly string[],
    options: { readonly kind: TextKind; readonly signal?: AbortSignal | undefined },
  ): Promise<Vector[]>;
}

export interface EmbedderOptions {
  /** Where ONNX Runtime finds its wasm, on the own origin. Left out in Node. */
  readonly wasmPaths?: { readonly mjs: string; readonly wasm: string } | undefined;
}

/** Texts in one run of the model. */
const batchSize = 32;

/** Largest difference of a component between a text alone and in a batch that counts as none: float32 rounding stays below 1e-6. */
const batchTolerance = 1e-5;

/** Of different lengths, so that the shorter ones are padded. */
const probes = ["fox", "a red fox in deep snow, oil painting", "stained glass window"];

const modelFile = "onnx/model_quantized.onnx";

/** The name under which transformers.js asks for the files; nothing is ever fetched by it. */
const localName = "stylus-pack/embedder";

type Files = ReadonlyMap<string, Blob>;

function required(files: Files, path: string): Blob {
  const blob = files.get(path);
  if (blob) return blob;
  throw new StylusError("not-found", say`The embedder lacks its file ${path}.`, {
    where: path,
    remedy: say`Download the pack again.`,
  });
}

async function json(blob: Blob, path: string): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await blob.text()) as Record<string, unknown>;
  } catch (cause) {
    throw new StylusError("bad-file", say`The embedder's file ${path} is not valid JSON.`, {
      where: path,
      remedy: say`Download the pack again.`,
      cause,
    });
  }
}

async function promptsOf(files: Files): Promise<Record<TextKind, string>> {
  const path = "config_sentence_transformers.json";
  const blob = files.get(path);
  const prompts = (blob ? (await json(blob, path))["prompts"] : undefined) as
    | Record<string, unknown>
    | undefined;
  const text = (name: string): string => (typeof prompts?.[name] === "string" ? prompts[name] : "");
  return { query: text("query"), card: text("card") || text("document") || text("passage") };
}

async function poolingOf(files: Files): Promise<"mean" | "cls"> {
  const path = "1_Pooling/config.json";
  const blob = files.get(path);
  return blob && (await json(blob, path))["pooling_mode_cls_token"] === true ? "cls" : "mean";
}

/**
 * Whether a text has the same vector in a batch as alone. A model that quantises activations takes their range from the whole batch: it runs
 * one text at a time, so that a vector never depends on its neighbours.
 */
async function agreesInBatch(run: (texts: readonly string[]) => Promise<Vector[]>): Promise<boolean> {
  const together = await run(probes);
  for (const [i, text] of probes.entries()) {
    const [alone] = await run([text]);
    if (alone!.some((value, d) => Math.abs(value - together[i]![d]!) > batchTolerance)) return false;
  }
  return true;
}

/**
 * Loads an embedder from a transformers.js folder.
 * @param files by path within the folder: config.json, tokenizer.json, tokenizer_config.json, onnx/model_quantized.onnx …
 * @throws StylusError not-found (a file is missing) | bad-file (it cannot be read) | device (WASM failed)
 */
export async function loadEmbedder(files: Files, options: EmbedderOptions = {}): Promise<Embedder> {
  const config = await json(required(files, "config.json"), "config.json");
  for (const path of ["tokenizer.json", "tokenizer_config.json"]) await json(required(files, path), path);
  const model = required(files, modelFile);
  const dims = config["hidden_size"];
  if (typeof dims !== "number") {
    throw new StylusError("bad-file", say`The embedder's config.json has no hidden_size.`, {
      where: "config.json",
    });
  }
  const [prompts, pooling, modelSha256] = await Promise.all([
    promptsOf(files),
    poolingOf(files),
    sha256(model),
  ]);
  serveFrom(files, localName);
  const inNode = typeof process !== "undefined" && process.versions?.node !== undefined;
  const { wasm } = env.backends.onnx;
  if (wasm) {
    // transformers.js points to a CDN by default; undefined means "next to ONNX Runtime's own file", which suits Node.
    wasm.wasmPaths = options.wasmPaths && { ...options.wasmPaths };
    wasm.numThreads = 1; // sentences are short: threads cost more than they bring, and one thread is repeatable
  }
  let extract: FeatureExtractionPipeline;
  try {
    extract = await pipeline("feature-extraction", localName, {
      dtype: "q8",
      device: inNode ? "cpu" : "wasm",
    });
  } catch (cause) {
    const fault = options.wasmPaths && (await runtimeFault(options.wasmPaths.wasm, cause));
    if (fault) throw fault;
    throw new StylusError("bad-file", say`The embedder could not be started: ${String(cause)}`, {
      where: modelFile,
      remedy: say`Download the pack again; if it keeps failing, update the browser.`,
      cause,
    });
  }
  const run = async (texts: readonly string[]): Promise<Vector[]> => {
    const { data, dims: shape } = await extract([...texts], { pooling, normalize: true });
    const size = shape.at(-1)!; // [texts, dims]
    return texts.map((text, i) =>
      normalise(
        (data as Float32Array).subarray(i * size, (i + 1) * size),
        `embedding of “${text.slice(0, 40)}”`,
      ),
    );
  };
  const largestBatch = (await agreesInBatch(run)) ? batchSize : 1;
  return {
    model: {
      name: typeof config["_name_or_path"] === "string" ? config["_name_or_path"] : "embedder",
      sha256: modelSha256,
    },
    dims,
    async embed(texts, { kind, signal }) {
      const vectors = Array<Vector>(texts.length);
      // Texts of like length together: the others of a batch are padded to the longest.
      const order = [...texts.keys()].sort((a, b) => texts[a]!.length - texts[b]!.length || a - b);
      for (let start = 0; start < order.length; start += largestBatch) {
        throwIfAborted(signal);
        const batch = order.slice(start, start + largestBatch);
        const found = await run(batch.map((i) => prompts[kind] + texts[i]!));
        for (const [i, vector] of found.entries()) vectors[batch[i]!] = vector;
      }
      return vectors;
    },
  };
}
