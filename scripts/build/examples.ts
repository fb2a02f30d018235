// `npm run build:examples`: generates the images of the first page's examples (src/ui/run/examples.ts) through the built site, as it
// chooses adapters itself and in few steps, to ID.webp in public/examples. Arguments select examples.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { examples } from "../../src/ui/run/examples.ts";
import { runMain, UsageError } from "../run/arguments.ts";
import { root } from "../run/setup.ts";
import { openSite, runInPage } from "../run/site.ts";
import { toWebp } from "./webp.ts";

const folder = path.join(root, "public/examples");

async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  for (const id of asked)
    if (!examples.some((example) => example.id === id)) throw new UsageError(`There is no example “${id}”.`);
  mkdirSync(folder, { recursive: true });
  const site = await openSite();
  try {
    for (const { id, prompt, seed, adapters } of examples) {
      if (asked.length > 0 && !asked.includes(id)) continue;
      const { images, report } = await runInPage(site.page, { prompt, seed, fewStep: true });
      const used = report.images[0]!.adapters.map((adapter) => adapter.id);
      const missing = adapters.filter((adapter) => !used.includes(adapter));
      if (missing.length > 0) throw new Error(`“${prompt}” was drawn without ${missing.join(", ")}.`);
      const webp = await toWebp(site.page, images[0]!.png, { width: 256, quality: 0.82 });
      writeFileSync(path.join(folder, `${id}.webp`), webp);
      console.log(`${id}: ${used.join(", ") || "no adapter"}, ${webp.length} bytes`);
    }
  } finally {
    await site.close();
  }
}

await runMain(main, "Usage: npm run build:examples -- [EXAMPLE…]");
