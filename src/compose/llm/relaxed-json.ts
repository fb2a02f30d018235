// Reads what language models write where JSON was asked for: single or typographic quotes, trailing commas, comments, bare or numeric keys,
// Python's True/False/None, and an answer that breaks off. Executes nothing. By hand, not jsonrepair and JSON.parse: those sort numeric keys,
// keep only the last of equal ones and cannot say whether a text was whole or cut.

export type RelaxedValue = string | number | boolean | null | RelaxedValue[] | RelaxedObject;

/** Entries in the order written; a repeated key keeps every entry. */
export class RelaxedObject {
  readonly entries: readonly (readonly [string, RelaxedValue])[];

  constructor(entries: readonly (readonly [string, RelaxedValue])[]) {
    this.entries = entries;
  }

  /** The values of a key, in the order written. */
  all(key: string): readonly RelaxedValue[] {
    return this.entries.filter(([name]) => name === key).map(([, value]) => value);
  }
}

/** One object or list of an answer. */
export interface RelaxedReading {
  readonly value: RelaxedObject | RelaxedValue[];
  /** Why reading stopped inside it; what was whole before is in `value`. Null: it is whole. */
  readonly fault: string | null;
}

/** Deeper nesting is refused: a task list needs four levels. */
const maxDepth = 20;

const closing: Readonly<Record<string, string>> = { '"': '"', "'": "'", "“": "”", "‘": "’" };

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" };

class Reader {
  readonly #text: string;
  at: number;
  fault: string | null = null;

  constructor(text: string, at: number) {
    this.#text = text;
    this.at = at;
  }

  #fail(expected: string): null {
    const near = this.#text.slice(this.at, this.at + 20);
    this.fault ??=
      this.at >= this.#text.length
        ? "it breaks off"
        : `${expected} expected at “${near}” (character ${this.at})`;
    return null;
  }

  #skip(): void {
    const blank = /(?:\s+|\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/)*/y;
    blank.lastIndex = this.at;
    blank.test(this.#text);
    this.at = blank.lastIndex;
  }

  #take(token: string): boolean {
    this.#skip();
    if (!this.#text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  /** @returns undefined when nothing of it is there; `fault` says so */
  value(depth = 0): RelaxedValue | undefined {
    if (depth > maxDepth) return void this.#fail("less nesting");
    if (this.#take("{")) return this.#object(depth);
    if (this.#take("[")) return this.#list(depth);
    const quote = this.#text[this.at] ?? "";
    if (Object.hasOwn(closing, quote)) return this.#string(closing[quote]!);
    const found = /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|[\p{L}_][\p{L}\p{N}_]*/uy;
    found.lastIndex = this.at;
    const word = found.exec(this.#text)?.[0];
    if (word === undefined) return void this.#fail("a value");
    this.at += word.length;
    if (this.at >= this.#text.length) return void this.#fail("the end of a word"); // more of it may follow
    if (/^(?:true|True)$/.test(word)) return true;
    if (/^(?:false|False)$/.test(word)) return false;
    if (/^(?:null|None|undefined)$/.test(word)) return null;
    const number = Number(word);
    // An id of twenty digits must keep them.
    return Number.isNaN(number) || (/^-?\d+$/.test(word) && !Number.isSafeInteger(number)) ? word : number;
  }

  #object(depth: number): RelaxedObject {
    const entries: [string, RelaxedValue][] = [];
    while (this.fault === null && !this.#take("}")) {
      const key = this.value(depth + 1);
      if (this.fault !== null) break;
      if (typeof key === "object" && key !== null) this.#fail("a key");
      else if (!this.#take(":")) this.#fail("“:”");
      if (this.fault !== null) break;
      const value = this.value(depth + 1);
      if (value !== undefined) entries.push([String(key), value]);
      if (this.fault !== null || this.#take(",")) continue;
      if (this.#take("}")) break;
      this.#fail("“,” or “}”");
    }
    return new RelaxedObject(entries);
  }

  #list(depth: number): RelaxedValue[] {
    const values: RelaxedValue[] = [];
    while (this.fault === null && !this.#take("]")) {
      const value = this.value(depth + 1);
      if (value !== undefined) values.push(value);
      if (this.fault !== null || this.#take(",")) continue;
      if (this.#take("]")) break;
      this.#fail("“,” or “]”");
    }
    return values;
  }

  #string(end: string): string | undefined {
    let value = "";
    for (let at = this.at + 1; at < this.#text.length; at++) {
      const char = this.#text[at]!;
      if (char === end) {
        this.at = at + 1;
        return value;
      }
      if (char !== "\\") {
        value += char;
        continue;
      }
      const escaped = this.#text[++at] ?? "";
      const code = escaped === "u" ? /^[0-9a-f]{4}/i.exec(this.#text.slice(at + 1, at + 5)) : null;
      if (code) {
        value += String.fromCharCode(Number.parseInt(code[0], 16));
        at += 4;
      } else {
        value += Object.hasOwn(escapes, escaped) ? escapes[escaped]! : escaped;
      }
    }
    this.at = this.#text.length;
    return void this.#fail("the end of a text");
  }
}

/** The objects and lists of an answer that stand in no other, in order; whatever stands between them is passed over. */
export function relaxedReadings(answer: string): readonly RelaxedReading[] {
  const readings: RelaxedReading[] = [];
  for (let at = 0; ;) {
    const found = answer.slice(at).search(/[{[]/);
    if (found < 0) return readings;
    const reader = new Reader(answer, at + found);
    const value = reader.value() as RelaxedReading["value"]; // of its bracket
    readings.push({ value, fault: reader.fault });
    ({ at } = reader); // behind the bracket at least
  }
}
