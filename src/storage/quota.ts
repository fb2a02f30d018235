// Whether the browser has room, said before a long download and not at its end.
import { StylusError } from "../shared/errors.ts";

/** Left free for the gallery and the browser's own bookkeeping. */
const marginBytes = 50_000_000;
/** More than this is not kept in memory for lack of a disk. */
const memoryLimitBytes = 1_500_000_000;

export const isQuotaError = (error: unknown): boolean =>
  error instanceof DOMException && error.name === "QuotaExceededError";

/** The browser refused a write, whatever it had said before. */
export const quotaError = (cause: unknown): StylusError =>
  new StylusError("quota", "There is not enough storage left for this model.", {
    remedy: "Free disk space, or delete models you no longer use in the storage view, then try again.",
    cause,
  });

const inWords = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.max(1, Math.round(bytes / 1e6))} MB`;

/**
 * @param neededBytes what is still to be stored
 * @throws StylusError quota, with the sizes in its message
 */
export async function checkQuota(
  neededBytes: number,
  { persistent }: { persistent: boolean },
): Promise<void> {
  if (neededBytes === 0) return;
  if (!persistent) {
    if (neededBytes <= memoryLimitBytes) return;
    throw new StylusError(
      "quota",
      `This window stores no files, and ${inWords(neededBytes)} are too much for its memory.`,
      { remedy: "Open the page in a normal, not private, window, or take the files from your disk." },
    );
  }
  const estimate = await navigator.storage.estimate().catch(() => null);
  if (estimate?.quota === undefined || estimate.usage === undefined) return; // the writes themselves will tell
  const freeBytes = Math.max(0, estimate.quota - estimate.usage);
  if (neededBytes + marginBytes <= freeBytes) return;
  throw new StylusError(
    "quota",
    `This model needs ${inWords(neededBytes)} more on the disk, and the browser grants this page ${inWords(freeBytes)}.`,
    {
      remedy:
        "Free disk space, delete models you no longer use in the storage view, or take the files from your disk: they are not copied.",
    },
  );
}

export type Persistence = "granted" | "refused" | "unsupported";

/**
 * Asks the browser not to evict the files when the disk runs low. For the page, not for a worker; some browsers ask the
 * user, so call it when the user has just chosen to download something.
 */
export async function requestPersistence(): Promise<Persistence> {
  // In workers the method does not exist, and their library does not declare it.
  const storage = navigator.storage as (StorageManager & { persist?: () => Promise<boolean> }) | undefined;
  if (!storage?.persist) return "unsupported";
  return (await storage.persist().catch(() => false)) ? "granted" : "refused";
}
