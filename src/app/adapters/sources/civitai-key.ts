// The user's key for Civitai, as this browser keeps it: apart from the settings, so that it gets into no link, image, report or export.

const storageKey = "stylus-web/civitai-key/1";

/** Where the browser refuses storage it lasts as long as the page. */
let unstored: string | null = null;

export function readCivitaiKey(): string | null {
  if (unstored !== null) return unstored;
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}

/** @param key null: it is forgotten */
export function keepCivitaiKey(key: string | null): void {
  unstored = null;
  try {
    if (key) localStorage.setItem(storageKey, key);
    else localStorage.removeItem(storageKey);
  } catch {
    unstored = key;
  }
}
