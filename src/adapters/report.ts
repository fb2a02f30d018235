// The diagnosis of an adapter file: what it is, which parts fit the loaded model, which do not and why.
// Plain data that crosses worker boundaries; `npm run inspect` prints it.
import type { PlainError } from "../shared/errors.ts";
import { english, type Saying } from "../shared/saying.ts";
import { counted } from "../shared/words.ts";
import type { BaseVerdict } from "./names/base-model.ts";
import type { Family } from "./families/module-tensors.ts";
import type { AdapterHashes } from "./files/hashes.ts";
import type { Naming } from "./names/keys.ts";
import { shownName } from "./files/tensor.ts";
import { shownValue, type TriggerCandidate } from "./files/metadata.ts";
import type { AdapterNetwork } from "./adapter-networks.ts";

interface MatchedModules {
  readonly network: AdapterNetwork;
  /** Modules of the network that the file changes. */
  readonly modules: number;
  /** Modules the network has. */
  readonly of: number;
}

export interface UnmatchedKeys {
  /** Likely cause, a phrase for the user. */
  readonly cause: Saying;
  readonly keys: readonly string[];
}

export interface AdapterReport {
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly container: "safetensors" | "pickle";
  readonly tensors: number;
  readonly dtypes: readonly string[];
  readonly namings: readonly (Naming | "positional")[];
  /**
   * Families with their module counts, most frequent first; `dora` counts those with a DoRA magnitude. For a file that does
   * not fit, families come from names alone and alphas are not read.
   */
  readonly families: readonly { readonly family: Family; readonly modules: number; readonly dora: number }[];
  /** Distinct values, ascending. */
  readonly ranks: readonly number[];
  readonly alphas: readonly number[];
  readonly matched: readonly MatchedModules[];
  readonly unmatched: readonly UnmatchedKeys[];
  readonly base: BaseVerdict;
  /** Textual inversions in the file. */
  readonly embeddings: readonly { readonly name: string; readonly vectors: number; readonly width: number }[];
  readonly metadata: readonly { readonly label: string; readonly value: string }[];
  readonly triggers: readonly TriggerCandidate[];
  /** Null unless requested: they need a pass over the whole file. */
  readonly hashes: AdapterHashes | null;
  readonly warnings: readonly Saying[];
  /** Why the file cannot be used with this model; null if it can. */
  readonly refusal: PlainError | null;
}

const MAX_KEYS_SHOWN = 6;
const MAX_TAGS_SHOWN = 20;

/**
 * The report as text for a terminal.
 * @param options.model name of the model that the file was inspected for
 */
export function formatReport(report: AdapterReport, { model }: { model: string }): string {
  const lines: string[] = [
    `${report.fileName}  (${report.container}, ${report.sizeBytes.toLocaleString("en")} bytes, ${counted(report.tensors, "tensor")})`,
  ];
  const add = (label: string, value: string): number => lines.push(`  ${label.padEnd(16)} ${value}`);
  if (report.refusal) {
    add("refused", report.refusal.message);
    if (report.refusal.remedy) add("", report.refusal.remedy);
  }
  const families = report.families.map(
    ({ family, modules, dora }) => `${family}${dora > 0 ? ` + DoRA (${dora})` : ""} × ${modules}`,
  );
  if (families.length === 0 && report.embeddings.length > 0) families.push("textual inversion");
  if (families.length > 0) add("family", families.join(", "));
  if (report.ranks.length > 0) add("rank", rangeText(report.ranks));
  if (report.alphas.length > 0) add("alpha", rangeText(report.alphas));
  add("stored as", report.dtypes.join(", "));
  if (report.namings.length > 0) add("key names", report.namings.join(", "));
  const base = report.base.name ?? (report.refusal ? "not recognised" : `fits the sizes of ${model}`);
  add("base model", [base, ...report.base.evidence.map(english)].join("; "));
  if (report.refusal === null && report.families.length > 0)
    for (const { network, modules, of } of report.matched) add(network, `${modules} of ${of} modules`);
  for (const { name, vectors, width } of report.embeddings)
    add("embedding", `${name}: ${vectors} × ${width}`);
  if (report.hashes) {
    add("AutoV2", report.hashes.autoV2);
    if (report.hashes.autoV3 !== null) add("AutoV3", report.hashes.autoV3);
    add("SHA-256", report.hashes.sha256);
  }
  for (const { label, value } of report.metadata) add(label, shownValue(value));
  if (report.triggers.length > 0)
    add(
      "frequent tags",
      report.triggers
        .slice(0, MAX_TAGS_SHOWN)
        .map(({ tag, count }) => `${tag} (${count})`)
        .join(", "),
    );
  for (const warning of report.warnings) add("note", english(warning));
  for (const { cause, keys } of report.unmatched) {
    add("not used", `${counted(keys.length, "tensor")}: ${english(cause)}`);
    keys.slice(0, MAX_KEYS_SHOWN).forEach((key) => lines.push(`${" ".repeat(19)}${shownName(key)}`));
    if (keys.length > MAX_KEYS_SHOWN)
      lines.push(`${" ".repeat(19)}… and ${keys.length - MAX_KEYS_SHOWN} more`);
  }
  return lines.join("\n");
}

function rangeText(values: readonly number[]): string {
  if (values.length <= 8) return values.map((value) => String(Number(value.toPrecision(6)))).join(", ");
  return `${values[0]} … ${values.at(-1)} (${values.length} different)`;
}
