// Mutants of a source file: each is one small change that a test should notice.
import { bodyOf, childrenOf, type Node, parse, topLevel } from "./syntax.ts";

export interface Mutant {
  readonly file: string;
  readonly line: number;
  readonly operator: string;
  /** UTF-16 units from the start of the file. */
  readonly start: number;
  readonly end: number;
  readonly original: string;
  readonly replacement: string;
  /** The whole line, trimmed: how reviewed mutants are recognised although lines move. */
  readonly source: string;
  /** Where the body of the innermost function around it starts, or `topLevel`. */
  readonly body: number;
}

/** What takes the place of an operator: the boundary or the inverse. */
const binary = new Map<string, readonly string[]>([
  ["+", ["-"]],
  ["-", ["+"]],
  ["*", ["/"]],
  ["/", ["*"]],
  ["%", ["*"]],
  ["**", ["*"]],
  ["&", ["|"]],
  ["|", ["&"]],
  ["^", ["&"]],
  ["<<", [">>"]],
  [">>", ["<<"]],
  [">>>", ["<<"]],
  ["<", ["<=", ">="]],
  ["<=", ["<", ">"]],
  [">", [">=", "<="]],
  [">=", [">", "<"]],
  ["===", ["!=="]],
  ["!==", ["==="]],
]);

const assignments = new Map([
  ["+=", "-="],
  ["-=", "+="],
  ["*=", "/="],
  ["/=", "*="],
  ["|=", "&="],
  ["&=", "|="],
  ["<<=", ">>="],
  [">>=", "<<="],
]);

/** Methods and functions that have an opposite. */
const opposites = new Map([
  ["min", "max"],
  ["max", "min"],
  ["floor", "ceil"],
  ["ceil", "floor"],
  ["round", "floor"],
  ["some", "every"],
  ["every", "some"],
  ["startsWith", "endsWith"],
  ["endsWith", "startsWith"],
  ["indexOf", "lastIndexOf"],
  ["lastIndexOf", "indexOf"],
  ["find", "findLast"],
  ["findLast", "find"],
  ["toLowerCase", "toUpperCase"],
]);

/** Methods whose call can be left out: they give the same kind of value as they are called on. */
const removable = new Set([
  "filter",
  "sort",
  "toSorted",
  "reverse",
  "toReversed",
  "trim",
  "slice",
  "normalize",
]);

const field = (node: Node, name: string): Node => node[name] as Node;
const nodes = (node: Node, name: string): readonly Node[] => node[name] as readonly Node[];
const isText = (node: Node): boolean =>
  node.type === "TemplateLiteral" || (node.type === "Literal" && typeof node["value"] === "string");

/** Three words or more are for people. */
const isSentence = (text: string): boolean => /^\p{L}+(?: \S+){2}/u.test(text);

/** The last part of a called name: `b` of `a.b()`. */
function calledName({ callee }: Node): string {
  const { type, name, property } = callee as Node;
  return String(type === "MemberExpression" ? (property as Node)["name"] : name);
}

/** Messages, types and imports: what no test should pin down, or cannot. */
function isExempt(node: Node): boolean {
  if (node.type === "ImportDeclaration" || node.type === "ImportExpression") return true;
  if (node.type === "ExportNamedDeclaration" || node.type === "ExportAllDeclaration")
    return node["source"] !== null && node["source"] !== undefined;
  if (node.type === "NewExpression" || node.type === "CallExpression")
    return /Error$|^(?:fail|invalid|refuse)$/.test(calledName(node)) || isConsole(node);
  if (node.type === "Property")
    return /^(?:remedy|message|reason|where)$/.test(String(field(node, "key")["name"]));
  return node.type.startsWith("TS") && !typed.has(node.type);
}

/** Expressions with a type beside them. */
const typed = new Set(["TSAsExpression", "TSNonNullExpression", "TSSatisfiesExpression"]);

const isConsole = ({ callee }: Node): boolean =>
  (callee as Node).type === "MemberExpression" && field(callee as Node, "object")["name"] === "console";

/** Jumps that a dropped statement lets run on. */
const jumps = new Set(["ReturnStatement", "ThrowStatement", "ContinueStatement", "BreakStatement"]);

export function mutantsOf(file: string, text: string): Mutant[] {
  const program = parse(file, text);
  const lineStarts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const mutants: Mutant[] = [];
  let body = topLevel;

  const add = (operator: string, start: number, end: number, replacement: string): void => {
    const line = lineStarts.findLastIndex((lineStart) => lineStart <= start) + 1;
    mutants.push({
      file,
      line,
      operator,
      start,
      end,
      original: text.slice(start, end),
      replacement,
      source: text.slice(lineStarts[line - 1], lineStarts[line] ?? text.length).trim(),
      body,
    });
  };
  const replace = (operator: string, node: Node, replacement: string): void =>
    add(operator, node.start, node.end, replacement);
  const textOf = ({ start, end }: Node): string => text.slice(start, end);
  /** Replaces the operator between two operands. */
  const swap = (name: string, left: Node, right: Node, from: string, to: string): void => {
    const start = text.indexOf(from, left.end);
    if (start < right.start) add(name, start, start + from.length, to);
  };

  const visitors = new Map<string, (node: Node, parent: Node) => void>(
    Object.entries({
      BinaryExpression(node: Node) {
        const [left, right, from] = [field(node, "left"), field(node, "right"), String(node["operator"])];
        if (from === "+" && (isText(left) || isText(right))) return;
        for (const to of binary.get(from) ?? []) swap("operator", left, right, from, to);
      },
      LogicalExpression(node: Node) {
        const [left, right, from] = [field(node, "left"), field(node, "right"), String(node["operator"])];
        if (from === "??") replace("default dropped", node, textOf(left));
        else swap("logic", left, right, from, from === "&&" ? "||" : "&&");
      },
      AssignmentExpression(node: Node) {
        const from = String(node["operator"]);
        const to = assignments.get(from);
        if (to !== undefined && !isText(field(node, "right")))
          swap("operator", field(node, "left"), field(node, "right"), from, to);
      },
      UnaryExpression(node: Node) {
        const { operator } = node;
        if (operator === "!" || operator === "-" || operator === "~")
          replace("sign dropped", node, textOf(field(node, "argument")));
      },
      UpdateExpression(node: Node) {
        replace(
          "operator",
          node,
          textOf(node).replace(/\+\+|--/, (it) => (it === "++" ? "--" : "++")),
        );
      },
      Literal(node: Node) {
        const { value, bigint } = node;
        if (typeof value === "boolean") replace("boolean", node, String(!value));
        else if (typeof bigint === "string") replace("number", node, `${BigInt(bigint) + 1n}n`);
        else if (typeof value === "number") replace("number", node, String(value + 1));
        else if (typeof value === "string" && value !== "" && !isSentence(value))
          replace("text emptied", node, `""`);
      },
      IfStatement(node: Node) {
        replace("condition", field(node, "test"), "true");
        replace("condition", field(node, "test"), "false");
      },
      ConditionalExpression(node: Node) {
        replace("condition", field(node, "test"), "true");
        replace("condition", field(node, "test"), "false");
      },
      WhileStatement(node: Node) {
        replace("condition", field(node, "test"), "false");
      },
      MemberExpression(node: Node) {
        if (node["optional"] !== true) return;
        const start = text.indexOf("?.", field(node, "object").end);
        add("optional dropped", start, start + 2, node["computed"] === true ? "" : ".");
      },
      CallExpression(node: Node) {
        const callee = field(node, "callee");
        if (callee.type !== "MemberExpression" || callee["computed"] === true) return;
        const property = field(callee, "property");
        const opposite = opposites.get(textOf(property));
        if (opposite !== undefined) replace("opposite", property, opposite);
        if (removable.has(textOf(property))) replace("call dropped", node, textOf(field(callee, "object")));
      },
      ArrayExpression(node: Node) {
        if (nodes(node, "elements").length > 0) replace("array emptied", node, "[]");
      },
      ExpressionStatement(node: Node) {
        const expression = field(node, "expression");
        const work = expression.type === "AwaitExpression" ? field(expression, "argument") : expression;
        if (work.type === "AssignmentExpression" || (work.type === "CallExpression" && !isConsole(work)))
          replace("statement dropped", node, ";");
      },
      BlockStatement(node: Node, parent: Node) {
        // A jump alone in an `if` is dropped by a condition that never holds; one at a function's end ends it anyway.
        const statements = nodes(node, "body");
        const last = statements.at(-1);
        if (last && jumps.has(last.type) && parent.type === "IfStatement" && statements.length > 1)
          replace("statement dropped", last, ";");
      },
    }),
  );

  const visit = (node: Node, parent: Node): void => {
    if (isExempt(node)) return;
    const outer = body;
    if (bodyOf(parent) === node) body = node.start;
    visitors.get(node.type)?.(node, parent);
    for (const child of childrenOf(node)) {
      const isKey = child === node["key"] && node["computed"] !== true;
      if (!isKey) visit(child, node);
    }
    body = outer;
  };
  visit(program, program);
  return mutants;
}

export const mutated = (text: string, { start, end, replacement }: Mutant): string =>
  text.slice(0, start) + replacement + text.slice(end);
