// What stands between a language model's answer and the adapters that are used. The model writes {task: {id: reason}};
// here it is read leniently and then held to the rules: candidates only, each adapter once, caps per task and for styles, tasks found in the
// prompt, τ on adapter–task similarity. What fails is dropped with its reason, never repaired by guessing.
import { StylusError } from "../../shared/errors.ts";
import type { Candidate } from "../../retrieval/candidate.ts";
import type { AdapterCard } from "../../retrieval/card.ts";
import type { Composition, ComposerInfo, EmbedTexts, AdapterPick, Task } from "../composition.ts";
import { kindFit, kindReason, negatedReason } from "../rules/kinds.ts";
import { type Match, matcher } from "../rules/match.ts";
import { styleNames } from "../rules/phrases.ts";
import { presets } from "../plan/presets.ts";
import { parseRelaxedObject, RelaxedObject, type RelaxedValue } from "./relaxed-json.ts";
import { segment } from "../rules/segment.ts";
import { contentStems, wordsOf } from "../rules/words.ts";
import type { PresetId } from "../../shared/limits.ts";

/** A model's answer as read, before any rule is applied. */
export interface ProposedTask {
  readonly text: string;
  readonly picks: readonly { readonly id: string; readonly reason: string }[];
}

const maxReasonLength = 400;

function proposedPicks(value: RelaxedValue): readonly { id: string; reason: string }[] {
  const plain = (id: RelaxedValue, reason: RelaxedValue = ""): { id: string; reason: string }[] =>
    typeof id === "string" || typeof id === "number"
      ? [{ id: String(id), reason: typeof reason === "string" ? reason.slice(0, maxReasonLength) : "" }]
      : [];
  if (Array.isArray(value)) {
    return value.flatMap((entry) => {
      if (!(entry instanceof RelaxedObject)) return plain(entry);
      const fields = new Map(entry.entries);
      return plain(fields.get("id") ?? null, fields.get("reason") ?? "");
    });
  }
  if (value instanceof RelaxedObject) return value.entries.flatMap(([id, reason]) => plain(id, reason));
  return plain(value);
}

/**
 * Reads `{task: {id: reason}}`, `{task: [id, …]}` or `{tasks: [{text, adapters}]}`.
 * @throws StylusError (bad-file) when there is no object in the answer or it breaks off
 */
export function parseAnswer(answer: string): readonly ProposedTask[] {
  const { entries } = parseRelaxedObject(answer);
  const [key, list] = entries[0] ?? [];
  if (entries.length === 1 && key === "tasks" && Array.isArray(list)) {
    return list.flatMap((entry) => {
      if (!(entry instanceof RelaxedObject)) return [];
      const fields = new Map(entry.entries);
      const text = fields.get("text");
      return typeof text === "string" ? [{ text, picks: proposedPicks(fields.get("adapters") ?? null) }] : [];
    });
  }
  // The reference skips a task named "prompt": models echo the question.
  return entries
    .filter(([text]) => text.toLowerCase() !== "prompt")
    .map(([text, value]) => ({ text, picks: proposedPicks(value) }));
}

/** JSON schema of the answer, ids limited to the candidates; handed to a model's constrained decoding. */
export function answerSchema(candidates: readonly Candidate[], options: { preset: PresetId }): object {
  return {
    type: "object",
    required: ["tasks"],
    additionalProperties: false,
    properties: {
      tasks: {
        type: "array",
        maxItems: 16,
        items: {
          type: "object",
          required: ["text", "adapters"],
          additionalProperties: false,
          properties: {
            text: { type: "string", maxLength: 80 },
            adapters: {
              type: "array",
              maxItems: presets[options.preset].perTask,
              items: {
                type: "object",
                required: ["id", "reason"],
                additionalProperties: false,
                properties: {
                  id: { enum: candidates.map(({ card }) => card.id) },
                  reason: { type: "string", maxLength: maxReasonLength },
                },
              },
            },
          },
        },
      },
    },
  };
}

/**
 * Where a task stands in the prompt: word for word, else the shortest stretch that holds all its words (plurals and hyphens
 * aside). Null when a word of it is not in the prompt: tasks never bring in anything new.
 */
export function findTask(prompt: string, task: string): { start: number; end: number } | null {
  const wanted = wordsOf(task).map(({ stem }) => stem);
  if (wanted.length === 0) return null;
  const words = wordsOf(prompt);
  for (let at = 0; at + wanted.length <= words.length; at++) {
    if (wanted.every((stem, i) => words[at + i]!.stem === stem)) {
      return { start: words[at]!.start, end: words[at + wanted.length - 1]!.end };
    }
  }
  const needed = new Set(contentStems(task));
  if (needed.size === 0) return null;
  let best: { start: number; end: number } | null = null;
  for (let from = 0; from < words.length; from++) {
    const missing = new Set(needed);
    for (let to = from; to < words.length; to++) {
      missing.delete(words[to]!.stem);
      if (missing.size > 0) continue;
      const span = { start: words[from]!.start, end: words[to]!.end };
      if (!best || span.end - span.start < best.end - best.start) best = span;
      break;
    }
  }
  return best;
}

interface GuardContext {
  readonly prompt: string;
  readonly candidates: readonly Candidate[];
  readonly preset: PresetId;
  readonly embed: EmbedTexts;
  readonly composer: ComposerInfo;
  /** Ids may be places in the candidate list (the reference's catalogue numbers) instead of adapter ids. */
  readonly idsAreIndices?: boolean | undefined;
}

/** Place of a proposed adapter in the candidate list; −1 when it is not there. */
function placeOf(id: string, { candidates, idsAreIndices }: GuardContext): number {
  if (!idsAreIndices) return candidates.findIndex(({ card }) => card.id === id);
  return /^\d{1,6}$/.test(id) && Number(id) < candidates.length ? Number(id) : -1;
}

/** Applies the rules to a proposal; the result obeys all of them whatever the model wrote. */
export async function guardProposal(
  proposal: readonly ProposedTask[],
  context: GuardContext,
): Promise<Composition> {
  const { prompt, candidates } = context;
  const preset = presets[context.preset];
  const rejected: { id: string; reason: string }[] = [];
  const placed: { task: ProposedTask; start: number; end: number }[] = [];
  for (const task of proposal) {
    const span = findTask(prompt, task.text);
    if (span && !placed.some(({ start, end }) => start < span.end && span.start < end))
      placed.push({ task, ...span });
    else {
      const why = span ? "overlaps another task" : "is not in the prompt";
      for (const { id } of task.picks)
        rejected.push({ id, reason: `its task “${task.text.slice(0, 60)}” ${why}` });
    }
  }
  placed.sort((a, b) => a.start - b.start);
  const segments = segment(prompt, styleNames(candidates.map(({ card }) => card)));
  const matchAll = matcher(candidates);
  const texts = placed.map(({ task }) => task.text);
  const vectors = texts.length > 0 ? await context.embed(texts) : [];
  const matches = texts.map((text, i) => matchAll({ vector: vectors[i]!, words: wordsOf(text) }));
  const used = new Set<string>();
  let styles = 0;
  const tasks = placed.map(({ task, start, end }, t): Task => {
    const picks: AdapterPick[] = [];
    const parts = segments.filter((part) => part.start < end && start < part.end);
    const kinds = parts.map(({ kind }) => kind);
    const negated = parts.length > 0 && parts.every((part) => part.negated);
    /** Which rule forbids this adapter here; null when none does. */
    const fault = (card: AdapterCard, { strength, verbatim }: Match): string | null => {
      const { category } = card.refined;
      if (used.has(card.id)) return "used already";
      if (negated) return negatedReason(task.text);
      if (!verbatim && kinds.length > 0 && !kinds.some((kind) => kindFit(kind, category))) {
        return kindReason(task.text, kinds[0]!, category);
      }
      if (strength < preset.threshold) {
        return `its match with “${task.text}” is ${strength.toFixed(2)}, below the threshold ${preset.threshold}`;
      }
      if (picks.length >= preset.perTask) return `“${task.text}” has ${preset.perTask} adapters already`;
      if (category === "style" && styles >= preset.styles) return `there are ${preset.styles} styles already`;
      return null;
    };
    for (const proposed of task.picks) {
      const at = placeOf(proposed.id, context);
      if (at < 0) {
        rejected.push({ id: proposed.id, reason: "not among the candidates" });
        continue;
      }
      const { card } = candidates[at]!;
      const match = matches[t]![at]!;
      const why = fault(card, match);
      if (why !== null) {
        rejected.push({ id: card.id, reason: why });
        continue;
      }
      used.add(card.id);
      if (card.refined.category === "style") styles += 1;
      const reason = proposed.reason || "chosen by the language model";
      picks.push({ id: card.id, reason, similarity: match.strength, weight: card.refined.weight });
    }
    const text = prompt.slice(start, end);
    return { text, start, end, picks, ...(negated ? { reason: negatedReason(text) } : {}) };
  });
  return { tasks, rejected: rejected.filter(({ id }) => !used.has(id)), composer: context.composer };
}

/**
 * A model's answer, read and guarded.
 * @throws StylusError (bad-file) when it cannot be read; compose by rules instead and say so
 */
export async function composeFromAnswer(answer: string, context: GuardContext): Promise<Composition> {
  if (answer.length > 100_000) throw new StylusError("bad-file", "The composer's answer is far too long.");
  return guardProposal(parseAnswer(answer), context);
}
