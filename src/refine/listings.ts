// The formats that cards come in: Civitai's API and its `.civitai.info` sidecars, the hub's API, A1111's sidecars, our manifests, our
// cards, plain lists.
// Everything in them is optional somewhere, so fields are read one by one and what is not of its type counts as absent.
import { type AdapterCategory } from "../retrieval/card.ts";
import { civitaiCommercialUse } from "../retrieval/commercial-use.ts";
import { type Fields, fieldsOf, isFields, listOf, numberOf, textOf, textsOf } from "./fields.ts";
import { hubCard, isHubRepository } from "./hub-listing.ts";
import { type CardRefusal, type Found, rawCard, type RawCard } from "./raw-card.ts";

/** Civitai's own words. */
const hubCategories: readonly string[] = [
  "concept",
  "style",
  "pose",
  "action",
  "character",
  "clothing",
  "background",
  "building",
  "vehicle",
  "animal",
] satisfies AdapterCategory[];

/** Hubs put the category among the tags. */
const categoryIn = (tags: readonly string[]): AdapterCategory =>
  (tags.find((tag) => hubCategories.includes(tag.toLowerCase()))?.toLowerCase() ??
    "concept") as AdapterCategory;

const loraTypes = new Set(["lora", "locon", "dora", "lycoris"]);

const permissionNames = [
  "allowNoCredit",
  "allowCommercialUse",
  "allowDerivatives",
  "allowDifferentLicense",
] as const;

/** "Civitai: allowNoCredit=true, allowCommercialUse={Image,Rent}, …", and what it says of commercial use. */
function civitaiLicense(fields: Fields): Pick<Found, "license" | "commercialUse"> {
  const flags = permissionNames.filter((name) => fields[name] !== undefined);
  if (flags.length === 0) return {};
  const written = (value: unknown): string => (Array.isArray(value) ? `{${value.join(",")}}` : String(value));
  return {
    license: `Civitai: ${flags.map((name) => `${name}=${written(fields[name])}`).join(", ")}`,
    commercialUse: civitaiCommercialUse(fields["allowCommercialUse"]),
  };
}

/** Civitai's marks of a model: `poi` (person of interest), `minor`. */
const refusalOf = (...models: readonly Fields[]): CardRefusal | null =>
  models.some(({ poi }) => poi === true)
    ? "person"
    : models.some(({ minor }) => minor === true)
      ? "minor"
      : null;

/** Listings by other programs write it with an underscore. */
const trainedWords = (fields: Fields): string[] => [
  ...textsOf(fields["trainedWords"]),
  ...textsOf(fields["trained_words"]),
];

/** Hugging Face has texts by the name of Civitai's numbers. */
const hasModelId = (fields: Fields): boolean => typeof fields["modelId"] === "number";

const isCivitai = (fields: Fields): boolean =>
  hasModelId(fields) ||
  ["modelVersions", "trainedWords", "trained_words"].some((field) => fields[field] !== undefined);

/** A version alone, as Civitai answers by hash: its name ("v1.0") is no model's. */
const isVersion = (fields: Fields): boolean =>
  hasModelId(fields) &&
  ["modelVersions", "type", "tags", "creator"].every((field) => fields[field] === undefined);

const filesOf = (version: Fields): Fields[] =>
  [...listOf(version["files"]), version["file"]].filter(isFields);

/** The one that has the file; without one the newest for SD 1.x, or the newest of all. */
function versionOf(model: Fields, fileName: string | null): unknown {
  const versions = listOf(model["modelVersions"]);
  const file = fileName?.slice(fileName.lastIndexOf("/") + 1).toLowerCase();
  return (
    versions.find((version) =>
      filesOf(fieldsOf(version)).some(({ name }) => textOf(name).toLowerCase() === file),
    ) ??
    versions.find((version) => textOf(fieldsOf(version)["baseModel"]).startsWith("SD 1")) ??
    versions[0]
  );
}

/**
 * A model of Civitai's API, a version of it, or a `.civitai.info` file. Null: not a LoRA.
 * @param besideFile the adapter that it lies beside, of whatever type it is
 */
function civitaiCard(written: Fields, besideFile: string | null = null): RawCard | null {
  const value = isVersion(written) ? { ...written, name: undefined } : written;
  const version = fieldsOf(versionOf(value, besideFile) ?? value);
  const model = isFields(version["model"]) ? version["model"] : value;
  const type = textOf(model["type"]).toLowerCase();
  if (besideFile === null && type !== "" && !loraTypes.has(type)) return null;
  const files = filesOf(version);
  const file = files.find(({ primary }) => primary === true) ?? files[0] ?? {};
  const images = [...listOf(version["images"]), ...listOf(version["examples"])].filter(isFields);
  const tags = textsOf(model["tags"]);
  const sha256 = textOf(fieldsOf(file["hashes"])["SHA256"]) || textOf(file["sha256"]);
  const descriptions = [
    textOf(model["description"]),
    model === version ? "" : textOf(version["description"]),
  ];
  return rawCard({
    name: [
      textOf(model["name"]) || textOf(file["name"]),
      numberOf(version["versionId"]) ?? numberOf(version["id"]),
    ],
    title: textOf(model["name"]),
    description: descriptions.filter((part) => part !== "").join(" "),
    tags,
    triggers: trainedWords(version),
    category: categoryIn(tags),
    prompts: images
      .map((image) => textOf(fieldsOf(image["meta"])["prompt"]) || textOf(image["prompt"]))
      .filter((prompt) => prompt !== ""),
    // Adult images are not sent to anybody's server.
    images: images
      .filter(
        ({ nsfwLevel, nsfw, type: kind }) =>
          kind !== "video" &&
          (numberOf(nsfwLevel) ?? 1) <= 2 &&
          nsfw !== true &&
          !["Mature", "X"].includes(textOf(nsfw)),
      )
      .map(({ url }) => textOf(url))
      .filter((url) => url.startsWith("https://")),
    baseModel: textOf(version["baseModel"]) || textOf(version["base_model"]) || "SD 1.5",
    file: {
      path: textOf(file["name"]),
      sizeBytes: Math.max(0, Math.round((numberOf(file["sizeKB"]) ?? 0) * 1024)),
      sha256: sha256.toLowerCase(),
    },
    refused: refusalOf(model, value),
    ...civitaiLicense(isFields(model["license"]) ? model["license"] : model),
    author: textOf(fieldsOf(model["creator"])["username"]),
  });
}

/** What a card says of it; undefined: nothing. */
const commercialUseIn = ({ commercialUse }: Fields): boolean | null | undefined =>
  typeof commercialUse === "boolean" || commercialUse === null ? commercialUse : undefined;

/** One of our own cards, the authors' cards of the pack among them (these have HTML and sample prompts). */
function listedCard(value: Fields, id: string): RawCard {
  const refined = fieldsOf(value["refined"]);
  const file = fieldsOf(value["file"]);
  const samples = listOf(value["samples"]).filter(isFields);
  const category = textOf(refined["category"]) || textOf(value["category"]);
  const triggers = [...textsOf(value["triggerWords"]), ...textsOf(value["triggers"])].join(", ");
  const sets = listOf(value["triggerSets"]).map((set) => textsOf(set).join(", "));
  const found: Found = {
    name: [id],
    title: textOf(value["title"]),
    description: [textOf(value["description"]), textOf(refined["description"])].join(" "),
    tags: textsOf(value["tags"]),
    triggers: sets.length > 0 ? sets : triggers === "" ? [] : [triggers],
    category: categoryIn([category]),
    weight: numberOf(refined["weight"]) ?? numberOf(value["weight"]),
    prompts: [...textsOf(value["samplePrompts"]), ...samples.map(({ prompt }) => textOf(prompt))],
    images: samples.map(({ path }) => textOf(path)),
    baseModel: textOf(value["baseModel"]) || "SD 1.5",
    file: {
      path: textOf(file["path"]),
      sizeBytes: numberOf(file["sizeBytes"]) ?? 0,
      sha256: textOf(file["sha256"]),
    },
    license: textOf(value["license"]),
    commercialUse: commercialUseIn(value),
    author: textOf(value["author"]),
  };
  return rawCard(found);
}

/** A file of an adapter list among the manifests. */
function manifestCard(file: Fields): RawCard {
  const entry = fieldsOf(file["adapter"]);
  const triggers = textsOf(entry["triggerWords"]).join(", ");
  return rawCard({
    name: [textOf(entry["id"])],
    title: textOf(entry["description"]),
    description: textOf(entry["description"]),
    tags: [textOf(entry["category"])],
    triggers: triggers === "" ? [] : [triggers],
    category: categoryIn([textOf(entry["category"])]),
    weight: numberOf(entry["weight"]),
    file: {
      path: textOf(file["path"]),
      sizeBytes: numberOf(file["sizeBytes"]) ?? numberOf(file["approximateBytes"]) ?? 0,
      sha256: textOf(file["sha256"]),
    },
    license: textOf(entry["license"]),
    author: textOf(file["path"]).split("/")[0] ?? "",
  });
}

/**
 * The cards in one parsed JSON value: a list, an object of cards by id, one card, a page of Civitai's API, or a manifest.
 * Null stands for an entry that is no LoRA's card.
 */
export function* cardsIn(value: unknown): Generator<RawCard | null> {
  if (Array.isArray(value)) {
    for (const entry of value) yield* cardsIn(entry);
  } else if (!isFields(value)) {
    yield null;
  } else if (Array.isArray(value["items"])) {
    yield* cardsIn(value["items"]);
  } else if (value["kind"] === "adapters" && Array.isArray(value["files"])) {
    for (const file of value["files"])
      if (isFields(file) && isFields(file["adapter"])) yield manifestCard(file);
  } else if (isCivitai(value)) {
    yield civitaiCard(value);
  } else if (typeof value["title"] === "string") {
    yield listedCard(value, textOf(value["id"]) || value["title"]);
  } else {
    const entries = Object.entries(value);
    const isMap =
      entries.length > 0 &&
      entries.every(([, entry]) => isFields(entry) && typeof entry["title"] === "string");
    if (!isMap) yield null;
    else for (const [id, entry] of entries) yield listedCard(entry as Fields, id);
  }
}

/** StabilityMatrix's `.cm-info.json` in Civitai's names. */
const matrixVersion = (value: Fields): Fields => ({
  id: value["VersionId"],
  baseModel: value["BaseModel"],
  trainedWords: value["TrainedWords"] ?? [],
  description: value["VersionDescription"],
  model: {
    name: value["UserTitle"] ?? value["ModelName"],
    description: value["ModelDescription"],
    tags: value["Tags"],
  },
});

/**
 * What lies beside an adapter file under its name: `.civitai.info`, the model's answer of Civitai's API (SD.Next), `.metadata.json` of
 * ComfyUI's LoRA manager, `.cm-info.json` of StabilityMatrix, the hub's answer about its repository, or A1111's `.json` ("description",
 * "activation text", "preferred weight"). Null: none of them.
 */
export function sidecarCard(value: unknown, fileName: string): RawCard | null {
  if (!isFields(value)) return null;
  if (isHubRepository(value)) return hubCard(value, fileName);
  if (isCivitai(value)) return civitaiCard(value, fileName);
  if (isFields(value["civitai"]) && isCivitai(value["civitai"]))
    return civitaiCard(value["civitai"], fileName);
  if (value["ModelName"] !== undefined) return civitaiCard(matrixVersion(value), fileName);
  const known = ["description", "activation text", "preferred weight", "notes", "sd version"];
  if (!known.some((field) => value[field] !== undefined)) return null;
  const weight = numberOf(value["preferred weight"]);
  return rawCard({
    name: [fileName],
    title: "",
    description: [textOf(value["description"]), textOf(value["notes"])].join(" "),
    triggers: textsOf(value["activation text"]),
    weight: weight === 0 ? undefined : weight, // A1111 writes 0 for "not set"
  });
}
