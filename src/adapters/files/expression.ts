// Regular expressions out of files: Python's, as PEFT's configurations have them. No place in the text is tried twice in the same state
// (Thompson's construction), while the engine of JavaScript would try for ever where an expression is written to that end.

/** Something between two characters that holds or does not. */
type Assertion = (text: string, at: number) => boolean;
type CharacterSet = (character: string) => boolean;

type Part =
  | { readonly kind: "character"; readonly set: CharacterSet }
  | { readonly kind: "assertion"; readonly holds: Assertion }
  | { readonly kind: "sequence" | "choice"; readonly parts: readonly Part[] }
  | { readonly kind: "repetition"; readonly part: Part; readonly min: number; readonly max: number };

interface State {
  /** What leads on from here: a character, a condition, or nothing at all. */
  readonly set?: CharacterSet;
  readonly holds?: Assertion;
  /** Numbers of states. */
  readonly next: number[];
}

/** What is left of the parts that the expressions of one file may have: time to match grows with them. */
export interface ExpressionBudget {
  parts: number;
}

/** Of one expression, in characters. */
const MAX_LENGTH = 1_000;

class Unsupported extends Error {}

/**
 * Whether a whole text matches, as `re.fullmatch` of Python has it; null for expressions with parts that are not supported (references,
 * lookaround, flags), that are no expressions, or that exceed the budget. Time grows with the product of both lengths.
 */
export function fullMatcher(
  expression: string,
  budget: ExpressionBudget = { parts: MAX_LENGTH },
): ((text: string) => boolean) | null {
  try {
    const states: State[] = [{ next: [] }];
    const first = addPart(parse(expression), 0, { states, budget });
    return (text) => isAccepted(text, states, first);
  } catch (error) {
    if (error instanceof Unsupported) return null;
    throw error;
  }
}

/** Whether the text's end is reached in state 0. Looks at each state once for each place in the text. */
function isAccepted(text: string, states: readonly State[], first: number): boolean {
  const places = text.length + 1;
  const seen = new Uint8Array(states.length * places);
  const open: number[] = [];
  const visit = (state: number, at: number): void => {
    const pair = state * places + at;
    if (seen[pair] === 0) open.push(pair);
    seen[pair] = 1;
  };
  visit(first, 0);
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const at = pair % places;
    if (pair === text.length) return true;
    const { set, holds, next } = states[(pair - at) / places]!;
    if (set ? at < text.length && set(text[at]!) : !holds || holds(text, at))
      for (const state of next) visit(state, set ? at + 1 : at);
  }
  return false;
}

interface Building {
  readonly states: State[];
  readonly budget: ExpressionBudget;
}

const add = (state: State, { states }: Building): number => states.push(state) - 1;

/** Adds the states of `part` with `next` behind its end. @returns the first of them */
function addPart(part: Part, next: number, building: Building): number {
  if (--building.budget.parts < 0) throw new Unsupported();
  switch (part.kind) {
    case "character":
      return add({ set: part.set, next: [next] }, building);
    case "assertion":
      return add({ holds: part.holds, next: [next] }, building);
    case "sequence":
      return part.parts.reduceRight((behind, one) => addPart(one, behind, building), next);
    case "choice":
      return add({ next: part.parts.map((one) => addPart(one, next, building)) }, building);
    case "repetition":
      return addRepetition(part, next, building);
  }
}

function addRepetition(
  { part, min, max }: Extract<Part, { kind: "repetition" }>,
  next: number,
  building: Building,
): number {
  let first = next;
  if (max === Infinity) {
    const ways = [next];
    first = add({ next: ways }, building);
    ways.push(addPart(part, first, building));
  } else
    for (let i = min; i < max; i++) first = add({ next: [addPart(part, first, building), next] }, building);
  for (let i = 0; i < min; i++) first = addPart(part, first, building);
  return first;
}

const isWord: CharacterSet = (character) => /^\w$/.test(character);
const isAtWordEdge: Assertion = (text, at) => isWord(text[at - 1] ?? "") !== isWord(text[at] ?? "");

const CLASSES: ReadonlyMap<string, CharacterSet> = new Map(
  Object.entries({
    d: (character) => /^\d$/.test(character),
    s: (character) => /^\s$/.test(character),
    w: isWord,
  }),
);
const ASSERTIONS: ReadonlyMap<string, Assertion> = new Map(
  Object.entries({
    A: (_, at) => at === 0,
    Z: (text, at) => at === text.length,
    b: isAtWordEdge,
    B: (text, at) => !isAtWordEdge(text, at),
  }),
);

/** @throws Unsupported */
function parse(expression: string): Part {
  let at = 0;
  if (expression.length > MAX_LENGTH) throw new Unsupported();

  const takes = (text: string): boolean => {
    const isNext = expression.startsWith(text, at);
    if (isNext) at += text.length;
    return isNext;
  };
  const takeMatch = (pattern: RegExp): RegExpExecArray | null => {
    const found = pattern.exec(expression.slice(at));
    at += found?.[0].length ?? 0;
    return found;
  };

  function choice(): Part {
    const parts = [sequence()];
    while (takes("|")) parts.push(sequence());
    return parts.length === 1 ? parts[0]! : { kind: "choice", parts };
  }

  function sequence(): Part {
    const parts: Part[] = [];
    while (at < expression.length && expression[at] !== "|" && expression[at] !== ")") {
      const part = single();
      const [min, max] = quantity();
      parts.push(min === 1 && max === 1 ? part : { kind: "repetition", part, min, max });
    }
    return { kind: "sequence", parts };
  }

  /** How often the part before may stand here. */
  function quantity(): readonly [min: number, max: number] {
    const [sign, least, comma, most] = takeMatch(/^(?:[*+?]|\{(?=[\d,])(\d*)(?:(,)(\d*))?\})/) ?? [];
    if (sign === undefined) return [1, 1];
    takes("?"); // as few as possible first: all the same here
    if (takeMatch(/^(?:[*+?]|\{\d)/)) throw new Unsupported();
    if (sign === "*") return [0, Infinity];
    if (sign === "+") return [1, Infinity];
    if (sign === "?") return [0, 1];
    const min = Number(least);
    const max = comma ? (most === "" ? Infinity : Number(most)) : min;
    if (max < min) throw new Unsupported();
    return [min, max];
  }

  function single(): Part {
    if (takes("(")) return group();
    if (takes("[")) return { kind: "character", set: characterClass() };
    if (takes(".")) return { kind: "character", set: (character) => character !== "\n" };
    if (takes("^")) return { kind: "assertion", holds: ASSERTIONS.get("A")! };
    if (takes("$")) return { kind: "assertion", holds: ASSERTIONS.get("Z")! };
    const assertion = takeMatch(/^\\([AZbB])/)?.[1];
    if (assertion !== undefined) return { kind: "assertion", holds: ASSERTIONS.get(assertion)! };
    if (/[*+?]/.test(expression[at]!)) throw new Unsupported();
    return { kind: "character", set: character() };
  }

  function group(): Part {
    takeMatch(/^\?(?::|P<\w+>)/);
    if (expression[at] === "?") throw new Unsupported();
    const part = choice();
    if (!takes(")")) throw new Unsupported();
    return part;
  }

  /** A character that stands for itself, or a class of them behind a backslash. */
  function character(): CharacterSet {
    const isEscaped = takes("\\");
    const written = expression[at++];
    if (written === undefined) throw new Unsupported();
    if (!isEscaped || !/[a-z\d]/i.test(written)) return (one) => one === written;
    const named = CLASSES.get(written.toLowerCase());
    if (!named) throw new Unsupported();
    return written === written.toLowerCase() ? named : (one) => !named(one);
  }

  /** Behind its bracket. */
  function characterClass(): CharacterSet {
    const isNegated = takes("^");
    const sets: CharacterSet[] = [];
    do {
      const range = takeMatch(/^([^\\])-([^\]\\])/);
      if (range) sets.push((one) => range[1]! <= one && one <= range[2]!);
      else {
        sets.push(character());
        if (/^-[^\]]/.test(expression.slice(at))) throw new Unsupported(); // a range with a backslash
      }
    } while (!takes("]"));
    return (one) => sets.some((set) => set(one)) !== isNegated;
  }

  const whole = choice();
  if (at < expression.length) throw new Unsupported();
  return whole;
}
