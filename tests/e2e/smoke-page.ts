/** What the page tells the test: each state that it reached, in order, or what went wrong. */
export type Reached =
  | { readonly state: "ready"; readonly device: string }
  | { readonly state: "generated"; readonly width: number; readonly colours: number }
  | { readonly state: "kept"; readonly width: number; readonly prompt: string }
  | { readonly state: "failed"; readonly message: string };

/**
 * Runs inside the page, added to it by the server, so that no browser needs a driver: loads the model, generates an image, reloads,
 * and opens the image that was kept. Self-contained, for it is sent as text.
 */
export function useThePage(prompt: string): void {
  const tell = (reached: Reached): Promise<unknown> =>
    fetch("./reached", { method: "POST", body: JSON.stringify(reached) });
  const fail = (message: string): void => void tell({ state: "failed", message });
  addEventListener("error", ({ message }) => fail(message));
  addEventListener("unhandledrejection", ({ reason }) => fail(String(reason)));

  /** The element, once it is there; the page's own error ends the wait. */
  const appearing = <Found extends Element>(find: () => Found | null | undefined): Promise<Found> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = find();
        const alert = document.querySelector("[role=alert]")?.textContent;
        if (found) resolve(found);
        else if (alert) reject(new Error(alert));
        else return;
        observer.disconnect();
      };
      const observer = new MutationObserver(look);
      observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
      look();
    });
  const button = (name: RegExp): HTMLButtonElement | undefined =>
    [...document.querySelectorAll("button")].find(
      (each) => !each.disabled && name.test(each.getAttribute("aria-label") ?? each.textContent),
    );
  const finished = (): HTMLImageElement | null =>
    document.querySelector<HTMLImageElement>("figure[data-status=done] img[src^='blob:']");
  const decoded = async (): Promise<HTMLImageElement> => {
    const image = await appearing(finished);
    await image.decode();
    return image;
  };
  const coloursOf = (image: HTMLImageElement): number => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const context = canvas.getContext("2d")!;
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  };

  const steps: Readonly<Record<string, () => Promise<void>>> = {
    async first() {
      localStorage.setItem(
        "stylus-web/settings/1",
        JSON.stringify({ fewStep: true, fast: { steps: 2 }, seedLocked: true, seed: 7 }),
      );
      localStorage.setItem("smoke-step", "generate");
      location.reload();
    },
    async generate() {
      const status = await appearing(() => button(/^Pocket: (?:CPU|WebGPU)\b/));
      await tell({ state: "ready", device: status.getAttribute("aria-label")! });
      const box = document.querySelector<HTMLTextAreaElement>("#prompt")!;
      box.value = prompt;
      box.dispatchEvent(new InputEvent("input", { bubbles: true }));
      button(/^Generate/)!.click();
      const image = await decoded();
      await appearing(() => button(/^Generate/)); // it has been kept
      await tell({ state: "generated", width: image.naturalWidth, colours: coloursOf(image) });
      localStorage.setItem("smoke-step", "look");
      location.reload();
    },
    async look() {
      (await appearing(() => button(/^Show image with seed 7\b/))).click();
      const { naturalWidth } = await decoded();
      const shown = document.querySelector<HTMLTextAreaElement>("#prompt")!.value;
      await tell({ state: "kept", width: naturalWidth, prompt: shown });
    },
  };
  steps[localStorage.getItem("smoke-step") ?? "first"]!().catch((error: unknown) => fail(String(error)));
}
