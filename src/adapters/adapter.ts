// Reads an adapter file for a given model: finds its modules, checks them, judges its base model, and reports.
// What fits is used and what does not is listed with the likely cause; only a file of which nothing fits, or that
// was plainly made for another architecture, is refused.
import { StylusError, toPlainError } from "../shared/errors.ts";
import { assignKeys, PLAIN_WEIGHT, type Assignment } from "./assign.ts";
import { judgeBase, type BaseVerdict } from "./base-model.ts";
import { readEmbedding, type Embedding } from "./embeddings.ts";
import { recogniseBias, recogniseWeight } from "./families.ts";
import { ShapeProblem, type Family, type ModuleTensors, type Recognised } from "./module-tensors.ts";
import { adapterHashes } from "./hashes.ts";
import type { Slot } from "./keys.ts";
import type { MergeSource } from "./merge.ts";
import { scaleLookup, shownMetadata, triggerCandidates, type ScaleLookup } from "./metadata.ts";
import type { AdapterNetwork, ModuleEntry, ModuleTable, ParameterShape } from "./module-table.ts";
import { openTensorFile, type TensorFile } from "./read.ts";
import type { AdapterReport, UnmatchedKeys } from "./report.ts";
import { allFinite, type AdapterTensor } from "./tensor.ts";

/** What one adapter does to one parameter. */
export interface ParameterUpdate extends MergeSource {
  readonly network: AdapterNetwork;
  /** Parameter name, as in the checkpoint and the graph. */
  readonly name: string;
  /** Checkpoint shape of that parameter. */
  readonly shape: readonly number[];
  /** Block for per-block weights: BASE, IN00 …, M00, OUT00 …, OTHER. */
  readonly block: string;
  readonly family: Family;
  readonly rank: number | null;
  readonly alpha: number | null;
}

export interface AdapterFile {
  readonly report: AdapterReport;
  /** At most one per parameter, in the order of the model's parameters. */
  readonly updates: readonly ParameterUpdate[];
  readonly embeddings: readonly Embedding[];
}

export interface ReadOptions {
  readonly fileName: string;
  readonly table: ModuleTable;
  /** PEFT's `adapter_config.json`, when it lies beside the file. */
  readonly adapterConfig?: unknown;
  /** Also compute SHA-256, AutoV2 and AutoV3 (a pass over the whole file). */
  readonly withHashes?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Reads an adapter that is to be used.
 * @throws StylusError `bad-file` when it is damaged, `unsupported` when it does not fit this model
 */
export async function parseAdapter(blob: Blob, options: ReadOptions): Promise<AdapterFile> {
  const adapter = await inspectAdapter(blob, options);
  const { refusal } = adapter.report;
  if (refusal)
    throw new StylusError("unsupported", refusal.message, {
      where: options.fileName,
      ...(refusal.remedy === undefined ? {} : { remedy: refusal.remedy }),
    });
  return adapter;
}

/**
 * Like parseAdapter, but a file that does not fit is returned with its report and `report.refusal` set.
 * @throws StylusError `bad-file` or `unsupported` when the file cannot be read at all
 */
export async function inspectAdapter(
  blob: Blob,
  { fileName, table, adapterConfig, withHashes = false, signal }: ReadOptions,
): Promise<AdapterFile> {
  const file = await openTensorFile(blob, { fileName });
  const base = judgeBase(file.entries, file.metadata);
  const assignment = assignKeys(file.entries, { table, metadata: file.metadata, fileName });
  const wrongBase = refuseBase(base, { table, assignment, entryCount: file.entries.size });

  const names = [
    ...assignment.embeddings.keys(),
    ...[...assignment.modules.values()].flatMap((slots) => [...slots.values()]),
  ];
  const tensors = wrongBase ? new Map<string, AdapterTensor>() : await file.read(names, signal);
  const problems = assignment.unmatched.map((item) => ({ ...item }));
  const updates = wrongBase
    ? []
    : readModules(assignment, { tensors, scales: scaleLookup(file.metadata, adapterConfig), problems });
  const embeddings = wrongBase ? [] : readEmbeddings(assignment, { tensors, table, problems });
  const refusal = wrongBase ?? refuseUnused({ updates, embeddings, problems, base });

  const report: AdapterReport = {
    fileName,
    sizeBytes: blob.size,
    container: file.container,
    tensors: file.entries.size,
    dtypes: [...new Set([...file.entries.values()].map((entry) => entry.dtype))].sort(),
    namings: [...assignment.namings].sort(),
    families: countFamilies(updates),
    ranks: distinct(updates.map((update) => update.rank)),
    alphas: distinct(updates.map((update) => update.alpha)),
    matched: countModules(updates, table),
    unmatched: groupProblems(problems),
    base,
    embeddings: embeddings.map(({ name, vectors, width }) => ({ name, vectors, width })),
    metadata: shownMetadata(file.metadata),
    triggers: triggerCandidates(file.metadata),
    hashes: withHashes ? await adapterHashes(blob, file) : null,
    warnings: warningsFor({ file, updates, problems, adapterConfig }),
    refusal: refusal ? toPlainError(refusal) : null,
  };
  return { report, updates, embeddings };
}

interface Problem {
  readonly key: string;
  readonly cause: string;
}

function readModules(
  assignment: Assignment,
  {
    tensors,
    scales,
    problems,
  }: { tensors: ReadonlyMap<string, AdapterTensor>; scales: ScaleLookup; problems: Problem[] },
): ParameterUpdate[] {
  const updates: ParameterUpdate[] = [];
  for (const [entry, slots] of assignment.modules) {
    const found = readModule(entry, { slots, tensors, scales });
    if ("cause" in found) {
      for (const key of slots.values()) problems.push({ key, cause: found.cause });
      continue;
    }
    const used = new Set<Slot>();
    for (const { target, recognised } of found.parts) {
      recognised.used.forEach((slot) => used.add(slot));
      updates.push(toUpdate(entry, target, recognised));
    }
    for (const [slot, key] of slots) {
      if (!used.has(slot)) problems.push({ key, cause: "nothing in the module's family uses it" });
    }
  }
  return updates;
}

function toUpdate(
  entry: ModuleEntry,
  target: ParameterShape,
  { family, rank, alpha, delta, magnitude }: Recognised,
): ParameterUpdate {
  return {
    network: entry.network,
    name: target.name,
    shape: target.shape,
    block: entry.block,
    family,
    rank,
    alpha,
    delta,
    magnitude,
  };
}

interface ModuleParts {
  readonly parts: readonly { readonly target: ParameterShape; readonly recognised: Recognised }[];
}

function readModule(
  entry: ModuleEntry,
  {
    slots,
    tensors,
    scales,
  }: { slots: ReadonlyMap<Slot, string>; tensors: ReadonlyMap<string, AdapterTensor>; scales: ScaleLookup },
): ModuleParts | { readonly cause: string } {
  const module = new Map<Slot, AdapterTensor>();
  for (const [slot, key] of slots) {
    const tensor = tensors.get(key);
    if (!tensor) return { cause: "its data is missing" };
    if (!allFinite(tensor)) return { cause: "it holds values that are not numbers (NaN or infinity)" };
    module.set(slot, tensor);
  }
  const parts: { target: ParameterShape; recognised: Recognised }[] = [];
  try {
    const weight = entry.weight && recogniseWeight(module, entry.weight, scales(entry.network, entry.path));
    const bias = recogniseBiasOf(entry, module);
    if (weight) parts.push({ target: entry.weight!, recognised: weight });
    if (bias) parts.push(bias);
  } catch (error) {
    if (error instanceof ShapeProblem) return { cause: error.message };
    throw error;
  }
  return parts.length > 0 ? { parts } : { cause: "the module's tensors make up no known family" };
}

function recogniseBiasOf(
  entry: ModuleEntry,
  module: ModuleTensors,
): { target: ParameterShape; recognised: Recognised } | null {
  if (!module.has("diff_b") && !module.has("b_norm")) return null;
  if (!entry.bias) throw new ShapeProblem("it changes a bias, but the model's module has none");
  const recognised = recogniseBias(module, entry.bias);
  return recognised && { target: entry.bias, recognised };
}

function readEmbeddings(
  assignment: Assignment,
  {
    tensors,
    table,
    problems,
  }: { tensors: ReadonlyMap<string, AdapterTensor>; table: ModuleTable; problems: Problem[] },
): Embedding[] {
  const width = table.embeddingWidth ?? table.contextWidth;
  return [...assignment.embeddings].flatMap(([key, { name }]) => {
    const tensor = tensors.get(key);
    const embedding = tensor && allFinite(tensor) ? readEmbedding(name, tensor, width) : null;
    if (!embedding)
      problems.push({
        key,
        cause: tensor
          ? `it is a textual inversion of [${tensor.shape.join(", ")}], the model's token vectors have width ${width}`
          : "its data is missing",
      });
    return embedding ?? [];
  });
}

/** A file made for another architecture, told from names and shapes; null when it may be used. */
function refuseBase(
  base: BaseVerdict,
  { table, assignment, entryCount }: { table: ModuleTable; assignment: Assignment; entryCount: number },
): StylusError | null {
  // The UNet's part decides; a file that has none is judged by its text part.
  const [width, modelWidth, noun] =
    base.contextWidth === null
      ? [base.textWidth, table.embeddingWidth, "that of the loaded model has"]
      : [base.contextWidth, table.contextWidth, "those of the loaded model have"];
  const wrongWidth = width !== null && modelWidth !== null && width !== modelWidth;
  const mostlyForeign = base.foreignKeys > 0 && assignment.unmatched.length * 2 > entryCount;
  if (!wrongWidth && !mostlyForeign) return null;
  const made = base.name ?? `a model with a text encoder of width ${width}`;
  const reason =
    wrongWidth && base.foreignKeys === 0
      ? `${base.evidence[0]}, ${noun} width ${modelWidth}`
      : base.evidence.join("; ");
  return new StylusError("unsupported", `Made for ${made}, not for the loaded model: ${reason}.`, {
    remedy: "Look for a version of it for the loaded model's base.",
  });
}

/** A file of which nothing can be used. */
function refuseUnused({
  updates,
  embeddings,
  problems,
  base,
}: {
  updates: readonly unknown[];
  embeddings: readonly unknown[];
  problems: readonly Problem[];
  base: BaseVerdict;
}): StylusError | null {
  if (updates.length > 0 || embeddings.length > 0) return null;
  const groups = groupProblems(problems);
  const [most] = groups;
  if (!most)
    return new StylusError("unsupported", "The file holds no tensors.", {
      remedy: "Download it again or use another file.",
    });
  const looksLikeModel = groups.some(({ cause }) => cause === PLAIN_WEIGHT);
  return new StylusError(
    "unsupported",
    looksLikeModel
      ? "This is a whole model, not an adapter."
      : `Nothing in it fits the loaded model: ${most.cause} (for example ${most.keys[0]}).`,
    {
      remedy: looksLikeModel
        ? "Open it as a checkpoint instead."
        : base.name
          ? `It seems to be made for ${base.name}.`
          : "Check which base model it was made for.",
    },
  );
}

function groupProblems(problems: readonly Problem[]): UnmatchedKeys[] {
  const groups = new Map<string, string[]>();
  for (const { key, cause } of problems) {
    const keys = groups.get(cause);
    if (keys) keys.push(key);
    else groups.set(cause, [key]);
  }
  return [...groups].map(([cause, keys]) => ({ cause, keys })).sort((a, b) => b.keys.length - a.keys.length);
}

function countFamilies(updates: readonly ParameterUpdate[]): AdapterReport["families"] {
  const counts = new Map<Family, { modules: number; dora: number }>();
  for (const { family, magnitude } of updates) {
    const count = counts.get(family) ?? { modules: 0, dora: 0 };
    count.modules += 1;
    if (magnitude) count.dora += 1;
    counts.set(family, count);
  }
  return [...counts].map(([family, count]) => ({ family, ...count })).sort((a, b) => b.modules - a.modules);
}

function countModules(updates: readonly ParameterUpdate[], table: ModuleTable): AdapterReport["matched"] {
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

function distinct(values: readonly (number | null)[]): number[] {
  return [...new Set(values.filter((value) => value !== null))].sort((a, b) => a - b);
}

function warningsFor({
  file,
  updates,
  problems,
  adapterConfig,
}: {
  file: TensorFile;
  updates: readonly ParameterUpdate[];
  problems: readonly Problem[];
  adapterConfig: unknown;
}): string[] {
  const warnings: string[] = [];
  if (updates.length > 0 && problems.length > 0) {
    warnings.push(
      `${problems.length} of ${file.entries.size} tensors are not used; the effect may differ from what its author saw.`,
    );
  }
  if (updates.length > 0 && lacksPeftScale(file, adapterConfig)) {
    warnings.push(
      "PEFT keeps the scale of this file in an adapter_config.json beside it, which was not given: 1 is assumed, and the right weight may be another.",
    );
  }
  return warnings;
}

/** Files of PEFT's own `save_pretrained` have neither alpha nor metadata; other tools' files with its key names have. */
function lacksPeftScale({ entries, metadata }: TensorFile, adapterConfig: unknown): boolean {
  if (adapterConfig !== undefined || metadata.has("lora_adapter_metadata")) return false;
  const keys = [...entries.keys()];
  return (
    keys.some((key) => key.startsWith("base_model.model.")) && !keys.some((key) => key.endsWith(".alpha"))
  );
}
