// Language-model worker: serves LanguageModelService. Started when a user has chosen a language model; each engine loads when it is needed.
import glueUrl from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import { LanguageModelService } from "../src/compose/llm/service.ts";
import { serve } from "../src/rpc/serve.ts";

const absolute = (url: string): string => new URL(url, self.location.href).href;

serve(
  new LanguageModelService({
    webLlm: () => import("../src/compose/llm/engines/web-llm.ts"),
    onnx: () => import("../src/compose/llm/engines/transformers.ts"),
    wasmPaths: { mjs: absolute(glueUrl), wasm: absolute(wasmUrl) },
  }),
);
