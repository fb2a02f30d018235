// A pack out of several manifests: a checkpoint from one, the embedder from another. The result is a manifest again, with
// absolute addresses, so that storage downloads, verifies and shares its files like those of any other. Pure.
import { fileUrl, type Manifest, type ManifestFile } from "../../storage/manifest.ts";

export interface PackPart {
  readonly manifest: Manifest;
  /** Which of its files belong to the pack; all when left out. */
  readonly pick?: (path: string) => boolean;
}

/** Files of later parts take the place of earlier ones with the same path. `siteUrl` is the address of the page. */
function filesOf(
  parts: readonly PackPart[],
  siteUrl: string,
): { readonly file: ManifestFile; readonly url: string }[] {
  const files = new Map<string, { file: ManifestFile; url: string }>();
  for (const { manifest, pick = () => true } of parts) {
    for (const file of manifest.files.filter(({ path }) => pick(path)))
      files.set(file.path, { file, url: fileUrl(manifest, file, siteUrl) });
  }
  return [...files.values()];
}

/** The JSON of a manifest with the files of all parts; title and licence are those of the first. */
export function composeManifest(
  id: string,
  parts: readonly PackPart[],
  { siteUrl }: { readonly siteUrl: string },
): unknown {
  const { kind, title, license, licenseConfirmed } = parts[0]!.manifest;
  return {
    id,
    kind,
    title,
    license,
    licenseConfirmed,
    baseUrl: siteUrl,
    files: filesOf(parts, siteUrl).map(({ file: { path, sizeBytes, sizeExact, sha256 }, url }) => ({
      path,
      url,
      ...(sizeExact ? { sizeBytes } : { approximateBytes: sizeBytes }),
      ...(sha256 === null ? {} : { sha256 }),
    })),
  };
}
