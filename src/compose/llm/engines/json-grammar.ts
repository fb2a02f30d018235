// Which bytes may come next in a JSON text under a schema: compact JSON with keys in the schema's order, and one space after "," and ":" as
// models like to write. States are immutable; a token is tried by stepping over its bytes.
import type { JsonSchema } from "../language-model.ts";

type Frame =
  | { readonly kind: "text"; readonly bytes: Uint8Array; readonly at: number }
  | { readonly kind: "choice"; readonly options: readonly Uint8Array[]; readonly at: number }
  /** Inside a text, after its opening quote; `left` in characters, `following`: bytes that a character of UTF-8 still has. */
  | {
      readonly kind: "string";
      readonly left: number;
      readonly escaped: boolean;
      readonly following: number;
    }
  | { readonly kind: "value"; readonly schema: JsonSchema }
  /** Inside a list: before the first item, or behind an item. */
  | { readonly kind: "items"; readonly schema: JsonSchema; readonly left: number; readonly first: boolean }
  | { readonly kind: "space" };

/** What is still to come; null: the text is whole. */
export type GrammarState = { readonly frame: Frame; readonly rest: GrammarState } | null;

const encoder = new TextEncoder();
const text = (value: string): Frame => ({ kind: "text", bytes: encoder.encode(value), at: 0 });
const space: Frame = { kind: "space" };

const [quote, backslash, comma, closing, blank] = [0x22, 0x5c, 0x2c, 0x5d, 0x20];
const escapes = new Set(encoder.encode('"\\/bfnrt'));

const behind = (frames: readonly Frame[], rest: GrammarState): GrammarState =>
  frames.reduceRight<GrammarState>((state, frame) => ({ frame, rest: state }), rest);

/** The frames of a value. */
function framesOf(schema: JsonSchema): readonly Frame[] {
  if (schema.type === "object") {
    const fields = schema.required.flatMap((key, i): Frame[] => [
      ...(i > 0 ? [text(","), space] : []),
      text(`${JSON.stringify(key)}:`),
      space,
      { kind: "value", schema: schema.properties[key]! },
    ]);
    return [text("{"), ...fields, text("}")];
  }
  if (schema.type === "array")
    return [text("["), { kind: "items", schema: schema.items, left: schema.maxItems, first: true }];
  if ("enum" in schema) {
    const options = schema.enum.map((value) => encoder.encode(JSON.stringify(value)));
    return [{ kind: "choice", options, at: 0 }];
  }
  return [text('"'), { kind: "string", left: schema.maxLength, escaped: false, following: 0 }];
}

export const startOf = (schema: JsonSchema): GrammarState => ({
  frame: { kind: "value", schema },
  rest: null,
});

/** Bytes behind the first one of a character in UTF-8; −1 when none begins so. */
const followingBytes = (byte: number): number =>
  byte < 0x80 ? 0 : byte < 0xc2 ? -1 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : byte < 0xf5 ? 3 : -1;

/** Null behind the closing quote. */
function stepInString(frame: Frame & { readonly kind: "string" }, byte: number): Frame | null | "no" {
  const { left, escaped, following } = frame;
  if (following > 0) return (byte & 0xc0) === 0x80 ? { ...frame, following: following - 1 } : "no";
  if (escaped) return escapes.has(byte) ? { ...frame, escaped: false } : "no";
  if (byte === quote) return null;
  const more = followingBytes(byte);
  if (byte < blank || left === 0 || more < 0) return "no";
  return { kind: "string", left: left - 1, escaped: byte === backslash, following: more };
}

/** The state behind one more byte; "no" when it may not stand there. */
export function step(state: GrammarState, byte: number): GrammarState | "no" {
  for (let now = state; now !== null;) {
    const { frame, rest } = now;
    switch (frame.kind) {
      case "space":
        if (byte === blank) return rest;
        now = rest;
        continue;
      case "value":
        now = behind(framesOf(frame.schema), rest);
        continue;
      case "text":
        if (frame.bytes[frame.at] !== byte) return "no";
        return frame.at + 1 === frame.bytes.length ? rest : { frame: { ...frame, at: frame.at + 1 }, rest };
      case "choice": {
        const { at } = frame;
        const options = frame.options.filter((option) => option[at] === byte);
        if (options.length === 0) return "no";
        // JSON texts end with a quote: none is the beginning of another.
        if (options[0]!.length === at + 1) return rest;
        return { frame: { kind: "choice", options, at: at + 1 }, rest };
      }
      case "items": {
        if (byte === closing) return rest;
        if (frame.left === 0) return "no";
        const item: Frame = { kind: "value", schema: frame.schema };
        const more: Frame = { ...frame, left: frame.left - 1, first: false };
        if (frame.first) {
          now = behind([item, more], rest);
          continue;
        }
        return byte === comma ? behind([space, item, more], rest) : "no";
      }
      case "string": {
        const next = stepInString(frame, byte);
        return next === null ? rest : next === "no" ? "no" : { frame: next, rest };
      }
      default:
        return frame satisfies never;
    }
  }
  return "no";
}

/** The state behind the bytes of a token. */
export function stepAll(state: GrammarState, bytes: Uint8Array): GrammarState | "no" {
  let now = state;
  for (const byte of bytes) {
    const next = step(now, byte);
    if (next === "no") return "no";
    now = next;
  }
  return now;
}
