// Values of other tools' settings as AUTOMATIC1111's text has them: labels, sizes, tags of adapters.
import type { GenerationParameters } from "./generation-parameters.ts";
import { fieldOf, isJsonObject, type JsonObject } from "./json.ts";

export const textOf = (value: unknown): string =>
  typeof value === "string"
    ? value.trim()
    : typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : "";

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

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

export const isSet = (value: unknown): boolean =>
  !["", "0", "false", "False", "None", "none"].includes(textOf(value)) ||
  isJsonObject(value) ||
  listOf(value).length > 0;

/** What is not in `known` and says something, under its own name. */
export const others = (settings: JsonObject, known: ReadonlySet<string>): [string, string][] =>
  Object.entries(settings)
    .filter(([key, value]) => !known.has(key) && isSet(value))
    .map(([key, value]) => [labelOf(key), textOf(value) || nameIn(value) || "set"]);

export const nameIn = (value: unknown): string =>
  textOf(fieldOf(value, "name")) ||
  textOf(fieldOf(value, "model_name")) ||
  textOf(fieldOf(value, "base_model_name"));

/** "hrf_strength" → "hrf strength": a label as the text form can hold it, which has two characters or more. */
const labelOf = (key: string): string => {
  const label = key
    .replace(/[^\w -]|_/gu, " ")
    .replace(/^[ -]+/u, "")
    .trim()
    .slice(0, 60);
  return label.length > 1 ? label : `setting ${label}`.trim();
};

export const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/u));

export function parameters(
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

export const sizeOf = (width: unknown, height: unknown): string =>
  textOf(width) !== "" && textOf(height) !== "" ? `${textOf(width)}x${textOf(height)}` : "";
