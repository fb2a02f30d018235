// What people paste to name an adapter elsewhere: addresses of Civitai and Hugging Face, Civitai's ids. Pure.

export const exampleAddresses = "https://civitai.com/models/16014\nhttps://huggingface.co/owner/name";

/** Which of a version's files a download address of Civitai means, in its own words. */
export interface CivitaiFileWish {
  readonly fileId: number | null;
  readonly type: string | null;
  readonly format: string | null;
  readonly size: string | null;
  readonly fp: string | null;
}

export type SourceAddress =
  | {
      readonly kind: "civitai";
      /** Null: the version tells. */
      readonly modelId: number | null;
      /** Null: the newest one that fits. */
      readonly versionId: number | null;
      readonly file: CivitaiFileWish;
    }
  | {
      readonly kind: "hub";
      /** "owner/name" */
      readonly repo: string;
      readonly revision: string;
      /** Of a file, or of a folder whose files are meant: with a slash at its end. Null: the whole repository. */
      readonly path: string | null;
    };

const anyFile: CivitaiFileWish = { fileId: null, type: null, format: null, size: null, fp: null };

/** As large as the ids of its database become. */
function idOf(text: string | null | undefined): number | null {
  const id = /^\d{1,10}$/u.test(text ?? "") ? Number(text) : 0;
  return id > 0 && id <= 2_147_483_647 ? id : null;
}

/** "urn:air:sd1:lora:civitai:16014@28907", "civitai:16014@28907", "16014@28907", "16014" */
const air =
  /^(?:(?:urn:)?(?:air:)?(?:[\w-]+:){0,2}civitai:)?(?<model>\d+)(?:@(?<version>\d+))?(?:\+(?<file>\d+))?(?:\.\w+)?$/u;

function civitaiUrlOf({ pathname, searchParams }: URL): SourceAddress | null {
  const parts = pathname
    .replace(/^\/api\/(?:v1\/)?/u, "/")
    .split("/")
    .slice(1);
  const [first, second, third] = parts;
  if (first === "models" && idOf(second) !== null)
    return {
      kind: "civitai",
      modelId: idOf(second),
      versionId: idOf(searchParams.get("modelVersionId")),
      file: anyFile,
    };
  const version = first === "model-versions" ? idOf(second) : first === "download" ? idOf(third) : null;
  if (version === null || (first === "download" && second !== "models")) return null;
  const [type, format, size, fp] = ["type", "format", "size", "fp"].map((name) => searchParams.get(name));
  return {
    kind: "civitai",
    modelId: null,
    versionId: version,
    file: {
      fileId: idOf(searchParams.get("fileId")),
      type: type ?? null,
      format: format ?? null,
      size: size ?? null,
      fp: fp ?? null,
    },
  };
}

/** The first folders of addresses that are no model's. */
const otherPlaces: ReadonlySet<string> = new Set([
  "datasets",
  "spaces",
  "collections",
  "docs",
  "blog",
  "api",
]);

function hubUrlOf({ pathname }: URL): SourceAddress | null {
  const [owner = "", name = "", how, revision, ...rest] = pathname.split("/").slice(1).map(decoded);
  const isName = (text: string): boolean => /^[\w.-]+$/u.test(text);
  if (otherPlaces.has(owner) || !isName(owner) || !isName(name)) return null;
  const path = rest.filter((part) => part !== "").join("/");
  const repo = `${owner}/${name}`;
  if (how === undefined || how === "") return { kind: "hub", repo, revision: "main", path: null };
  if (!revision || !["tree", "blob", "resolve", "raw"].includes(how)) return null;
  if (path === "") return { kind: "hub", repo, revision, path: null };
  return { kind: "hub", repo, revision, path: how === "tree" ? `${path}/` : path };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Null: it is none of them. */
export function parseAddress(text: string): SourceAddress | null {
  const id = air.exec(text)?.groups;
  if (id) {
    const modelId = idOf(id["model"]);
    const [versionId, fileId] = [idOf(id["version"]), idOf(id["file"])];
    return modelId === null ? null : { kind: "civitai", modelId, versionId, file: { ...anyFile, fileId } };
  }
  const full = /^https?:\/\//iu.test(text) ? text : `https://${text}`;
  if (!URL.canParse(full)) return null;
  const url = new URL(full);
  if (/^(?:www\.)?civitai\.(?:com|red|green)$/u.test(url.hostname)) return civitaiUrlOf(url);
  if (/^(?:www\.)?(?:huggingface\.co|hf\.co)$/u.test(url.hostname)) return hubUrlOf(url);
  return null;
}

export interface PastedAddress {
  /** As it stood there. */
  readonly text: string;
  /** Null: the line names no adapter. */
  readonly address: SourceAddress | null;
}

/** Addresses among other words count; numbers only where a line has nothing else. */
function inLine(line: string): PastedAddress[] {
  const parts = line
    .split(/\s+/u)
    .map((part) => part.replace(/^[<("'[]+|[>)"',;\]]+$/gu, ""))
    .filter((part) => part !== "");
  const found = parts.map((text): PastedAddress => ({ text, address: parseAddress(text) }));
  const named = found.filter(({ text, address }) => address !== null && /\D/u.test(text));
  if (named.length > 0) return named;
  const areIds = found.length > 0 && found.every(({ address }) => address !== null);
  return areIds ? found : [{ text: line.trim(), address: null }];
}

/** A list of addresses, a line each or several beside each other, each once; lines that begin with "#" are comments. */
export function readAddresses(text: string): PastedAddress[] {
  const lines = text.split(/\r?\n/u).filter((line) => line.trim() !== "" && !/^\s*#/u.test(line));
  return [...new Map(lines.flatMap(inLine).map((pasted) => [pasted.text, pasted])).values()];
}

/** Without a key that was pasted with it. */
export const shownAddress = (text: string): string => text.replace(/([?&])token=[^&#]*&?/giu, "$1");
