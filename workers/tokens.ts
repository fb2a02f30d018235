// Token worker: serves TokenCounter, so that neither typing nor a run waits for it.
import { TokenCounter } from "../src/engine/prompt/token-counter.ts";
import { serve } from "../src/rpc/serve.ts";

serve(new TokenCounter());
