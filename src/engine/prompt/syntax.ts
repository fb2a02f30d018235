// The prompt language of AUTOMATIC1111: `<lora:…>` tags, AND, `[from:to:when]`, `[a|b]`, emphasis and BREAK, in the order
// of their resolution. Malformed input never throws: what is not syntax is text.

/** `<lora:name:te:unet>`; one number sets both. */
export interface LoraTag {
  readonly name: string;
  readonly textStrength: number;
  readonly unetStrength: number;
}

const TAG = /<(?:lora|lyco):([^:<>]+)((?::[^:<>]*)*)>/giu;

/** Removes the tags from a prompt. Positional numbers are text encoder, then U-Net; `te=` and `unet=` can name them. */
export function extractLoraTags(prompt: string): {
  readonly text: string;
  readonly tags: readonly LoraTag[];
} {
  const tags: LoraTag[] = [];
  const text = prompt.replace(TAG, (_, name: string, rest: string) => {
    const positional: number[] = [];
    const named = new Map<string, number>();
    for (const part of rest.split(":").slice(1)) {
      const [left, right] = part.split("=");
      const value = Number.parseFloat(right ?? left!);
      if (!Number.isFinite(value)) continue;
      if (right === undefined) positional.push(value);
      else named.set(left!.trim(), value);
    }
    const textStrength = named.get("te") ?? positional[0] ?? 1;
    tags.push({
      name: name.trim(),
      textStrength,
      unetStrength: named.get("unet") ?? positional[1] ?? textStrength,
    });
    return "";
  });
  return { text, tags };
}

/** `a AND b :0.5`: prompts that are denoised separately and summed with their weights (Liu et al. 2022). */
export function splitConjunction(prompt: string): { readonly text: string; readonly weight: number }[] {
  return prompt.split(/\bAND\b/u).map((part) => {
    // The weight is at the end, so the text before it may contain colons.
    const match = /:\s*([-+]?(?:\d+\.?\d*|\.\d+))\s*$/u.exec(part);
    return match === null
      ? { text: part, weight: 1 }
      : { text: part.slice(0, match.index).trimEnd(), weight: Number(match[1]) };
  });
}

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
const WHEN = /:\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*\]/uy;

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
  /** Brackets already tried; keeps malformed input linear. */
  readonly memo: Map<number, { readonly node: readonly Node[]; readonly end: number } | null>;
}

/** Everything; unmatched brackets are text. */
function parseTop(source: string, counting: Counting): Node[] {
  const reader: Reader = { source, counting, memo: new Map() };
  const nodes: Node[] = [];
  let at = 0;
  while (at < source.length) {
    const { nodes: parsed, end } = parseSequence(reader, at, 0);
    nodes.push(...parsed);
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
    nodes.push(...parsed.node);
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
    nodes.push(...part.nodes);
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

/** `(x)` ×1.1, `[x]` ÷1.1, `(x:1.3)`, nested ones multiply; `\(` is a literal bracket; an unclosed bracket extends to the end. */
export function parseEmphasis(text: string): EmphasisPart[] {
  const parts: ({ kind: "text"; text: string; weight: number } | { kind: "break" })[] = [];
  const round: number[] = [];
  const square: number[] = [];
  const multiply = (start: number, factor: number): void => {
    for (const part of parts.slice(start)) if (part.kind === "text") part.weight *= factor;
  };
  for (const match of text.matchAll(ATTENTION)) {
    const [token, number] = match;
    const weight = number === undefined ? Number.NaN : Number(number);
    if (token.startsWith("\\")) parts.push({ kind: "text", text: token.slice(1), weight: 1 });
    else if (token === "(") round.push(parts.length);
    else if (token === "[") square.push(parts.length);
    else if (Number.isFinite(weight) && round.length > 0) multiply(round.pop()!, weight);
    else if (token === ")" && round.length > 0) multiply(round.pop()!, 1.1);
    else if (token === "]" && square.length > 0) multiply(square.pop()!, 1 / 1.1);
    else {
      for (const [i, piece] of token.split(/\s*\bBREAK\b\s*/u).entries()) {
        if (i > 0) parts.push({ kind: "break" });
        parts.push({ kind: "text", text: piece, weight: 1 });
      }
    }
  }
  for (const start of round) multiply(start, 1.1);
  for (const start of square) multiply(start, 1 / 1.1);
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
