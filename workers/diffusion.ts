// Diffusion worker: serves DiffusionService on ONNX Runtime or, where they are asked for, on our own kernels.
import { DiffusionService } from "../src/engine/service.ts";
import { openOrtBackend } from "../src/ort/backend.ts";
import { serve } from "../src/rpc/serve.ts";
import { TuningRecords } from "../src/storage/tuning-records.ts";
import { withWgsl } from "../src/wgsl/open-backend.ts";

serve(new DiffusionService(withWgsl(openOrtBackend, new TuningRecords())));
