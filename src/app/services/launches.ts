// What other programs hand to the installed app: files that are opened with it, images that are shared with it.
import { kindOfFile } from "../adapters/dropped-files.ts";
import { pickOfHandles, pickOfInput, type DiskPick } from "../packs/disk-files.ts";
import { fileNameHeader, sharedFilesCache } from "../../shared/site-versions.ts";

/** The files that the service worker keeps for the page; each is given once. */
async function takeShared(): Promise<File[]> {
  if (!("caches" in globalThis) || !(await caches.has(sharedFilesCache))) return [];
  const cache = await caches.open(sharedFilesCache);
  const files: File[] = [];
  for (const request of await cache.keys()) {
    const response = await cache.match(request);
    if (!response || !(await cache.delete(request))) continue; // another tab has it
    const name = decodeURIComponent(response.headers.get(fileNameHeader) ?? "shared");
    const blob = await response.blob();
    files.push(new File([blob], name, { type: blob.type }));
  }
  return files;
}

/** In the tab's memory: files that it was opened with were taken. */
const takenKey = "stylus-web/launch-taken";

const isReload = (): boolean =>
  (performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined)?.type ===
  "reload";

function wasTaken(): boolean {
  try {
    return sessionStorage.getItem(takenKey) !== null;
  } catch {
    return false; // storage refused
  }
}

function markTaken(): void {
  try {
    sessionStorage.setItem(takenKey, "yes");
  } catch {
    // Storage refused: a reload takes them again.
  }
}

/** Hands them to `take`, now and whenever there are more. */
export function takeLaunches(take: (pick: DiskPick | Promise<DiskPick>) => void): void {
  // After a reload Chromium gives once more what the page was opened with.
  let isRepeated = isReload() && wasTaken();
  window.launchQueue?.setConsumer(({ files = [] }) => {
    const ignored = isRepeated;
    isRepeated = false;
    if (ignored || files.length === 0) return;
    markTaken();
    take(pickOfHandles(files));
  });
  takeShared().then(
    (files) => {
      // Any site can send files to the app: of these, only images are harmless.
      const images = files.filter((file) => kindOfFile(file) === "image");
      if (images.length > 0) take(pickOfInput(images));
    },
    () => {}, // storage refused (private window): nothing can have been shared
  );
}
