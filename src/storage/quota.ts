// Checks the browser's free space before a long download instead of failing at its end.
import { StylusError } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";

/** Reserved for the gallery and the browser's own data. */
const marginBytes = 50_000_000;
/** Maximum bytes kept in memory if there is no disk storage. */
const memoryLimitBytes = 1_500_000_000;

export const isQuotaError = (error: unknown): boolean =>
  error instanceof DOMException && error.name === "QuotaExceededError";

/** The browser rejected a write despite its estimate. */
export const quotaError = (cause: unknown): StylusError =>
  new StylusError("quota", say`The browser does not have enough storage left for this model.`, {
    remedy: say`Free disk space or delete unused models in the storage view, then try again.`,
    cause,
  });

const inWords = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.max(1, Math.round(bytes / 1e6))} MB`;

/**
 * @param neededBytes bytes still to be stored
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
      say`This window cannot store files, and ${inWords(neededBytes)} is too much for its memory.`,
      { remedy: say`Open the page in a normal (not private) window, or use files from your disk.` },
    );
  }
  const estimate = await navigator.storage.estimate().catch(() => null);
  if (estimate?.quota === undefined || estimate.usage === undefined) return; // the writes will show it
  const freeBytes = Math.max(0, estimate.quota - estimate.usage);
  if (neededBytes + marginBytes <= freeBytes) return;
  throw new StylusError(
    "quota",
    say`This model needs ${inWords(neededBytes)} more storage, but the browser allows this page only ${inWords(freeBytes)}.`,
    {
      remedy: say`Free disk space, delete unused models in the storage view, or use files from your disk, which are not copied.`,
    },
  );
}

export type Persistence = "granted" | "refused" | "unsupported";

/**
 * Asks the browser not to evict the files if the disk runs low. For the page, not for a worker; some browsers prompt the
 * user, so call it right after the user starts a download.
 */
export async function requestPersistence(): Promise<Persistence> {
  // Workers lack the method, and their library does not declare it.
  const storage = navigator.storage as (StorageManager & { persist?: () => Promise<boolean> }) | undefined;
  if (!storage?.persist) return "unsupported";
  return (await storage.persist().catch(() => false)) ? "granted" : "refused";
}
