// Every path of the repository that documents, comments and configurations name exists.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const { stdout } = spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
  maxBuffer: 1 << 24,
});
const files = stdout.split("\n").filter((file) => file !== "" && existsSync(path.join(root, file)));
const known = new Set(files.flatMap((file) => [file, ...foldersOf(file)]));

function foldersOf(file: string): string[] {
  const parts = file.split("/");
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join("/"));
}

const readable = /\.(?:css|html|json|md|mjs|py|sh|toml|ts|tsx)$/;
/** Data, and lists of what others wrote. */
const passedOver =
  /^(?:package-lock\.json|public\/packs\/|tests\/parity\/goldens\/|training\/logs\/|docs\/quality\.json)/;
const named =
  /(?<![\w/.@-])(?:\.\/)?((?:src|scripts|tests|training|docs|workers|public|model-manifests)\/[\w@./*{},<>…$-]+)/g;
/** Globs, placeholders and template strings. */
const pattern = /[*{<…$]|YYYY|NUMBER/;
/** Files of transformers, diffusers, Pillow and huggingface_hub that a formula follows. */
const elsewhere = /^(?:src\/(?:transformers|diffusers|libImaging)\/|docs\/spec\.md$)/;

/** `file:line: path` of every path named in a text that does not exist. */
function missingIn(file: string, text: string): string[] {
  return text.split("\n").flatMap((line, i) =>
    [...line.matchAll(named)]
      .map(([, found]) => found!.replace(/[.,:/]+$/, ""))
      .filter((found) => !pattern.test(found) && !elsewhere.test(found) && !known.has(found))
      .map((found) => `${file}:${i + 1}: ${found}`),
  );
}

test("every path that is named exists", () => {
  const missing = files
    .filter((file) => readable.test(file) && !passedOver.test(file) && !file.endsWith("paths.test.ts"))
    .flatMap((file) => missingIn(file, readFileSync(path.join(root, file), "utf8")));
  expect(missing).toEqual([]);
});

test("a path that leads nowhere is noticed, a glob is not", () => {
  expect(missingIn("a.md", "see src/nowhere/at-all.ts, `src/shared/` and src/**/*.ts.")).toEqual([
    "a.md:1: src/nowhere/at-all.ts",
  ]);
});
