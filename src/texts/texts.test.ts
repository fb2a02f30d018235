// The language files are complete, and components take every text from them.
import { readdirSync, readFileSync } from "node:fs";
import { parseSync } from "vite";
import { describe, expect, test } from "vitest";
import { languages, pickLanguage } from "./texts.ts";

type Entries = [path: string, value: unknown][];

const entriesOf = (value: unknown, path = ""): Entries =>
  typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => entriesOf(inner, path === "" ? key : `${path}.${key}`))
    : [[path, value]];

test.each(Object.entries(languages))("%s has the same texts as English, none of them empty", (_, texts) => {
  const entries = entriesOf(texts);
  expect(entries.map(([path]) => path)).toEqual(entriesOf(languages.en).map(([path]) => path));
  const unneeded = "names.methodHints.reranker"; // the page doesn't offer it
  const empty = entries.filter(([path, value]) => value === "" && path !== unneeded);
  expect(empty).toEqual([]);
});

test("English texts keep to the field's terms", () => {
  const banned =
    /\b(?:anew|meanwhile|is told|paint(?:s|ed|ing)?|pictures?|in squares|put aside|start(?:s|ed)? from)\b/i;
  const texts = entriesOf(languages.en).map(([path, value]) => [path, String(value)] as const);
  const allowed = ["names.regions.whole"]; // A1111's “Whole picture”
  expect(texts.filter(([path, text]) => banned.test(text) && !allowed.includes(path))).toEqual([]);
});

test("the page speaks the first of the user's languages that it knows", () => {
  expect(pickLanguage(["en-GB", "de"])).toBe("en");
  expect(pickLanguage(["xx", "en-US"])).toBe("en");
  expect(pickLanguage([])).toBe("en");
  expect(pickLanguage(["constructor"])).toBe("en");
});

/** Attributes and properties that users read or hear. */
const textAttributes = new Set([
  "alt",
  "aria-label",
  "aria-valuetext",
  "confirm",
  "hint",
  "keep",
  "label",
  "legend",
  "name",
  "placeholder",
  "text",
  "title",
]);

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";

const childrenOf = (node: Node): Node[] => Object.values(node).flat().filter(isNode);

const hasWord = (text: unknown): boolean => typeof text === "string" && /\p{L}{2,}/u.test(text);

/** Literals that an expression may evaluate to; functions and arguments are left to their own place. */
function literalsOf(node: Node): string[] {
  switch (node.type) {
    case "Literal":
      return hasWord(node["value"]) ? [String(node["value"])] : [];
    case "TemplateLiteral":
      return (node["quasis"] as { value: { cooked: string } }[])
        .map(({ value }) => value.cooked)
        .filter(hasWord);
    case "ConditionalExpression":
      return [node["consequent"], node["alternate"]].filter(isNode).flatMap(literalsOf);
    case "LogicalExpression":
    case "BinaryExpression":
      return /^(?:\|\||&&|\?\?|\+)$/.test(String(node["operator"]))
        ? [node["left"], node["right"]].filter(isNode).flatMap(literalsOf)
        : [];
    case "JSXExpressionContainer":
      return [node["expression"]].filter(isNode).flatMap(literalsOf);
    default:
      return [];
  }
}

function textsIn(node: Node): string[] {
  const own = (): string[] => {
    const named = (key: unknown): boolean =>
      textAttributes.has(String((key as Node)["name"] ?? (key as Node)["value"]));
    switch (node.type) {
      case "JSXText":
        return hasWord(node["value"]) ? [String(node["value"]).trim()] : [];
      case "JSXElement":
      case "JSXFragment":
        return (node["children"] as Node[])
          .filter(({ type }) => type === "JSXExpressionContainer")
          .flatMap(literalsOf);
      case "JSXAttribute":
        return named(node["name"]) && isNode(node["value"]) ? literalsOf(node["value"]) : [];
      case "Property":
        return named(node["key"]) && isNode(node["value"]) ? literalsOf(node["value"]) : [];
      default:
        return [];
    }
  };
  return [...own(), ...childrenOf(node).flatMap(textsIn)];
}

const literalsIn = (path: string, source: string): string[] =>
  textsIn(parseSync(path, source, { lang: "tsx" }).program as unknown as Node);

describe("components hold no texts of their own", () => {
  const components = ["src/ui", "src/widget"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".tsx"))
      .map((name) => `${folder}/${name}`),
  );

  test.each(components)("%s", (name) => {
    expect(literalsIn(name, readFileSync(name, "utf8"))).toEqual([]);
  });

  test.each([
    ["<p>Hello</p>", ["Hello"]],
    ['<p title="Hello there">{x}</p>', ["Hello there"]],
    ["<p>{on() ? `Seed ${seed}` : t.off}</p>", ["Seed "]],
    ["<Field hint={weak() ? 'Too weak' : undefined} />", ["Too weak"]],
    ["<Field choices={[{ value: 'all', label: 'All' }]} />", ["All"]],
    ['<p class="hint" data-kind={kind() ?? "good"}>{t.hello} · {f("key")}</p>', []],
  ])("the scan of %s finds %j", (source, found) => {
    expect(literalsIn("example.tsx", `export const example = ${source};`)).toEqual(found);
  });
});
