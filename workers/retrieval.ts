// Retrieval worker: serves CandidateService. transformers.js uses the plain WASM build of the same ONNX Runtime, from the site's origin.
import glueUrl from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import voyUrl from "voy-search/voy_search_bg.wasm?url";
import { CandidateService } from "../src/compose/candidate-service.ts";
import { serve } from "../src/rpc/serve.ts";
import { readWasm } from "../src/runtime/wasm-file.ts";

const absolute = (url: string): string => new URL(url, self.location.href).href;

serve(
  new CandidateService({
    wasmPaths: { mjs: absolute(glueUrl), wasm: absolute(wasmUrl) },
    voyWasm: () => readWasm(absolute(voyUrl)),
  }),
);
