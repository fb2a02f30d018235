// A file's size and SHA-256 from the hub before its download. The hub redirects large files to another host, and a browser
// exposes only the last response's headers, so if X-Linked-Etag is not readable, this reads the file's Git LFS pointer
// ("…/raw/…"), which has the same facts.
import { StylusError, throwIfAborted } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";

export interface HubFacts {
  /** Null if the hub does not provide it: small files are not in LFS. */
  readonly sizeBytes: number | null;
  readonly sha256: string | null;
  /** The commit that the address's revision currently points to. */
  readonly commit: string | null;
}

/** Longer than any pointer file. */
const pointerLimitBytes = 1024;

const hubAddress = /^(https?:\/\/[^/]+\/[^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/;

/** The address of the same file at `commit`; unchanged if it is not a hub address. */
export const atCommit = (url: string, commit: string): string =>
  url.replace(hubAddress, (_, repo: string, __, path: string) => `${repo}/resolve/${commit}/${path}`);

const hexOf = (text: string | null, digits: number): string | null => {
  const match = /^(?:W\/)?"?([0-9a-f]+)"?$/.exec(text ?? "")?.[1];
  return match?.length === digits ? match : null;
};

const wholeNumber = (text: string | null): number | null =>
  text !== null && /^\d+$/.test(text) ? Number(text) : null;

/** The facts in the headers of a HEAD response; sha256 is null if absent. */
export function factsOfHeaders(headers: Headers): HubFacts {
  return {
    sizeBytes: wholeNumber(headers.get("x-linked-size")),
    sha256: hexOf(headers.get("x-linked-etag"), 64),
    commit: hexOf(headers.get("x-repo-commit"), 40),
  };
}

/** The facts in a Git LFS pointer (git-lfs, docs/spec.md); null if `text` is not one. */
export function factsOfPointer(text: string): Pick<HubFacts, "sizeBytes" | "sha256"> | null {
  if (!text.startsWith("version https://git-lfs.github.com/spec/")) return null;
  const sha256 = /^oid sha256:([0-9a-f]{64})$/m.exec(text)?.[1];
  const size = /^size (\d+)$/m.exec(text)?.[1];
  return sha256 !== undefined && size !== undefined ? { sha256, sizeBytes: Number(size) } : null;
}

async function firstBytes(response: Response, limitBytes: number): Promise<string> {
  const reader = response.body!.getReader();
  let text = "";
  const decoder = new TextDecoder();
  while (text.length < limitBytes) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel().catch(() => {});
  return text;
}

/**
 * Asks the hub about the file at `url`. Facts it does not provide stay null until the download.
 * @throws StylusError not-found | network | cancelled
 */
export async function readHubFacts(
  url: string,
  options: { path: string; signal?: AbortSignal | undefined },
): Promise<HubFacts> {
  const { path, signal } = options;
  const common = { signal: signal ?? null, credentials: "omit" } as const;
  const head = await fetch(url, { ...common, method: "HEAD" }).catch(() => null); // the other host may reject HEAD
  throwIfAborted(signal);
  if (head?.status === 404) {
    throw new StylusError("not-found", say`${path} is no longer on the hub.`, {
      where: url,
      remedy: say`Choose another model, or use the file from your disk.`,
    });
  }
  const said = head?.ok ? factsOfHeaders(head.headers) : { sizeBytes: null, sha256: null, commit: null };
  const address = hubAddress.exec(url);
  const inLfs = !head?.ok || head.redirected;
  if (said.sha256 !== null || !address || !inLfs) return said;
  try {
    const [, repo, revision, file] = address;
    const response = await fetch(`${repo}/raw/${revision}/${file}`, {
      ...common,
      headers: { Range: `bytes=0-${pointerLimitBytes - 1}` },
    });
    const pointer = response.ok && response.body ? await firstBytes(response, pointerLimitBytes) : "";
    const commit = said.commit ?? factsOfHeaders(response.headers).commit;
    return { ...said, ...factsOfPointer(pointer), commit };
  } catch (cause) {
    throwIfAborted(signal);
    throw new StylusError("network", say`${new URL(url).host} did not answer the request for ${path}.`, {
      where: url,
      remedy: say`Check your connection and try again.`,
      cause,
    });
  }
}
