// `npm run build:samples`: paints the sample prompts of the pocket pack's cards (training/pocket/cards.json) through the built
// site, each with its adapter, to public/packs/pocket/adapters/samples/ID-NUMBER.webp. Adapters named
// as arguments are painted alone. Afterwards: build:cards, build:index, build:manifest.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { runMain, UsageError } from "./arguments.mjs";
import { root } from "./setup.mjs";
import { openSite, runInPage } from "./site.mjs";

const folder = path.join(root, "public/packs/pocket/adapters");
/** Side of a sample in pixels, and its quality as WebP: about 4 kB each. */
const [side, quality] = [160, 0.82];

/** A PNG (base64) as a smaller WebP, by the page's own canvas. */
const toWebp = (page, png) =>
  page.evaluate(
    async ([data, pixels, webpQuality]) => {
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      const picture = await createImageBitmap(new Blob([bytes]));
      const canvas = new OffscreenCanvas(pixels, pixels);
      const context = canvas.getContext("2d");
      context.imageSmoothingQuality = "high";
      context.drawImage(picture, 0, 0, pixels, pixels);
      const blob = await canvas.convertToBlob({ type: "image/webp", quality: webpQuality });
      return Array.from(new Uint8Array(await blob.arrayBuffer()));
    },
    [png, side, quality],
  );

/** Authors name their adapter in a tag, or rely on the reader to add it; the few-step adapter comes with its mode. */
function request(id, { refined }, prompt) {
  if (id === "lcm") return { prompt: prompt.replace(/<lora:[^>]*>/, ""), adapters: "none", fewStep: true };
  return { prompt, adapters: prompt.includes("<lora:") ? "none" : [{ id, weight: refined.weight }] };
}

async function main() {
  const cards = JSON.parse(readFileSync(path.join(root, "training/pocket/cards.json"), "utf8"));
  const asked = process.argv.slice(2);
  for (const id of asked) if (!cards[id]) throw new UsageError(`There is no card of “${id}”.`);
  mkdirSync(path.join(folder, "samples"), { recursive: true });
  const site = await openSite();
  try {
    for (const [id, card] of Object.entries(cards)) {
      if (asked.length > 0 && !asked.includes(id)) continue;
      if (!existsSync(path.join(folder, `${id}.safetensors`))) continue;
      for (const [index, prompt] of card.samplePrompts.entries()) {
        const { images } = await runInPage(site.page, { ...request(id, card, prompt), seed: 11 + index });
        const webp = await toWebp(site.page, images[0].pngBase64);
        writeFileSync(path.join(folder, "samples", `${id}-${index}.webp`), Buffer.from(webp));
      }
      console.log(id);
    }
  } finally {
    await site.close();
  }
}

await runMain(main, "Usage: npm run build:samples -- [ADAPTER…]");
