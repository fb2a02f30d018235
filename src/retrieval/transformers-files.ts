// transformers.js on files that are already here: it asks for them by a made-up name, finds them in its cache, and nothing is ever fetched.
import { env } from "@huggingface/transformers";

/** @param name under which transformers.js asks for the files; any other request of it ends in a 404 */
export function serveFrom(files: ReadonlyMap<string, Blob>, name: string): void {
  env.allowRemoteModels = false;
  env.remotePathTemplate = "{model}/"; // also the shape of the cache's keys
  env.allowLocalModels = true;
  env.useBrowserCache = false;
  env.useFSCache = false;
  env.useFS = false;
  env.useWasmCache = false;
  env.useCustomCache = true;
  env.customCache = {
    match: (request: string) => {
      const at = request.indexOf(name);
      const blob = at < 0 ? undefined : files.get(request.slice(at + name.length + 1));
      return Promise.resolve(blob && new Response(blob));
    },
    put: () => Promise.resolve(),
  };
  env.fetch = () => Promise.resolve(new Response(null, { status: 404 }));
}
