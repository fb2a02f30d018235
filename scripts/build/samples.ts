// `npm run build:samples`: generates the sample prompts of the pocket pack's cards (training/pocket/cards.json) through the
// built site, each with its adapter, to public/packs/pocket/adapters/samples/ID-NUMBER.webp. Arguments select adapters.
// Run build:cards, build:index and build:manifest afterwards.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright";
import type { AutomationOptions } from "../../src/app/automation.ts";
import { runMain, UsageError } from "../run/arguments.ts";
import { type AuthorCard, authorCards } from "./pocket-cards.ts";
import { root } from "../run/setup.ts";
import { openSite, runInPage } from "../run/site.ts";

const folder = path.join(root, "public/packs/pocket/adapters");
/** Side of a sample in pixels, and its quality as WebP: about 4 kB each. */
const [side, quality] = [160, 0.82];

/** Converts a PNG (base64) to a smaller WebP with the page's canvas. */
const toWebp = (page: Page, png: string): Promise<number[]> =>
  page.evaluate(
    async ([data, pixels, webpQuality]) => {
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes]));
      const canvas = new OffscreenCanvas(pixels, pixels);
      const context = canvas.getContext("2d")!;
      context.imageSmoothingQuality = "high";
      context.drawImage(image, 0, 0, pixels, pixels);
      const blob = await canvas.convertToBlob({ type: "image/webp", quality: webpQuality });
      return Array.from(new Uint8Array(await blob.arrayBuffer()));
    },
    [png, side, quality] as const,
  );

/** Authors name their adapter in a tag, or expect readers to add it; the few-step adapter comes with its mode. */
function request(id: string, { refined }: AuthorCard, prompt: string): AutomationOptions {
  if (id === "lcm") return { prompt: prompt.replace(/<lora:[^>]*>/, ""), adapters: "none", fewStep: true };
  return { prompt, adapters: prompt.includes("<lora:") ? "none" : [{ id, weight: refined.weight }] };
}

async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  for (const id of asked) if (!authorCards[id]) throw new UsageError(`There is no card of “${id}”.`);
  mkdirSync(path.join(folder, "samples"), { recursive: true });
  const site = await openSite();
  try {
    for (const [id, card] of Object.entries(authorCards)) {
      if (asked.length > 0 && !asked.includes(id)) continue;
      if (!existsSync(path.join(folder, `${id}.safetensors`))) continue;
      for (const [index, prompt] of card.samplePrompts.entries()) {
        const { images } = await runInPage(site.page, { ...request(id, card, prompt), seed: 11 + index });
        const webp = await toWebp(site.page, images[0]!.png.toString("base64"));
        writeFileSync(path.join(folder, "samples", `${id}-${index}.webp`), Buffer.from(webp));
      }
      console.log(id);
    }
  } finally {
    await site.close();
  }
}

await runMain(main, "Usage: npm run build:samples -- [ADAPTER…]");
