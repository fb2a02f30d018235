// The site's WebAssembly files: what is wrong with one that does not load, asked of the server itself.
import { StylusError } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";

const nameOf = (url: string): string => new URL(url).pathname.split("/").at(-1)!;

/**
 * The bytes of a WebAssembly file, checked.
 * @param options.cache "reload" passes over every copy in the browser, and replaces it
 * @throws StylusError network | not-found | bad-file, naming the file
 */
export async function readWasm(
  url: string,
  { cache = "default" }: { readonly cache?: RequestCache } = {},
): Promise<ArrayBuffer> {
  const file = nameOf(url);
  let bytes: ArrayBuffer;
  try {
    const response = await fetch(url, { cache });
    // A single-page host may serve its index page for an unknown path.
    const isPage = response.headers.get("content-type")?.startsWith("text/html") === true;
    if (!response.ok || isPage) {
      throw new StylusError("not-found", say`${file}, a part of this site, is missing on the server.`, {
        where: url,
        remedy: say`Try again later. If this is your site, publish it again with all its files.`,
      });
    }
    bytes = await response.arrayBuffer();
  } catch (cause) {
    if (cause instanceof StylusError) throw cause;
    throw new StylusError("network", say`${file}, a part of this site, could not be downloaded.`, {
      where: url,
      remedy: say`Check your connection and try again.`,
      cause,
    });
  }
  if (WebAssembly.validate(bytes)) return bytes;
  throw new StylusError(
    "bad-file",
    say`${file}, a part of this site, is damaged, or this browser is too old for it.`,
    {
      where: url,
      remedy: say`Update the browser, then try again. If this is your site, publish it again with all its files.`,
    },
  );
}

/**
 * Why ONNX Runtime did not start from `url`; null when `cause` is something else. Replaces a damaged copy in the browser's
 * caches.
 * @returns `device-lost` where the server's file is whole: a new worker may start it
 */
export async function runtimeFault(url: string, cause: unknown): Promise<StylusError | null> {
  if (!(cause instanceof Error) || !/no available backend found/.test(cause.message)) return null;
  try {
    await readWasm(url, { cache: "reload" });
  } catch (fault) {
    if (fault instanceof StylusError) return fault;
  }
  return new StylusError(
    "device-lost",
    say`The machine-learning runtime could not be started: ${cause.message}`,
    {
      where: url,
      remedy: say`Close other tabs to free memory, then try again.`,
      cause,
    },
  );
}
