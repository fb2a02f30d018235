// Embedder worker: serves EmbedderService. transformers.js gets the plain WASM build of the one ONNX Runtime, from the own origin.
import glueUrl from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import { EmbedderService } from "../src/retrieval/embedder-service.ts";
import { serve } from "../src/rpc/serve.ts";

const absolute = (url: string): string => new URL(url, self.location.href).href;

serve(new EmbedderService({ wasmPaths: { mjs: absolute(glueUrl), wasm: absolute(wasmUrl) } }));
