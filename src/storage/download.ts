// Downloads one file into the store: resumes an earlier attempt, hashes the stream, and completes only if size and SHA-256
// match the known values.
import { pause } from "../shared/abortable.ts";
import { StylusError } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";
import type { FileStore, FileWriter } from "./file-store.ts";
import { HashFrontier } from "./hash-frontier.ts";
import { chunksOf, requestPart, type ConnectionLimit } from "./request.ts";
import { Transfer } from "./transfer.ts";

export interface RemoteFile {
  /** For messages. */
  readonly path: string;
  readonly url: string;
  /** Null: the server decides. */
  readonly sizeBytes: number | null;
  /** Null: unknown; the result contains it. */
  readonly sha256: string | null;
  /** Name of the partial file: the SHA-256 if known. */
  readonly key: string;
  /** See `PartRequest`. */
  readonly token?: string | undefined;
}

export interface DownloadOptions {
  readonly connections: ConnectionLimit;
  readonly signal: AbortSignal;
  /** Bytes of this file stored so far, and bytes that just arrived. */
  readonly onBytes?: ((receivedBytes: number, newBytes: number) => void) | undefined;
  readonly retryDelaysMs?: readonly number[] | undefined;
  readonly segmentBytes?: number | undefined;
  readonly parallelSegments?: number | undefined;
  readonly stallMs?: number | undefined;
}

export interface Downloaded {
  readonly blob: Blob;
  readonly sha256: string;
}

const defaultRetryDelaysMs = [300, 1_000, 3_000];
const defaultSegmentBytes = 32 << 20;
const defaultParallelSegments = 4;
const defaultStallMs = 60_000;

/** A file of unknown size or hash: a wrong resumption could not be detected, so every attempt starts at zero. */
async function streamWhole(
  file: RemoteFile,
  writer: FileWriter,
  options: DownloadOptions & { hash: HashFrontier },
): Promise<string> {
  const { hash, signal, connections, onBytes, stallMs = defaultStallMs } = options;
  const { path, url, sizeBytes, token } = file;
  const once = async (): Promise<string> => {
    await writer.reset();
    hash.reset();
    const stop = new AbortController();
    const both = AbortSignal.any([signal, stop.signal]);
    const response = await requestPart(url, {
      path,
      fromByte: 0,
      toByte: null,
      sizeBytes,
      token,
      signal: both,
    });
    let received = 0;
    for await (const chunk of chunksOf(response, { path, url, stop, signal, stallMs })) {
      writer.write(chunk, received);
      hash.add(chunk, received);
      received += chunk.length;
      onBytes?.(received, chunk.length);
    }
    if (sizeBytes !== null && received !== sizeBytes) {
      throw new StylusError("network", say`${path} ended after ${received} of ${sizeBytes} bytes.`, {
        where: url,
      });
    }
    return hash.digest();
  };
  for (const delay of [...(options.retryDelaysMs ?? defaultRetryDelaysMs), null]) {
    try {
      return await connections.run(once);
    } catch (error) {
      if (delay === null || !(error instanceof StylusError) || error.code !== "network") throw error;
      await pause(delay, signal);
    }
  }
  throw new Error("unreachable");
}

const damaged = ({ path, url, sha256 }: RemoteFile, actual: string): StylusError =>
  new StylusError(
    "bad-file",
    say`${path} is damaged: expected SHA-256 ${sha256!.slice(0, 12)}…, got ${actual.slice(0, 12)}….`,
    {
      where: url,
      remedy: say`Download it again. If that fails, the server's copy is damaged or has changed.`,
    },
  );

/** One attempt with an open writer; null if a resumed file turns out wrong, to start from zero. */
async function attempt(
  file: RemoteFile,
  writer: FileWriter,
  options: DownloadOptions & { mayRestart: boolean },
): Promise<string | null> {
  const hash = await HashFrontier.open(writer);
  const { sizeBytes, sha256 } = file;
  if (sizeBytes === null || sha256 === null) {
    const actual = await streamWhole(file, writer, { ...options, hash });
    if (sha256 !== null && actual !== sha256) {
      await writer.reset();
      throw damaged(file, actual);
    }
    return actual;
  }
  const transfer = await Transfer.open(writer, {
    hash,
    options: {
      path: file.path,
      url: file.url,
      sizeBytes,
      token: file.token,
      connections: options.connections,
      signal: options.signal,
      segmentBytes: options.segmentBytes ?? defaultSegmentBytes,
      parallelSegments: options.parallelSegments ?? defaultParallelSegments,
      retryDelaysMs: options.retryDelaysMs ?? defaultRetryDelaysMs,
      stallMs: options.stallMs ?? defaultStallMs,
      onBytes: options.onBytes ?? (() => {}),
    },
  });
  try {
    const actual = await transfer.run();
    if (actual !== sha256) throw damaged(file, actual);
    return actual;
  } catch (error) {
    if (!(error instanceof StylusError) || error.code !== "bad-file") throw error;
    await writer.reset();
    if (transfer.resumed && options.mayRestart) return null;
    throw error;
  }
}

/**
 * Ensures that `file` is in the store and downloads what is missing. Downloads a resumed file that turns out wrong once
 * more from the first byte.
 * @throws StylusError network | not-found | bad-file | quota | cancelled
 */
export async function download(
  file: RemoteFile,
  store: FileStore,
  options: DownloadOptions,
): Promise<Downloaded> {
  const present = file.sha256 === null ? null : await store.open(file.sha256);
  if (present) return { blob: present, sha256: file.sha256! };
  const writer = await store.write(file.key);
  let sha256: string | null = null;
  let finished = false;
  try {
    sha256 =
      (await attempt(file, writer, { ...options, mayRestart: true })) ??
      (await attempt(file, writer, { ...options, mayRestart: false }));
    await writer.finish(sha256!);
    finished = true;
  } finally {
    if (!finished) writer.close();
  }
  const blob = await store.open(sha256!);
  if (!blob) {
    throw new StylusError("quota", say`The browser deleted ${file.path} right after storing it.`, {
      remedy: say`Free disk space and try again.`,
    });
  }
  return { blob, sha256: sha256! };
}
