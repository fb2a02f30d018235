// The language files are complete, and components take every text from them.
import { readdirSync, readFileSync } from "node:fs";
import { parseSync } from "vite";
import { describe, expect, test } from "vitest";
import { modelSummaries } from "./ko/model-summaries.ts";
import { languageNames, languages, pickLanguage, speak, t, type Language } from "./texts.ts";

type Entries = [path: string, value: unknown][];

const entriesOf = (value: unknown, path = ""): Entries =>
  typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => entriesOf(inner, path === "" ? key : `${path}.${key}`))
    : [[path, value]];

test.each(Object.entries(languages))("%s has the same texts as English, none of them empty", (_, texts) => {
  const entries = entriesOf(texts);
  expect(entries.map(([path]) => path)).toEqual(entriesOf(languages.en).map(([path]) => path));
  const empty = entries.filter(([, value]) => value === "");
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
  expect(pickLanguage(["de", "ko-KR", "en"])).toBe("ko");
  expect(pickLanguage(["xx", "en-US"])).toBe("en");
  expect(pickLanguage([])).toBe("en");
  expect(pickLanguage(["constructor"])).toBe("en");
});

test("texts follow the language", () => {
  let language: Language = "en";
  speak(() => language);
  expect(t.page.close).toBe("Close");
  language = "ko";
  expect(t.page.close).toBe("닫기");
  speak(() => "en");
});

test("languages are offered by their own names", () => {
  expect(Object.keys(languageNames)).toEqual(Object.keys(languages));
});

/** Stands for a parameter in a text. */
const sentinel = "⟦⟧";

/** A value for any parameter (a text, a number, a list, an object of those) that notes in `used` which parts are read. */
function probe(used: Set<string>, path: string): unknown {
  return new Proxy([sentinel], {
    get(list, key) {
      if (key === Symbol.toPrimitive) {
        used.add(path);
        return (hint: string) => (hint === "number" ? 2 : sentinel);
      }
      if (typeof key === "string" && !(key in list)) return probe(used, `${path}.${key}`);
      used.add(path);
      return Reflect.get(list, key) as unknown;
    },
  });
}

/** A text with sentinels for its parameters, and the parameters it shows. */
function filled(text: unknown): { shown: string; used: string[] } {
  if (typeof text !== "function")
    return { shown: String(text).replace(/\{\w+\}/g, sentinel), used: String(text).match(/\{\w+\}/g) ?? [] };
  const used = new Set<string>();
  const shown: unknown = text(...Array.from({ length: text.length }, (_, index) => probe(used, `${index}`)));
  return { shown: String(shown), used: [...used] };
}

const textsOf = (language: Language): Entries =>
  entriesOf(languages[language]).filter(([path]) => !path.startsWith("format."));

describe("Korean", () => {
  const english = new Map(textsOf("en"));
  const texts = textsOf("ko").map(([path, value]) => ({ path, ...filled(value), value }));

  test("parameters are those of English", () => {
    const differing = texts.filter(({ path, used, value }) => {
      const other = english.get(path);
      const places = (text: unknown): number => (typeof text === "function" ? text.length : 0);
      return (
        places(value) !== places(other) || used.toSorted().join() !== filled(other).used.toSorted().join()
      );
    });
    expect(differing.map(({ path }) => path)).toEqual([]);
  });

  test("every text is translated, but for names and formats", () => {
    const names =
      /^names\.(?:schedules|upscalers|families)\.|^names\.(?:devices\.(?:webgpu|wasm)|manifestKinds\.vae|networks\.unet)$/;
    const others = new Set([
      "page.title",
      "page.titleAt",
      "page.header.name",
      "page.header.status.webgpu",
      "page.header.status.wasm",
      "page.help.keys.0.keys.0",
      "page.help.keys.0.keys.1",
      "page.help.keys.1.keys.0",
      "page.help.keys.2.keys.0",
      "page.help.keys.3.keys.0",
      "page.help.keys.4.keys.1",
      "prompt.placeholder",
      "widget.placeholder", // an example of a prompt, which is English
      "prompt.bar.generateKey",
      "prompt.bar.stopKey",
      "prompt.mask.size",
      "settings.hires.section",
      "settings.hires.label",
      "adapters.diagnosis.autoV2",
      "adapters.diagnosis.autoV3",
      "models.row.resolution",
      "models.row.vae",
      "plot.kinds.vae",
    ]);
    const foreign = texts.filter(
      ({ shown }) => /\p{L}{2,}/u.test(shown) && !/\p{Script=Hangul}/u.test(shown),
    );
    expect(foreign.map(({ path }) => path).filter((path) => !names.test(path) && !others.has(path))).toEqual(
      [],
    );
  });

  test("what the manifests say of their models is translated", () => {
    const summaries = readdirSync("model-manifests").flatMap((name) =>
      name.endsWith(".json")
        ? [...readFileSync(`model-manifests/${name}`, "utf8").matchAll(/"summary": "(.+)"/g)].map(
            ([, summary]) => summary!,
          )
        : [],
    );
    expect(new Set(summaries)).toEqual(new Set(modelSummaries.keys()));
  });

  test("has no particle after a parameter whose last sound is unknown", () => {
    const particle = new RegExp(
      `${sentinel}[*\`”"’)]*(?:은|는|이|가|을|를|과|와|로|으로|아|야|나|이나|란|이란|라|이라|랑|이랑|예요|이에요|이고)(?!\\p{L})`,
      "u",
    );
    expect(texts.filter(({ shown }) => particle.test(shown)).map(({ path }) => path)).toEqual([]);
  });

  test("names of the page's places are those on its buttons", () => {
    const { page, prompt } = languages.ko;
    const { models, adapters } = page.header;
    const places = new Set([models, adapters, page.device.storage, prompt.bar.settings, prompt.bar.fast]);
    places.add(prompt.wildcards.title);
    const quoted = texts.flatMap(({ shown }) => [...shown.matchAll(/‘([^’]+)’/g)].map(([, name]) => name!));
    expect(quoted.filter((name) => !places.has(name))).toEqual([]);
  });
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

function literalsIn(path: string, source: string): string[] {
  const { program } = parseSync(path, source, { lang: "tsx" });
  if (!isNode(program)) throw new Error(`${path} has no syntax tree.`);
  return textsIn(program);
}

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
