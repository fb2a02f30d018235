// The attributes of <stylus-image>, which are also the parameters of widget.html: texts become settings.
import * as v from "valibot";
import { settingsSchema, type WidgetSettings } from "./protocol.ts";

export const settingNames = [
  "prompt",
  "negative-prompt",
  "pack",
  "adapters",
  "seed",
  "steps",
  "size",
  "cfg",
  "sampler",
  "theme",
  "accent",
  "nsfw-check",
  "nsfw-threshold",
] as const;
type SettingName = (typeof settingNames)[number];

/** `auto`, `none`, or `clay:0.8, ink`; a weight that is left out is 1. */
function adaptersOf(text: string): unknown {
  if (text === "auto" || text === "none") return text;
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => {
      const [id = "", weight = "1"] = part.split(":");
      return { id: id.trim(), weight: numberOf(weight) };
    });
}

/** NaN, which no schema takes, for an empty text. */
const numberOf = (text: string): number => (text.trim() === "" ? NaN : Number(text));

function sizeOf(text: string): Record<"width" | "height", unknown> {
  const [, width = "", height = ""] = /^(\d+)\s*[x×]\s*(\d+)$/.exec(text.trim()) ?? [];
  return { width: numberOf(width), height: numberOf(height) };
}

/** The settings that an attribute stands for, unchecked. */
const readers: Readonly<Record<SettingName, (text: string) => { readonly [field: string]: unknown }>> = {
  prompt: (prompt) => ({ prompt }),
  "negative-prompt": (negativePrompt) => ({ negativePrompt }),
  pack: (pack) => ({ pack }),
  adapters: (text) => ({ adapters: adaptersOf(text.trim()) }),
  seed: (text) => ({ seed: numberOf(text) }),
  steps: (text) => ({ steps: numberOf(text) }),
  size: sizeOf,
  cfg: (text) => ({ cfgScale: numberOf(text) }),
  sampler: (sampler) => ({ sampler }),
  theme: (theme) => ({ theme }),
  accent: (accent) => ({ accent }),
  "nsfw-check": (text) => ({ nsfwCheck: { on: true, off: false }[text.trim()] ?? text }),
  "nsfw-threshold": (text) => ({ nsfwThreshold: numberOf(text) }),
};

/**
 * @param get the text of an attribute; null when it is absent
 * @returns the settings, and a sentence for each attribute that cannot be used, which is then left out
 */
export function readSettings(get: (name: SettingName) => string | null): {
  readonly settings: WidgetSettings;
  readonly problems: readonly string[];
} {
  const settings: WidgetSettings = {};
  const problems: string[] = [];
  for (const attribute of settingNames) {
    const text = get(attribute);
    if (text === null) continue;
    const parsed = v.safeParse(settingsSchema, readers[attribute](text), { abortEarly: true });
    if (parsed.success) Object.assign(settings, parsed.output);
    else problems.push(`${attribute}="${text.slice(0, 80)}" cannot be used: ${parsed.issues[0].message}.`);
  }
  return { settings, problems };
}
