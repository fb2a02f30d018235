// What Hugging Face's API says of a repository (`/api/models/OWNER/NAME?blobs=true`): its files, and the front matter of its README as
// `cardData`.
import { adapterEnding } from "../adapters/files/file-ending.ts";
import { titleOfFile } from "./draft.ts";
import { type Fields, fieldsOf, isFields, listOf, textOf, textsOf } from "./fields.ts";
import { rawCard, type RawCard } from "./raw-card.ts";

/** Its id is "owner/name", and it lists its files. */
export const isHubRepository = (value: Fields): boolean =>
  /^[\w.-]+\/[\w.-]+$/u.test(textOf(value["id"])) && Array.isArray(value["siblings"]);

/** Tags of machines: "license:mit", "base_model:adapter:runwayml/…", "region:us", and what every such repository is. */
const machineTag =
  /:|^(?:diffusers|safetensors|lora|template:.*|text-to-image|stable-diffusion|stable-diffusion-diffusers|diffusers-training|en)$/iu;

/** Files that training scripts name all alike are called by their repository. */
const isNameOfAll = (fileName: string): boolean =>
  /^(?:pytorch_lora_weights|adapter_model|learned_embeds|lora)\./u.test(fileName);

/** "owner/name" and "a/pytorch_lora_weights.safetensors" → "name.safetensors" */
export function hubFileName(repo: string, path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (!isNameOfAll(name)) return name;
  return `${repo.slice(repo.indexOf("/") + 1)}${adapterEnding.exec(name)?.[0] ?? ""}`;
}

/** The base models that the front matter names. */
export const hubBaseModels = (repository: Fields): string[] =>
  textsOf(fieldsOf(repository["cardData"])["base_model"]);

/** @param fileName which of its files it is about: the name that `hubFileName` gives */
export function hubCard(repository: Fields, fileName: string): RawCard {
  const id = textOf(repository["id"]);
  const about = fieldsOf(repository["cardData"]);
  const samples = listOf(about["widget"]).filter(isFields);
  return rawCard({
    name: [fileName.replace(adapterEnding, "")],
    title: titleOfFile(fileName),
    description: textOf(about["description"]),
    tags: textsOf(about["tags"]).filter((tag) => !machineTag.test(tag)),
    triggers: textsOf(about["instance_prompt"]),
    prompts: samples.map(({ text }) => textOf(text)).filter((text) => text !== ""),
    baseModel: hubBaseModels(repository)[0] ?? "",
    license: textOf(about["license_name"]) || textsOf(about["license"])[0] || "",
    author: textOf(repository["author"]) || id.slice(0, id.indexOf("/")),
  });
}
