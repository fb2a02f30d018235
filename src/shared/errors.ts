// Expected failures. Everything that fails for a reason a user can understand is a StylusError, which says what
// happened, where (file, tensor, field) and what to do. Any other exception is a bug.
import { english, say, verbatim, type Saying } from "./saying.ts";

/** The kind of failure, from which the page derives its tone and the command line its exit code. */
export type ErrorCode =
  | "bad-input" // the request is wrong: empty prompt, size not a multiple of 8, unknown adapter …
  | "bad-file" // a file is damaged or not what it claims to be
  | "unsupported" // a file or device is valid, but Stylus cannot use it
  | "not-found" // a file or record is missing
  | "network" // a transfer failed; trying again may help
  | "quota" // storage is full or denied
  | "device" // the GPU or the WASM runtime failed
  | "memory" // the GPU or the browser has no room left for this; something smaller may fit
  | "device-lost" // the GPU or the worker is lost, with its state; it can be reopened
  | "cancelled"; // the user, or a newer request, stopped the work

export interface ErrorDetails {
  /** File, tensor, field or URL that the failure is about. */
  readonly where?: string | undefined;
  /** What the user can do, as a sentence. */
  readonly remedy?: Saying | undefined;
  readonly cause?: unknown;
}

/** What an error says, for translation. */
export interface ErrorSayings {
  readonly message: Saying;
  readonly remedy?: Saying | undefined;
}

/** `message` and `remedy` are in English, as logs and the command line want them; `said` is for the page. */
export class StylusError extends Error {
  readonly code: ErrorCode;
  readonly where: string | undefined;
  readonly remedy: string | undefined;
  readonly said: ErrorSayings;

  constructor(code: ErrorCode, message: Saying, { where, remedy, cause }: ErrorDetails = {}) {
    super(english(message), { cause });
    this.name = "StylusError";
    this.code = code;
    this.where = where;
    this.remedy = remedy && english(remedy);
    this.said = { message, remedy };
  }
}

/** Why browsers refuse to read, write or delete, by error name. */
const refusals: ReadonlyMap<string, Saying> = new Map(
  Object.entries({
    NoModificationAllowedError: say`It is in use, perhaps by another tab of this site.`,
    InvalidStateError: say`This tab has lost its storage, perhaps to a tab with a newer version of this site.`,
    QuotaExceededError: say`The disk is full.`,
    TimeoutError: say`The browser’s storage does not answer.`,
  }),
);

const nameOf = (cause: unknown): string => (cause instanceof DOMException ? cause.name : "");
const whyRefused = (cause: unknown): Saying =>
  refusals.get(nameOf(cause)) ??
  say`The browser says: “${cause instanceof Error ? cause.message : String(cause)}”`;

/**
 * @param what the thing that could not be deleted; starts a sentence
 * @param others a sentence about everything else
 */
export function deletionError(
  what: Saying,
  cause: unknown,
  others: Saying = say`Nothing else is lost.`,
): StylusError {
  return new StylusError("quota", say`${what} could not be deleted. ${whyRefused(cause)}`, {
    remedy: say`${others} Close other tabs of this site and reload this page; if the disk is full, free some space first.`,
    cause,
  });
}

/** @param what the thing that could not be read; starts a sentence */
export function readingError(what: Saying, cause: unknown): StylusError {
  return new StylusError("quota", say`${what} could not be read. ${whyRefused(cause)}`, {
    remedy: say`Reload this page, then try again.`,
    cause,
  });
}

/**
 * @param what the thing that could not be kept; inside a sentence
 * @param remedies for a full disk, and for other causes
 */
export function keepingError(
  what: Saying,
  cause: unknown,
  {
    full,
    other = say`Reload this page, then try again.`,
  }: { readonly full: Saying; readonly other?: Saying },
): StylusError {
  if (nameOf(cause) === "QuotaExceededError")
    return new StylusError("quota", say`The browser has no room to keep ${what}.`, { remedy: full, cause });
  return new StylusError("quota", say`The browser could not keep ${what}. ${whyRefused(cause)}`, {
    remedy: other,
    cause,
  });
}

/** A StylusError as plain data, to cross a worker boundary or go into a report. */
export interface PlainError {
  readonly code: ErrorCode | "internal";
  readonly message: string;
  readonly where?: string | undefined;
  readonly remedy?: string | undefined;
  /** Absent from bugs, and from what an earlier version stored. */
  readonly said?: ErrorSayings | undefined;
  readonly stack?: string | undefined;
}

/** Failures that the browser reports in its own words, wherever they happen; null for all others. */
function browserFailure(cause: unknown): StylusError | null {
  const name = nameOf(cause);
  if (name === "AbortError") return stopped(cause);
  if (name === "NotFoundError" || name === "NotReadableError")
    return new StylusError("not-found", say`A stored file can no longer be read.`, {
      remedy: say`It was deleted or replaced, perhaps in another tab. Try again; if it stays missing, add it again.`,
      cause,
    });
  if (refusals.has(name))
    return new StylusError(
      "quota",
      say`The browser refused to store or read something. ${whyRefused(cause)}`,
      {
        remedy: say`Close other tabs of this site, free disk space if it is low, then reload this page.`,
        cause,
      },
    );
  if (cause instanceof TypeError && /dynamically imported module|importing a module/i.test(cause.message))
    return new StylusError("network", say`A part of this site could not be loaded.`, {
      remedy: say`Check your connection, then reload the page: the site may have been updated.`,
      cause,
    });
  const isMemory =
    (cause instanceof RangeError || cause instanceof WebAssembly.RuntimeError) &&
    /allocat|out of memory/i.test(cause.message);
  return isMemory
    ? new StylusError("memory", say`The browser has no memory left for this.`, {
        remedy: say`Close other tabs or choose a smaller image, then try again.`,
        cause,
      })
    : null;
}

export function toPlainError(error: unknown): PlainError {
  if (error instanceof StylusError) {
    const { code, message, where, remedy, said, stack } = error;
    return { code, message, where, remedy, said, stack };
  }
  const known = browserFailure(error);
  if (known) return toPlainError(known);
  if (error instanceof Error) return { code: "internal", message: error.message, stack: error.stack };
  return { code: "internal", message: String(error) };
}

export function fromPlainError(plain: PlainError): Error {
  if (plain.code === "internal") return Object.assign(new Error(plain.message), { stack: plain.stack });
  const { message, remedy } = plain.said ?? {
    message: verbatim(plain.message),
    remedy: plain.remedy === undefined ? undefined : verbatim(plain.remedy),
  };
  return new StylusError(plain.code, message, {
    ...(plain.where === undefined ? {} : { where: plain.where }),
    remedy,
  });
}

/** The user, or who began the work, has ended it. */
export const stopped = (cause?: unknown): StylusError =>
  new StylusError("cancelled", say`Stopped.`, { cause });

/** @throws StylusError cancelled, if `signal` is aborted */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw stopped();
}
