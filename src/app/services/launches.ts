// What other programs hand to the installed app: files that are opened with it, pictures that are shared with it.
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

/** Hands them to `take`, now and whenever there are more. */
export function takeLaunches(take: (pick: DiskPick | Promise<DiskPick>) => void): void {
  window.launchQueue?.setConsumer(({ files = [], targetURL }) => {
    if (files.length > 0) take(pickOfHandles(files));
    // A link that was opened in the app: the page stays as it is (launch_handler), and follows the fragment.
    const { hash } = new URL(targetURL ?? "", location.href);
    if (hash !== "") location.hash = hash;
  });
  takeShared().then(
    (files) => {
      if (files.length > 0) take(pickOfInput(files));
    },
    () => {}, // storage refused (private window): nothing can have been shared
  );
}
