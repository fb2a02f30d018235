// The composer that reads: candidates of late interaction, each read beside the prompt; the best set that fits together; tasks from the words
// that the picks serve.
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
import { overlaps, servedSpan, type Span, tasksOf } from "./tasks.ts";

/** Candidates that are read: each costs about 25 ms on one core. */
export const readCandidates = 12;

const thresholdOf = (card: ReadingCard): number =>
  wantedThreshold(
    card.refined.phrases?.length ? wantedThresholds.withPhrases : wantedThresholds.withoutPhrases,
    effectPrior(card.effect),
  );

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
  const read = new Map(
    candidates.map((candidate, i) => [candidate.card.id, { candidate, reading: readings[i]! }]),
  );
  const offers = candidates.map(({ card }, i): Offer => {
    const { wanted, serves } = readings[i]!;
    return {
      id: card.id,
      wanted,
      threshold: thresholdOf(card),
      tokens: servedTokens(serves),
      isStyle: card.refined.category === "style",
      pinned: pins.includes(card.id),
    };
  });
  const { chosen, refused } = select(offers, { styles: presets[preset].styles });
  const tokens = reader.tokens(readable.text);
  const served: { span: Span; picks: AdapterPick[] }[] = [];
  const reasons = new Map<string, Reason>();
  for (const { id, wanted, tokens: own } of chosen) {
    const { candidate, reading } = read.get(id)!;
    const { serves } = reading;
    const place = { tokens, serves, served: own };
    const taken = served.map(({ span }) => span);
    const span =
      servedSpan(readable.text, { ...place, taken }) ?? servedSpan(readable.text, { ...place, taken: [] });
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
  const cardOf = (id: string): ReadingCard => read.get(id)!.candidate.card;
  const against = refused
    .map((refusal) => ({ refusal, wanted: read.get(refusal.id)!.reading.wanted }))
    .sort((a, b) => b.wanted - a.wanted)
    .map(({ refusal, wanted }) => ({
      id: refusal.id,
      wanted,
      reason: refusalReason(refusal, { wanted, cardOf, preset }),
    }));
  for (const { id, reason } of against) reasons.set(id, reason);
  const tasks = tasksOf(prompt, { readable: readable.withDenied, served });
  const chosenIds = new Set(chosen.map(({ id }) => id));
  const all = candidates.map(({ card: { id }, nearest: [nearest] }, i): ReadCandidate => {
    const { wanted, serves } = readings[i]!;
    const span = servedSpan(readable.text, { tokens, serves, served: servedTokens(serves), taken: [] });
    return {
      id,
      wanted,
      nearest: nearest ? { source: nearest.source, text: nearest.text } : null,
      words: span ? prompt.slice(span.start, span.end) : "",
      task: taskOf(tasks, { id, span }),
      chosen: chosenIds.has(id),
      reason: reasons.get(id) ?? { kind: "pinned" },
    };
  });
  return {
    tasks,
    rejected: against.filter(({ wanted }) => wanted >= nearMiss).map(({ id, reason }) => ({ id, reason })),
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
    readonly wanted: number;
    readonly cardOf: (id: string) => ReadingCard;
    readonly preset: PresetId;
  },
): Reason {
  const { wanted: score, cardOf, preset } = context;
  switch (why.kind) {
    case "below":
      return { kind: "unlikely", score, threshold: thresholdOf(cardOf(id)) };
    case "words":
      return { kind: "served", title: cardOf(why.of).title, score };
    case "styles":
      return { kind: "styles", count: presets[preset].styles, score };
    case "full":
      return { kind: "outside", score };
    default:
      return why satisfies never;
  }
}
