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
/** Of such a file: its name, encoded as in addresses. */
export const fileNameHeader = "X-File-Name";
