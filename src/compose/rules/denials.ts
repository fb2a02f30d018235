// How English denies what follows ("without", "leave out", "instead of"), and what only sounds like it: "not only", "nothing but", "never
// without".
import {
  conjunctions,
  denialTerms,
  determiners,
  negators,
  prepositions,
  softeners,
  soundingTerms,
} from "./lexicon.ts";
import { termLength } from "./phrase-kinds.ts";
import { isGerund } from "./verbs.ts";
import type { Word } from "./words.ts";

const ordinary = /^(?:ordinary|average|typical|everyday|mere|normal|usual|regular)$/;

const isContraction = ({ text }: Word): boolean => /n['’]t$/.test(text);
const isNegator = (word: Word): boolean => negators.has(word.text) || isContraction(word);

/** Whether a denial behind it is none: "never without", "don't skip"; not "neither with nor without". */
const isCancelling = (word: Word): boolean => isNegator(word) && !/^(?:without|nor|neither)$/.test(word.text);

/** Words between a negator and the "without" that it cancels: "never seen without", "isn't complete without". */
const mostBetween = 3;

/** Whether a negator cancels a later "without": "can't be without a hat"; not "with no hat without a coat", "no hat and without a coat". */
const cancels = (words: readonly Word[], negator: number, without: number): boolean =>
  isCancelling(words[negator]!) &&
  words[negator - 1]?.text !== "with" &&
  !words.slice(negator + 1, without).some(({ text }) => conjunctions.has(text) || text === "or");

/** "never without", "not a day without": both together want what follows. */
function isCancelled(words: readonly Word[], at: number): boolean {
  const isWithout = (index: number): boolean => words[index]?.text === "without";
  const distances = Array.from({ length: mostBetween + 1 }, (_, i) => i + 1);
  return isWithout(at)
    ? distances.some((back) => at >= back && cancels(words, at - back, at))
    : distances.some((on) => isWithout(at + on) && cancels(words, at, at + on));
}

/** "no ordinary castle", "not your average cat": it is one. */
const isOrdinary = (words: readonly Word[], at: number): boolean =>
  words[at]!.text !== "without" &&
  [1, 2].some(
    (on) => ordinary.test(words[at + on]?.text ?? "") && (on === 1 || determiners.has(words[at + 1]!.text)),
  );

/** @returns how many words from a position on sound like a denial and are none; 0: none */
export function soundingLength(words: readonly Word[], at: number): number {
  const term = termLength(words, at, soundingTerms);
  if (term > 0) return term;
  const word = words[at]!;
  if (!isNegator(word)) return 0;
  const next = words[at + 1];
  if (next && isCancelling(word) && (next.text === "without" || !isNegator(next))) {
    // "don't forget the hat", "not without a hat": what it denies is itself a denial.
    const denied = denialLength(words, at + 1, { ordered: true });
    if (denied > 0) return 1 + denied;
  }
  const compares = words[at + 2]?.text === "than" && word.text !== "without"; // "no taller than a daisy"
  return compares || isCancelled(words, at) || isOrdinary(words, at) ? 1 : 0;
}

/** Before an order: "please skip the fog", "but leave out the dog". */
const beforeOrders = /^(?:please|but|just|so)$/;

/** Orders that leave something out, where an article follows: "skip the fog", but not "skip rope". */
const orders = /^(?:skip|drop|lose|ditch|forget|scrap)$/;
/** Those that do so whatever follows. */
const plainOrders = /^(?:avoid|omit|exclude)$/;

/** "leave the dog out". */
const mostLeft = 4;

function orderLength(words: readonly Word[], at: number): number {
  const { text } = words[at]!;
  const next = words[at + 1];
  if (!next) return 0;
  if (plainOrders.test(text)) return 1;
  if (orders.test(text)) return determiners.has(next.text) ? 1 : 0;
  const left = text === "leave" && words.slice(at + 2, at + 2 + mostLeft).some((word) => word.text === "out");
  return left ? 1 : 0;
}

/** "minus two degrees", "minus 20". */
const isSum = (words: readonly Word[], at: number): boolean =>
  words[at]!.text === "minus" &&
  (words[at + 2]?.stem === "degree" || /^(?:\d|(?:twen|thir|for|fif)ty)/.test(words[at + 1]?.text ?? ""));

/**
 * @param options.ordered what stands there is an order, although it does not begin the clause
 * @returns how many words from a position on deny what follows; 0: none do
 */
export function denialLength(
  words: readonly Word[],
  at: number,
  { ordered = false }: { readonly ordered?: boolean } = {},
): number {
  const term =
    denialTerms.find((parts) => parts.every((part, i) => words[at + i]?.text === part))?.length ?? 0;
  const behind = words[at + term];
  // "eyes on the birds rather than on us"
  if (term > 0) return !behind || prepositions.has(behind.text) || isSum(words, at) ? 0 : term;
  if (ordered || at === 0 || beforeOrders.test(words[at - 1]!.text)) {
    const order = orderLength(words, at);
    if (order > 0) return order;
  }
  const next = words[at + 1];
  return isNegator(words[at]!) && next && !softeners.has(next.text) ? 1 : 0;
}

/** "don't turn it into a sticker": a verb follows, and what follows that is denied, too. */
export function ordersNot(words: readonly Word[], at: number): boolean {
  const helper = words[at]!.text === "not" ? words[at - 1]?.text : words[at]!.text.replace(/n['’]t$/, "");
  return /^(?:do|does|did)$/.test(helper ?? "") && !isGerund(words[at + 1]!);
}
