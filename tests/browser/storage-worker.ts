// The storage worker with small segments and short waits, so that tests meet every path with megabytes.
import { serve } from "../../src/rpc/serve.ts";
import { StorageService } from "../../src/storage/service.ts";

// A browser that grants so much: Chromium's own estimate tells less than it knows, so that sites cannot recognise users by it.
const { searchParams } = new URL(location.href);
const quota = searchParams.get("quota");
if (quota !== null) navigator.storage.estimate = async () => ({ quota: Number(quota), usage: 0 });

// A browser without a file system of its own, as some private windows are.
if (searchParams.has("memory")) {
  navigator.storage.getDirectory = () => Promise.reject(new DOMException("refused", "SecurityError"));
}

serve(new StorageService({ segmentBytes: 256 << 10, stallMs: 1_500, retryDelaysMs: [50, 100, 200] }));
