// Uses of an adapter's words that do not want it, which its card lists ("clay tennis court" of a clay style): they are found in the prompt by
// most of their words around the evidence for the adapter.
import type { AdapterCard } from "../../retrieval/card.ts";
import { isStopWord } from "../../retrieval/text/terms.ts";
import { colors } from "./lexicon.ts";
import { spelling, type Word, wordsOf } from "./words.ts";

interface Use {
  readonly text: string;
  readonly spellings: readonly string[];
}

type UnmeantCard = Pick<AdapterCard, "refined">;

const known = new WeakMap<UnmeantCard, readonly Use[]>();

/** From so many words on a use with one colour is a use with any: "neon yellow vest", but not "blue eyes". */
const looseWords = 3;
const anyColour = "(colour)";

const contentOf = (text: string): readonly Word[] => wordsOf(text).filter((word) => !isStopWord(word.text));

function usesOf(card: UnmeantCard): readonly Use[] {
  const found = known.get(card);
  if (found) return found;
  const uses = (card.refined.notMeant ?? []).map((text) => {
    const words = contentOf(text);
    const loose = words.length >= looseWords;
    const spelt = words.map((word) => (loose && colors.has(word.stem) ? anyColour : spelling(word)));
    return { text, spellings: [...new Set(spelt)] };
  });
  known.set(card, uses);
  return uses;
}

/** Words beside a task that may tell how its words are meant. */
const neighbours = 3;

/** The words of a task with those beside them in their clause. */
export function wordsAround(
  task: readonly Word[],
  { plain, words }: { plain: string; words: readonly Word[] },
): readonly Word[] {
  const first = words.findIndex(({ end }) => end > task[0]!.start);
  const last = words.findLastIndex(({ start }) => start < task.at(-1)!.end);
  const from = Math.max(0, first - neighbours);
  const near = words.slice(from, last + 1 + neighbours);
  const together = (a: Word, b: Word): boolean => !/[,;.!?|:\n]/.test(plain.slice(a.end, b.start));
  let [start, end] = [first - from, last - from];
  while (start > 0 && together(near[start - 1]!, near[start]!)) start -= 1;
  while (end + 1 < near.length && together(near[end]!, near[end + 1]!)) end += 1;
  return near.slice(start, end + 1);
}

/** Share of a use's words that have to be there. */
const enough = 0.6;

/**
 * @param evidence words of the prompt that speak for the adapter by themselves; null: the meaning of all of them does
 * @param around these and their neighbours
 * @returns the unwanted use that the words are; null: none
 */
export function unmeantUse(
  card: UnmeantCard,
  { evidence, around }: { readonly evidence: readonly Word[] | null; readonly around: readonly Word[] },
): string | null {
  const uses = usesOf(card);
  if (uses.length === 0) return null;
  const near = new Set(around.map(spelling));
  if (around.some(({ stem }) => colors.has(stem))) near.add(anyColour);
  const own = evidence && new Set(evidence.map(spelling));
  const use = uses.find(({ spellings }) => {
    const there = spellings.filter((word) => near.has(word));
    if (there.length < enough * spellings.length) return false;
    // "t-rex" is in "T. Rex band", which tells nothing without the band.
    return own
      ? there.some((word) => own.has(word)) &&
          (spellings.length === 1 || there.some((word) => !own.has(word)))
      : there.length > 1;
  });
  return use?.text ?? null;
}
