// What a trainer wrote into an adapter's metadata: kohya's `ss_*`, `modelspec.*`, diffusers' PEFT configuration.
// All of it is untrusted text; only PEFT's configuration is needed to apply the adapter.
import { ADAPTER_NETWORKS, type AdapterNetwork } from "../adapter-networks.ts";
import { cutText, elided, withoutHidden } from "../../shared/untrusted-text.ts";
import { type ExpressionBudget, fullMatcher } from "./expression.ts";

export interface TriggerCandidate {
  readonly tag: string;
  /** Number of training captions with this tag. */
  readonly count: number;
  /** count / number of captions, at most 1; null if the number of images is unknown. */
  readonly share: number | null;
}

/** Fields to show, in this order, if present. */
const SHOWN: readonly (readonly [key: string, label: string])[] = [
  ["modelspec.title", "title"],
  ["ss_output_name", "output name"],
  ["modelspec.author", "author"],
  ["modelspec.license", "licence"],
  ["modelspec.architecture", "architecture"],
  ["ss_base_model_version", "base model version"],
  ["ss_sd_model_name", "trained on"],
  ["modelspec.trigger_phrase", "trigger phrase"],
  ["modelspec.usage_hint", "usage hint"],
  ["modelspec.description", "description"],
  ["ss_training_comment", "training comment"],
  ["ss_network_module", "network module"],
  ["ss_network_args", "network arguments"],
  ["ss_network_dim", "network dim"],
  ["ss_network_alpha", "network alpha"],
  ["ss_resolution", "resolution"],
  ["modelspec.resolution", "resolution"],
  ["ss_clip_skip", "clip skip"],
  ["ss_num_train_images", "training images"],
  ["ss_steps", "steps"],
  ["ss_epoch", "epoch"],
  ["ss_optimizer", "optimiser"],
  ["software", "software"],
];

/** Longer values are cut: as much as a card may hold. What is shown of them is less. */
export const maxMetadataText = 20_000;

/** What is printed of a value: one that was cut says so. */
export const shownValue = (value: string): string => elided(value, 300);

export function shownMetadata(
  metadata: ReadonlyMap<string, string>,
): { readonly label: string; readonly value: string }[] {
  return SHOWN.flatMap(([key, label]) => {
    const value = metadata.get(key);
    return value === undefined || value === "" || value === "None"
      ? []
      : [{ label, value: cutText(withoutHidden(value), maxMetadataText) }];
  });
}

/**
 * Tags by how often they stood in the training captions (`ss_tag_frequency`). Common tags lead most lists: the limit leaves room for
 * those that tell an adapter apart.
 */
export function triggerCandidates(metadata: ReadonlyMap<string, string>, limit = 100): TriggerCandidate[] {
  const folders = parseObject(metadata.get("ss_tag_frequency"));
  const counts = new Map<string, number>();
  for (const tags of Object.values(folders)) {
    if (typeof tags !== "object" || tags === null) continue;
    for (const [tag, count] of Object.entries(tags)) {
      const clean = withoutHidden(tag).trim();
      if (clean === "" || typeof count !== "number" || !(count > 0)) continue;
      counts.set(clean, (counts.get(clean) ?? 0) + count);
    }
  }
  const pictures = pictureCount(metadata);
  return [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, limit)
    .map(([tag, count]) => ({ tag, count, share: pictures === null ? null : Math.min(1, count / pictures) }));
}

function pictureCount(metadata: ReadonlyMap<string, string>): number | null {
  let count = 0;
  for (const folder of Object.values(parseObject(metadata.get("ss_dataset_dirs")))) {
    const images =
      typeof folder === "object" && folder !== null ? (folder as Record<string, unknown>)["img_count"] : null;
    if (typeof images === "number") count += images;
  }
  return count > 0 ? count : null;
}

/** What the file says about a module outside its tensors (PEFT configuration). */
export interface ModuleSettings {
  /** Used if the module has no alpha tensor. */
  readonly alpha: number | null;
  /** Of families whose tensors do not show it. */
  readonly rank: number | null;
  /** rsLoRA: γ = α/√r instead of α/r (arXiv 2312.03732). Only PEFT states it; other tools fold it into alpha. */
  readonly rankStabilised: boolean;
  /** Any other field of the configuration; undefined if unknown. */
  readonly field: (name: string) => unknown;
}

/** PEFT's configuration of one module, looked up by its path. */
export type SettingsLookup = (network: AdapterNetwork, path: string) => ModuleSettings;

/** A field of PEFT's configuration; undefined if unknown. */
type FieldOf = (network: AdapterNetwork, name: string) => unknown;

/**
 * Diffusers' `lora_adapter_metadata` (keys `unet.lora_alpha`, `text_encoder.alpha_pattern` …) goes before a PEFT `adapter_config.json`
 * next to the file. A field that is null differs from an absent field.
 */
function configurationOf(metadata: ReadonlyMap<string, string>, adapterConfig: unknown): FieldOf {
  const packed = parseObject(metadata.get("lora_adapter_metadata"));
  const beside = objectOrEmpty(adapterConfig);
  return (network, name) => {
    const own = `${network}.${name}`;
    if (Object.hasOwn(packed, own)) return packed[own];
    return Object.hasOwn(packed, name) ? packed[name] : beside[name];
  };
}

/** Scales and other settings stored outside the tensors. Patterns match the end of a module's path, as in PEFT. */
export function settingsLookup(
  metadata: ReadonlyMap<string, string>,
  adapterConfig: unknown,
): SettingsLookup {
  const fieldOf = configurationOf(metadata, adapterConfig);
  const matchers = patternMatchers(fieldOf);
  return (network, path) => {
    const field = (name: string): unknown => fieldOf(network, name);
    const byPattern = (name: PatternField): number | null => {
      const patterns = Object.entries(objectOrEmpty(field(name)));
      return numberOrNull(patterns.find(([pattern]) => matchers.get(pattern)?.(path))?.[1]);
    };
    const alpha =
      byPattern("alpha_pattern") ?? numberOrNull(field("lora_alpha")) ?? numberOrNull(field("alpha"));
    const rank = byPattern("rank_pattern") ?? numberOrNull(field("r"));
    return { alpha, rank, rankStabilised: field("use_rslora") === true, field };
  };
}

const PATTERN_FIELDS = ["alpha_pattern", "rank_pattern"] as const;
type PatternField = (typeof PATTERN_FIELDS)[number];

const patternsOf = (fieldOf: FieldOf, name: PatternField): string[] =>
  ADAPTER_NETWORKS.flatMap((network) => Object.keys(objectOrEmpty(fieldOf(network, name))));

type PathMatcher = (path: string) => boolean;

/** For each pattern what tells whether it matches a path; null for expressions that are not evaluated. */
function patternMatchers(fieldOf: FieldOf): ReadonlyMap<string, PathMatcher | null> {
  const budget = { parts: 1_000 };
  const patterns = new Set(PATTERN_FIELDS.flatMap((name) => patternsOf(fieldOf, name)));
  return new Map([...patterns].map((pattern) => [pattern, matcherOf(pattern, budget)]));
}

function matcherOf(pattern: string, budget: ExpressionBudget): PathMatcher | null {
  if (pattern.length > MAX_PATTERN_LENGTH) return null;
  // `get_pattern_key` of PEFT matches its keys in this frame.
  return nameMatcher(pattern) ?? fullMatcher(`(.*\\.)?(${pattern})`, budget);
}

/** Longer patterns are not evaluated. */
const MAX_PATTERN_LENGTH = 1_000;

/** For patterns without anything but names, which diffusers writes by the hundred: a dot stands for any character. Else null. */
function nameMatcher(pattern: string): PathMatcher | null {
  const [, start, name] = /^(\^?)((?:[\w.-]|\\\.)+)\$?$/.exec(pattern) ?? [];
  if (name === undefined) return null;
  const characters = name.match(/\\?[^]/g)!;
  return (path) => {
    const begin = path.length - characters.length;
    if (begin < 0 || (begin > 0 && (start !== "" || path[begin - 1] !== "."))) return false;
    return characters.every((one, i) => one === "." || one.at(-1) === path[begin + i]);
  };
}

/** Patterns of `alpha_pattern` that are not evaluated: what they say is not known. */
export function unreadPatterns(metadata: ReadonlyMap<string, string>, adapterConfig: unknown): string[] {
  const fieldOf = configurationOf(metadata, adapterConfig);
  const matchers = patternMatchers(fieldOf);
  return [...new Set(patternsOf(fieldOf, "alpha_pattern"))].filter((pattern) => !matchers.get(pattern));
}

function numberOrNull(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function objectOrEmpty(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function parseObject(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  try {
    return objectOrEmpty(JSON.parse(text));
  } catch {
    return {};
  }
}
