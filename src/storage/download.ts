// One file from the network into the store: resumed where an earlier attempt stopped, hashed while it streams, and
// complete only when size and SHA-256 agree with the manifest.
import { createSHA256, type IHasher } from "hash-wasm";
import { StylusError, throwIfAborted } from "../shared/errors.ts";
import type { FileStore, FileWriter } from "./file-store.ts";
import type { ManifestFile } from "./manifest.ts";

export interface DownloadOptions {
  readonly url: string;
  /** Called with the bytes of this file that are there so far. */
  readonly onProgress?: ((receivedBytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Waits between attempts after a dropped connection; its length is the number of retries. */
  readonly retryDelaysMs?: readonly number[];
}

/** Chunk in which an interrupted file is read back to hash it. */
const rehashChunkBytes = 4 << 20;

const defaultRetryDelaysMs = [300, 1_000, 3_000];

function hashExisting(hasher: IHasher, writer: FileWriter): void {
  const buffer = new Uint8Array(Math.min(rehashChunkBytes, writer.sizeBytes));
  for (let at = 0; at < writer.sizeBytes; at += buffer.length) {
    const part = buffer.subarray(0, Math.min(buffer.length, writer.sizeBytes - at));
    writer.read(part, at);
    hasher.update(part);
  }
}

const sleep = (milliseconds: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });

async function request(
  url: string,
  path: string,
  options: { fromByte: number; signal: AbortSignal | undefined },
): Promise<Response> {
  const headers: Record<string, string> = options.fromByte > 0 ? { Range: `bytes=${options.fromByte}-` } : {};
  let response: Response;
  try {
    response = await fetch(url, { headers, signal: options.signal ?? null, credentials: "omit" });
  } catch (cause) {
    throwIfAborted(options.signal);
    throw new StylusError("network", `${path} could not be downloaded: the connection failed.`, {
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
      remedy: "The site is incomplete: publish it again with all files of the pack, then reload.",
    });
  }
  if (response.status === 401 || response.status === 403) {
    throw new StylusError("network", `The server refuses ${path} (${response.status}).`, {
      where: url,
      remedy: "Download the file in the browser and drop it on the page instead.",
    });
  }
  if (!response.ok || !response.body) {
    throw new StylusError("network", `The server answered ${response.status} for ${path}.`, {
      where: url,
      remedy: "Try again in a while; what has arrived is kept.",
    });
  }
  return response;
}

async function attempt(file: ManifestFile, store: FileStore, options: DownloadOptions): Promise<void> {
  const writer = await store.write(file.sha256);
  let finished = false;
  try {
    if (writer.sizeBytes > file.sizeBytes) writer.reset();
    const hasher = await createSHA256();
    hasher.init();
    let received = writer.sizeBytes <= file.sizeBytes ? writer.sizeBytes : 0;
    if (received > 0) hashExisting(hasher, writer);
    if (received < file.sizeBytes) {
      const response = await request(options.url, file.path, { fromByte: received, signal: options.signal });
      if (received > 0 && response.status !== 206) {
        writer.reset();
        hasher.init();
        received = 0;
      }
      const reader = response.body!.getReader();
      try {
        for (;;) {
          const { done, value } = await reader.read();
          if (done) break;
          received += value.byteLength;
          if (received > file.sizeBytes) break;
          writer.append(value);
          hasher.update(value);
          options.onProgress?.(received);
        }
      } catch (cause) {
        throwIfAborted(options.signal);
        if (cause instanceof StylusError) throw cause;
        throw new StylusError("network", `The connection broke while ${file.path} was being downloaded.`, {
          where: options.url,
          remedy: "Try again; the download goes on where it stopped.",
          cause,
        });
      } finally {
        await reader.cancel().catch(() => {});
      }
    }
    throwIfAborted(options.signal);
    if (received < file.sizeBytes) {
      throw new StylusError("network", `${file.path} ended after ${received} of ${file.sizeBytes} bytes.`, {
        where: options.url,
        remedy: "Try again; the download goes on where it stopped.",
      });
    }
    const actual = received === file.sizeBytes ? hasher.digest("hex") : "a longer file";
    if (actual !== file.sha256) {
      writer.reset();
      throw new StylusError(
        "bad-file",
        `${file.path} is damaged: expected SHA-256 ${file.sha256.slice(0, 12)}…, got ${actual.slice(0, 12)}….`,
        {
          where: options.url,
          remedy: "Reload to download it again. If it happens again, the copy on the server is damaged.",
        },
      );
    }
    await writer.finish();
    finished = true;
  } finally {
    if (!finished) writer.close();
  }
}

/**
 * Makes sure that `file` is in the store, downloading what is missing.
 * @throws StylusError network | not-found | bad-file | quota | cancelled
 */
export async function download(
  file: ManifestFile,
  store: FileStore,
  options: DownloadOptions,
): Promise<Blob> {
  const present = await store.open(file.sha256);
  if (present) return present;
  for (const delay of [...(options.retryDelaysMs ?? defaultRetryDelaysMs), null]) {
    throwIfAborted(options.signal);
    try {
      await attempt(file, store, options);
      break;
    } catch (error) {
      const temporary = error instanceof StylusError && error.code === "network";
      if (delay === null || !temporary) throw error;
      await sleep(delay, options.signal);
    }
  }
  const blob = await store.open(file.sha256);
  if (!blob)
    throw new StylusError("quota", `The browser dropped ${file.path} right after storing it.`, {
      remedy: "Free disk space and try again.",
    });
  return blob;
}
