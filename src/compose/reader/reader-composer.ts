// The composer that reads: candidates of late interaction, each read beside the prompt; the best set that fits together; tasks from the words
// that the picks serve.
import { deniedAdapters } from "../rules/denied.ts";
import { saysAll } from "../rules/rarity.ts";
import { unmeantUse, wordsAround } from "../rules/unmeant.ts";
import type { Word } from "../rules/words.ts";
import { effectPrior } from "../../retrieval/effect.ts";
import type { PresetId } from "../../shared/limits.ts";
import { throwIfAborted } from "../../shared/errors.ts";
import type { ComposerInfo, Composition, AdapterPick, ReadCandidate, Task } from "../composition.ts";
import { presets } from "../plan/presets.ts";
import type { Reason } from "../reason.ts";
import { cardText, type ReadingCandidate, type ReadingCard } from "./card-text.ts";
import { readablePrompt } from "./readable-prompt.ts";
import type { Reader, Reading } from "./reader.ts";
import {
  type Offer,
  type Refusal,
  select,
  servedTokens,
  wantedThreshold,
  wantedThresholds,
} from "./selection.ts";
import { overlaps, promptWords, servedSpan, type Span, tasksOf } from "./tasks.ts";

/** Candidates that are read: each costs about 25 ms on one core. */
export const readCandidates = 12;

/** In log-odds, where the words that an adapter would serve are a use that its card does not want. */
const unmeantPrior = -3;

const thresholdOf = (card: ReadingCard, unmeant: string | null): number =>
  wantedThreshold(
    card.refined.phrases?.length ? wantedThresholds.withPhrases : wantedThresholds.withoutPhrases,
    effectPrior(card.effect) + (unmeant === null ? 0 : unmeantPrior),
  );

/** What the reader and the card say of a candidate. */
interface ReadCard {
  readonly candidate: ReadingCandidate;
  readonly reading: Reading;
  /** The words that it serves best; null: none. */
  readonly span: Span | null;
  /** The use that its card does not want and that those words are; null: none. */
  readonly unmeant: string | null;
}

function unmeantOf(
  card: ReadingCard,
  { plain, words, span }: { plain: string; words: readonly Word[]; span: Span | null },
): string | null {
  const evidence = span === null ? [] : words.filter((word) => overlaps(word, span));
  if (evidence.length === 0) return null;
  return unmeantUse(card, { evidence, around: wordsAround(evidence, { plain, words }) });
}

/** Refused candidates that are listed: those at least this likely. */
const nearMiss = 0.2;

const readerInfo: ComposerInfo = { name: "reader", kind: "reader" };

export interface ReadRequest {
  readonly prompt: string;
  readonly preset: PresetId;
  /** Adapters that are in every image: what they serve is served. */
  readonly pins: readonly string[];
  /** Tags, lower case, that every tenth card has. */
  readonly commonTags: ReadonlySet<string>;
  /** Best first; `readCandidates` of them are read. */
  readonly candidates: readonly ReadingCandidate[];
}

/** @throws StylusError device | cancelled */
export async function composeByReading(
  { prompt, preset, pins, commonTags, candidates: found }: ReadRequest,
  options: { readonly reader: Reader; readonly signal?: AbortSignal | undefined },
): Promise<Composition> {
  const { reader, signal } = options;
  throwIfAborted(signal);
  const readable = readablePrompt(prompt);
  const candidates = found.slice(0, readCandidates);
  const readings = await reader.read(
    readable.text,
    candidates.map((candidate) => ({
      text: cardText(candidate, commonTags),
      spans: candidate.nearest.map(({ span }) => span),
    })),
    { signal },
  );
  const tokens = reader.tokens(readable.text);
  const words = promptWords(readable.text);
  const read = new Map(
    candidates.map((candidate, i): [string, ReadCard] => {
      const reading = readings[i]!;
      const { serves } = reading;
      const span = servedSpan(readable.text, {
        words,
        tokens,
        serves,
        served: servedTokens(serves),
        taken: [],
      });
      const unmeant = unmeantOf(candidate.card, { plain: readable.text, words: words.all, span });
      return [candidate.card.id, { candidate, reading, span, unmeant }];
    }),
  );
  const cards = candidates.map(({ card }) => card);
  const denied = [...deniedAdapters(prompt, { cards, rarity: saysAll })].filter(([id]) => !pins.includes(id));
  const deniedIds = new Set(denied.map(([id]) => id));
  const allowed = cards.filter(({ id }) => !deniedIds.has(id));
  const offers = allowed.map((card): Offer => {
    const { reading, unmeant } = read.get(card.id)!;
    return {
      id: card.id,
      wanted: reading.wanted,
      threshold: thresholdOf(card, unmeant),
      tokens: servedTokens(reading.serves),
      isStyle: card.refined.category === "style",
      pinned: pins.includes(card.id),
    };
  });
  const { chosen, refused } = select(offers, { styles: presets[preset].styles });
  const served: { span: Span; picks: AdapterPick[] }[] = [];
  const reasons = new Map<string, Reason>();
  for (const { id, wanted, tokens: own } of chosen) {
    const { candidate, reading, span: best } = read.get(id)!;
    const taken = served.map(({ span }) => span);
    const span =
      servedSpan(readable.text, { words, tokens, serves: reading.serves, served: own, taken }) ?? best;
    if (!span) continue; // a pin of which the prompt says nothing
    const pick: AdapterPick = {
      id,
      reason: reasonOf(prompt.slice(span.start, span.end), { span, candidate, reading }),
      similarity: wanted,
      weight: candidate.card.refined.weight,
    };
    reasons.set(id, pick.reason);
    const same = served.find((other) => overlaps(other.span, span));
    if (same) same.picks.push(pick);
    else served.push({ span, picks: [pick] });
  }
  const why = [
    ...denied.map(([id, words]) => ({ id, reason: { kind: "excluded", words } satisfies Reason })),
    ...refused.map((refusal) => ({
      id: refusal.id,
      reason: refusalReason(refusal, { prompt, read, preset }),
    })),
  ];
  const wantedOf = (id: string): number => read.get(id)!.reading.wanted;
  const against = why.toSorted((a, b) => wantedOf(b.id) - wantedOf(a.id));
  for (const { id, reason } of against) reasons.set(id, reason);
  const tasks = tasksOf(prompt, { readable: readable.withDenied, served });
  const chosenIds = new Set(chosen.map(({ id }) => id));
  const all = candidates.map(({ card: { id }, nearest: [nearest] }): ReadCandidate => {
    const { reading, span } = read.get(id)!;
    return {
      id,
      wanted: reading.wanted,
      nearest: nearest ? { source: nearest.source, text: nearest.text } : null,
      words: span ? prompt.slice(span.start, span.end) : "",
      task: taskOf(tasks, { id, span }),
      chosen: chosenIds.has(id),
      reason: reasons.get(id) ?? { kind: "pinned" },
    };
  });
  return {
    tasks,
    rejected: against.filter(({ id }) => wantedOf(id) >= nearMiss || deniedIds.has(id)),
    read: all.sort((a, b) => b.wanted - a.wanted),
    composer: readerInfo,
  };
}

/** Where it was picked; else where its words stand. */
function taskOf(
  tasks: readonly Task[],
  { id, span }: { readonly id: string; readonly span: Span | null },
): number | null {
  const picked = tasks.findIndex(({ picks }) => picks.some((pick) => pick.id === id));
  const index =
    picked >= 0 || span === null
      ? picked
      : tasks.findIndex(({ start, end }) => overlaps({ start: start!, end: end! }, span));
  return index < 0 ? null : index;
}

/** Similarity at which a text of the card explains the pick. */
const explains = 0.6;

function reasonOf(
  words: string,
  context: { readonly span: Span; readonly candidate: ReadingCandidate; readonly reading: Reading },
): Reason {
  const { span, candidate, reading } = context;
  const { wanted: score } = reading;
  const here = candidate.nearest.filter((near) => near.span !== null && overlaps(near.span, span));
  const own = here.find(({ text }) => words.toLowerCase().includes(text.toLowerCase()));
  if (own) return { kind: "quoted", source: own.source, text: own.text, score };
  const [nearest] = here;
  if (nearest && nearest.similarity >= explains)
    return { kind: "close", words, source: nearest.source, text: nearest.text, score };
  return { kind: "fits", words, score };
}

function refusalReason(
  { id, why }: Refusal,
  context: {
    readonly prompt: string;
    readonly read: ReadonlyMap<string, ReadCard>;
    readonly preset: PresetId;
  },
): Reason {
  const { prompt, read, preset } = context;
  const { candidate, reading, span, unmeant } = read.get(id)!;
  const { wanted: score } = reading;
  switch (why.kind) {
    case "below":
      if (span && unmeant !== null && score >= thresholdOf(candidate.card, null))
        return { kind: "unmeant", words: prompt.slice(span.start, span.end), text: unmeant };
      return { kind: "unlikely", score, threshold: thresholdOf(candidate.card, unmeant) };
    case "words":
      return { kind: "served", title: read.get(why.of)!.candidate.card.title, score };
    case "styles":
      return { kind: "styles", count: presets[preset].styles, score };
    case "full":
      return { kind: "outside", score };
    default:
      return why satisfies never;
  }
}
