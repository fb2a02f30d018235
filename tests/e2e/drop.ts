// Files dropped on or pasted into the page, like the browser's own events.
import type { Page } from "playwright";

export interface NamedFile {
  readonly name: string;
  readonly buffer: Buffer;
  /** MIME type, if the browser would know one. */
  readonly type?: string;
}

async function hand(page: Page, files: readonly NamedFile[], how: "drop" | "paste"): Promise<void> {
  const plain = files.map(({ name, buffer, type = "" }) => ({
    name,
    type,
    base64: buffer.toString("base64"),
  }));
  await page.evaluate(
    ({ given, paste }) => {
      const transfer = new DataTransfer();
      for (const { name, type, base64 } of given) {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        transfer.items.add(new File([bytes], name, { type }));
      }
      const options = { bubbles: true, cancelable: true };
      if (paste) {
        document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, ...options }));
        return;
      }
      document.body.dispatchEvent(new DragEvent("dragover", { dataTransfer: transfer, ...options }));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, ...options }));
    },
    { given: plain, paste: how === "paste" },
  );
}

export const drop = (page: Page, files: readonly NamedFile[]): Promise<void> => hand(page, files, "drop");
export const paste = (page: Page, files: readonly NamedFile[]): Promise<void> => hand(page, files, "paste");
