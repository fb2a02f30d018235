// The hub's answer about a repository (`/api/models/OWNER/NAME?blobs=true`), as listings of the adapters in it. Pure.
import { adapterEnding } from "../../../adapters/files/file-ending.ts";
import { PEFT_CONFIG_NAME } from "../../../adapters/files/peft-config.ts";
import { type Fields, fieldsOf, isFields, listOf, numberOf, textOf } from "../../../refine/fields.ts";
import { hubBaseModels, hubCard, hubFileName } from "../../../refine/hub-listing.ts";
import { StylusError } from "../../../shared/errors.ts";
import { say } from "../../../shared/saying.ts";
import { hubUrl } from "./hosts.ts";
import type { Listing } from "./listing.ts";

/** Larger files are whole models. */
const maxSizeBytes = 2e9;

/** Parts of whole models, and what a training leaves beside its adapter. */
const otherFile =
  /(?:^|\/)(?:(?:unet|vae|text_encoder(?:_\d)?|transformer|controlnet|safety_checker|image_encoder|prior)\/|(?:model|diffusion_pytorch_model|optimizer|scheduler|scaler|random_states\w*|training_args|rng_state\w*)\b)/u;

export const repositoryPage = (repo: string): string => `${hubUrl}/${repo}`;

export const filePage = (repo: string, path: string): string =>
  `${hubUrl}/${repo}/blob/main/${path.split("/").map(encodeURIComponent).join("/")}`;

interface HubFile {
  readonly path: string;
  readonly sizeBytes: number | null;
  readonly sha256: string | null;
}

const fileOf = (sibling: Fields): HubFile => {
  const lfs = fieldsOf(sibling["lfs"]);
  const sha256 = textOf(lfs["sha256"]) || textOf(lfs["oid"]).replace(/^sha256:/u, "");
  return {
    path: textOf(sibling["rfilename"]),
    sizeBytes: numberOf(lfs["size"]) ?? numberOf(sibling["size"]) ?? null,
    sha256: /^[0-9a-f]{64}$/u.test(sha256) ? sha256 : null,
  };
};

/**
 * @param repository the parsed answer
 * @param wish revision that was asked for, and the file or folder; null: all of it
 * @throws StylusError not-found: it has no such file, or no adapters
 */
export function hubListings(
  repository: Fields,
  { revision, path }: { readonly revision: string; readonly path: string | null },
): Listing[] {
  const repo = textOf(repository["id"]);
  const files = listOf(repository["siblings"]).filter(isFields).map(fileOf);
  const isFile = path !== null && !path.endsWith("/");
  const wanted = isFile
    ? files.filter((file) => file.path === path && adapterEnding.test(file.path))
    : files.filter(
        (file) =>
          file.path.startsWith(path ?? "") &&
          adapterEnding.test(file.path) &&
          !otherFile.test(file.path) &&
          (file.sizeBytes ?? 0) <= maxSizeBytes,
      );
  if (wanted.length === 0) {
    const said = isFile ? say`${repo} has no adapter file ${path}.` : say`${repo} has no adapter files.`;
    throw new StylusError("not-found", said, {
      where: repositoryPage(repo),
      remedy: say`Look at its page for files that end in .safetensors, .pt or .bin.`,
    });
  }
  // The commit that the list is about: the file stays what the list says.
  const commit = textOf(repository["sha"]) || revision;
  const addressOf = (name: string): string =>
    `${hubUrl}/${repo}/resolve/${encodeURIComponent(commit)}/${name.split("/").map(encodeURIComponent).join("/")}`;
  return wanted.map((file): Listing => {
    const fileName = hubFileName(repo, file.path);
    const sidecar = {
      ...repository,
      siblings: listOf(repository["siblings"]).filter((one) => fieldsOf(one)["rfilename"] === file.path),
    };
    const config = file.path.replace(/[^/]*$/u, PEFT_CONFIG_NAME);
    const hasConfig =
      /(?:^|\/)adapter_model\./u.test(file.path) && files.some(({ path: one }) => one === config);
    return {
      origin: { kind: "hub", repo, path: file.path, sha256: file.sha256 ?? "" },
      fileName,
      url: addressOf(file.path),
      configUrl: hasConfig ? addressOf(config) : null,
      pageUrl: filePage(repo, file.path),
      sizeBytes: file.sizeBytes,
      sha256: file.sha256,
      version: "",
      baseModel: hubBaseModels(repository)[0] ?? "",
      sidecar,
      card: hubCard(repository, fileName).card,
      permissions: null,
      previewUrl: null,
    };
  });
}
