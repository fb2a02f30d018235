// Reads an adapter file for a given model: finds and checks its modules, detects its base model, and reports.
// Uses what fits and lists the rest with the likely cause; rejects only files where nothing fits or that were clearly
// made for another architecture.
import { fromPlainError, toPlainError } from "../shared/errors.ts";
import { say, type Saying } from "../shared/saying.ts";
import { assignKeys, type Assignment } from "./names/assign.ts";
import { claimedBase, judgeBase } from "./names/base-model.ts";
import { readEmbedding, type Embedding } from "./families/embeddings.ts";
import { familiesByName } from "./families/families-by-name.ts";
import { recogniseBias, recogniseWeight } from "./families/families.ts";
import { ShapeProblem, type Recognised } from "./families/module-tensors.ts";
import { adapterHashes } from "./files/hashes.ts";
import type { Slot } from "./names/keys.ts";
import { settingsLookup, shownMetadata, triggerCandidates, type SettingsLookup } from "./files/metadata.ts";
import type { ModuleEntry, ModuleTable, ParameterShape } from "./names/module-table.ts";
import { type FilePart, type FileTensor, openTensorFile, type ReadElsewhere } from "./files/read.ts";
import type { ParameterUpdate } from "./parameter-update.ts";
import type { AdapterReport } from "./report.ts";
import type { AdapterTensor } from "./files/tensor.ts";
import {
  countFamilies,
  countModules,
  distinct,
  groupProblems,
  NOT_NUMBERS,
  refuseBase,
  refuseChangedBase,
  refuseUnused,
  warningsFor,
  type Problem,
} from "./verdicts.ts";

export interface AdapterFile {
  readonly report: AdapterReport;
  /** At most one per parameter, in the model's parameter order. */
  readonly updates: readonly ParameterUpdate[];
  readonly embeddings: readonly Embedding[];
}

export interface ReadOptions {
  readonly fileName: string;
  readonly table: ModuleTable;
  /** PEFT's `adapter_config.json`, if it is next to the file. */
  readonly adapterConfig?: unknown;
  /** Also compute SHA-256, AutoV2 and AutoV3 (a pass over the whole file). */
  readonly withHashes?: boolean;
  readonly signal?: AbortSignal;
  /** Receives each part of a LoRA file as soon as it is read, before any check. */
  readonly onPart?: ((part: FilePart) => void) | undefined;
  readonly readElsewhere?: ReadElsewhere | undefined;
}

/**
 * Reads an adapter for use.
 * @throws StylusError `bad-file` if it is damaged, `unsupported` if it does not fit this model
 */
export async function parseAdapter(blob: Blob, options: ReadOptions): Promise<AdapterFile> {
  const adapter = await inspectAdapter(blob, options);
  const { refusal } = adapter.report;
  if (refusal) throw fromPlainError({ ...refusal, where: options.fileName });
  return adapter;
}

/**
 * Like parseAdapter, but returns the report of a file that does not fit, with `report.refusal` set.
 * @throws StylusError `bad-file` or `unsupported` if the file cannot be read at all
 */
export async function inspectAdapter(
  blob: Blob,
  { fileName, table, adapterConfig, withHashes = false, signal, onPart, readElsewhere }: ReadOptions,
): Promise<AdapterFile> {
  const file = await openTensorFile(blob, { fileName, readElsewhere });
  const claim = claimedBase(file.metadata, adapterConfig);
  const base = judgeBase(file.entries, file.metadata, claim);
  const assignment = assignKeys(file.entries, { table, metadata: file.metadata, fileName });
  const wrongBase =
    refuseBase(base, { table, assignment, claim, entryCount: file.entries.size }) ??
    refuseChangedBase(file.metadata, adapterConfig);

  const names = [
    ...assignment.embeddings.keys(),
    ...[...assignment.modules.values()].flatMap((slots) => [...slots.values()]),
  ];
  const isLora = [...assignment.modules.values()].some((slots) => slots.has("up") && !slots.has("mid"));
  const tensors = wrongBase
    ? new Map<string, FileTensor>()
    : await file.read(names, { signal, onPart: isLora ? onPart : undefined });
  const problems = assignment.unmatched.map((item) => ({ ...item }));
  const updates = wrongBase
    ? []
    : readModules(assignment, {
        tensors,
        settingsOf: settingsLookup(file.metadata, adapterConfig),
        problems,
      });
  const embeddings = wrongBase ? [] : readEmbeddings(assignment, { tensors, table, problems });
  const refusal = wrongBase ?? refuseUnused({ updates, embeddings, problems, base, table });

  const known =
    updates.length > 0
      ? { families: countFamilies(updates), ranks: distinct(updates.map((update) => update.rank)) }
      : familiesByName(file.entries);

  const report: AdapterReport = {
    fileName,
    sizeBytes: blob.size,
    container: file.container,
    tensors: file.entries.size,
    dtypes: [...new Set([...file.entries.values()].map((entry) => entry.dtype))].sort(),
    namings: [...assignment.namings].sort(),
    ...known,
    alphas: distinct(updates.map((update) => update.alpha)),
    matched: countModules(updates, table),
    // A file for another base is rejected without trying its modules.
    unmatched: wrongBase ? [] : groupProblems(problems),
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

const MISSING_DATA = say`its data is missing`;

function readModules(
  assignment: Assignment,
  {
    tensors,
    settingsOf,
    problems,
  }: { tensors: ReadonlyMap<string, FileTensor>; settingsOf: SettingsLookup; problems: Problem[] },
): ParameterUpdate[] {
  const updates: ParameterUpdate[] = [];
  for (const [entry, placed] of assignment.modules) {
    const slots = withoutPruned(placed, tensors);
    if (slots.size === 0) continue;
    const found = readModule(entry, { slots, tensors, settingsOf });
    if ("cause" in found) {
      // The tensor at fault first: messages name it as the example.
      const ordered = [...slots].sort(([a], [b]) => Number(b === found.slot) - Number(a === found.slot));
      for (const [, key] of ordered) problems.push({ key, cause: found.cause });
      continue;
    }
    const used = new Set<Slot>();
    for (const { target, recognised } of found.parts) {
      recognised.used.forEach((slot) => used.add(slot));
      updates.push(toUpdate(entry, target, recognised));
    }
    for (const [slot, key] of slots) {
      if (!used.has(slot)) problems.push({ key, cause: say`nothing in the module's family uses it` });
    }
  }
  return updates;
}

const ADALORA: ReadonlySet<Slot> = new Set(["up", "down", "lora_E"]);

/** AdaLoRA prunes modules down to rank 0: their empty tensors are right, and change nothing. */
function withoutPruned(
  slots: ReadonlyMap<Slot, string>,
  tensors: ReadonlyMap<string, FileTensor>,
): ReadonlyMap<Slot, string> {
  const isPruned = tensors.get(slots.get("lora_E") ?? "")?.shape.includes(0) ?? false;
  return isPruned ? new Map([...slots].filter(([slot]) => !ADALORA.has(slot))) : slots;
}

function toUpdate(
  entry: ModuleEntry,
  target: ParameterShape,
  { family, rank, alpha, delta, magnitude, stored }: Recognised,
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
    ...(stored && { stored }),
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
    settingsOf,
  }: {
    slots: ReadonlyMap<Slot, string>;
    tensors: ReadonlyMap<string, FileTensor>;
    settingsOf: SettingsLookup;
  },
): ModuleParts | { readonly cause: Saying; readonly slot?: string | undefined } {
  const module = new Map<Slot, AdapterTensor>();
  for (const [slot, key] of slots) {
    const tensor = tensors.get(key);
    if (!tensor) return { cause: MISSING_DATA, slot };
    if (!tensor.isFinite) return { cause: NOT_NUMBERS, slot };
    module.set(slot, tensor);
  }
  const parts: { target: ParameterShape; recognised: Recognised }[] = [];
  try {
    const settings = settingsOf(entry.network, entry.path);
    const weight = entry.weight && recogniseWeight(module, entry.weight, settings);
    const bias = recogniseBias(module, entry, settings);
    if (weight) parts.push({ target: entry.weight!, recognised: weight });
    if (bias) parts.push({ target: entry.bias!, recognised: bias });
  } catch (error) {
    if (error instanceof ShapeProblem) return { cause: error.said, slot: error.slot };
    throw error;
  }
  return parts.length > 0 ? { parts } : { cause: say`the module's tensors match no known family` };
}

function readEmbeddings(
  assignment: Assignment,
  {
    tensors,
    table,
    problems,
  }: { tensors: ReadonlyMap<string, FileTensor>; table: ModuleTable; problems: Problem[] },
): Embedding[] {
  const width = table.embeddingWidth ?? table.contextWidth;
  const most = mostVectors(table);
  return [...assignment.embeddings].flatMap(([key, { name }]) => {
    const tensor = tensors.get(key);
    const cause = !tensor ? MISSING_DATA : tensor.isFinite ? null : NOT_NUMBERS;
    const embedding = tensor && cause === null ? readEmbedding(name, tensor, width) : null;
    const tooMany = embedding !== null && most !== null && embedding.vectors > most;
    if (embedding && !tooMany) return embedding;
    const shape = tensor?.shape.join(", ");
    const expected = tooMany
      ? say`a prompt holds at most ${most} vectors at once`
      : say`the model's token vectors have width ${width}`;
    problems.push({
      key,
      cause: cause ?? say`it is a textual inversion of shape [${shape}], but ${expected}`,
    });
    return [];
  });
}

/** Tokens between start and end of the text encoder's input: 75 for SD 1.x. Null without a text encoder. */
function mostVectors(table: ModuleTable): number | null {
  const positions = table.modules.find(({ path }) => path === "text_model.embeddings.position_embedding");
  return positions?.weight ? positions.weight.shape[0]! - 2 : null;
}
