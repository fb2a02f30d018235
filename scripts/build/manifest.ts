// Writes model-manifests/pocket.json from public/packs/pocket: path, size and SHA-256 of every file. Run it after any change to
// the pack. `-- FOLDER FILE` does the same for another folder.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { root } from "../run/setup.ts";

const pack = path.resolve(process.argv[2] ?? path.join(root, "public/packs/pocket"));
const out = path.resolve(process.argv[3] ?? path.join(root, "model-manifests/pocket.json"));

const files = readdirSync(pack, { recursive: true, encoding: "utf8" })
  .map((entry) => entry.split(path.sep).join("/"))
  .filter((entry) => statSync(path.join(pack, entry)).isFile() && !entry.endsWith("README.md"))
  .sort()
  .map((entry) => {
    const bytes = readFileSync(path.join(pack, entry));
    return { path: entry, sizeBytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
  });

const manifest = {
  id: "pocket",
  kind: "checkpoint",
  title: "Pocket",
  summary: "Our own miniature, part of this site: cartoon scenes, on any computer.",
  license: "Apache-2.0",
  baseUrl: "packs/pocket/",
  files,
};
writeFileSync(out, `${JSON.stringify(manifest, null, 1)}\n`);
const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
console.log(`${files.length} files, ${(sizeBytes / 1e6).toFixed(1)} MB`);
