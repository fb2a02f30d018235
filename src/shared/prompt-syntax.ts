// What every reader of a prompt has in common: `<word:…>` tags, the words AND and BREAK, weights behind a colon. Every pattern is linear in
// the length of the prompt.

/** `<kind:name:part:part>`, as in AUTOMATIC1111's extra_networks.py: no word of the prompt, whatever its kind. */
export interface PromptTag {
  /** As it stands in the prompt, brackets included. */
  readonly text: string;
  /** UTF-16 offsets in the prompt. */
  readonly start: number;
  readonly end: number;
  /** Lower case: "lora", "lyco", "hypernet" … */
  readonly kind: string;
  /** Without white space around it; may be empty. */
  readonly name: string;
  /** What stands behind the name, untrimmed. */
  readonly parts: readonly string[];
}

const tagPattern = /<([a-z]\w*):([^<>]*)>/gi;

export const promptTags = (prompt: string): PromptTag[] =>
  Array.from(prompt.matchAll(tagPattern), ({ 0: text, 1: kind, 2: content, index }) => {
    const [name, ...parts] = content!.split(":");
    return {
      text,
      start: index,
      end: index + text.length,
      kind: kind!.toLowerCase(),
      name: name!.trim(),
      parts,
    };
  });

/** The prompt with another text for each tag. */
export function replaceTags(prompt: string, replace: (tag: PromptTag) => string): string {
  const parts: string[] = [];
  let last = 0;
  for (const tag of promptTags(prompt)) {
    parts.push(prompt.slice(last, tag.start), replace(tag));
    last = tag.end;
  }
  return [...parts, prompt.slice(last)].join("");
}

/** The words of a prompt. */
export const withoutTags = (prompt: string): string => prompt.replace(tagPattern, "");

/** AND and BREAK are syntax where they stand free: "ANDÉN" and "猫AND犬" have none. */
const freeWord = (word: string): string => String.raw`(?<![\p{L}\p{M}\p{N}_])${word}(?![\p{L}\p{M}\p{N}_])`;
const conjunction = new RegExp(freeWord("AND"), "u");
export const breakWord = new RegExp(freeWord("BREAK"), "gu");
export const conjunctionOrBreak = new RegExp(freeWord("(?:AND|BREAK)"), "gu");

/** A number behind a colon, as a pattern: a weight, or a step. */
export const colonNumber = String.raw`:\s*([-+]?(?:\d+(?:\.\d*)?|\.\d+))`;

/** Longer numbers are no weights. */
const longestNumber = 40;
const endWeightPattern = new RegExp(`${colonNumber}$`, "u");

/**
 * The weight behind the last colon of `text`, if nothing else follows: "a fox :0.5". Only a part of a prompt with AND has one, or what
 * stands in brackets; "photo in 16:9" has none.
 * @returns where its colon is; null for no weight
 */
export function endWeight(text: string): { readonly at: number; readonly weight: number } | null {
  const end = text.trimEnd();
  const colon = end.lastIndexOf(":");
  if (colon < 0) return null;
  const number = end.slice(colon + 1).trimStart();
  if (number.length > longestNumber) return null;
  const match = endWeightPattern.exec(`:${number}`);
  return match ? { at: colon, weight: Number(match[1]) } : null;
}

/** Round brackets with what stands inside, `(words:1.2)` or `(words)`. */
export interface Brackets {
  /** UTF-16 offsets in the prompt, brackets included. */
  readonly start: number;
  readonly end: number;
  /** Offset at which the words end and the weight begins; that of the closing bracket without a weight. */
  readonly wordsEnd: number;
  readonly weight: number | null;
}

/** All pairs of brackets but escaped ones, those inside before those around them. */
export function bracketPairs(prompt: string): Brackets[] {
  const open: number[] = [];
  const pairs: Brackets[] = [];
  let colon = -1; // since the last bracket: what stands before one weighs nothing behind it
  for (let at = 0; at < prompt.length; at++) {
    const escaped = prompt[at] === "\\";
    if (escaped) at += 1;
    const character = prompt[at];
    if (character === ":") colon = at;
    if (escaped || (character !== "(" && character !== ")")) continue;
    if (character === "(") open.push(at);
    else if (open.length > 0) {
      const found = colon < 0 ? null : endWeight(prompt.slice(colon, at));
      pairs.push({
        start: open.pop()!,
        end: at + 1,
        wordsEnd: found ? colon : at,
        weight: found?.weight ?? null,
      });
    }
    colon = -1;
  }
  return pairs;
}

export interface Conjunct {
  /** UTF-16 offsets in the prompt; between the ends stand the words AND. */
  readonly start: number;
  readonly end: number;
  /** Offset in the prompt at which the words end and the weight begins; `end` without a weight. */
  readonly wordsEnd: number;
  readonly weight: number;
}

/** `a AND b :0.5`: one part, of weight 1, where there is no AND. */
export function conjuncts(prompt: string): Conjunct[] {
  const texts = prompt.split(conjunction);
  if (texts.length === 1) return [{ start: 0, end: prompt.length, wordsEnd: prompt.length, weight: 1 }];
  let start = 0;
  return texts.map((text) => {
    const found = endWeight(text);
    const end = start + text.length;
    const part = { start, end, wordsEnd: found ? start + found.at : end, weight: found?.weight ?? 1 };
    start = end + "AND".length;
    return part;
  });
}

const letter = /[\p{L}\p{M}\p{N}_]/u;
/** Scripts that write words without spaces between them. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Whether words stand in a text, in any letter case, as whole words: "art" is not in "a party". */
export function hasWords(text: string, words: string): boolean {
  const [inText, wanted] = [text.toLowerCase(), words.trim().toLowerCase()];
  if (wanted === "") return false;
  const joined = (left: string | undefined, right: string | undefined): boolean =>
    [left, right].every(
      (character) => character !== undefined && letter.test(character) && !unspaced.test(character),
    );
  const [first, last] = [wanted[0], wanted.at(-1)];
  for (let at = inText.indexOf(wanted); at >= 0; at = inText.indexOf(wanted, at + wanted.length)) {
    const end = at + wanted.length;
    if (!joined(inText[at - 1], first) && !joined(last, inText[end])) return true;
  }
  return false;
}
