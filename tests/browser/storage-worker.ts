// The storage worker with small segments and short delays, so that tests reach every path with a few megabytes.
import { serve } from "../../src/rpc/serve.ts";
import { StorageService } from "../../src/storage/service.ts";

// A browser with this quota: Chromium obscures its own estimate to prevent fingerprinting.
const { searchParams } = new URL(location.href);
const quota = searchParams.get("quota");
if (quota !== null) navigator.storage.estimate = async () => ({ quota: Number(quota), usage: 0 });

// A browser without a private file system, like some private windows.
if (searchParams.has("memory")) {
  navigator.storage.getDirectory = () => Promise.reject(new DOMException("refused", "SecurityError"));
}

// Longer than any test unless it waits for it: a request that is repeated on a busy machine would change the counts.
const stallMs = Number(searchParams.get("stall") ?? 60_000);

serve(new StorageService({ segmentBytes: 256 << 10, stallMs, retryDelaysMs: [50, 100, 200] }));
