// Composer worker: serves ComposerService; the reader runs on ONNX Runtime's CPU kernels.
import { ComposerService } from "../src/compose/service.ts";
import { openFileNetwork } from "../src/ort/file-network.ts";
import { serve } from "../src/rpc/serve.ts";

serve(new ComposerService(openFileNetwork));
