// Reads what language models write where JSON was asked for: JSON inside prose or a code fence, single quotes, trailing
// commas, comments, bare or numeric keys, Python's True/False/None. Executes nothing. By hand, not jsonrepair and JSON.parse: those
// complete an answer that breaks off, sort numeric keys and keep only the last of equal ones.
import { StylusError } from "../../shared/errors.ts";

export type RelaxedValue = string | number | boolean | null | RelaxedValue[] | RelaxedObject;

/** Entries in the order written; a repeated key keeps every entry. */
export class RelaxedObject {
  readonly entries: readonly (readonly [string, RelaxedValue])[];
  constructor(entries: readonly (readonly [string, RelaxedValue])[]) {
    this.entries = entries;
  }
}

/** Deeper nesting is refused: a task list needs two levels. */
const maxDepth = 20;

class Reader {
  readonly #text: string;
  #at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.#at = at;
  }

  fail(expected: string): never {
    const near = this.#text.slice(this.#at, this.#at + 20);
    throw new StylusError(
      "bad-file",
      `The composer's answer is not valid: ${expected} expected at “${near}”.`,
      {
        where: `character ${this.#at}`,
      },
    );
  }

  #skip(): void {
    const blank = /(?:\s+|\/\/[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/)*/y;
    blank.lastIndex = this.#at;
    blank.test(this.#text);
    this.#at = blank.lastIndex;
  }

  #take(token: string): boolean {
    this.#skip();
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  value(depth = 0): RelaxedValue {
    if (depth > maxDepth) this.fail("less nesting");
    if (this.#take("{")) return this.#object(depth);
    if (this.#take("[")) return this.#list(depth);
    this.#skip();
    const quote = this.#text[this.#at]!;
    if (quote === '"' || quote === "'") return this.#string(quote);
    const found = /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|[\p{L}_][\p{L}\p{N}_]*/uy;
    found.lastIndex = this.#at;
    const word = found.exec(this.#text)?.[0];
    if (word === undefined) this.fail("a value");
    this.#at += word.length;
    if (/^(?:true|True)$/.test(word)) return true;
    if (/^(?:false|False)$/.test(word)) return false;
    if (/^(?:null|None|undefined)$/.test(word)) return null;
    return Number.isNaN(Number(word)) ? word : Number(word);
  }

  #object(depth: number): RelaxedObject {
    const entries: [string, RelaxedValue][] = [];
    while (!this.#take("}")) {
      const key = this.value(depth + 1);
      if (typeof key === "object" && key !== null) this.fail("a key");
      if (!this.#take(":")) this.fail("“:”");
      entries.push([String(key), this.value(depth + 1)]);
      if (!this.#take(",") && !this.#take("}")) this.fail("“,” or “}”");
      else if (this.#text[this.#at - 1] === "}") break;
    }
    return new RelaxedObject(entries);
  }

  #list(depth: number): RelaxedValue[] {
    const values: RelaxedValue[] = [];
    while (!this.#take("]")) {
      values.push(this.value(depth + 1));
      if (!this.#take(",") && !this.#take("]")) this.fail("“,” or “]”");
      else if (this.#text[this.#at - 1] === "]") break;
    }
    return values;
  }

  #string(quote: string): string {
    let value = "";
    for (let at = this.#at + 1; at < this.#text.length; at++) {
      const char = this.#text[at]!;
      if (char === quote) {
        this.#at = at + 1;
        return value;
      }
      if (char !== "\\") {
        value += char;
        continue;
      }
      const escaped = this.#text[++at] ?? "";
      const code = escaped === "u" ? /^[0-9a-f]{4}/i.exec(this.#text.slice(at + 1)) : null;
      if (code) {
        value += String.fromCharCode(Number.parseInt(code[0], 16));
        at += 4;
      } else {
        value += { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" }[escaped] ?? escaped;
      }
    }
    return this.fail("the end of a text");
  }
}

/**
 * The first object in a model's answer.
 * @throws StylusError (bad-file) saying where reading stopped
 */
export function parseRelaxedObject(answer: string): RelaxedObject {
  const at = answer.indexOf("{");
  if (at < 0) throw new StylusError("bad-file", "The composer's answer holds no “{ … }”.");
  const value = new Reader(answer, at).value();
  if (!(value instanceof RelaxedObject))
    throw new StylusError("bad-file", "The composer's answer is not an object.");
  return value;
}
