// The prompt language of AUTOMATIC1111: AND, `[from:to:when]`, `[a|b]`, emphasis and BREAK, in the order of their
// resolution. Malformed input never throws: what is not syntax is text. Time is linear in the length of the prompt.
import { breakWord, colonNumber, conjuncts } from "../../shared/prompt-syntax.ts";

/** `a AND b :0.5`: prompts that are denoised separately and summed with their weights (Liu et al. 2022). */
export const splitConjunction = (prompt: string): { readonly text: string; readonly weight: number }[] =>
  conjuncts(prompt).map(({ start, end, wordsEnd, weight }) => ({
    text: wordsEnd === end ? prompt.slice(start, end) : prompt.slice(start, wordsEnd).trimEnd(),
    weight,
  }));

/** A text that applies up to and including an evaluation of the network; the last one applies to the end. */
export interface ScheduledText {
  readonly until: number;
  readonly text: string;
}

/**
 * Resolves `[from:to:when]`, `[to:when]`, `[from::when]` and `[a|b]` for every evaluation.
 *
 * `when` with a decimal point is a fraction of the run, a whole number counts evaluations. A second pass (hires fix)
 * continues the count: 1.5 is its middle.
 * @param options.earlier evaluations of the first pass, if this is the second
 */
export function promptSchedule(
  prompt: string,
  evaluations: number,
  { earlier = 0 }: { earlier?: number } = {},
): ScheduledText[] {
  if (!/[[\]]/u.test(prompt)) return [{ until: evaluations, text: prompt }];
  const nodes = parseTop(prompt, { evaluations, earlier });
  const edges = new Set([evaluations]);
  for (const node of nodes) collectEdges(node, edges, evaluations);
  const schedule: ScheduledText[] = [];
  for (const until of [...edges].sort((a, b) => a - b)) {
    const text = nodes.map((node) => textAt(node, until)).join("");
    if (schedule.at(-1)?.text === text) schedule.pop();
    schedule.push({ until, text });
  }
  return schedule;
}

type Node =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "scheduled";
      readonly before: readonly Node[];
      readonly after: readonly Node[];
      readonly when: number;
    }
  | { readonly kind: "alternate"; readonly options: readonly (readonly Node[])[] };

function collectEdges(node: Node, edges: Set<number>, evaluations: number): void {
  if (node.kind === "scheduled") {
    if (node.when >= 1) edges.add(node.when);
    for (const child of [...node.before, ...node.after]) collectEdges(child, edges, evaluations);
  } else if (node.kind === "alternate") {
    for (let step = 1; step <= evaluations; step++) edges.add(step);
  }
}

function textAt(node: Node, step: number): string {
  if (node.kind === "text") return node.text;
  const chosen =
    node.kind === "scheduled"
      ? step <= node.when
        ? node.before
        : node.after
      : node.options[(step - 1) % node.options.length]!;
  return chosen.map((child) => textAt(child, step)).join("");
}

/** Treats deeper nesting as text, because nobody writes it and the parser is recursive. */
const MAX_DEPTH = 64;
const PLAIN = /(?:[^\\[\]():|]|\\.)+/suy;
const WHEN = new RegExp(String.raw`${colonNumber}\s*\]`, "uy");

/** A call with each as an argument overflows the stack of a long prompt. */
function append<Item>(list: Item[], items: readonly Item[]): void {
  for (const item of items) list.push(item);
}

interface Parsed {
  readonly nodes: readonly Node[];
  readonly end: number;
}

interface Counting {
  readonly evaluations: number;
  readonly earlier: number;
}

interface Reader {
  readonly source: string;
  readonly counting: Counting;
  /** Brackets already tried: without, malformed input would take up to 64 times as long. */
  readonly memo: Map<number, { readonly node: readonly Node[]; readonly end: number } | null>;
}

/** Everything; unmatched brackets are text. */
function parseTop(source: string, counting: Counting): Node[] {
  const reader: Reader = { source, counting, memo: new Map() };
  const nodes: Node[] = [];
  let at = 0;
  while (at < source.length) {
    const { nodes: parsed, end } = parseSequence(reader, at, 0);
    append(nodes, parsed);
    at = end;
    if (at < source.length) nodes.push({ kind: "text", text: source[at++]! });
  }
  return nodes;
}

/** All items from `start`; stops at a bracket, colon or bar that is not part of one. */
function parseSequence(reader: Reader, start: number, depth: number): Parsed {
  const nodes: Node[] = [];
  let at = start;
  for (;;) {
    PLAIN.lastIndex = at;
    const plain = PLAIN.exec(reader.source);
    if (plain !== null) {
      nodes.push({ kind: "text", text: plain[0] });
      at = PLAIN.lastIndex;
      continue;
    }
    const bracket = reader.source[at];
    if (bracket !== "(" && bracket !== "[") return { nodes, end: at };
    const parsed = parseBracket(reader, at, depth + 1);
    if (parsed === null) return { nodes, end: at };
    append(nodes, parsed.node);
    at = parsed.end;
  }
}

function parseBracket(
  reader: Reader,
  start: number,
  depth: number,
): { readonly node: readonly Node[]; readonly end: number } | null {
  if (depth > MAX_DEPTH) return null;
  const known = reader.memo.get(start);
  if (known !== undefined) return known;
  const result =
    reader.source[start] === "(" ? parseRound(reader, start, depth) : parseSquare(reader, start, depth);
  reader.memo.set(start, result);
  return result;
}

/** Emphasis, unchanged except for schedules inside it. Colons and bars in it are text. */
function parseRound(
  reader: Reader,
  start: number,
  depth: number,
): { node: readonly Node[]; end: number } | null {
  const nodes: Node[] = [{ kind: "text", text: "(" }];
  let at = start + 1;
  for (;;) {
    const part = parseSequence(reader, at, depth);
    append(nodes, part.nodes);
    at = part.end;
    const next = reader.source[at];
    if (next !== ":" && next !== "|" && next !== ")") return null;
    nodes.push({ kind: "text", text: next });
    at++;
    if (next === ")") return { node: nodes, end: at };
  }
}

function parseSquare(
  reader: Reader,
  start: number,
  depth: number,
): { node: readonly Node[]; end: number } | null {
  const { source, counting } = reader;
  const first = parseSequence(reader, start + 1, depth);
  let at = first.end;
  if (source[at] === "]") {
    return { node: [{ kind: "text", text: "[" }, ...first.nodes, { kind: "text", text: "]" }], end: at + 1 };
  }
  if (source[at] === "|") {
    const options = [first.nodes];
    while (source[at] === "|") {
      const option = parseSequence(reader, at + 1, depth);
      options.push(option.nodes);
      at = option.end;
    }
    return source[at] === "]" ? { node: [{ kind: "alternate", options }], end: at + 1 } : null;
  }
  if (source[at] !== ":") return null;
  const short = readWhen(source, at, counting); // [to:when]
  if (short !== null)
    return {
      node: [{ kind: "scheduled", before: [], after: first.nodes, when: short.when }],
      end: short.end,
    };
  const second = parseSequence(reader, at + 1, depth);
  const long = source[second.end] === ":" ? readWhen(source, second.end, counting) : null;
  if (long === null) return null;
  return {
    node: [{ kind: "scheduled", before: first.nodes, after: second.nodes, when: long.when }],
    end: long.end,
  };
}

function readWhen(
  source: string,
  at: number,
  { evaluations, earlier }: Counting,
): { when: number; end: number } | null {
  WHEN.lastIndex = at;
  const match = WHEN.exec(source);
  if (match === null) return null;
  const number = Number(match[1]);
  const value = match[1]!.includes(".") ? (number - (earlier > 0 ? 1 : 0)) * evaluations : number - earlier;
  return { when: Math.min(evaluations, Math.trunc(value)), end: WHEN.lastIndex };
}

/** Text with its emphasis, or a forced chunk boundary. */
export type EmphasisPart =
  | { readonly kind: "text"; readonly text: string; readonly weight: number }
  | { readonly kind: "break" };

const ATTENTION = /\\[\\()[\]]|\\|\(|\[|:\s*([+-]?[.\d]+)\s*\)|\)|\]|[^\\()[\]:]+|:/gu;

/** Brackets deeper than this weigh nothing, so that the time is linear. 1.1 ^ 64 is 445. */
const MAX_EMPHASIS_DEPTH = 64;

/** `(x)` ×1.1, `[x]` ÷1.1, `(x:1.3)`, nested ones multiply; `\(` is a literal bracket; an unclosed bracket extends to the end. */
export function parseEmphasis(text: string): EmphasisPart[] {
  const parts: ({ kind: "text"; text: string; weight: number } | { kind: "break" })[] = [];
  const round: number[] = [];
  const square: number[] = [];
  /** Weighs all from the part at which the last bracket of `open` has opened. */
  const close = (open: number[], factor: number): void => {
    const start = open.pop()!;
    if (open.length >= MAX_EMPHASIS_DEPTH) return;
    for (let i = start; i < parts.length; i++) {
      const part = parts[i]!;
      if (part.kind === "text") part.weight *= factor;
    }
  };
  for (const match of text.matchAll(ATTENTION)) {
    const [token, number] = match;
    const weight = number === undefined ? Number.NaN : Number(number);
    if (token.startsWith("\\")) parts.push({ kind: "text", text: token.slice(1), weight: 1 });
    else if (token === "(") round.push(parts.length);
    else if (token === "[") square.push(parts.length);
    else if (Number.isFinite(weight) && round.length > 0) close(round, weight);
    else if (token === ")" && round.length > 0) close(round, 1.1);
    else if (token === "]" && square.length > 0) close(square, 1 / 1.1);
    else {
      const pieces = token.split(breakWord);
      for (const [i, piece] of pieces.entries()) {
        if (i > 0) parts.push({ kind: "break" });
        const trimmed = i > 0 ? piece.trimStart() : piece;
        parts.push({ kind: "text", text: i + 1 < pieces.length ? trimmed.trimEnd() : trimmed, weight: 1 });
      }
    }
  }
  while (round.length > 0) close(round, 1.1);
  while (square.length > 0) close(square, 1 / 1.1);
  return joinEqual(parts);
}

function joinEqual(parts: readonly EmphasisPart[]): EmphasisPart[] {
  const joined: EmphasisPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last?.kind === "text" && part.kind === "text" && last.weight === part.weight) {
      joined[joined.length - 1] = { ...last, text: last.text + part.text };
    } else {
      joined.push(part);
    }
  }
  return joined;
}
