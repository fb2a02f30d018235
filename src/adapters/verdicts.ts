// The verdict on an adapter file once its parts are read: whether it can be used, what it contains, and what its user
// should know.
import { StylusError } from "../shared/errors.ts";
import { english, say, together, type Saying } from "../shared/saying.ts";
import { elided } from "../shared/untrusted-text.ts";
import { shownName } from "./files/tensor.ts";
import type { ParameterUpdate } from "./parameter-update.ts";
import { PLAIN_WEIGHT } from "./names/assign.ts";
import { claimsOtherBase, type BaseClaim, type BaseVerdict } from "./names/base-model.ts";
import { PEFT_PREFIX } from "./names/keys.ts";
import type { ModuleTable } from "./names/module-table.ts";
import { ADAPTER_NETWORKS } from "./adapter-networks.ts";
import type { Family } from "./families/module-tensors.ts";
import { settingsLookup, unreadPatterns } from "./files/metadata.ts";
import { PEFT_CONFIG_NAME } from "./files/peft-config.ts";
import type { TensorFile } from "./files/read.ts";
import type { AdapterReport, UnmatchedKeys } from "./report.ts";

/** An unused tensor, and why. */
export interface Problem {
  readonly key: string;
  readonly cause: Saying;
}

/** Cause for tensors with broken values. */
export const NOT_NUMBERS = say`it contains values that are not numbers (NaN or infinity)`;

/** The error for a file of another architecture, by names and shapes; null if it may be used. */
export function refuseBase(
  base: BaseVerdict,
  {
    table,
    assignment,
    claim,
    entryCount,
  }: {
    table: ModuleTable;
    assignment: { readonly unmatched: readonly unknown[] };
    claim: BaseClaim | null;
    entryCount: number;
  },
): StylusError | null {
  // The U-Net part decides; a file without one is judged by its text part.
  const [width, modelWidth, comparison] =
    base.contextWidth === null
      ? [
          base.textWidth,
          table.embeddingWidth,
          say`${base.evidence[0]}, but the loaded model's has width ${table.embeddingWidth}`,
        ]
      : [
          base.contextWidth,
          table.contextWidth,
          say`${base.evidence[0]}, but the loaded model's have width ${table.contextWidth}`,
        ];
  const wrongWidth = width !== null && modelWidth !== null && width !== modelWidth;
  const mostlyForeign = base.foreignKeys > 0 && assignment.unmatched.length * 2 > entryCount;
  if (!wrongWidth && !mostlyForeign) {
    if (!claimsOtherBase(claim, base)) return null;
    return new StylusError(
      "unsupported",
      say`This adapter was made for ${claim.name}: its ${claim.isConfig ? PEFT_CONFIG_NAME : say`metadata`} names ${claim.text.slice(0, 80)} as its base.`,
      {
        remedy: claim.isConfig
          ? say`Use a version for the loaded model's base; if the ${PEFT_CONFIG_NAME} belongs to another adapter, add this one without it.`
          : say`Use a version for the loaded model's base, or load a model that it fits.`,
      },
    );
  }
  const made = base.name ?? say`a model with a text encoder of width ${width}`;
  const reason = wrongWidth && base.foreignKeys === 0 ? comparison : together(base.evidence);
  return new StylusError("unsupported", say`This adapter was made for ${made}: ${reason}.`, {
    remedy: say`Use a version for the loaded model's base, or load a model that it fits.`,
  });
}

/** Ways of starting (`init_lora_weights`) that take away from the model's weights what the LoRA begins with. */
const CHANGED_BASE = /^(pissa|olora|corda|lora_ga)/i;

/** The error for a LoRA that belongs to weights which only its trainer had; null for any other file. */
export function refuseChangedBase(
  metadata: ReadonlyMap<string, string>,
  adapterConfig: unknown,
): StylusError | null {
  const settings = settingsLookup(metadata, adapterConfig);
  const start = ADAPTER_NETWORKS.map((network) => settings(network, "").field("init_lora_weights")).find(
    (value) => typeof value === "string" && CHANGED_BASE.test(value),
  );
  if (start === undefined) return null;
  return new StylusError(
    "unsupported",
    say`It changes weights that its training has changed before: its ${PEFT_CONFIG_NAME} names ${String(start).slice(0, 40)} as init_lora_weights.`,
    { remedy: say`Use a version that PEFT has converted to a plain LoRA (init_lora_weights: true).` },
  );
}

function fitsWidths({ contextWidth, textWidth }: BaseVerdict, table: ModuleTable): boolean {
  return (
    (contextWidth ?? textWidth) !== null &&
    (contextWidth === null || contextWidth === table.contextWidth) &&
    (textWidth === null || textWidth === table.embeddingWidth)
  );
}

/** The error for a file where nothing can be used. */
export function refuseUnused({
  updates,
  embeddings,
  problems,
  base,
  table,
}: {
  updates: readonly unknown[];
  embeddings: readonly unknown[];
  problems: readonly Problem[];
  base: BaseVerdict;
  table: ModuleTable;
}): StylusError | null {
  if (updates.length > 0 || embeddings.length > 0) return null;
  const groups = groupProblems(problems);
  const [most] = groups;
  if (!most)
    return new StylusError("unsupported", say`The file contains no tensors.`, {
      remedy: say`Download it again or use another file.`,
    });
  if (groups.some(({ cause }) => cause === PLAIN_WEIGHT))
    return new StylusError("unsupported", say`This is a complete model, not an adapter.`, {
      remedy: say`Open it as a checkpoint instead.`,
    });
  if (most.cause === NOT_NUMBERS)
    return new StylusError("unsupported", say`Its tensors contain broken values (NaN or infinity).`, {
      remedy: say`Its training or conversion failed; use another version.`,
    });
  if (english(most.cause).includes(PEFT_CONFIG_NAME))
    return new StylusError("unsupported", say`Its settings are missing: ${most.cause}.`, {
      remedy: say`Choose it together with its ${PEFT_CONFIG_NAME}.`,
    });
  return new StylusError(
    "unsupported",
    say`Nothing in it fits the loaded model: ${most.cause} (for example ${shownName(most.keys[0]!)}).`,
    {
      remedy:
        base.name && !fitsWidths(base, table)
          ? say`Use it with ${base.name}, for which it seems to be made.`
          : say`Check which base model it was made for, or use another version of it.`,
    },
  );
}

export function groupProblems(problems: readonly Problem[]): UnmatchedKeys[] {
  const groups = new Map<string, { cause: Saying; keys: string[] }>();
  for (const { key, cause } of problems) {
    const words = english(cause);
    const group = groups.get(words);
    if (group) group.keys.push(key);
    else groups.set(words, { cause, keys: [key] });
  }
  return [...groups.values()].sort((a, b) => b.keys.length - a.keys.length);
}

export function countFamilies(updates: readonly ParameterUpdate[]): AdapterReport["families"] {
  const counts = new Map<Family, { modules: number; dora: number }>();
  for (const { family, magnitude } of updates) {
    const count = counts.get(family) ?? { modules: 0, dora: 0 };
    count.modules += 1;
    if (magnitude) count.dora += 1;
    counts.set(family, count);
  }
  return [...counts].map(([family, count]) => ({ family, ...count })).sort((a, b) => b.modules - a.modules);
}

export function countModules(
  updates: readonly ParameterUpdate[],
  table: ModuleTable,
): AdapterReport["matched"] {
  return (["unet", "text_encoder"] as const).flatMap((network) => {
    const of = table.modules.filter((entry) => entry.network === network).length;
    const paths = new Set(
      updates
        .filter((update) => update.network === network)
        .map((update) => update.name.replace(/\.(weight|bias)$/, "")),
    );
    return of > 0 ? [{ network, modules: paths.size, of }] : [];
  });
}

export function distinct(values: readonly (number | null)[]): number[] {
  return [...new Set(values.filter((value) => value !== null))].sort((a, b) => a - b);
}

/** What the header of a file says. */
type Headed = Pick<TensorFile, "entries" | "metadata">;

export function warningsFor({
  file,
  updates,
  problems,
  adapterConfig,
}: {
  file: Headed;
  updates: readonly ParameterUpdate[];
  problems: readonly Problem[];
  adapterConfig: unknown;
}): Saying[] {
  const warnings: Saying[] = [];
  if (updates.length > 0 && problems.length > 0) {
    warnings.push(
      problems.length === 1
        ? say`1 of ${file.entries.size} tensors is not used; the effect may differ from the author's.`
        : say`${problems.length} of ${file.entries.size} tensors are not used; the effect may differ from the author's.`,
    );
  }
  const idle = updates.filter(({ alpha }) => alpha === 0).length;
  if (idle > 0 && ![...file.entries.keys()].some((key) => key.endsWith(".scale"))) {
    warnings.push(
      idle === 1
        ? say`1 of its changes has alpha 0 and therefore no effect.`
        : say`${idle} of its changes have alpha 0 and therefore no effect.`,
    );
  }
  if (updates.length > 0 && lacksPeftScale(file, adapterConfig)) {
    warnings.push(
      say`PEFT stores this file's scale in a separate adapter_config.json, which is missing. Stylus assumes a scale of 1; the right strength may differ.`,
    );
  }
  const unread = unreadPatterns(file.metadata, adapterConfig);
  if (updates.some(({ alpha }) => alpha !== null) && unread.length > 0) {
    const inFile = unreadPatterns(file.metadata, undefined).length > 0;
    warnings.push(
      say`alpha_pattern of ${inFile ? say`the metadata's lora_adapter_metadata` : PEFT_CONFIG_NAME} has expressions that are not evaluated: ${elided(unread.join(", "), 120)}. What they name has the alpha of all others.`,
    );
  }
  if (updates.length > 0 && lacksConstraint(file, adapterConfig)) {
    warnings.push(
      say`PEFT stores this file's settings in a separate adapter_config.json, which is missing. Stylus assumes OFT without constraint (COFT).`,
    );
  }
  return warnings;
}

/** PEFT's families without a scale. */
const UNSCALED = /\.(oft_[Rrs]|boft_[RsP]|ia3_l|bias)(\.|$)/;

/** Files of PEFT's own `save_pretrained` have neither alpha nor metadata; other tools' files with its key names do. */
function lacksPeftScale(file: Headed, adapterConfig: unknown): boolean {
  const keys = [...file.entries.keys()];
  return (
    lacksConfig(file, adapterConfig) &&
    keys.some((key) => key.startsWith(PEFT_PREFIX) && !UNSCALED.test(key)) &&
    !keys.some((key) => key.endsWith(".alpha"))
  );
}

function lacksConstraint(file: Headed, adapterConfig: unknown): boolean {
  return (
    lacksConfig(file, adapterConfig) && [...file.entries.keys()].some((key) => /\.oft_r(\.|$)/.test(key))
  );
}

function lacksConfig({ metadata }: Headed, adapterConfig: unknown): boolean {
  return adapterConfig === undefined && !metadata.has("lora_adapter_metadata");
}
