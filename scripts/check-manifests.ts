// npm run check:manifests: compares model-manifests/ with the live hub. For every file: it exists, and size and SHA-256 are
// the ones the manifest states. What a manifest leaves open is printed, to be filled in. Needs the network.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { atCommit, factsOfHeaders } from "../src/storage/hub-facts.ts";
import { fileUrl, parseManifest, type ManifestFile } from "../src/storage/manifest.ts";
import { root } from "./setup.mjs";

const usage = `Usage: npm run check:manifests [-- ID …]
Compares the manifests (all, or those named) with the live hub.`;

/** Stands for the site in addresses that are relative to it. */
const site = "https://site.invalid/";
const parallel = 4;

type Verdict = { readonly kind: "ok" | "open" | "wrong"; readonly text: string };

class Offline extends Error {}

async function check(file: ManifestFile, url: string): Promise<Verdict> {
  // The hub's own answer, before the redirect to where the bytes are, carries the facts.
  let response = await fetch(url, { method: "HEAD", redirect: "manual" }).catch((cause: unknown) => {
    throw new Offline(`${new URL(url).host} cannot be reached`, { cause });
  });
  // Renamed repositories answer with a redirect inside the hub.
  const location = response.headers.get("location");
  if (location?.startsWith("/")) {
    response = await fetch(new URL(location, url), { method: "HEAD", redirect: "manual" });
  }
  if (response.status >= 400) return { kind: "wrong", text: `answers ${response.status}` };
  const facts = factsOfHeaders(response.headers);
  const sizeBytes = facts.sizeBytes ?? Number(response.headers.get("content-length") ?? Number.NaN);
  const wrong: string[] = [];
  const open: string[] = [];
  if (!file.sizeExact) open.push(`sizeBytes ${sizeBytes}`);
  else if (sizeBytes !== file.sizeBytes) wrong.push(`sizeBytes is ${sizeBytes}, not ${file.sizeBytes}`);
  if (facts.sha256 !== null) {
    if (file.sha256 === null) open.push(`sha256 ${facts.sha256}`);
    else if (facts.sha256 !== file.sha256) wrong.push(`sha256 is ${facts.sha256}, not ${file.sha256}`);
  }
  if (facts.commit !== null && url !== atCommit(url, facts.commit)) open.push(`commit ${facts.commit}`);
  if (wrong.length > 0) return { kind: "wrong", text: wrong.join("; ") };
  return open.length > 0 ? { kind: "open", text: open.join(", ") } : { kind: "ok", text: "" };
}

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
    .filter(({ url }) => !url.startsWith(site)); // the site's own files are checked by the build
  const counts = { ok: 0, open: 0, wrong: 0 };
  const queue = [...jobs];
  const worker = async (): Promise<void> => {
    for (let job = queue.shift(); job; job = queue.shift()) {
      const verdict = await check(job.file, job.url);
      counts[verdict.kind]++;
      if (verdict.kind !== "ok")
        console.log(`${verdict.kind === "wrong" ? "WRONG" : "open "} ${job.label}: ${verdict.text}`);
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  console.log(
    `${jobs.length} files: ${counts.ok} as stated, ${counts.open} with open fields, ${counts.wrong} wrong.`,
  );
  return counts.wrong > 0 ? 1 : 0;
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
