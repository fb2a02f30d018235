// Diffusion worker: serves DiffusionService on ONNX Runtime.
import { DiffusionService } from "../src/engine/service.ts";
import { openOrtBackend } from "../src/ort/backend.ts";
import { serve } from "../src/rpc/serve.ts";

serve(new DiffusionService(openOrtBackend));
