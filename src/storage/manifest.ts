// Manifests: which files a model is made of, where they come from and how to know them. Data only (model-manifests/*.json),
// checked here field by field because a wrong manifest would otherwise show up as a broken download.
import { StylusError } from "../shared/errors.ts";

export interface ManifestFile {
  /** Path inside the pack, with forward slashes; the program knows the file by it. */
  readonly path: string;
  /** Absolute, or relative to the manifest's `baseUrl`; `path` when left out. */
  readonly url?: string | undefined;
  readonly sizeBytes: number;
  /** Lower-case hex of the file's SHA-256. */
  readonly sha256: string;
}

export interface Manifest {
  readonly id: string;
  readonly title: string;
  readonly license: string;
  /** Absolute, or relative to the site's own address. */
  readonly baseUrl: string;
  readonly files: readonly ManifestFile[];
}

const fail = (source: string, field: string, expected: string): never => {
  throw new StylusError("bad-file", `${source} is not a valid manifest: "${field}" must be ${expected}.`, {
    where: `${source}: ${field}`,
    remedy: "Restore the file from the release, or make it again with `npm run build:manifest`.",
  });
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A path that stays inside its folder: no empty, "." or ".." part, no backslash. */
const isInnerPath = (path: string): boolean =>
  !path.includes("\\") && path.split("/").every((part) => part !== "" && part !== "." && part !== "..");

function parseFile(value: unknown, source: string, field: string): ManifestFile {
  if (!isRecord(value)) return fail(source, field, "an object");
  const { path, url, sizeBytes, sha256 } = value;
  if (typeof path !== "string" || !isInnerPath(path)) return fail(source, `${field}.path`, "a relative path");
  if (url !== undefined && typeof url !== "string") return fail(source, `${field}.url`, "a string");
  if (typeof sizeBytes !== "number" || !Number.isSafeInteger(sizeBytes) || sizeBytes < 0) {
    return fail(source, `${field}.sizeBytes`, "a whole number of bytes");
  }
  if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256)) {
    return fail(source, `${field}.sha256`, "64 lower-case hex digits");
  }
  return { path, url, sizeBytes, sha256 };
}

/**
 * Checks the JSON value of a manifest.
 * @param source file name for the error message
 * @throws StylusError bad-file, naming the field
 */
export function parseManifest(value: unknown, source: string): Manifest {
  if (!isRecord(value)) return fail(source, "(root)", "an object");
  const text = (field: string): string => {
    const entry = value[field];
    return typeof entry === "string" && entry !== "" ? entry : fail(source, field, "a non-empty string");
  };
  if (!Array.isArray(value["files"])) return fail(source, "files", "a list");
  const files = value["files"].map((file, index) => parseFile(file, source, `files[${index}]`));
  const paths = new Set(files.map((file) => file.path));
  if (paths.size !== files.length) return fail(source, "files", "free of repeated paths");
  return { id: text("id"), title: text("title"), license: text("license"), baseUrl: text("baseUrl"), files };
}

/** Where `file` is downloaded from. `siteUrl` is the address of the page. */
export function fileUrl(manifest: Manifest, file: ManifestFile, siteUrl: string): string {
  const base = new URL(manifest.baseUrl.endsWith("/") ? manifest.baseUrl : `${manifest.baseUrl}/`, siteUrl);
  return new URL(file.url ?? file.path.split("/").map(encodeURIComponent).join("/"), base).href;
}
