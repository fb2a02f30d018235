// The syntax tree of a source file, with what mutation needs to know about places in it.
import { parseSync } from "vite";

/** A node of ESTree, with TypeScript's. Offsets in UTF-16 units. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";

export const childrenOf = (node: Node): Node[] =>
  Object.values(node).flatMap((value) =>
    isNode(value) ? [value] : Array.isArray(value) ? value.filter(isNode) : [],
  );

export function parse(file: string, text: string): Node {
  const { program, errors } = parseSync(file, text, { lang: "ts" });
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]!.message}`);
  if (!isNode(program)) throw new Error(`${file} has no syntax tree.`);
  return program;
}

const isFunction = ({ type }: Node): boolean =>
  type === "ArrowFunctionExpression" || type === "FunctionExpression" || type === "FunctionDeclaration";

/** The body of a function or method; null for any other node. */
export const bodyOf = (node: Node): Node | null =>
  isFunction(node) && isNode(node["body"]) ? node["body"] : null;

function functionBodies(node: Node): Node[] {
  const body = bodyOf(node);
  return [...(body ? [body] : []), ...childrenOf(node).flatMap(functionBodies)];
}

/** The place of code outside of functions, as that of a function's body. */
export const topLevel = 0;

/** `text` with a call at its start and at that of each function, which adds `file:place` to the set `globalThis.reached`. */
export function withProbes(file: string, text: string): string {
  const probe = (place: number): string => `globalThis.reached?.add(${JSON.stringify(`${file}:${place}`)})`;
  const insertions = functionBodies(parse(file, text)).flatMap(({ type, start, end }): [number, string][] =>
    type === "BlockStatement"
      ? [[start + 1, `${probe(start)};`]]
      : [
          [start, `(${probe(start)},(`],
          [end, "))"],
        ],
  );
  let probed = text;
  // From the end, so that places stay right.
  for (const [at, inserted] of insertions.toSorted((a, b) => b[0] - a[0]))
    probed = probed.slice(0, at) + inserted + probed.slice(at);
  return `${probe(topLevel)};${probed}`;
}
