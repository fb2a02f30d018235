// Civitai's answers about a model (`/api/v1/models/ID`) and one of its versions (`/api/v1/model-versions/ID`), as listings. Pure.
import { adapterEnding } from "../../../adapters/files/file-ending.ts";
import { type Fields, fieldsOf, isFields, listOf, numberOf, textOf } from "../../../refine/fields.ts";
import { sidecarCard } from "../../../refine/listings.ts";
import { StylusError } from "../../../shared/errors.ts";
import { say, type Saying } from "../../../shared/saying.ts";
import type { CivitaiFileWish } from "./addresses.ts";
import { civitaiUrl } from "./hosts.ts";
import type { Listing, Permissions } from "./listing.ts";

export const modelPage = (modelId: number, versionId: number | null): string =>
  `${civitaiUrl}/models/${modelId}${versionId === null ? "" : `?modelVersionId=${versionId}`}`;

/** What Stylus can read; "LORA", "LoCon" … in lower case. */
const adapterTypes: ReadonlySet<string> = new Set(["lora", "locon", "dora", "lycoris", "textualinversion"]);

/** The types of files that hold weights; others are training data, configurations, archives. */
const weightTypes: ReadonlySet<string> = new Set(["Model", "Pruned Model", "Negative", "Enhancement LoRA"]);

const versionsOf = (model: Fields): Fields[] => listOf(model["modelVersions"]).filter(isFields);
const idOf = (fields: Fields): number => numberOf(fields["id"]) ?? 0;

export const versionOf = (model: Fields, versionId: number): Fields | null =>
  versionsOf(model).find((version) => idOf(version) === versionId) ?? null;

/** Where none is asked for: the first for SD 1.x, or the first of all, as its author has ordered them. */
export const defaultVersion = (model: Fields): Fields | null => {
  const versions = versionsOf(model);
  return versions.find(({ baseModel }) => textOf(baseModel).startsWith("SD 1")) ?? versions[0] ?? null;
};

const dateOf = (version: Fields): string => textOf(version["publishedAt"]) || textOf(version["createdAt"]);

/** The latest version for the same base model that was published after this one; null: there is none. */
export function newerVersion(model: Fields, versionId: number): Fields | null {
  const current = versionOf(model, versionId);
  const isNewer = (version: Fields): boolean =>
    current === null
      ? idOf(version) > versionId // no longer published: ids count up
      : version["baseModel"] === current["baseModel"] && dateOf(version) > dateOf(current);
  const [newest] = versionsOf(model)
    .filter(isNewer)
    .sort((a, b) => dateOf(b).localeCompare(dateOf(a)));
  return newest ?? null;
}

/** Files as safetensors and torch.save; the one that is wished for, the author's first, or any. */
function fileOf(version: Fields, wish: CivitaiFileWish): Fields | null {
  const files = listOf(version["files"])
    .filter(isFields)
    .filter(({ name }) => adapterEnding.test(textOf(name)));
  if (wish.fileId !== null) return files.find((file) => idOf(file) === wish.fileId) ?? null;
  const weights = files.filter(({ type }) => type === undefined || weightTypes.has(textOf(type)));
  const isWished = (file: Fields): boolean => {
    const about = fieldsOf(file["metadata"]);
    const is = (wanted: string | null, value: unknown): boolean =>
      wanted === null || wanted === textOf(value);
    return (
      is(wish.type, file["type"]) &&
      is(wish.format, about["format"]) &&
      is(wish.size, about["size"]) &&
      is(wish.fp, about["fp"])
    );
  };
  const wished = weights.filter(isWished);
  const choice = wished.length > 0 ? wished : weights;
  return choice.find(({ primary }) => primary === true) ?? choice[0] ?? null;
}

/** Rated PG; older answers have a word in place of the level. */
const isSafe = ({ nsfwLevel, nsfw, type, poi, minor }: Fields): boolean =>
  type !== "video" &&
  poi !== true &&
  minor !== true &&
  (typeof nsfwLevel === "number" ? nsfwLevel === 1 : nsfw === "None" || nsfw === false);

/** A size that its host has ready, in place of the original. */
const previewWidth = 450;

const previewOf = (version: Fields): string | null => {
  const image = listOf(version["images"]).filter(isFields).find(isSafe);
  const url = textOf(image?.["url"]);
  return url.startsWith("https://") || url.startsWith("http://")
    ? url.replace(/\/original=true\//u, `/width=${previewWidth}/`)
    : null;
};

/** Why it is not offered; null: it is. */
function refusalOf(model: Fields, version: Fields): Saying | null {
  const name = textOf(model["name"]);
  const ofVersion = fieldsOf(version["model"]);
  const is = (flag: string): boolean => model[flag] === true || ofVersion[flag] === true;
  if (is("minor")) return say`“${name}” is marked as showing minors, so it is not offered here.`;
  if (is("poi")) return say`“${name}” is marked as showing a real person, so it is not offered here.`;
  const type = textOf(model["type"]);
  if (!adapterTypes.has(type.toLowerCase())) return say`“${name}” is not an adapter: its type is ${type}.`;
  const control = textOf(version["usageControl"]);
  if (control !== "" && control !== "Download") return say`The creator of “${name}” allows no downloads.`;
  return null;
}

/** Commercial uses come as a list, one word, or a list of the database: "{Image,Rent}". */
const permissionsOf = (model: Fields): Permissions => ({
  noCredit: model["allowNoCredit"] === true,
  commercialUse: String(model["allowCommercialUse"] ?? "")
    .split(/[^A-Za-z]+/u)
    .filter((use) => use !== "" && use !== "None"),
  derivatives: model["allowDerivatives"] === true,
  differentLicense: model["allowDifferentLicense"] === true,
});

/** The flags that `civitaiCard` reads of a model. */
const modelFields = [
  "name",
  "type",
  "nsfw",
  "poi",
  "minor",
  "description",
  "tags",
  "creator",
  "allowNoCredit",
  "allowCommercialUse",
  "allowDerivatives",
  "allowDifferentLicense",
];

/** As `.civitai.info` has it: a version with the model in it. */
const sidecarOf = (model: Fields, version: Fields, file: Fields): Fields => ({
  ...version,
  modelId: idOf(model),
  files: [file],
  model: Object.fromEntries(
    modelFields.filter((name) => model[name] !== undefined).map((name) => [name, model[name]]),
  ),
});

/**
 * @param model answer about the model
 * @param version one of its versions, or the answer about it
 * @throws StylusError unsupported | not-found
 */
export function civitaiListing(model: Fields, version: Fields, wish: CivitaiFileWish): Listing {
  const [modelId, versionId] = [idOf(model), idOf(version)];
  const pageUrl = modelPage(modelId, versionId);
  const refusal = refusalOf(model, version);
  if (refusal) throw new StylusError("unsupported", refusal, { where: pageUrl });
  const file = fileOf(version, wish);
  if (!file)
    throw new StylusError("not-found", say`“${textOf(model["name"])}” has no adapter file to download.`, {
      where: pageUrl,
      remedy: say`Its creator may have removed it, or archived the model. Look at its page.`,
    });
  const fileName = textOf(file["name"]).slice(textOf(file["name"]).lastIndexOf("/") + 1);
  const sidecar = sidecarOf(model, version, file);
  const sizeBytes = (numberOf(file["sizeKB"]) ?? 0) * 1024;
  const sha256 = textOf(fieldsOf(file["hashes"])["SHA256"]).toLowerCase();
  const fileId = idOf(file);
  return {
    origin: { kind: "civitai", modelId, versionId },
    fileName,
    // Without the id the account's preferences would choose among the files.
    url: `${civitaiUrl}/api/download/models/${versionId}${fileId > 0 ? `?fileId=${fileId}` : ""}`,
    pageUrl,
    configUrl: null,
    // Kilobytes are bytes / 1024 to the last digit.
    sizeBytes: sizeBytes > 0 && Number.isSafeInteger(sizeBytes) ? sizeBytes : null,
    sha256: /^[0-9a-f]{64}$/u.test(sha256) ? sha256 : null,
    version: textOf(version["name"]),
    baseModel: textOf(version["baseModel"]),
    sidecar,
    card: sidecarCard(sidecar, fileName)!.card,
    permissions: permissionsOf(model),
    previewUrl: previewOf(version),
  };
}
