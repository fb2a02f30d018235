// Prompts in the syntax of compel, which InvokeAI uses, in AUTOMATIC1111's form.

export interface ConvertedPrompt {
  readonly text: string;
  /** What has no counterpart, as it was written: "cat.swap(dog)". */
  readonly dropped: readonly string[];
}

/** Deeper brackets stay as they are. */
const MAX_DEPTH = 50;

/**
 * "(a fox)1.2", "fox++", "(in snow)-" get their weights, and the prompts of `.and()` become chunks. `.swap()` leaves what it would swap,
 * `.blend()` the words of all its prompts; both are named.
 */
export function convertCompel(prompt: string): ConvertedPrompt {
  const dropped: string[] = [];
  const text = converted(prompt, dropped, 0).replace(
    /(?<![\p{L}\p{N}+])([\p{L}\p{N}]+)(\++)(?![\p{L}\p{N}+])/gu,
    (_, word: string, plus: string) => `(${word}:${weightOf(plus)})`,
  );
  return { text, dropped };
}

/** The closing bracket of each opening one; those behind a backslash are text. */
function bracketPairs(text: string): ReadonlyMap<number, number> {
  const pairs = new Map<number, number>();
  const open: number[] = [];
  for (const { 0: token, index } of text.matchAll(/\\.|[()]/gsu)) {
    if (token === "(") open.push(index);
    const begin = token === ")" ? open.pop() : undefined;
    if (begin !== undefined) pairs.set(begin, index);
  }
  return pairs;
}

interface Operand {
  readonly inner: string;
  readonly end: number;
}

/** What a weight or a call can stand behind: something in brackets or quotes, or a word. */
function operandAt(text: string, at: number, pairs: ReadonlyMap<number, number>): Operand | null {
  const close = text[at] === '"' ? text.indexOf('"', at + 1) : (pairs.get(at) ?? -1);
  if (close > 0) return { inner: text.slice(at + 1, close), end: close + 1 };
  const word = matchAt(/[\p{L}\p{N}_]+/uy, text, at);
  return word && { inner: word[0], end: at + word[0].length };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function converted(text: string, dropped: string[], depth: number): string {
  if (depth > MAX_DEPTH) return text;
  const pairs = bracketPairs(text);
  const inside = (inner: string): string => converted(inner, dropped, depth + 1);
  let out = "";
  for (let at = 0; at < text.length;) {
    const operand = operandAt(text, at, pairs);
    const end = operand?.end ?? at + matchAt(/\\.|[^][^\p{L}\p{N}_"(\\]*/suy, text, at)![0].length;
    const call = operand && matchAt(/\.(swap|blend|and)\(/uy, text, end);
    const lastOfCall = call ? pairs.get(end + call[0].length - 1) : undefined;
    const isGroup = operand !== null && /[("]/u.test(text[at]!);
    const weight = isGroup ? matchAt(/(?:\d+(?:\.\d+)?|\++|-+)(?![\w.])/uy, text, end)?.[0] : undefined;
    if (operand && call && lastOfCall !== undefined) {
      const written = text.slice(at, lastOfCall + 1);
      const given = text.slice(end + call[0].length, lastOfCall);
      if (call[1] !== "and" || given.split(",").some((one) => one.trim() !== "" && Number(one) !== 1))
        dropped.push(written);
      const phrases = call[1] === "swap" ? [unquoted(operand.inner)] : phrasesOf(operand.inner);
      out += phrases.map(inside).join(call[1] === "and" ? " BREAK " : ", ");
      at = lastOfCall + 1;
    } else if (operand && weight !== undefined) {
      out += `(${inside(operand.inner)}:${weightOf(weight)})`;
      at = end + weight.length;
    } else {
      out += operand && text[at] === "(" ? `(${inside(operand.inner)})` : text.slice(at, end);
      at = end;
    }
  }
  return out;
}

const unquoted = (text: string): string => text.trim().replace(/^"(.*)"$/su, "$1");

/** Of `("a cat", "a dog")`. */
function phrasesOf(list: string): string[] {
  const quoted = Array.from(list.matchAll(/"([^"]*)"/gu), ([, phrase]) => phrase!);
  return quoted.length > 0 ? quoted : list.split(",").map((phrase) => phrase.trim());
}

const weightOf = (written: string): string =>
  written.startsWith("+")
    ? String(Number((1.1 ** written.length).toFixed(4)))
    : written.startsWith("-")
      ? String(Number((0.9 ** written.length).toFixed(4)))
      : written;
