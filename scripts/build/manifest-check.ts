// Compares one file of a manifest with the hub's current facts.
import { atCommit, factsOfHeaders } from "../../src/storage/hub-facts.ts";
import type { ManifestFile } from "../../src/storage/manifest.ts";

export interface Verdict {
  /** open: the manifest omits something that the hub provides. */
  readonly kind: "ok" | "open" | "wrong";
  readonly text: string;
}

/** The hub is unreachable. */
export class Offline extends Error {}

async function head(url: string): Promise<Response> {
  // The hub's own response, before the redirect to the bytes, has the facts.
  const request = { method: "HEAD", redirect: "manual" } as const;
  const response = await fetch(url, request).catch((cause: unknown) => {
    throw new Offline(`${new URL(url).host} cannot be reached`, { cause });
  });
  // Renamed repositories redirect inside the hub.
  const location = response.headers.get("location");
  return location?.startsWith("/") ? fetch(new URL(location, url), request) : response;
}

/** @throws Offline */
export async function checkFile(file: ManifestFile, url: string): Promise<Verdict> {
  const response = await head(url);
  if (response.status >= 400) return { kind: "wrong", text: `the hub answers ${response.status}` };
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
