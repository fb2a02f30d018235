// Which stored images and masks the open tabs start from. Each tab holds a shared lock for those in its settings and in the
// run in progress, so that cleaning up leaves them; a tab that closes lets go by itself.

const prefix = "stylus-input-";

/** Holds `ids` until the returned function is called. */
export function claimInputs(ids: readonly string[]): () => void {
  const released = new AbortController();
  const { signal } = released;
  const held = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  for (const id of ids) {
    void navigator.locks?.request(prefix + id, { mode: "shared", signal }, () => held).catch(() => {}); // released before it was granted
  }
  return () => released.abort();
}

/** What any tab holds. */
export async function claimedInputs(): Promise<Set<string>> {
  const { held = [], pending = [] } = (await navigator.locks?.query()) ?? {};
  const names = [...held, ...pending].map(({ name }) => name ?? "");
  return new Set(names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length)));
}
