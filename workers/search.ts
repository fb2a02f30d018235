// Search worker: serves SearchService on voy-search.
import voyUrl from "voy-search/voy_search_bg.wasm?url";
import { SearchService } from "../src/retrieval/search-service.ts";
import { serve } from "../src/rpc/serve.ts";

serve(new SearchService({ voyWasm: async () => (await fetch(voyUrl)).arrayBuffer() }));
