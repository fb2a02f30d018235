// What is known about each file before its download: from the manifest, an earlier download's pin, or the hub, in this
// order. A pin is written once and then enforced.
import { StylusError } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";
import { atCommit, readHubFacts } from "./hub-facts.ts";
import { fileUrl, type Manifest, type ManifestFile, type ManifestKind } from "./manifest.ts";
import type { Pin, StorageRecords } from "./pins.ts";

export interface KnownFile {
  readonly file: ManifestFile;
  /** The manifest's address, which is the key of pins. */
  readonly url: string;
  /** The same address at the pinned commit. */
  readonly pinnedUrl: string;
  /** Null: known after the download. */
  readonly sizeBytes: number | null;
  readonly sha256: string | null;
  readonly pin: Pin | null;
  /** The user chooses it among others, or may give it from the disk: a model, an adapter. */
  readonly isChosen: boolean;
}

/** Kinds of which there is only one for its work. */
const onlyKinds: readonly ManifestKind[] = ["nsfw-check", "reranker"];

export function combine(
  file: ManifestFile,
  { url, pin, isChosen = true }: { url: string; pin: Pin | null; isChosen?: boolean },
): KnownFile {
  return {
    file,
    url,
    isChosen,
    pinnedUrl: pin?.commit ? atCommit(url, pin.commit) : url,
    sizeBytes: file.sizeExact ? file.sizeBytes : (pin?.sizeBytes ?? null),
    sha256: file.sha256 ?? pin?.sha256 ?? null,
    pin,
  };
}

const isComplete = ({ sizeBytes, sha256 }: KnownFile): boolean => sizeBytes !== null && sha256 !== null;

/** From manifest and pins alone, without a request. */
export async function knownFile(
  file: ManifestFile,
  context: { manifest: Manifest; siteUrl: string; records: StorageRecords },
): Promise<KnownFile> {
  const url = fileUrl(context.manifest, file, context.siteUrl);
  const isChosen = !onlyKinds.includes(context.manifest.kind);
  return combine(file, { url, pin: await context.records.get("pins", url), isChosen });
}

/**
 * Asks the hub once for missing facts and pins the answer.
 * @throws StylusError bad-file if the hub contradicts the manifest; network | not-found | cancelled
 */
export async function askHub(
  known: KnownFile,
  { records, signal }: { records: StorageRecords; signal: AbortSignal },
): Promise<KnownFile> {
  if (isComplete(known) || known.pin) return known;
  const { file, url } = known;
  const facts = await readHubFacts(url, { path: file.path, signal });
  const contradiction =
    (file.sha256 !== null && facts.sha256 !== null && facts.sha256 !== file.sha256) ||
    (file.sizeExact && facts.sizeBytes !== null && facts.sizeBytes !== file.sizeBytes);
  if (contradiction) {
    throw new StylusError(
      "bad-file",
      say`${file.path} was replaced on the hub and no longer belongs to this model.`,
      {
        where: url,
        remedy: say`Wait for an update of this site, or use the file from your disk.`,
      },
    );
  }
  if (facts.sha256 === null && facts.sizeBytes === null && facts.commit === null) return known;
  const pin: Pin = { ...facts, origin: "hub", pinnedAt: new Date() };
  await records.put("pins", url, pin);
  return combine(file, { url, pin, isChosen: known.isChosen });
}

/** Pins the facts of a first download that were unknown before. */
export async function pinDownload(
  known: KnownFile,
  got: { sizeBytes: number; sha256: string },
  records: StorageRecords,
): Promise<void> {
  if (isComplete(known)) return;
  const { url, pin } = known;
  await records.put("pins", url, {
    ...got,
    commit: pin?.commit ?? null,
    origin: "first-download",
    pinnedAt: new Date(),
  });
}
