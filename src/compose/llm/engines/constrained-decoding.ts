// Constrained decoding for engines that have none: of a model's next tokens only those stay possible that the grammar allows.
import type { JsonSchema } from "../language-model.ts";
import { type GrammarState, startOf, step, stepAll } from "./json-grammar.ts";

/** Tokens that are looked at before all of them are: the model mostly wants to write what it may. */
const favourites = 64;

/** The bytes of a vocabulary's tokens, by their first byte. */
export interface TokenBytes {
  /** By token id; null for tokens that are no text. */
  readonly bytes: readonly (Uint8Array | null)[];
  readonly byFirst: readonly (readonly number[])[];
}

/** Byte-level BPE writes each byte as a printable character: these stand for themselves, the others follow from U+0100 on. */
function byteOfCharacter(): ReadonlyMap<string, number> {
  const own = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  const bytes = new Map<string, number>();
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) bytes.set(String.fromCharCode(own(byte) ? byte : next++), byte);
  return bytes;
}

/**
 * @param vocabulary of byte-level BPE: token to id
 * @param special ids that are no text
 */
export function tokenBytes(
  vocabulary: Iterable<readonly [string, number]>,
  special: ReadonlySet<number>,
): TokenBytes {
  const byCharacter = byteOfCharacter();
  const bytes: (Uint8Array | null)[] = [];
  const byFirst = Array.from({ length: 256 }, (): number[] => []);
  for (const [token, id] of vocabulary) {
    const values = special.has(id) ? [] : Array.from(token, (character) => byCharacter.get(character) ?? -1);
    const isText = values.length > 0 && !values.includes(-1);
    bytes[id] = isText ? Uint8Array.from(values) : null;
    if (isText) byFirst[values[0]!]!.push(id);
  }
  return { bytes, byFirst };
}

/** Ids of the largest logits, largest first. */
function largest(logits: Float32Array, count: number): readonly number[] {
  const top: number[] = [];
  for (let id = 0; id < logits.length; id++) {
    const value = logits[id]!;
    if (top.length === count && value <= logits[top.at(-1)!]!) continue;
    let at = top.length;
    while (at > 0 && logits[top[at - 1]!]! < value) at -= 1;
    top.splice(at, 0, id);
    if (top.length > count) top.pop();
  }
  return top;
}

export class ConstrainedDecoding {
  readonly #tokens: TokenBytes;
  readonly #endTokens: readonly number[];
  #state: GrammarState;

  /** @param endTokens of which one ends the answer */
  constructor(schema: JsonSchema, tokens: TokenBytes, endTokens: readonly number[]) {
    this.#state = startOf(schema);
    this.#tokens = tokens;
    this.#endTokens = endTokens;
  }

  get isWhole(): boolean {
    return this.#state === null;
  }

  /** Takes the token that was chosen. */
  take(id: number): void {
    const bytes = this.#tokens.bytes[id];
    const next = bytes ? stepAll(this.#state, bytes) : "no";
    if (next !== "no") this.#state = next;
  }

  #allows(id: number): boolean {
    const bytes = this.#tokens.bytes[id];
    return bytes !== null && bytes !== undefined && stepAll(this.#state, bytes) !== "no";
  }

  #allowed(logits: Float32Array): readonly number[] {
    if (this.isWhole) return this.#endTokens;
    const near = largest(logits, favourites).filter((id) => this.#allows(id));
    if (near.length > 0) return near;
    const firsts = this.#tokens.byFirst.filter((_, byte) => step(this.#state, byte) !== "no");
    return firsts.flatMap((ids) => ids.filter((id) => this.#allows(id)));
  }

  /** Makes every token impossible that may not come next. @param logits of the whole vocabulary */
  mask(logits: Float32Array): void {
    const kept = this.#allowed(logits).map((id) => [id, logits[id]!] as const);
    logits.fill(-Infinity);
    for (const [id, logit] of kept) logits[id] = Math.max(logit, -1e30); // an end token may be impossible to the model
  }
}
