// What the page and the service worker agree on. The service worker imports nothing else of the product.

/** A page holds a lock of this name and the address of its main script, which the hash makes that of its version. */
export const pageLockPrefix = "stylus-web/page/";

/** The page has loaded what it needs to generate. */
export const onPageLoaded = "page-loaded";
/** The user asked for the version that waits. */
export const onReload = "reload";
export type PageMessage = typeof onPageLoaded | typeof onReload;

/** Files that another program shared with the installed app, until a page takes them. */
export const sharedFilesCache = "stylus-shared";
/** Any site can send to the address that takes them: no more than somebody shares at once, and no larger. */
const maxShared = 4;
const maxSharedBytes = 64 << 20;

/** What of a form that was sent to the app is kept: images, as the manifest's `share_target` asks for. */
export const acceptShared = (form: FormData): File[] =>
  [...form.values()]
    .filter((value) => typeof value !== "string")
    .filter(({ type, size }) => type.startsWith("image/") && size <= maxSharedBytes)
    .slice(0, maxShared);

/** Of such a file: its name, encoded as in addresses. */
export const fileNameHeader = "X-File-Name";
