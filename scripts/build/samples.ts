// `npm run build:samples`: generates the sample prompts of the pocket pack's cards (training/pocket/cards.json) through the
// built site, each with its adapter, to public/packs/pocket/adapters/samples/ID-NUMBER.webp. Arguments select adapters.
// Run build:cards, build:index and build:manifest afterwards.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { AutomationOptions } from "../../src/app/automation.ts";
import { runMain, UsageError } from "../run/arguments.ts";
import { type AuthorCard, authorCards } from "./author-cards.ts";
import { root } from "../run/setup.ts";
import { openSite, runInPage } from "../run/site.ts";
import { toWebp } from "./webp.ts";

const folder = path.join(root, "public/packs/pocket/adapters");
/** Side of a sample in pixels, and its quality as WebP: about 4 kB each. */
const [width, quality] = [160, 0.82];

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
        const webp = await toWebp(site.page, images[0]!.png, { width, quality });
        writeFileSync(path.join(folder, "samples", `${id}-${index}.webp`), webp);
      }
      console.log(id);
    }
  } finally {
    await site.close();
  }
}

await runMain(main, "Usage: npm run build:samples -- [ADAPTER…]");
