// Reader worker: serves PartService to the diffusion worker.
import { PartService } from "../src/engine/adapters/part-service.ts";
import { serve } from "../src/rpc/serve.ts";

serve(new PartService());
