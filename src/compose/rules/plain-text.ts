// What of a prompt can be a task. What the prompt itself takes back and what is no description is decided by grammar, before anything is
// cut, retrieved or read: weights of 0 and below, weights and brackets, tags, requests, words that ask for quality and name nothing.
import {
  bracketPairs,
  colonNumber,
  conjunctionOrBreak,
  conjuncts,
  replaceTags,
} from "../../shared/prompt-syntax.ts";

/** Openings that request an image without describing it. */
const requests =
  /^\s*(?:please\s+)?(?:(?:can|could) you\s+)?(?:(?:show|draw|paint|make|give|create|generate|render)(?:\s+me)?|imagine|look at|(?:we|you|i) can see|i(?: would|'d) like|(?:a|the) scene (?:showing|of|with)|there (?:is|are))(?=\s)/i;

/** Words of quality: every other prompt has them, and no adapter is meant by them. */
const qualityWords =
  /\b(?:masterpieces?|(?:best|high(?:est)?|amazing|top|great) quality|absurdres|high ?res|hi-?res|[48]k(?: (?:uhd|resolution))?|uhd|trending on artstation|award[- ]winning|score_\d(?:_up)?)\b/giu;

const bracketNumbers = new RegExp(String.raw`${colonNumber}\s*(?=[)\]])`, "gu");

/** "head:1.3" as people write it without the brackets; "16:9", "fog: 3 boats" and "at 9:30" are no weights. */
const looseNumbers = /(?<=\p{L}):[-+]?(?:\d?\.\d{1,3}|\d(?:\.\d{1,3})?)(?=[\s,;|]|$)/gu;

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
export function blanked(text: string, ranges: readonly Range[]): string {
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

/** As long as the prompt, so that places in it are places in the prompt; read twice, it stays as it is. */
export function plainText(prompt: string): string {
  const blank = (match: string): string => " ".repeat(match.length);
  const comma = (text: string): string => ",".padEnd(text.length);
  const wanted = blanked(prompt, [...bracketsWithoutWeight(prompt), ...unwantedConjuncts(prompt)]);
  const plain = replaceTags(wanted.replace(requests, blank), ({ text }) => comma(text))
    .replace(looseNumbers, blank)
    .replace(/\\[()[\]]/g, blank)
    .replace(bracketNumbers, blank)
    .replace(/[()[\]{}]/g, blank)
    .replace(conjunctionOrBreak, comma);
  const quality = Array.from(plain.matchAll(qualityWords), ({ 0: words, index }) => ({
    start: index,
    end: index + words.length,
  }));
  return blanked(plain, quality);
}
