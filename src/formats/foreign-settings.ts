// Settings as tools other than AUTOMATIC1111 keep them in their files, in its terms: InvokeAI, SwarmUI, NovelAI, Fooocus. What has no
// counterpart keeps its own label, so that it can be named.
import type { GenerationParameters } from "./generation-parameters.ts";
import { fieldOf, isJsonObject, type JsonObject, parseJsonObject } from "./json.ts";

const textOf = (value: unknown): string =>
  typeof value === "string"
    ? value.trim()
    : typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : "";

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** "loras/my LoRA.safetensors" and 0.8 → "<lora:my LoRA:0.8>"; characters that a tag cannot hold become "_". */
export function loraTag(name: string, strengths: readonly unknown[]): string {
  const file = name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1);
  const plain = file
    .replace(/\.(?:safetensors|pt|bin|ckpt|pth)$/iu, "")
    .replace(/[:<>]/gu, "_")
    .trim();
  const numbers = strengths.map(textOf).filter((number) => number !== "" && Number.isFinite(Number(number)));
  return plain === "" ? "" : `<lora:${[plain, ...numbers].join(":")}>`;
}

const isSet = (value: unknown): boolean =>
  !["", "0", "false", "None", "none"].includes(textOf(value)) ||
  isJsonObject(value) ||
  listOf(value).length > 0;

/** What is not in `known` and says something, under its own name. */
const others = (settings: JsonObject, known: ReadonlySet<string>): [string, string][] =>
  Object.entries(settings)
    .filter(([key, value]) => !known.has(key) && isSet(value))
    .map(([key, value]) => [labelOf(key), textOf(value) || "set"]);

/** "hrf_strength" → "hrf strength": a label as the text form can hold it. */
const labelOf = (key: string): string =>
  key
    .replace(/[^\w -]|_/gu, " ")
    .trim()
    .slice(0, 60) || "setting";

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/u));

function parameters(
  texts: { readonly prompt: string; readonly negativePrompt: string; readonly tags?: readonly string[] },
  fields: readonly (readonly [string, unknown])[],
): GenerationParameters {
  const filled = fields.map(([label, value]): [string, string] => [label, textOf(value)]);
  return {
    prompt: [texts.prompt, ...(texts.tags ?? [])].join(" ").trim(),
    negativePrompt: texts.negativePrompt,
    fields: new Map(filled.filter(([, value]) => value !== "")),
  };
}

const sizeOf = (width: unknown, height: unknown): string =>
  textOf(width) !== "" && textOf(height) !== "" ? `${textOf(width)}x${textOf(height)}` : "";

const swarmKnown =
  words(`prompt negativeprompt model seed steps cfgscale width height sampler scheduler loras loraweights aspectratio
  sidelength images swarm_version date generation_time automaticvae initimagecreativity clipstopatlayer batchsize resolution`);

/** `sui_image_params` of SwarmUI; lists are lists or texts with commas. */
function swarmSettings(settings: JsonObject): GenerationParameters {
  const list = (value: unknown): string[] =>
    (Array.isArray(value) ? value : textOf(value).split(",")).map(textOf).filter((part) => part !== "");
  const weights = list(fieldOf(settings, "loraweights"));
  const tags = list(fieldOf(settings, "loras")).map((name, i) => loraTag(name, [weights[i]]));
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

const invokeKnown =
  words(`positive_prompt negative_prompt model seed steps cfg_scale width height scheduler loras clip_skip rand_device
  app_version generation_mode strength positive_style_prompt negative_style_prompt canvas_v2_metadata
  metadata_version seamless_x seamless_y init_image ref_images regions`);

/** "(a fox)1.2", "fox++", "(in snow)-" in AUTOMATIC1111's form. */
const invokePrompt = (text: string): string =>
  text
    .replace(
      /\(([^()]*)\)(\d+(?:\.\d+)?|\++|-+)(?![\w.])/gu,
      (_, inner: string, weight: string) => `(${inner}:${invokeWeight(weight)})`,
    )
    .replace(
      /(?<![\p{L}\p{N}+])([\p{L}\p{N}]+)(\++)(?![\p{L}\p{N}+])/gu,
      (_, word: string, plus: string) => `(${word}:${invokeWeight(plus)})`,
    );

const invokeWeight = (written: string): string =>
  written.startsWith("+")
    ? String(Number((1.1 ** written.length).toFixed(4)))
    : written.startsWith("-")
      ? String(Number((0.9 ** written.length).toFixed(4)))
      : written;

/** `invokeai_metadata`. */
function invokeSettings(settings: JsonObject): GenerationParameters {
  const nameIn = (value: unknown): string =>
    textOf(fieldOf(value, "name")) ||
    textOf(fieldOf(value, "model_name")) ||
    textOf(fieldOf(value, "base_model_name"));
  const tags = listOf(settings["loras"]).map((entry) =>
    loraTag(nameIn(fieldOf(entry, "model")) || nameIn(fieldOf(entry, "lora")), [fieldOf(entry, "weight")]),
  );
  const skipped = Number(textOf(settings["clip_skip"]) || "0");
  const device = textOf(settings["rand_device"]);
  return parameters(
    {
      prompt: invokePrompt(textOf(settings["positive_prompt"])),
      negativePrompt: invokePrompt(textOf(settings["negative_prompt"])),
      tags,
    },
    [
      ["Steps", settings["steps"]],
      ["Sampler", settings["scheduler"]],
      ["CFG scale", settings["cfg_scale"]],
      ["Seed", settings["seed"]],
      ["Size", sizeOf(settings["width"], settings["height"])],
      ["Model", nameIn(settings["model"])],
      ["Denoising strength", settings["strength"]],
      ["Clip skip", skipped > 0 ? skipped + 1 : ""],
      ...others(settings, invokeKnown),
      ["RNG", device === "cuda" ? "NV" : "CPU"],
      ["Version", `InvokeAI ${textOf(settings["app_version"])}`.trim()],
    ],
  );
}

/** `sd-metadata` of InvokeAI 2: prompts are lists, what is unwanted stands in square brackets. */
function oldInvokeSettings(settings: JsonObject): GenerationParameters | null {
  const image = fieldOf(settings, "image");
  if (!isJsonObject(image)) return null;
  const written =
    textOf(image["prompt"]) ||
    listOf(image["prompt"])
      .map((part) => textOf(fieldOf(part, "prompt")))
      .join(" ");
  const unwanted = Array.from(written.matchAll(/\[([^[\]]*)\]/gu), ([, inner]) => inner!);
  return parameters(
    {
      prompt: invokePrompt(
        written
          .replace(/\[[^[\]]*\]/gu, " ")
          .replace(/ {2,}/gu, " ")
          .trim(),
      ),
      negativePrompt: invokePrompt(unwanted.join(", ")),
    },
    [
      ["Steps", image["steps"]],
      ["Sampler", image["sampler"]],
      ["CFG scale", image["cfg_scale"]],
      ["Seed", image["seed"]],
      ["Size", sizeOf(image["width"], image["height"])],
      ["Model", settings["model_weights"]],
      ["Denoising strength", image["strength"]],
      ["RNG", "CPU"],
      ["Version", textOf(settings["app_version"]) || "InvokeAI 2"],
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

/** `Comment` of NovelAI; the prompt stands in `Description` too. */
function novelSettings(settings: JsonObject, entries: ReadonlyMap<string, string>): GenerationParameters {
  return parameters(
    {
      prompt: novelPrompt(textOf(settings["prompt"]) || (entries.get("Description") ?? "").trim()),
      negativePrompt: novelPrompt(textOf(settings["uc"])),
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
  return has("uc", "steps") || has("v4_prompt") ? novelSettings(value, new Map()) : null;
}

/** What tools keep under entries of their own. Null: none of those known here. */
export function settingsOfEntries(entries: ReadonlyMap<string, string>): GenerationParameters | null {
  const json = (name: string): JsonObject | null => parseJsonObject(entries.get(name) ?? "");
  const invoke = json("invokeai_metadata");
  if (invoke) return invokeSettings(invoke);
  const old = json("sd-metadata");
  const oldSettings = old && oldInvokeSettings(old);
  if (oldSettings) return oldSettings;
  const comment = json("Comment") ?? json("comment");
  if (!comment) return null;
  const isNovel = entries.get("Software") === "NovelAI" || fieldOf(comment, "uc") !== undefined;
  return isNovel
    ? novelSettings(comment, entries)
    : settingsOfJson(entries.get("Comment") ?? entries.get("comment")!);
}
