// Manifests: the files of a model, their sources, requirements and hashes. Data only (model-manifests/*.json), checked here
// field by field because a wrong manifest would otherwise appear as a broken download. By hand rather than with valibot: each field
// has a message of its own that says what must stand there, unknown fields are refused by name, and several rules are about two fields.
import { StylusError } from "../shared/errors.ts";
import { say, type Saying } from "../shared/saying.ts";

export const manifestKinds = [
  "checkpoint", // text encoder, U-Net and VAE, with everything they need to run
  "inpainting", // the same, with a 9-channel U-Net
  "vae", // replaces a checkpoint's own
  "preview-decoder", // tiny VAE for previews
  "few-step", // adapters for few-step sampling
  "tokenizer", // missing from a single-file checkpoint on the user's disk
  "embedder",
  "reader", // cross-encoder that reads a prompt beside each card
  "reranker", // cross-encoder for web search, the baseline of the paper
  "nsfw-check", // says how likely an image is not safe for work
  "composers", // language models for WebGPU, downloaded by their own runtime
  "language-model", // one for the CPU
  "adapters", // a list to choose from, not a single download
] as const;
export type ManifestKind = (typeof manifestKinds)[number];

export interface License {
  /** SPDX id, or the source's name for it. */
  readonly license: string;
  /** False if it was not confirmed on the source's page; the UI then refers to the model's page. */
  readonly licenseConfirmed: boolean;
}

/** Additional fields of a file in an adapter list. */
export interface AdapterEntry extends License {
  readonly id: string;
  readonly description: string;
  readonly category: string;
  /** Kind of checkpoint it fits: "any", "anime". */
  readonly domain: string;
  readonly triggerWords: readonly string[];
  /** Recommended strength. */
  readonly weight: number;
  /** Home page on the hub. */
  readonly pageUrl: string;
}

export interface ManifestFile {
  /** Path inside the pack, with forward slashes; identifies the file. */
  readonly path: string;
  /** Absolute, or relative to the manifest's `baseUrl`; `path` if absent. */
  readonly url?: string | undefined;
  /** Exact, or an estimate: see `sizeExact`. */
  readonly sizeBytes: number;
  /** False for an estimate (`approximateBytes` in the file), which the first download replaces with the hub's size. */
  readonly sizeExact: boolean;
  /** Lower-case hex of the file's SHA-256; null: the first download's hash is pinned and then enforced. */
  readonly sha256: string | null;
  readonly adapter?: AdapterEntry | undefined;
}

export interface Requirements {
  /** Minimum GPU memory to offer it by default: weights plus working memory at the usual size. */
  readonly minGpuMemoryBytes: number;
  /** WebGPU features that it needs. */
  readonly requiredFeatures: readonly string[];
  /** WebGPU features that make it faster or save memory. */
  readonly preferredFeatures: readonly string[];
}

/** A language model that its runtime (web-llm) downloads and caches itself. */
export interface ComposerEntry extends License {
  readonly id: string;
  /** Variants of one model for different GPUs have the same. */
  readonly title: string;
  /** Which of the list it is for most users; null: one of the others. */
  readonly role: "default" | "small" | "better" | null;
  readonly summary: string;
  /** About how many it has. */
  readonly parameters: number;
  /** Of the download; an estimate. */
  readonly sizeBytes: number;
  readonly modelUrl: string;
  readonly libraryUrl: string;
  /** By default; a request can turn it off. */
  readonly thinksAloud: boolean;
  readonly requirements: Requirements;
}

/** Settings that a few-step adapter was trained for. */
export interface FewStepEntry {
  readonly path: string;
  readonly steps: number;
  readonly cfgScale: number;
  readonly sampler: string;
  readonly schedule: string;
}

export interface Manifest extends License {
  readonly id: string;
  readonly kind: ManifestKind;
  readonly title: string;
  /** One line on its strengths, for choosing a model. Empty if there is no choice. */
  readonly summary: string;
  /** Kind of images a checkpoint was trained for, with the values of the adapters' `domain`; "any" if general. */
  readonly domain: string;
  /** Repository on the hub; null for the site's own files and for lists. Commit null: the newest, pinned at the first download. */
  readonly source: { readonly repo: string; readonly commit: string | null } | null;
  readonly requirements: Requirements | null;
  /** Absolute, or relative to the site's address. */
  readonly baseUrl: string;
  readonly files: readonly ManifestFile[];
  readonly composers: readonly ComposerEntry[];
  readonly fewStep: readonly FewStepEntry[];
}

/** Reads fields of one JSON object and names a wrong field. */
class Fields {
  readonly #record: Record<string, unknown>;
  readonly #source: string;
  readonly #prefix: string;

  constructor(value: unknown, source: string, field: string) {
    this.#source = source;
    this.#prefix = field === "" ? "" : `${field}.`;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw invalid(source, field || "(root)", say`an object`);
    }
    this.#record = value as Record<string, unknown>;
  }

  fail(field: string, expected: Saying): never {
    throw invalid(this.#source, this.#prefix + field, expected);
  }

  onlyKnown(known: readonly string[]): void {
    for (const key of Object.keys(this.#record)) {
      if (!known.includes(key)) this.fail(key, say`left out, because it is not a known field`);
    }
  }

  has(field: string): boolean {
    return this.#record[field] !== undefined;
  }

  text(field: string): string {
    const value = this.#record[field];
    return typeof value === "string" && value !== "" ? value : this.fail(field, say`a non-empty string`);
  }

  match(field: string, pattern: RegExp, expected: Saying): string {
    const value = this.#record[field];
    return typeof value === "string" && pattern.test(value) ? value : this.fail(field, expected);
  }

  number(field: string): number {
    const value = this.#record[field];
    return typeof value === "number" && Number.isFinite(value) ? value : this.fail(field, say`a number`);
  }

  bytes(field: string): number {
    const value = this.number(field);
    return Number.isSafeInteger(value) && value >= 0 ? value : this.fail(field, say`a whole number of bytes`);
  }

  flag(field: string, fallback: boolean): boolean {
    const value = this.#record[field] ?? fallback;
    return typeof value === "boolean" ? value : this.fail(field, say`true or false`);
  }

  texts(field: string): string[] {
    const value = this.#record[field];
    const isTexts = Array.isArray(value) && value.every((entry) => typeof entry === "string");
    return isTexts ? value : this.fail(field, say`a list of strings`);
  }

  object(field: string): Fields {
    return new Fields(this.#record[field], this.#source, this.#prefix + field);
  }

  objects(field: string): Fields[] {
    const value = this.#record[field];
    if (!Array.isArray(value)) return this.fail(field, say`a list`);
    return value.map((entry, index) => new Fields(entry, this.#source, `${this.#prefix}${field}[${index}]`));
  }
}

const invalid = (source: string, field: string, expected: Saying): StylusError =>
  new StylusError("bad-file", say`${source} is not a valid manifest: "${field}" must be ${expected}.`, {
    where: `${source}: ${field}`,
    remedy: say`Restore the file from the release, or rebuild it with \`npm run build:manifest\`.`,
  });

/** A path inside its folder: no empty, "." or ".." part, no backslash. */
const isInnerPath = (path: string): boolean =>
  !path.includes("\\") && path.split("/").every((part) => part !== "" && part !== "." && part !== "..");

const isSecure = /^https:\/\//;

const licenseOf = (fields: Fields): License => ({
  license: fields.text("license"),
  licenseConfirmed: fields.flag("licenseConfirmed", true),
});

function parseAdapter(fields: Fields): AdapterEntry {
  fields.onlyKnown(
    "id description category domain triggerWords weight pageUrl license licenseConfirmed".split(" "),
  );
  return {
    id: fields.text("id"),
    description: fields.text("description"),
    category: fields.text("category"),
    domain: fields.text("domain"),
    triggerWords: fields.texts("triggerWords"),
    weight: fields.number("weight"),
    pageUrl: fields.match("pageUrl", isSecure, say`an https address`),
    ...licenseOf(fields),
  };
}

function parseFile(fields: Fields): ManifestFile {
  fields.onlyKnown(["path", "url", "sizeBytes", "approximateBytes", "sha256", "adapter"]);
  const path = fields.text("path");
  if (!isInnerPath(path)) fields.fail("path", say`a relative path`);
  const sizeExact = !fields.has("approximateBytes");
  if (!sizeExact && fields.has("sizeBytes"))
    fields.fail("approximateBytes", say`left out if there is sizeBytes`);
  return {
    path,
    url: fields.has("url") ? fields.text("url") : undefined,
    sizeBytes: fields.bytes(sizeExact ? "sizeBytes" : "approximateBytes"),
    sizeExact,
    sha256: fields.has("sha256")
      ? fields.match("sha256", /^[0-9a-f]{64}$/, say`64 lower-case hex digits`)
      : null,
    adapter: fields.has("adapter") ? parseAdapter(fields.object("adapter")) : undefined,
  };
}

function parseRequirements(fields: Fields): Requirements {
  fields.onlyKnown(["minGpuMemoryBytes", "requiredFeatures", "preferredFeatures"]);
  return {
    minGpuMemoryBytes: fields.bytes("minGpuMemoryBytes"),
    requiredFeatures: fields.texts("requiredFeatures"),
    preferredFeatures: fields.texts("preferredFeatures"),
  };
}

function parseSource(fields: Fields): { repo: string; commit: string | null } {
  fields.onlyKnown(["repo", "commit"]);
  return {
    repo: fields.match("repo", /^[\w.-]+\/[\w.-]+$/, say`owner/name`),
    commit: fields.has("commit")
      ? fields.match("commit", /^[0-9a-f]{40}$/, say`the 40 hex digits of a commit, or left out`)
      : null,
  };
}

const composerRoles = ["default", "small", "better"] as const;

function parseComposer(fields: Fields): ComposerEntry {
  fields.onlyKnown(
    "id title role summary parameters approximateBytes modelUrl libraryUrl thinksAloud requirements license licenseConfirmed".split(
      " ",
    ),
  );
  const role = fields.has("role") ? composerRoles.find((known) => known === fields.text("role")) : null;
  return {
    id: fields.text("id"),
    title: fields.text("title"),
    role: role === undefined ? fields.fail("role", say`one of ${composerRoles}`) : role,
    summary: fields.text("summary"),
    parameters: fields.number("parameters"),
    sizeBytes: fields.bytes("approximateBytes"),
    modelUrl: fields.match("modelUrl", isSecure, say`an https address`),
    libraryUrl: fields.match("libraryUrl", isSecure, say`an https address`),
    thinksAloud: fields.flag("thinksAloud", false),
    requirements: parseRequirements(fields.object("requirements")),
    ...licenseOf(fields),
  };
}

function parseFewStep(fields: Fields): FewStepEntry {
  fields.onlyKnown(["path", "steps", "cfgScale", "sampler", "schedule"]);
  return {
    path: fields.text("path"),
    steps: fields.number("steps"),
    cfgScale: fields.number("cfgScale"),
    sampler: fields.text("sampler"),
    schedule: fields.text("schedule"),
  };
}

/**
 * Checks the JSON value of a manifest.
 * @param source for the error message: the name of its file, if it has one
 * @throws StylusError bad-file, naming the field
 */
export function parseManifest(value: unknown, source = "manifest"): Manifest {
  const fields = new Fields(value, source, "");
  fields.onlyKnown(
    "id kind title summary domain license licenseConfirmed source requirements baseUrl files composers fewStep".split(
      " ",
    ),
  );
  const files = fields.objects("files").map(parseFile);
  const paths = new Set(files.map((file) => file.path));
  if (paths.size !== files.length) fields.fail("files", say`free of repeated paths`);
  const kind = manifestKinds.find((known) => known === fields.text("kind"));
  const baseUrl = fields.text("baseUrl");
  const hub = fields.has("source") ? parseSource(fields.object("source")) : null;
  if (hub && !baseUrl.endsWith(`/${hub.repo}/resolve/${hub.commit ?? "main"}/`)) {
    fields.fail("baseUrl", say`the address of ${hub.repo} at the source's commit`);
  }
  const fewStep = fields.has("fewStep") ? fields.objects("fewStep").map(parseFewStep) : [];
  if (fewStep.some((entry) => !paths.has(entry.path))) fields.fail("fewStep", say`about files of the list`);
  return {
    id: fields.match("id", /^[a-z0-9.-]+$/, say`lower-case letters, digits, dots and hyphens`),
    kind: kind ?? fields.fail("kind", say`one of ${manifestKinds}`),
    title: fields.text("title"),
    summary: fields.has("summary") ? fields.text("summary") : "",
    domain: fields.has("domain") ? fields.text("domain") : "any",
    ...licenseOf(fields),
    source: hub,
    requirements: fields.has("requirements") ? parseRequirements(fields.object("requirements")) : null,
    baseUrl,
    files,
    composers: fields.has("composers") ? fields.objects("composers").map(parseComposer) : [],
    fewStep,
  };
}

/** The download address of `file`. `siteUrl` is the address of the page. */
export function fileUrl(manifest: Manifest, file: ManifestFile, siteUrl: string): string {
  const base = new URL(manifest.baseUrl.endsWith("/") ? manifest.baseUrl : `${manifest.baseUrl}/`, siteUrl);
  return new URL(file.url ?? file.path.split("/").map(encodeURIComponent).join("/"), base).href;
}
