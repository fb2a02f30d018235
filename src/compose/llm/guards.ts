// What stands between a language model's proposal and the adapters that are used: candidates only, each adapter once, tasks found in the
// prompt, nothing for what the prompt denies, caps per task and for styles, and τ: a text of the adapter's card must be near to the task's
// words. What fails is dropped with its reason, never repaired by guessing.
import type { NearText } from "../../retrieval/search/nearest-texts.ts";
import type { PresetId } from "../../shared/limits.ts";
import type { AdapterPick, Composition, ComposerInfo } from "../composition.ts";
import { presets } from "../plan/presets.ts";
import type { ReadingCandidate } from "../reader/card-text.ts";
import type { Reason } from "../reason.ts";
import { readablePrompt } from "../reader/readable-prompt.ts";
import { overlaps, type Span, tasksOf } from "../reader/tasks.ts";
import { contentStems, wordsOf } from "../rules/words.ts";
import type { ProposedPick, ProposedTask } from "./answer.ts";

/**
 * τ for language models: cosine similarity of a text of the card and words of the task. On the held-out catalogues it keeps 98 to 100 % of
 * wanted adapters and 10 to 18 % of the other candidates; the rules' match at their threshold would keep 43 to 69 % of the wanted ones.
 */
const evidenceThreshold = 0.7;

/**
 * Where a task stands in the prompt: word for word, else the shortest stretch that holds all its words (plurals and hyphens
 * aside). Null when a word of it is not in the prompt: tasks never bring in anything new.
 */
export function findTask(prompt: string, task: string): Span | null {
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
  let best: Span | null = null;
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
  /** What the model was shown. */
  readonly candidates: readonly ReadingCandidate[];
  /** The words that deny adapters, by their ids: the model was not shown these. */
  readonly denied: ReadonlyMap<string, string>;
  readonly preset: PresetId;
  readonly composer: ComposerInfo;
}

export interface Guarded {
  readonly composition: Composition;
  /** What the model itself can put right, in words for it. */
  readonly faults: readonly string[];
}

const short = (text: string): string => text.slice(0, 60);

/** Similarity of the task's words and the nearest text of the card. */
const evidenceOf = (nearest: readonly NearText[], task: Span): number =>
  Math.max(
    0,
    ...nearest.filter(({ span }) => span && overlaps(span, task)).map(({ similarity }) => similarity),
  );

/** Applies the rules to a proposal; the result obeys all of them whatever the model wrote. */
export function guardProposal(proposed: readonly ProposedTask[], context: GuardContext): Guarded {
  const { prompt, candidates, composer } = context;
  const proposal = proposed.map(({ text, picks }) => ({
    text,
    picks: picks.filter(({ id }) => !context.denied.has(id)),
  }));
  const preset = presets[context.preset];
  const readable = readablePrompt(prompt);
  const known = new Map(candidates.map((candidate) => [candidate.card.id, candidate]));
  const rejected = [...context.denied].map(([id, words]): { id: string; reason: Reason } => ({
    id,
    reason: { kind: "excluded", words },
  }));
  const faults: string[] = [];
  const placed: { readonly span: Span; readonly proposed: ProposedPick[] }[] = [];
  for (const { text, picks } of proposal) {
    const span = findTask(readable.text, text);
    const other = span && placed.find((one) => overlaps(one.span, span));
    if (span && !other) placed.push({ span, proposed: [...picks] });
    else if (span && other!.span.start === span.start && other!.span.end === span.end)
      other!.proposed.push(...picks);
    else {
      const denied = span === null && findTask(prompt, text) !== null;
      const words = short(text);
      const reason: Reason = { kind: denied ? "denied" : span ? "overlaps" : "absent", words };
      for (const { id } of picks) rejected.push({ id, reason });
      if (!span && !denied) faults.push(`the task “${words}” is not in the prompt`);
      else if (picks.length > 0)
        faults.push(`the task “${words}” ${denied ? "is denied by the prompt" : "overlaps another task"}`);
    }
  }

  const used = new Set<string>();
  let styles = 0;
  const served = placed.map(({ span, proposed }) => {
    const words = short(prompt.slice(span.start, span.end));
    const picks: AdapterPick[] = [];
    for (const { id, reason } of proposed) {
      const candidate = known.get(id);
      if (!candidate) {
        rejected.push({ id, reason: { kind: "unknown" } });
        faults.push(`the adapter “${short(id)}” is not in the list`);
        continue;
      }
      if (used.has(id)) continue;
      const { category, weight } = candidate.card.refined;
      const similarity = Math.min(1, evidenceOf(candidate.nearest, span));
      const why: Reason | null =
        similarity < evidenceThreshold
          ? { kind: "far", words, score: similarity, threshold: evidenceThreshold }
          : picks.length >= preset.perTask
            ? { kind: "full", words, count: preset.perTask }
            : category === "style" && styles >= preset.styles
              ? { kind: "styles", count: preset.styles, score: similarity }
              : null;
      if (why !== null) {
        rejected.push({ id, reason: why });
        continue;
      }
      used.add(id);
      if (category === "style") styles += 1;
      picks.push({ id, reason: reason || { kind: "unexplained" }, similarity, weight });
    }
    return { span, picks };
  });
  const listed = new Map(rejected.map((entry) => [entry.id, entry]));
  return {
    composition: {
      tasks: tasksOf(prompt, { readable: readable.withDenied, served }),
      rejected: [...listed.values()].filter(({ id }) => !used.has(id)),
      composer,
    },
    faults: [...new Set(faults)].slice(0, 6),
  };
}
