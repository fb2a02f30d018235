// Where an adapter came from, as its sidecar tells, and its page there. Pure.
import { type Fields, fieldsOf, isFields, listOf, numberOf, textOf } from "../../../refine/fields.ts";
import { isHubRepository } from "../../../refine/hub-listing.ts";
import { sidecarCard } from "../../../refine/listings.ts";
import type { AdapterCard } from "../../../retrieval/card.ts";
import type { AdapterOrigin } from "../../../stylus/loaded-pack.ts";
import { modelPage } from "./civitai.ts";
import { filePage } from "./hub.ts";

const ofCivitai = (version: Fields): AdapterOrigin | null => {
  const [modelId, versionId] = [numberOf(version["modelId"]), numberOf(version["id"])];
  const areIds = [modelId, versionId].every((id) => Number.isSafeInteger(id) && id! > 0);
  return areIds ? { kind: "civitai", modelId: modelId!, versionId: versionId! } : null;
};

/** @param sidecar as for `draftForm`; `.civitai.info` files of other programs tell it, too */
export function originOf(sidecar: unknown): AdapterOrigin | null {
  if (!isFields(sidecar)) return null;
  if (!isHubRepository(sidecar)) return ofCivitai(sidecar) ?? ofCivitai(fieldsOf(sidecar["civitai"]));
  const [file, ...others] = listOf(sidecar["siblings"]).filter(isFields);
  if (!file || others.length > 0) return null; // about the repository, not one of its files
  const sha256 = textOf(fieldsOf(file["lfs"])["sha256"]);
  return { kind: "hub", repo: textOf(sidecar["id"]), path: textOf(file["rfilename"]), sha256 };
}

/** Author and licence, which the form does not have. */
export function creditsOf(sidecar: unknown, fileName: string): Pick<AdapterCard, "author" | "license"> {
  const { author = "", license = "" } = sidecarCard(sidecar, fileName)?.card ?? {};
  return { author, license };
}

export const originPage = (origin: AdapterOrigin): string =>
  origin.kind === "civitai"
    ? modelPage(origin.modelId, origin.versionId)
    : filePage(origin.repo, origin.path);
