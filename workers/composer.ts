// Composer worker: serves ComposerService.
import { ComposerService } from "../src/compose/service.ts";
import { serve } from "../src/rpc/serve.ts";

serve(new ComposerService());
