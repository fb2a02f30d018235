// Storage worker: serves StorageService.
import { serve } from "../src/rpc/serve.ts";
import { StorageService } from "../src/storage/service.ts";

serve(new StorageService());
