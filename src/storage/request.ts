// One HTTP request for (a part of) a file, with a separate error for every kind of server refusal.
import { StylusError, throwIfAborted } from "../shared/errors.ts";
import { say, type Saying } from "../shared/saying.ts";

export interface PartRequest {
  /** For messages. */
  readonly path: string;
  /** First byte wanted. */
  readonly fromByte: number;
  /** Byte after the last one; null: to the end of the file. */
  readonly toByte: number | null;
  /** Required size of the whole file; null if unknown. */
  readonly sizeBytes: number | null;
  /** A key that the server wants in the address; no error names it. */
  readonly token?: string | undefined;
  readonly signal: AbortSignal;
}

/** The address with the key as its `token`, as Civitai reads it: a header would need leave of a kind that it gives nobody. */
export function withToken(url: string, token: string | undefined): string {
  if (token === undefined) return url;
  const full = new URL(url);
  full.searchParams.set("token", token);
  return full.href;
}

/** Limits concurrent transfers over all files. */
export class ConnectionLimit {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async run<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}

/** The remedy for a missing file of this site or of a hub. */
const missingRemedy = (url: string): Saying =>
  new URL(url).origin === globalThis.location?.origin
    ? say`The site is incomplete. Publish it again with all files of the pack, then reload.`
    : say`Choose another model, or use the file from your disk.`;

/** The browser reliably knows only that it has no network. */
const isOffline = (): boolean => globalThis.navigator?.onLine === false;

const otherFile = (path: string, url: string, said: Saying): StylusError =>
  new StylusError("bad-file", say`${path} on the server is not the expected file: ${said}.`, {
    where: url,
    remedy: say`Choose another model, or wait for an update of this site.`,
  });

/** Checks Content-Range if the server exposes it. */
function checkRange(response: Response, url: string, part: PartRequest): void {
  const [, from, total] =
    /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "") ?? [];
  if (from !== undefined && Number(from) !== part.fromByte) {
    throw otherFile(part.path, url, say`the server sent bytes from ${from} instead of ${part.fromByte}`);
  }
  if (total !== undefined && total !== "*" && part.sizeBytes !== null && Number(total) !== part.sizeBytes) {
    throw otherFile(part.path, url, say`it has ${total} bytes, not ${part.sizeBytes}`);
  }
}

const unreached = (path: string, why: Saying): Saying => say`${path} could not be downloaded: ${why}.`;

/** Whether a request got no response, or none that a page may read; the browser tells neither from the other. */
export const isUnreached = ({ said }: StylusError): boolean =>
  said.message.template === unreached("", say``).template;

/**
 * @returns the response with its body; status 200 if the server ignores ranges
 * @throws StylusError network | not-found | bad-file | cancelled
 */
export async function requestPart(url: string, part: PartRequest): Promise<Response> {
  const { path, fromByte, toByte, token, signal } = part;
  const headers: Record<string, string> =
    fromByte > 0 || toByte !== null
      ? { Range: `bytes=${fromByte}-${toByte === null ? "" : toByte - 1}` }
      : {};
  let response: Response;
  try {
    // Bypasses the HTTP cache, which would store a second copy and serve only one range per address at a time.
    const address = withToken(url, token);
    response = await fetch(address, { headers, signal, credentials: "omit", cache: "no-store" });
  } catch (cause) {
    throwIfAborted(signal);
    const { host } = new URL(url);
    const said = isOffline() ? say`this computer is offline` : say`${host} cannot be reached`;
    throw new StylusError("network", unreached(path, said), {
      where: url,
      remedy: say`Check your connection and try again; the download resumes.`,
      cause,
    });
  }
  // A single-page host may serve its index page for an unknown path.
  const isPage = response.headers.get("content-type")?.startsWith("text/html") === true;
  if (response.status === 404 || response.status === 410 || (response.ok && isPage)) {
    throw new StylusError("not-found", say`${path} is missing on the server.`, {
      where: url,
      remedy: missingRemedy(url),
    });
  }
  if (response.status === 416) throw otherFile(path, url, say`it ends before byte ${fromByte}`);
  if (response.status === 401 || response.status === 403) {
    throw new StylusError("network", say`The server refused to send ${path} (${response.status}).`, {
      where: url,
      remedy: say`It may require an account or consent to a licence. Download the file from the model’s page, then choose it from your disk.`,
    });
  }
  if (response.status === 429) {
    throw new StylusError("network", say`The server limits downloads and did not send ${path} yet.`, {
      where: url,
      remedy: say`Try again in a few minutes; the download resumes.`,
    });
  }
  if (!response.ok || !response.body) {
    throw new StylusError("network", say`The server answered ${response.status} for ${path}.`, {
      where: url,
      remedy: say`Try again later; the download resumes.`,
    });
  }
  if (response.status === 206) checkRange(response, url, part);
  return response;
}

export interface ReadOptions {
  readonly path: string;
  readonly url: string;
  /** Aborts the request that the response belongs to. */
  readonly stop: AbortController;
  readonly signal: AbortSignal;
  /** Timeout for a silent connection. */
  readonly stallMs: number;
}

/**
 * The chunks of a response.
 * @throws StylusError network (cut or silent) | cancelled
 */
export async function* chunksOf(
  response: Response,
  { path, url, stop, signal, stallMs }: ReadOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = response.body!.getReader();
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    for (;;) {
      timer = setTimeout(() => stop.abort(), stallMs);
      const { done, value } = await reader.read();
      clearTimeout(timer);
      if (done) return;
      yield value;
    }
  } catch (cause) {
    throwIfAborted(signal);
    if (cause instanceof StylusError) throw cause;
    throw new StylusError("network", say`The connection was lost during the download of ${path}.`, {
      where: url,
      remedy: say`Try again; the download resumes.`,
      cause,
    });
  } finally {
    clearTimeout(timer);
    await reader.cancel().catch(() => {});
  }
}
