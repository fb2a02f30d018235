// The rules composer: deterministic, without a language model. Segments the prompt, scores every candidate against every
// task by words and by meaning, and assigns adapters by the composer rules of Stylus §3.2: same kind, each adapter once,
// caps per task and for styles, τ, and tasks merge if one adapter spans them.
import { throwIfAborted } from "../../shared/errors.ts";
import type { Candidate } from "../../retrieval/candidate.ts";
import type { Vector } from "../../retrieval/embedding/vectors.ts";
import type { Composer, Composition, AdapterPick, Task } from "../composition.ts";
import type { Reason } from "../reason.ts";
import { deniedAdapters } from "./denied.ts";
import { kindFit } from "./kinds.ts";
import { type Match, matcher } from "./match.ts";
import { styleNames } from "./phrases.ts";
import { presets } from "../plan/presets.ts";
import { segment } from "./segment.ts";
import type { Segment } from "./phrase-kinds.ts";
import type { Rarity } from "./rarity.ts";
import { isGerund } from "./verbs.ts";
import { contentStems } from "./words.ts";

/** Maximum number of scored tasks; the remaining tasks of a longer prompt get no adapters. */
const maxScoredTasks = 48;

/** A second adapter of a task must match nearly as well as its first. */
const nearBest = 0.1;

/** A merged task must match this much better than its parts. */
const mergeGain = 0.12;

/** Maximum number of rejected candidates to report, nearest first. */
const maxRejected = 12;

/** Related kinds need evidence stronger by this factor. */
const nearFactor = 0.9;

interface Score extends Match {
  readonly candidate: Candidate;
  /** Why it is not to be taken whatever its match: denied, not meant so, of another kind; otherwise null. */
  readonly unfit: Reason | null;
}

const core = ({ words }: Segment): string => words.map(({ text }) => text).join(" ");

/** Neighbouring segments merged into one span of the prompt. */
function merged(prompt: string, parts: readonly Segment[]): Segment {
  const { start } = parts[0]!;
  const { end } = parts.at(-1)!;
  return {
    text: prompt.slice(start, end),
    start,
    end,
    kind: parts.some(({ kind }) => kind === "place") ? "place" : parts[0]!.kind,
    led: parts[0]!.led,
    related: parts[0]!.related,
    negated: false,
    words: parts.flatMap(({ words }) => words),
  };
}

/** Pairs of neighbours that may be one task: only function words between them, and neither is a style. */
function mergeable(
  prompt: string,
  segments: readonly Segment[],
): readonly { at: number; segment: Segment }[] {
  const pairs: { at: number; segment: Segment }[] = [];
  for (let at = 0; at + 1 < segments.length; at++) {
    const pair = segments.slice(at, at + 2);
    const between = prompt.slice(pair[0]!.end, pair[1]!.start);
    const styles = pair.filter(({ kind }) => kind === "style").length;
    if (/[,;.:!?|\n]/.test(between) || between.length > 12 || styles === 1) continue;
    if (pair.some(({ negated }) => negated)) continue;
    pairs.push({ at, segment: merged(prompt, pair) });
  }
  return pairs;
}

/** "A neon sign above a bar" is a thing, whatever search phrases a style has; "an Aardman puppet on a table" is none. */
const isThingHere = ({ kind, related, end }: Segment, { quote }: Match): boolean =>
  quote?.source === "phrase" &&
  !/\p{Lu}/u.test(quote.text) &&
  kind === "object" &&
  related &&
  quote.end === end;

/** Adds the kind guard to the matches of a task. */
function scored(
  task: Segment,
  matches: readonly Match[],
  candidates: readonly Candidate[],
): readonly Score[] {
  return matches.map((match, index) => {
    const candidate = candidates[index]!;
    const { category } = candidate.card.refined;
    const does = category === "action" && isGerund(task.words[0]!); // "a levitating teapot"
    // Its own verbatim name is sufficient evidence, whatever the task's apparent kind.
    // What people type when they want it may be of any kind, except that a style's words are things, too.
    const near = does || (match.quote?.source === "phrase" && category !== "style");
    const verbatim = match.verbatim && !(category === "style" && isThingHere(task, match));
    const fit = verbatim ? "same" : near ? "near" : kindFit(task.kind, category);
    const strength = match.strength * (fit === "near" ? nearFactor : 1);
    const { text: words, kind: wanted } = task;
    const unfit = (): Reason | null => {
      if (task.negated) return { kind: "denied", words };
      if (match.unmeant !== null) return { kind: "unmeant", words, text: match.unmeant };
      return fit ? null : { kind: "category", words, wanted, category };
    };
    return { ...match, candidate, strength, unfit: unfit() };
  });
}

function reasonOf(task: Segment, { phrase, quote, nearestName, strength: score }: Score): Reason {
  const words = task.text;
  if (quote) return { kind: "quoted", source: quote.source, text: quote.text, score };
  const name = phrase ?? nearestName;
  if (name?.text.trim().toLowerCase() === core(task))
    return { kind: "named", words, source: name.source, score };
  if (phrase) return { kind: "matches", words, source: phrase.source, text: phrase.text, score };
  return { kind: "similar", words, text: nearestName?.text ?? null, score };
}

/** Tasks with all scores; merges pairs that one adapter spans. */
async function scoredTasks(
  prompt: string,
  segments: readonly Segment[],
  context: {
    candidates: readonly Candidate[];
    embed: Parameters<Composer["compose"]>[1]["embed"];
    rarity: Rarity;
    threshold: number;
  },
): Promise<readonly { task: Segment; scores: readonly Score[] }[]> {
  const { candidates, embed, rarity, threshold } = context;
  const match = matcher(candidates, { prompt, rarity });
  const heads = segments.slice(0, maxScoredTasks);
  const pairs = mergeable(prompt, heads);
  const vectors = await embed([...heads, ...pairs.map((pair) => pair.segment)].map(core));
  const scoresOf = (task: Segment, vector: Vector): readonly Score[] =>
    scored(task, match({ ...task, vector }), candidates);
  const single = heads.map((task, i) => ({ task, scores: scoresOf(task, vectors[i]!) }));
  const together = pairs
    .map(({ at, segment: task }, i) => {
      const scores = scoresOf(task, vectors[heads.length + i]!);
      const gains = scores.map((score, c) => {
        // Whatever the kinds, merging must not bypass the kind guard.
        const parts = Math.max(single[at]!.scores[c]!.strength, single[at + 1]!.scores[c]!.strength);
        return usable(score) >= threshold ? usable(score) - parts : 0;
      });
      // Parts that each have their own adapter stay separate.
      const apart = [at, at + 1].every((t) => single[t]!.scores.some((score) => usable(score) >= threshold));
      return { at, task, scores, gain: apart ? 0 : Math.max(0, ...gains) };
    })
    .filter(({ gain }) => gain >= mergeGain)
    .sort((a, b) => b.gain - a.gain || a.at - b.at);
  const taken = new Set<number>();
  const chosen = new Map<number, { task: Segment; scores: readonly Score[] }>();
  for (const { at, task, scores } of together) {
    if (taken.has(at) || taken.has(at + 1)) continue;
    taken.add(at).add(at + 1);
    chosen.set(at, { task, scores });
  }
  const rest = segments.slice(maxScoredTasks).map((task) => ({ task, scores: [] }));
  return [...single.flatMap((entry, at) => chosen.get(at) ?? (taken.has(at) ? [] : [entry])), ...rest];
}

/** Strength if the kind allows it, otherwise 0. */
const usable = ({ strength, unfit }: Score): number => (unfit === null ? strength : 0);

export const rulesComposer: Composer = {
  info: { name: "rules", kind: "rules" },

  async compose({ prompt, candidates, preset: presetId }, { embed, rarity, signal }): Promise<Composition> {
    const preset = presets[presetId];
    const segments = segment(prompt, styleNames(candidates.map(({ card }) => card))).filter(
      ({ words }) => contentStems(words.map(({ text }) => text).join(" ")).length > 0,
    );
    if (segments.length === 0 || candidates.length === 0) {
      return { tasks: segments.map((task) => emptyTask(task)), rejected: [], composer: rulesComposer.info };
    }
    const tasks = await scoredTasks(prompt, segments, {
      candidates,
      embed,
      rarity,
      threshold: preset.threshold,
    });
    throwIfAborted(signal);
    const rejected = new Map<string, { reason: Reason; strength: number }>();
    const reject = (id: string, reason: Reason, strength: number): void => {
      if (strength > (rejected.get(id)?.strength ?? 0)) rejected.set(id, { reason, strength });
    };
    const offers = tasks
      .flatMap(({ task, scores }, index) => scores.map((score) => ({ task, index, score })))
      .filter(({ score }) => score.strength >= preset.threshold / 2)
      .sort(
        (a, b) =>
          b.score.strength - a.score.strength ||
          b.score.candidate.similarity - a.score.candidate.similarity ||
          (a.score.candidate.card.id < b.score.candidate.card.id ? -1 : 1) ||
          a.index - b.index,
      );
    const picks = tasks.map((): AdapterPick[] => []);
    const titles = new Map(candidates.map(({ card }) => [card.id, card.title]));
    const used = new Set<string>();
    let styles = 0;
    const cards = candidates.map(({ card }) => card);
    const denied = deniedAdapters(prompt, { cards, rarity });
    for (const { task, index, score } of offers) {
      const { card } = score.candidate;
      const { strength } = score;
      if (used.has(card.id)) continue;
      const { text: words } = task;
      const isStyle = card.refined.category === "style";
      const own = picks[index]!;
      const unwanted = denied.get(card.id);
      if (unwanted !== undefined) reject(card.id, { kind: "excluded", words: unwanted }, strength);
      else if (score.unfit !== null) {
        reject(card.id, score.unfit, strength);
      } else if (strength < preset.threshold) {
        const { threshold } = preset;
        reject(card.id, { kind: "below", words, score: strength, threshold }, strength);
      } else if (own.length >= preset.perTask) {
        reject(card.id, { kind: "full", words, count: own.length }, strength);
      } else if (own.length > 0 && strength < own[0]!.similarity - nearBest) {
        reject(card.id, { kind: "weaker", words, best: titles.get(own[0]!.id)!, score: strength }, strength);
      } else if (isStyle && styles >= preset.styles) {
        reject(card.id, { kind: "styles", count: preset.styles, score: strength }, strength);
      } else {
        own.push({
          id: card.id,
          reason: reasonOf(task, score),
          similarity: strength,
          weight: card.refined.weight,
        });
        used.add(card.id);
        if (isStyle) styles += 1;
      }
    }
    return {
      tasks: tasks.map(({ task }, index) => ({ ...emptyTask(task), picks: picks[index]! })),
      rejected: [...rejected]
        .filter(([id]) => !used.has(id))
        .sort(([a, { strength: x }], [b, { strength: y }]) => y - x || (a < b ? -1 : 1))
        .slice(0, maxRejected)
        .map(([id, { reason }]) => ({ id, reason })),
      composer: rulesComposer.info,
    };
  },
};

const emptyTask = ({ text, start, end, negated }: Segment): Task => ({
  text,
  start,
  end,
  picks: [],
  ...(negated ? { reason: { kind: "denied" as const, words: text } } : {}),
});
