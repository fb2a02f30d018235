// Diffusion worker: serves DiffusionService.
import { DiffusionService } from "../src/engine/service.ts";
import { serve } from "../src/rpc/serve.ts";

serve(new DiffusionService());
