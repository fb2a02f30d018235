// One HTTP request for (a part of) a file, with every way in which a server can refuse it told apart.
import { StylusError, throwIfAborted } from "../shared/errors.ts";

export interface PartRequest {
  /** For messages. */
  readonly path: string;
  /** First byte wanted. */
  readonly fromByte: number;
  /** Byte after the last one wanted; null: to the end of the file. */
  readonly toByte: number | null;
  /** Size that the whole file must have; null when unknown. */
  readonly sizeBytes: number | null;
  readonly signal: AbortSignal;
}

/** Limits how many transfers run at once, whatever file they are for. */
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

/** What to do about a file that is not there: of this site itself, or of a hub. */
const missingRemedy = (url: string): string =>
  new URL(url).origin === globalThis.location?.origin
    ? "The site is incomplete: publish it again with all files of the pack, then reload."
    : "It was moved or deleted there. Choose another model, or take the file from your disk.";

/** The browser knows when it has no network at all; that it believes in one says little. */
const isOffline = (): boolean => globalThis.navigator?.onLine === false;

const otherFile = (path: string, url: string, said: string): StylusError =>
  new StylusError("bad-file", `${path} on the server is another file than the one described: ${said}.`, {
    where: url,
    remedy: "The file was replaced on the server. Choose another model, or wait for an update of this site.",
  });

/** Checks Content-Range where the server lets it be read. */
function checkRange(response: Response, url: string, part: PartRequest): void {
  const [, from, total] =
    /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "") ?? [];
  if (from !== undefined && Number(from) !== part.fromByte) {
    throw otherFile(part.path, url, `bytes from ${part.fromByte} were asked for, bytes from ${from} came`);
  }
  if (total !== undefined && total !== "*" && part.sizeBytes !== null && Number(total) !== part.sizeBytes) {
    throw otherFile(part.path, url, `it has ${total} bytes, not ${part.sizeBytes}`);
  }
}

/**
 * @returns the answer with its body; status 200 when the server ignores ranges
 * @throws StylusError network | not-found | bad-file | cancelled
 */
export async function requestPart(url: string, part: PartRequest): Promise<Response> {
  const { path, fromByte, toByte, signal } = part;
  const headers: Record<string, string> =
    fromByte > 0 || toByte !== null
      ? { Range: `bytes=${fromByte}-${toByte === null ? "" : toByte - 1}` }
      : {};
  let response: Response;
  try {
    // Not through the HTTP cache: it would keep a second copy, and answer one range of an address at a time.
    response = await fetch(url, { headers, signal, credentials: "omit", cache: "no-store" });
  } catch (cause) {
    throwIfAborted(signal);
    const { host } = new URL(url);
    const said = isOffline() ? "this computer is offline" : `${host} cannot be reached`;
    throw new StylusError("network", `${path} could not be downloaded: ${said}.`, {
      where: url,
      remedy: "Check the connection and try again; what has arrived is kept.",
      cause,
    });
  }
  // A single-page host may answer an unknown path with its index page.
  const isPage = response.headers.get("content-type")?.startsWith("text/html") === true;
  if (response.status === 404 || response.status === 410 || (response.ok && isPage)) {
    throw new StylusError("not-found", `${path} is missing on the server.`, {
      where: url,
      remedy: missingRemedy(url),
    });
  }
  if (response.status === 416) throw otherFile(path, url, `it ends before byte ${fromByte}`);
  if (response.status === 401 || response.status === 403) {
    throw new StylusError("network", `The server refuses ${path} (${response.status}).`, {
      where: url,
      remedy:
        "It may ask for an account or for consent to its licence: download the file from the model’s page, then choose it from your disk.",
    });
  }
  if (response.status === 429) {
    throw new StylusError("network", `The server asks to wait before ${path} is downloaded.`, {
      where: url,
      remedy: "Try again in some minutes; what has arrived is kept.",
    });
  }
  if (!response.ok || !response.body) {
    throw new StylusError("network", `The server answered ${response.status} for ${path}.`, {
      where: url,
      remedy: "Try again in a while; what has arrived is kept.",
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
  /** A connection that brings nothing for this long is given up. */
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
    throw new StylusError("network", `The connection broke while ${path} was being downloaded.`, {
      where: url,
      remedy: "Try again; the download goes on where it stopped.",
      cause,
    });
  } finally {
    clearTimeout(timer);
    await reader.cancel().catch(() => {});
  }
}
