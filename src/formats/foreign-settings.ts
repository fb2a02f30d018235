// Settings as tools other than AUTOMATIC1111 keep them in their files, in its terms: SwarmUI, NovelAI, Fooocus, Draw Things, Easy Diffusion.
// What has no counterpart keeps its own label, so that it can be named.
import type { GenerationParameters } from "./generation-parameters.ts";
import { unescapeEntities } from "../shared/html-entities.ts";
import { dreamSettings, invokeSettings, oldInvokeSettings } from "./invoke-settings.ts";
import { fieldOf, isJsonObject, type JsonObject, parseJsonObject } from "./json.ts";
import { isSet, listOf, loraTag, others, parameters, sizeOf, textOf, words } from "./setting-values.ts";

const swarmKnown =
  words(`prompt negativeprompt model seed steps cfgscale width height sampler scheduler loras loraweights loratencweights aspectratio
  sidelength images swarm_version date generation_time automaticvae initimagecreativity clipstopatlayer batchsize resolution`);

/** `sui_image_params` of SwarmUI; lists are lists or texts with commas. */
function swarmSettings(settings: JsonObject): GenerationParameters {
  const list = (value: unknown): string[] =>
    (Array.isArray(value) ? value : textOf(value).split(",")).map(textOf).filter((part) => part !== "");
  const weights = list(fieldOf(settings, "loraweights"));
  const textWeights = list(fieldOf(settings, "loratencweights"));
  const tags = list(fieldOf(settings, "loras")).map((name, i) =>
    loraTag(name, [...new Set([textWeights[i] ?? weights[i], weights[i]])]),
  );
  const prompt = textOf(settings["prompt"]);
  return parameters(
    { prompt, negativePrompt: textOf(settings["negativeprompt"]), tags: /<lora:/iu.test(prompt) ? [] : tags },
    [
      ["Steps", settings["steps"]],
      ["Sampler", settings["sampler"]],
      ["Schedule type", settings["scheduler"]],
      ["CFG scale", settings["cfgscale"]],
      ["Seed", settings["seed"]],
      ["Size", sizeOf(settings["width"], settings["height"])],
      ["Model", settings["model"]],
      ["Denoising strength", settings["initimagecreativity"]],
      ["Clip skip", textOf(settings["clipstopatlayer"]).replace(/^-/u, "")],
      ...others(settings, swarmKnown),
      ["RNG", "CPU"],
      ["Version", `SwarmUI ${textOf(settings["swarm_version"])}`.trim()],
    ],
  );
}

/** NovelAI's braces weigh 1.05, its square brackets 1 / 1.05, its round ones are text. Unmatched ones are dropped. */
function novelPrompt(text: string): string {
  const open: { readonly bracket: string; readonly at: number }[] = [];
  const out: string[] = [];
  for (const character of text) {
    if (character === "(" || character === ")") out.push(`\\${character}`);
    else if (character === "{" || character === "[") {
      open.push({ bracket: character, at: out.length });
      out.push("(");
    } else if (character === "}" || character === "]") {
      const { bracket } = open.at(-1) ?? {};
      if (bracket !== (character === "}" ? "{" : "[")) continue;
      open.pop();
      out.push(character === "}" ? ":1.05)" : ":0.952)");
    } else out.push(character);
  }
  for (const { at } of open) out[at] = "";
  return out.join("");
}

const novelKnown =
  words(`prompt uc steps height width scale seed sampler noise_schedule strength n_samples signed_hash request_type
  v4_prompt v4_negative_prompt legacy legacy_v3_extend params_version add_original_image version extra_noise_seed`);

/** "1.3::a fox::" of its fourth version; without an end it goes on to the next weight, or the prompt's end. */
const novelWeights = (text: string): string =>
  text.replace(
    /(?<![\w.])(-?\d+(?:\.\d+)?)::(.*?)(?:::|(?=(?<![\w.])-?\d+(?:\.\d+)?::)|$)/gsu,
    (_, weight: string, inner: string) => (inner.trim() === "" ? inner : `(${inner}:${weight})`),
  );

/** The captions of single characters of the image. */
const characters = (prompt: unknown): string =>
  listOf(fieldOf(fieldOf(prompt, "caption"), "char_captions"))
    .map((one) => textOf(fieldOf(one, "char_caption")))
    .filter((text) => text !== "")
    .join(" | ");

/** `Comment` of NovelAI; the prompt stands in `Description` too. */
function novelSettings(settings: JsonObject, entries: ReadonlyMap<string, string>): GenerationParameters {
  const isWeighted = settings["v4_prompt"] !== undefined;
  const wordsOf = (text: string): string =>
    isWeighted ? novelWeights(novelPrompt(text)) : novelPrompt(text);
  return parameters(
    {
      prompt: wordsOf(textOf(settings["prompt"]) || (entries.get("Description") ?? "").trim()),
      negativePrompt: wordsOf(textOf(settings["uc"])),
    },
    [
      ["Steps", settings["steps"]],
      ["Sampler", settings["sampler"]],
      ["Schedule type", settings["noise_schedule"]],
      ["CFG scale", settings["scale"]],
      ["Seed", settings["seed"]],
      ["Size", sizeOf(settings["width"], settings["height"])],
      ["Model", entries.get("Source")],
      ["Denoising strength", settings["strength"]],
      ["Characters", characters(settings["v4_prompt"])],
      ["Negative characters", characters(settings["v4_negative_prompt"])],
      ...others(settings, novelKnown),
      ["RNG", "CPU"],
      ["Version", "NovelAI"],
    ],
  );
}

const fooocusKnown =
  words(`prompt negative_prompt full_prompt full_negative_prompt seed steps guidance_scale sampler scheduler resolution
  base_model base_model_hash loras version metadata_scheme performance created_by fooocus_v2_expansion vae clip_skip`);

/** Fooocus' own scheme. Its styles are in the prompt that it has really used, which is longer than the one that was typed. */
function fooocusSettings(written: JsonObject): GenerationParameters {
  const settings = Object.fromEntries(
    Object.entries(written).map(([key, value]) => [key.trim().toLowerCase().replaceAll(" ", "_"), value]),
  );
  const combined = Object.entries(settings).filter(([key]) => /^lora_(?:combined_)?\d+$/u.test(key));
  const tags = [
    ...listOf(settings["loras"]).map((entry) => loraTag(textOf(listOf(entry)[0]), [listOf(entry)[1]])),
    ...(listOf(settings["loras"]).length > 0 ? [] : combined).map(([, value]) => {
      const text = textOf(value);
      const at = text.lastIndexOf(" : ");
      return at < 0 ? "" : loraTag(text.slice(0, at), [text.slice(at + 3)]);
    }),
  ];
  const [width, height] = textOf(settings["resolution"]).match(/\d+/gu) ?? [];
  const full = (list: unknown, typed: unknown): string =>
    listOf(list).map(textOf).join(", ") || textOf(typed);
  const rest = Object.fromEntries(Object.entries(settings).filter(([key]) => !key.startsWith("lora_")));
  return parameters(
    {
      prompt: full(settings["full_prompt"], settings["prompt"]),
      negativePrompt: full(settings["full_negative_prompt"], settings["negative_prompt"]),
      tags,
    },
    [
      ["Steps", settings["steps"]],
      ["Sampler", settings["sampler"]],
      ["Schedule type", settings["scheduler"]],
      ["CFG scale", settings["guidance_scale"]],
      ["Seed", settings["seed"]],
      ["Size", sizeOf(width, height)],
      ["Model", settings["base_model"]],
      ["Clip skip", settings["clip_skip"]],
      ...others(rest, fooocusKnown),
      ["RNG", "CPU"],
      ["Version", textOf(settings["version"]) || "Fooocus"],
    ],
  );
}

const drawThingsKnown = words("c uc model sampler seed scale steps size strength lora seed_mode v2 profile");

/** Draw Things; its LoRA files have endings of their own. */
function drawThingsSettings(settings: JsonObject): GenerationParameters {
  const strength = textOf(settings["strength"]);
  const mode = textOf(settings["seed_mode"]);
  return parameters(
    {
      prompt: textOf(settings["c"]),
      negativePrompt: textOf(settings["uc"]),
      tags: listOf(settings["lora"]).map((entry) =>
        loraTag(textOf(fieldOf(entry, "model")), [fieldOf(entry, "weight")]),
      ),
    },
    [
      ["Steps", settings["steps"]],
      ["Sampler", settings["sampler"]],
      ["CFG scale", settings["scale"]],
      ["Seed", settings["seed"]],
      ["Size", settings["size"]],
      ["Model", settings["model"]],
      ["Denoising strength", strength === "1" ? "" : strength],
      ...others(settings, drawThingsKnown),
      ["Seed mode", /CPU|GPU/u.test(mode) ? "" : mode],
      ["RNG", mode.includes("GPU") ? "NV" : "CPU"],
      ["Version", "Draw Things"],
    ],
  );
}

/** Labels of its text files and early images, by the names of later ones. */
const easyLabels: ReadonlyMap<string, string> = new Map([
  ["steps", "num_inference_steps"],
  ["sampler", "sampler_name"],
  ["stable_diffusion_model", "use_stable_diffusion_model"],
  ["vae_model", "use_vae_model"],
  ["hypernetwork_model", "use_hypernetwork_model"],
  ["lora_model", "use_lora_model"],
  ["lora_strength", "lora_alpha"],
]);

const easyKnown =
  words(`prompt negative_prompt seed num_inference_steps guidance_scale sampler_name width height
  use_stable_diffusion_model use_lora_model lora_alpha clip_skip prompt_strength`);

/** Easy Diffusion: JSON, or an entry for each setting. */
function easySettings(written: JsonObject): GenerationParameters {
  const settings = Object.fromEntries(
    Object.entries(written).map(([key, value]) => {
      const name = key.toLowerCase().replaceAll(" ", "_");
      return [easyLabels.get(name) ?? name, value];
    }),
  );
  const list = (value: unknown): unknown[] =>
    Array.isArray(value)
      ? value
      : textOf(value)
          .replace(/["'[\]]/gu, "")
          .split(",");
  const weights = list(settings["lora_alpha"]);
  return parameters(
    {
      prompt: textOf(settings["prompt"]),
      negativePrompt: textOf(settings["negative_prompt"]),
      tags: list(settings["use_lora_model"])
        .map(textOf)
        .flatMap((name, i) => (isSet(name) ? [loraTag(name, [weights[i]])] : [])),
    },
    [
      ["Steps", settings["num_inference_steps"]],
      ["Sampler", settings["sampler_name"]],
      ["CFG scale", settings["guidance_scale"]],
      ["Seed", settings["seed"]],
      ["Size", sizeOf(settings["width"], settings["height"])],
      ["Model", settings["use_stable_diffusion_model"]],
      ["Denoising strength", settings["prompt_strength"]],
      ["Clip skip", /^true$/iu.test(textOf(settings["clip_skip"])) ? "2" : ""],
      ...others(settings, easyKnown),
      ["Version", "Easy Diffusion"],
    ],
  );
}

/** JSON in the entry that else holds AUTOMATIC1111's text. Null: some other JSON. */
export function settingsOfJson(text: string): GenerationParameters | null {
  const value = parseJsonObject(text);
  const swarm = fieldOf(value, "sui_image_params");
  if (isJsonObject(swarm)) return swarmSettings(swarm);
  const has = (...keys: readonly string[]): boolean => keys.every((key) => fieldOf(value, key) !== undefined);
  if (!value) return null;
  if (has("metadata_scheme") || has("guidance_scale", "performance") || has("Guidance Scale", "Performance"))
    return fooocusSettings(value);
  if (has("positive_prompt")) return invokeSettings(value);
  if (has("c", "sampler") && !has("prompt")) return drawThingsSettings(value);
  if (has("num_inference_steps", "guidance_scale")) return easySettings(value);
  return has("uc", "steps") || has("v4_prompt") ? novelSettings(value, new Map()) : null;
}

/** The comment in XMP; undefined without one. Searched step by step: an expression for it all takes cubic time on hostile texts. */
function xmpComment(xmp: string): string | undefined {
  const comment = xmp.indexOf("<exif:UserComment>");
  const item = comment < 0 ? -1 : xmp.indexOf("<rdf:li", comment);
  const start = item < 0 ? -1 : xmp.indexOf(">", item);
  const end = start < 0 ? -1 : xmp.indexOf("</rdf:li>", start);
  return end < 0 ? undefined : unescapeEntities(xmp.slice(start + 1, end));
}

/** What tools keep under entries of their own. Null: none of those known here. */
export function settingsOfEntries(entries: ReadonlyMap<string, string>): GenerationParameters | null {
  const json = (name: string): JsonObject | null => parseJsonObject(entries.get(name) ?? "");
  const invoke = json("invokeai_metadata");
  if (invoke) return invokeSettings(invoke);
  const old = json("sd-metadata");
  const oldSettings = old && oldInvokeSettings(old);
  if (oldSettings) return oldSettings;
  const dream = dreamSettings(entries.get("Dream") ?? "");
  if (dream) return dream;
  if (entries.has("num_inference_steps") || (entries.has("Guidance Scale") && entries.has("Steps")))
    return easySettings(Object.fromEntries(entries));
  const xmpSettings = settingsOfJson(xmpComment(entries.get("XML:com.adobe.xmp") ?? "") ?? "");
  if (xmpSettings) return xmpSettings;
  const comment = json("Comment") ?? json("comment");
  if (!comment) return null;
  const isNovel = entries.get("Software") === "NovelAI" || fieldOf(comment, "uc") !== undefined;
  return isNovel
    ? novelSettings(comment, entries)
    : settingsOfJson(entries.get("Comment") ?? entries.get("comment")!);
}
