// When stored files were last found whole, by their hash: a file is read again after a week. Where the browser keeps nothing, on
// every visit.

const key = "stylus-web/checked-files/1";
const trustMilliseconds = 7 * 24 * 60 * 60 * 1000;

/** Hashes and times (milliseconds since 1970) of checks that still count. */
function recentChecks(now: number): [string, number][] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? "{}");
    return Object.entries(kept as Record<string, unknown>).filter(
      (entry): entry is [string, number] =>
        typeof entry[1] === "number" && entry[1] <= now && now - entry[1] < trustMilliseconds,
    );
  } catch {
    return []; // storage refused, or not ours
  }
}

export const trustedFiles = (now = Date.now()): ReadonlySet<string> =>
  new Set(recentChecks(now).map(([hash]) => hash));

export function rememberWhole(hashes: readonly string[], now = Date.now()): void {
  if (hashes.length === 0) return;
  const checks = [...recentChecks(now), ...hashes.map((hash) => [hash, now] as const)];
  try {
    localStorage.setItem(key, JSON.stringify(Object.fromEntries(checks)));
  } catch {
    // Checked again on the next visit.
  }
}
