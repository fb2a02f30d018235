// NSFW worker: serves NsfwService on ONNX Runtime's CPU kernels. A worker of its own, since WASM memory never shrinks: it ends when it is idle.
import { NsfwService } from "../src/nsfw/service.ts";
import { openFileNetwork } from "../src/ort/file-network.ts";
import { serve } from "../src/rpc/serve.ts";

serve(new NsfwService(openFileNetwork));
