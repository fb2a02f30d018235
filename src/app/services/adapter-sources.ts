// Adapters on Civitai and Hugging Face: what their APIs say of them, their files with a verified hash, and why a site does not answer.
import { type Fields, isFields, numberOf } from "../../refine/fields.ts";
import { pause } from "../../shared/abortable.ts";
import { StylusError, throwIfAborted } from "../../shared/errors.ts";
import { say, type Saying } from "../../shared/saying.ts";
import { isUnreached, withToken } from "../../storage/request.ts";
import type { StorageService } from "../../storage/service.ts";
import type { AdapterOrigin } from "../../stylus/loaded-pack.ts";
import type { SourceAddress } from "../adapters/sources/addresses.ts";
import { keepCivitaiKey, readCivitaiKey } from "../adapters/sources/civitai-key.ts";
import {
  civitaiListing,
  defaultVersion,
  modelPage,
  newerVersion,
  versionOf,
} from "../adapters/sources/civitai.ts";
import { hubListings, repositoryPage } from "../adapters/sources/hub.ts";
import { civitaiUrl, hubUrl } from "../adapters/sources/hosts.ts";
import type { Listing } from "../adapters/sources/listing.ts";
import type { SourceServices } from "./ports.ts";

/** Civitai's database takes seconds for a model with many versions. */
const answerSeconds = 60;
/** The signal of one request: a site that falls silent is given up. */
const inTime = (...signals: readonly AbortSignal[]): AbortSignal =>
  AbortSignal.any([...signals, AbortSignal.timeout(answerSeconds * 1000)]);
/** Repositories of thousands of files have answers of some megabytes. */
const maxAnswerBytes = 32e6;
/** Waits before a site that limits requests is asked again. */
const limitWaitsMs = [2_000, 8_000];
/** Larger previews are no previews. */
const maxPreviewBytes = 8e6;

/** The site answers too many requests with a pause: what follows would get the same. */
export class RateLimited extends StylusError {}

const byHand = say`Download the file on its page, then drop it here: its card is filled in from what the site says.`;

const limited = (site: string, where: string): RateLimited =>
  new RateLimited("network", say`${site} limits requests and did not answer yet.`, {
    where,
    remedy: say`Try again in a few minutes; what is here already stays.`,
  });

/** A key is wanted, or not accepted. @param what is asked for: starts no sentence */
function keyError(what: string, { status, where }: { status: number; where: string }): StylusError {
  return readCivitaiKey() === null
    ? new StylusError("network", say`Civitai wants a key for ${what} (${status}).`, {
        where,
        remedy: say`Enter your key below, or download the file on its page and drop it here.`,
      })
    : new StylusError("network", say`Civitai does not accept your key for ${what} (${status}).`, {
        where,
        remedy: say`Check the key, and on the page whether your account may download it.`,
      });
}

const hubRefusal = (what: string, where: string): StylusError =>
  new StylusError("network", say`Hugging Face gives ${what} to accounts only.`, { where, remedy: byHand });

interface Asked {
  /** "Civitai", for messages. */
  readonly site: string;
  readonly where: string;
  readonly missing: Saying;
  readonly refused: (status: number) => StylusError;
  readonly signal: AbortSignal;
}

/** @throws StylusError network | not-found | cancelled */
async function askOnce(address: string, asked: Asked): Promise<Fields> {
  const { site, where, missing, refused, signal } = asked;
  let response: Response;
  let text: string;
  try {
    response = await fetch(address, {
      signal: inTime(signal),
      credentials: "omit",
      cache: "no-store",
    });
    text = await response.text();
  } catch (cause) {
    throwIfAborted(signal);
    throw new StylusError("network", say`${site} cannot be reached, or lets no page read its answer.`, {
      where,
      remedy: say`Check your connection and try again. If other pages of the site open: ${byHand}`,
      cause,
    });
  }
  const { status } = response;
  if (status === 404 || status === 400) throw new StylusError("not-found", missing, { where });
  if (status === 401 || status === 403) throw refused(status);
  if (status === 429) throw limited(site, where);
  const answer = response.ok && text.length <= maxAnswerBytes ? parsed(text) : null;
  if (answer) return answer;
  throw new StylusError("network", say`${site} gave no answer that can be read (${status}).`, {
    where,
    remedy: say`Try again later.`,
  });
}

function parsed(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}

async function ask(address: string, asked: Asked): Promise<Fields> {
  for (const wait of limitWaitsMs) {
    try {
      return await askOnce(address, asked);
    } catch (error) {
      if (!(error instanceof RateLimited)) throw error;
      await pause(wait, asked.signal);
    }
  }
  return askOnce(address, asked);
}

const askCivitai = (
  kind: "models" | "model-versions",
  { id, where, missing, signal }: { id: number; where: string; missing: Saying; signal: AbortSignal },
): Promise<Fields> =>
  ask(withToken(`${civitaiUrl}/api/v1/${kind}/${id}`, readCivitaiKey() ?? undefined), {
    site: "Civitai",
    where,
    missing,
    refused: (status) => keyError(String(id), { status, where }),
    signal,
  });

const askModel = (id: number, signal: AbortSignal): Promise<Fields> =>
  askCivitai("models", {
    id,
    where: modelPage(id, null),
    missing: say`Civitai has no model ${id}. Its creator or Civitai may have removed it.`,
    signal,
  });

const askVersion = (id: number, signal: AbortSignal): Promise<Fields> =>
  askCivitai("model-versions", {
    id,
    where: `${civitaiUrl}/model-versions/${id}`,
    missing: say`Civitai has no version ${id}. Its creator or Civitai may have removed it.`,
    signal,
  });

async function onCivitai(
  { modelId, versionId, file }: SourceAddress & { kind: "civitai" },
  signal: AbortSignal,
): Promise<Listing> {
  // A version's own answer lacks the permissions, and some flags.
  let version = versionId !== null && modelId === null ? await askVersion(versionId, signal) : null;
  const model = await askModel(modelId ?? numberOf(version?.["modelId"]) ?? 0, signal);
  if (versionId === null) version = defaultVersion(model);
  else version = versionOf(model, versionId) ?? version ?? (await askVersion(versionId, signal));
  if (!version)
    throw new StylusError(
      "not-found",
      say`Civitai has no version of model ${modelId} that can be downloaded.`,
      {
        where: modelPage(modelId ?? 0, null),
      },
    );
  if (modelId !== null && !belongsTo(version, { model, modelId }))
    throw new StylusError("not-found", say`Model ${modelId} of Civitai has no version ${versionId}.`, {
      where: modelPage(modelId, null),
    });
  return civitaiListing(model, version, file);
}

/** The model's list has versions without their model's id. */
const belongsTo = (version: Fields, { model, modelId }: { model: Fields; modelId: number }): boolean =>
  numberOf(version["modelId"]) === modelId || versionOf(model, numberOf(version["id"]) ?? 0) !== null;

async function askHub(
  repo: string,
  { revision, signal }: { revision: string; signal: AbortSignal },
): Promise<Fields> {
  const at = revision === "main" ? "" : `/revision/${encodeURIComponent(revision)}`;
  const where = repositoryPage(repo);
  // It answers 401 for what does not exist, too.
  const missing = say`Hugging Face has no public repository ${repo}, or not at ${revision}.`;
  return ask(`${hubUrl}/api/models/${repo}${at}?blobs=true`, {
    site: "Hugging Face",
    where,
    missing,
    refused: () => new StylusError("not-found", missing, { where, remedy: byHand }),
    signal,
  });
}

const lookUp: SourceServices["lookUp"] = async (address, { signal }) => {
  if (address.kind === "civitai") return [await onCivitai(address, signal)];
  const { repo, revision, path } = address;
  return hubListings(await askHub(repo, { revision, signal }), { revision, path });
};

async function newer(origin: AdapterOrigin, { signal }: { signal: AbortSignal }): Promise<Listing | null> {
  if (origin.kind === "civitai") {
    const model = await askModel(origin.modelId, signal);
    const version = newerVersion(model, origin.versionId);
    const anyFile = { fileId: null, type: null, format: null, size: null, fp: null };
    return version && civitaiListing(model, version, anyFile);
  }
  const { repo, path, sha256 } = origin;
  const [listing] = hubListings(await askHub(repo, { revision: "main", signal }), { revision: "main", path });
  return listing?.sha256 && listing.sha256 !== sha256 ? listing : null;
}

/**
 * Why a download failed, of which the storage worker knows no more than the browser tells: the same request once more, without its body, and
 * without following it to other hosts, whose answer the page may not be allowed to read.
 */
async function reasonOf(
  listing: Listing,
  { error, signal }: { error: StylusError; signal: AbortSignal },
): Promise<StylusError> {
  const { url, fileName, pageUrl: where, origin } = listing;
  const isCivitai = origin.kind === "civitai";
  const site = isCivitai ? "Civitai" : "Hugging Face";
  const stop = new AbortController();
  const token = isCivitai ? (readCivitaiKey() ?? undefined) : undefined;
  const answer = await fetch(withToken(url, token), {
    redirect: "manual",
    signal: inTime(signal, stop.signal),
    credentials: "omit",
    cache: "no-store",
  }).catch(() => null);
  stop.abort();
  throwIfAborted(signal);
  if (!answer) return error;
  const { status } = answer;
  if (status === 401 || status === 403)
    return isCivitai ? keyError(fileName, { status, where }) : hubRefusal(fileName, where);
  if (status === 429) return limited(site, where);
  if (answer.type !== "opaqueredirect" || !isUnreached(error)) return error;
  const said = say`${site} sends the download of ${fileName} on to an address that lets no page read it.`;
  const remedy =
    isCivitai && token === undefined
      ? say`It may want you to sign in: enter your key below. Or: ${byHand}`
      : byHand;
  return new StylusError("network", said, { where, remedy });
}

/** In words about this file, where the storage worker speaks of models. */
async function explained(
  listing: Listing,
  { error, signal }: { error: StylusError; signal: AbortSignal },
): Promise<StylusError> {
  const { fileName, pageUrl: where } = listing;
  switch (error.code) {
    case "network":
      return reasonOf(listing, { error, signal });
    case "not-found":
      return new StylusError("not-found", say`${fileName} is not there any more.`, {
        where,
        remedy: say`Look at its page for another version.`,
      });
    case "quota":
      return new StylusError("quota", say`There is no room for ${fileName} in this browser.`, {
        remedy: say`Free disk space, or remove adapters or images you don’t need, then try again.`,
      });
    default:
      return error;
  }
}

/** PEFT's scale is in the file beside the weights. */
async function configOf(
  { configUrl, fileName, pageUrl }: Listing,
  signal: AbortSignal,
): Promise<Blob | null> {
  if (configUrl === null) return null;
  try {
    const response = await fetch(configUrl, {
      signal: inTime(signal),
      credentials: "omit",
      cache: "no-store",
    });
    if (response.ok) return await response.blob();
    throw new Error(String(response.status));
  } catch (cause) {
    throwIfAborted(signal);
    throw new StylusError("network", say`The adapter_config.json of ${fileName} could not be downloaded.`, {
      where: pageUrl,
      remedy: say`Try again; without it nobody knows its strength.`,
      cause,
    });
  }
}

/** Stores files as they arrive. */
export type FileFetcher = Pick<StorageService, "fetchFile" | "removeFile">;

export function createAdapterSources(storage: FileFetcher): SourceServices {
  return {
    lookUp,
    newer,
    async preview({ previewUrl }, { signal }) {
      if (previewUrl === null) return null;
      try {
        const response = await fetch(previewUrl, { signal: inTime(signal), credentials: "omit" });
        const isImage = response.ok && response.headers.get("content-type")?.startsWith("image/") === true;
        const blob = isImage ? await response.blob() : null;
        return blob && blob.size <= maxPreviewBytes ? blob : null;
      } catch {
        return null; // its card does without
      }
    },
    async download(listing, { onProgress, signal }) {
      const { url, fileName: path, sizeBytes, sha256, origin } = listing;
      const isCivitai = origin.kind === "civitai";
      const token = isCivitai ? (readCivitaiKey() ?? undefined) : undefined;
      // Civitai counts every request of a file as a download.
      const file = { path, url, sizeBytes, sha256, token, inParts: !isCivitai };
      try {
        const got = await storage.fetchFile(file, { onProgress, signal });
        const config = await configOf(listing, signal);
        const release = async (): Promise<void> => {
          if (!got.wasStored) await storage.removeFile(got.sha256);
        };
        return { blob: got.blob, config, release };
      } catch (error) {
        throw error instanceof StylusError ? await explained(listing, { error, signal }) : error;
      }
    },
    key: { read: readCivitaiKey, keep: keepCivitaiKey },
  };
}
