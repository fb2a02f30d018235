// Settings of InvokeAI: its own metadata, that of version 2, and the command line of its forerunner.
import { convertCompel } from "./compel.ts";
import type { GenerationParameters } from "./generation-parameters.ts";
import { fieldOf, isJsonObject, type JsonObject } from "./json.ts";
import { listOf, loraTag, nameIn, others, parameters, sizeOf, textOf, words } from "./setting-values.ts";

const invokeKnown =
  words(`positive_prompt negative_prompt model seed steps cfg_scale width height scheduler loras clip_skip rand_device
  app_version generation_mode strength positive_style_prompt negative_style_prompt canvas_v2_metadata
  metadata_version init_image`);

/** Prompts in AUTOMATIC1111's form, and the field that names what has none. */
function invokePrompts(
  positive: string,
  negative: string,
): {
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly unread: readonly [label: string, value: string];
} {
  const [prompt, negativePrompt] = [convertCompel(positive), convertCompel(negative)];
  const dropped = [...prompt.dropped, ...negativePrompt.dropped];
  return {
    prompt: prompt.text,
    negativePrompt: negativePrompt.text,
    unread: ["Compel", dropped.join(" ")],
  };
}

/** `invokeai_metadata`. */
export function invokeSettings(settings: JsonObject): GenerationParameters {
  const tags = listOf(settings["loras"]).map((entry) =>
    loraTag(nameIn(fieldOf(entry, "model")) || nameIn(fieldOf(entry, "lora")), [fieldOf(entry, "weight")]),
  );
  const skipped = Number(textOf(settings["clip_skip"]) || "0");
  const device = textOf(settings["rand_device"]);
  const { unread, ...prompts } = invokePrompts(
    textOf(settings["positive_prompt"]),
    textOf(settings["negative_prompt"]),
  );
  return parameters({ ...prompts, tags }, [
    ["Steps", settings["steps"]],
    ["Sampler", settings["scheduler"]],
    ["CFG scale", settings["cfg_scale"]],
    ["Seed", settings["seed"]],
    ["Size", sizeOf(settings["width"], settings["height"])],
    ["Model", nameIn(settings["model"])],
    ["Denoising strength", settings["strength"]],
    ["Clip skip", skipped > 0 ? skipped + 1 : ""],
    unread,
    ...others(settings, invokeKnown),
    ["RNG", device === "cuda" ? "NV" : "CPU"],
    ["Version", `InvokeAI ${textOf(settings["app_version"])}`.trim()],
  ]);
}

const oldInvokeKnown = words(
  "prompt steps sampler cfg_scale seed width height strength type orig_hash init_image_path",
);

/** `sd-metadata` of InvokeAI 2: prompts are lists, what is unwanted stands in square brackets. */
export function oldInvokeSettings(settings: JsonObject): GenerationParameters | null {
  const image = fieldOf(settings, "image");
  if (!isJsonObject(image)) return null;
  const written =
    textOf(image["prompt"]) ||
    listOf(image["prompt"])
      .map((part) => textOf(fieldOf(part, "prompt")))
      .join(" ");
  const { unread, ...prompts } = oldInvokePrompts(written);
  return parameters(prompts, [
    ["Steps", image["steps"]],
    ["Sampler", image["sampler"]],
    ["CFG scale", image["cfg_scale"]],
    ["Seed", image["seed"]],
    ["Size", sizeOf(image["width"], image["height"])],
    ["Model", settings["model_weights"]],
    ["Denoising strength", image["strength"]],
    unread,
    ...others(image, oldInvokeKnown),
    ["RNG", "CPU"],
    ["Version", textOf(settings["app_version"]) || "InvokeAI 2"],
  ]);
}

function oldInvokePrompts(written: string): ReturnType<typeof invokePrompts> {
  const unwanted = Array.from(written.matchAll(/\[([^[\]]*)\]/gu), ([, inner]) => inner!);
  const wanted = written.replace(/\[[^[\]]*\]/gu, " ").replace(/ {2,}/gu, " ");
  return invokePrompts(wanted.trim(), unwanted.join(", "));
}

/** The command line of InvokeAI's forerunner: `"a fox" -s 20 -S 5 -W 512 -H 512 -C 7.5 -A k_euler_a`. */
export function dreamSettings(text: string): GenerationParameters | null {
  const [, prompt, rest] = /^\s*"(.*)"\s+(-.*)$/su.exec(text) ?? [];
  if (prompt === undefined) return null;
  const options = new Map(
    Array.from(
      rest!.matchAll(/(?:^|\s)(?:--([\w-]+)|-([A-Za-z]))[ =]*((?!-[-A-Za-z])\S+)?/gu),
      ([, long, short, value]) => [long ?? short!, value ?? "true"],
    ),
  );
  const take = (name: string): string => {
    const value = options.get(name) ?? "";
    options.delete(name);
    return value;
  };
  const fields: [string, string][] = [
    ["Steps", take("s")],
    ["Sampler", take("A")],
    ["CFG scale", take("C")],
    ["Seed", take("S")],
    ["Size", sizeOf(take("W"), take("H"))],
    ["Denoising strength", take("f")],
  ];
  const { unread, ...prompts } = oldInvokePrompts(prompt);
  return parameters(prompts, [
    ...fields,
    unread,
    ...others(Object.fromEntries(options), new Set()),
    ["RNG", "CPU"],
    ["Version", "InvokeAI 1"],
  ]);
}
