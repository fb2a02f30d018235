// What of a prompt a reader is shown. What the prompt itself takes back is decided by grammar, before anything is retrieved or read: denied
// parts ("no …", "without …"), weights of 0 and below, tags, and words that ask for quality and name nothing.
import { bracketPairs, conjuncts } from "../../shared/prompt-syntax.ts";
import { plainText, segment } from "../rules/segment.ts";

/** Words of quality: every other prompt has them, and no adapter is meant by them. */
const qualityWords =
  /\b(?:masterpieces?|(?:best|high(?:est)?|amazing|top|great) quality|absurdres|high ?res|hi-?res|[48]k(?: (?:uhd|resolution))?|uhd|trending on artstation|award[- ]winning|score_\d(?:_up)?)\b/giu;

interface Range {
  readonly start: number;
  readonly end: number;
}

/** `(fog:0)`, with whatever stands inside. */
const bracketsWithoutWeight = (prompt: string): Range[] =>
  bracketPairs(prompt).filter(({ weight }) => weight !== null && weight <= 0);

/** `fox AND fog :-1`: the parts that are taken away, and the weights of the others. */
const unwantedConjuncts = (prompt: string): Range[] =>
  conjuncts(prompt).flatMap(({ start, wordsEnd, end, weight }) =>
    wordsEnd === end ? [] : [{ start: weight <= 0 ? start : wordsEnd, end }],
  );

/** Spaces in place of ranges, and one comma where words would come together that do not stand together. */
function blanked(text: string, ranges: readonly Range[]): string {
  /** Ranges that begin at a character, less those that end there. */
  const changes = new Int32Array(text.length + 1);
  for (const { start, end } of ranges) {
    changes[start]! += 1;
    changes[end]! -= 1;
  }
  let result = "";
  let comma = true; // the last thing that is no space is a comma, or nothing
  let open = 0;
  for (let at = 0; at < text.length; at++) {
    const before = open;
    open += changes[at]!;
    const character = open === 0 ? text[at]! : before === 0 ? "," : " ";
    result += character === "," && comma ? " " : character;
    if (/\S/.test(character)) comma = character === ",";
  }
  return result;
}

export interface ReadablePrompt {
  /** As long as the prompt, so that places in it are places in the prompt. */
  readonly text: string;
  /** The same with the denied parts: what rules cut into tasks. */
  readonly withDenied: string;
}

export function readablePrompt(prompt: string): ReadablePrompt {
  const unwanted = [...bracketsWithoutWeight(prompt), ...unwantedConjuncts(prompt)];
  const plain = plainText(blanked(prompt, unwanted));
  const quality = Array.from(plain.matchAll(qualityWords), ({ 0: words, index }) => ({
    start: index,
    end: index + words.length,
  }));
  const withDenied = blanked(plain, quality);
  const denied = segment(withDenied).filter(({ negated }) => negated);
  return { text: blanked(withDenied, denied), withDenied };
}
