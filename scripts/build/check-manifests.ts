// npm run check:manifests: compares model-manifests/ with the live hub. Every file must exist with the size and SHA-256
// of the manifest. Prints the values of omitted fields. Needs the network.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileUrl, parseManifest } from "../../src/storage/manifest.ts";
import { checkFile, Offline } from "./manifest-check.ts";
import { root } from "../run/setup.ts";

const usage = `Usage: npm run check:manifests [-- ID …]
Compares the manifests (all, or those named) with the live hub.`;

/** Placeholder for the site in relative addresses. */
const site = "https://site.invalid/";
const parallel = 4;

async function main(): Promise<number> {
  const wanted = process.argv.slice(2);
  if (wanted.some((argument) => argument.startsWith("-"))) {
    console.log(usage);
    return wanted.includes("--help") ? 0 : 2;
  }
  const folder = path.join(root, "model-manifests");
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const unknown = wanted.filter((id) => !names.includes(`${id}.json`));
  if (unknown.length > 0) {
    console.error(`No manifest named ${unknown.join(", ")} in model-manifests/.`);
    return 2;
  }
  const jobs = names
    .filter((name) => wanted.length === 0 || wanted.includes(name.slice(0, -".json".length)))
    .flatMap((name) => {
      const manifest = parseManifest(JSON.parse(readFileSync(path.join(folder, name), "utf8")), name);
      return manifest.files.map((file) => ({
        file,
        url: fileUrl(manifest, file, site),
        label: `${manifest.id} ${file.path}`,
      }));
    })
    .filter(({ url }) => !url.startsWith(site)); // the site's own files are checked by the tests
  const counts = { ok: 0, open: 0, wrong: 0 };
  const queue = [...jobs];
  const worker = async (): Promise<void> => {
    for (let job = queue.shift(); job; job = queue.shift()) {
      const { kind, text } = await checkFile(job.file, job.url);
      counts[kind]++;
      if (kind !== "ok") console.log(`${kind === "wrong" ? "WRONG" : "open "} ${job.label}: ${text}`);
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  const { ok, open, wrong } = counts;
  console.log(`${jobs.length} files: ${ok} as stated, ${open} with open fields, ${wrong} wrong.`);
  return wrong > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Offline)) throw error;
  console.error(
    `Not checked: ${error.message}. This check needs the network; everything else works without.`,
  );
  process.exitCode = 3;
}
