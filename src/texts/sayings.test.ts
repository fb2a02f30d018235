// What errors say is translated whole, and reaches the page in its language from where it was thrown.
import { readdirSync, readFileSync } from "node:fs";
import { wrap } from "comlink";
import { parseSync } from "vite";
import { afterEach, describe, expect, test } from "vitest";
import { chatServerOf } from "../app/packs/own-server.ts";
import { ServerRefusal } from "../refine/chat-server.ts";
import { readHeader } from "../formats/safetensors.ts";
import { serve } from "../rpc/serve.ts";
import "../rpc/wire.ts";
import { deletionError, fromPlainError, toPlainError } from "../shared/errors.ts";
import { english, say } from "../shared/saying.ts";
import { areas, sayings } from "./ko/sayings.ts";
import { withParticles } from "./ko/particles.ts";
import { messageOf, remedyOf, spoken } from "./sayings.ts";
import { speak } from "./texts.ts";

afterEach(() => speak(() => "en"));

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";

const hasWords = (text: string): boolean => /\p{L}{2,}/u.test(text.replace(/\{\d+\}/g, ""));

/** Texts that an expression may evaluate to, other than by a call. */
function literalsOf(node: Node): string[] {
  switch (node.type) {
    case "Literal":
      return typeof node["value"] === "string" ? [node["value"]] : [];
    case "TemplateLiteral":
      return (node["quasis"] as { value: { cooked: string } }[]).map(({ value }) => value.cooked);
    case "ConditionalExpression":
      return [node["consequent"], node["alternate"]].filter(isNode).flatMap(literalsOf);
    case "LogicalExpression":
    case "BinaryExpression":
      return [node["left"], node["right"]].filter(isNode).flatMap(literalsOf);
    default:
      return [];
  }
}

interface Found {
  readonly template: string;
  /** Its parts between places, and texts among its values. */
  readonly parts: readonly string[];
  readonly untranslated: readonly string[];
}

function templatesIn(node: Node): Found[] {
  const inner = Object.values(node).flat().filter(isNode).flatMap(templatesIn);
  if (node.type !== "TaggedTemplateExpression" || (node["tag"] as Node)["name"] !== "say") return inner;
  const { quasis, expressions } = node["quasi"] as {
    quasis: { value: { cooked: string } }[];
    expressions: Node[];
  };
  const parts = quasis.map(({ value }) => value.cooked);
  const template = parts.reduce((all, part, index) => `${all}{${index - 1}}${part}`);
  return [{ template, parts, untranslated: expressions.flatMap(literalsOf).filter(hasWords) }, ...inner];
}

const found = ["src", "workers"]
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`),
  )
  .filter((path) => /\.tsx?$/.test(path) && !/\.(?:test|d)\.ts$/.test(path))
  .flatMap((path) => {
    const source = readFileSync(path, "utf8");
    if (!source.includes("say`")) return [];
    const { program } = parseSync(path, source, { lang: path.endsWith("x") ? "tsx" : "ts" });
    if (!isNode(program)) throw new Error(`${path} has no syntax tree.`);
    return templatesIn(program);
  });
const templates = new Set(found.map(({ template }) => template).filter(hasWords));

describe("Korean", () => {
  test("has every template, and no others", () => {
    expect(templates.size).toBeGreaterThan(500);
    const keys = Object.keys(sayings);
    expect([...templates].filter((template) => !Object.hasOwn(sayings, template))).toEqual([]);
    expect(keys.filter((key) => !templates.has(key))).toEqual([]);
    expect(areas.reduce((sum, area) => sum + Object.keys(area).length, 0)).toBe(keys.length);
  });

  test("has the same places", () => {
    const placesIn = (text: string): string => (text.match(/\{\d+\}/g) ?? []).toSorted().join();
    const differing = Object.entries(sayings).filter(([key, text]) => placesIn(key) !== placesIn(text));
    expect(differing).toEqual([]);
  });

  test("has both forms of a particle after a place", () => {
    const particle =
      /\{\d+\}[”"’'`\]]*(?:은|는|이|가|을|를|과|와|로|으로|예요|이에요|여야|이어야)(?![\p{L}(])/u;
    expect(Object.values(sayings).filter((text) => particle.test(text))).toEqual([]);
  });
});

test("values hold no texts of their own, and no text looks like a place", () => {
  expect(found.flatMap(({ untranslated }) => untranslated)).toEqual([]);
  expect(found.flatMap(({ parts }) => parts).filter((part) => /\{\d+\}/.test(part))).toEqual([]);
});

test.each([
  ["{0}을(를)", ["모델"], "{0}을"],
  ["“{0}”을(를)", ["이미지"], "“{0}”를"],
  ["{0}을(를)", ["“이미지” "], "{0}를"],
  ["{1}이(가) {0}과(와)", ["7", "3"], "{1}이 {0}과"],
  ["{0}(으)로 {1}(으)로 {2}(으)로", ["서울", "파일", "5"], "{0}로 {1}로 {2}로"],
  ["{0}(으)로 {1}은(는)", ["집", "6"], "{0}으로 {1}은"],
  ["{0}을(를)", ["a.safetensors"], "{0}을(를)"],
  ["{0}을(를)", [""], "{0}을(를)"],
])("particles: %s of %j", (template, values, fitted) => {
  expect(withParticles(template, values)).toBe(fitted);
});

test("sayings inside sayings are translated, and values are left alone", () => {
  const error = deletionError(
    say`The adapter “${"{0} 모델을(를)x"}”`,
    new DOMException("x", "QuotaExceededError"),
  );
  expect(error.message).toBe("The adapter “{0} 모델을(를)x” could not be deleted. The disk is full.");
  speak(() => "ko");
  expect(messageOf(error)).toBe("“{0} 모델을(를)x” 어댑터를 삭제하지 못했어요. 디스크가 가득 찼어요.");
  expect(error.remedy).toMatch(/^Nothing else is lost\. Close/);
  expect(remedyOf(error)).toMatch(/^다른 것은 그대로 있어요\. 이 사이트의 다른 탭을 닫고/);
  expect(spoken(say`Use one of ${["a", say`metadata`]}.`)).toBe("다음 중 하나를 쓰세요: a, 메타데이터.");
});

test("what errors call a part of the page is said in Korean", () => {
  const server = chatServerOf({ url: "http://x/v1", model: "m", apiKey: null, format: "text" });
  const error = new ServerRefusal(server, 401, "who?");
  expect(error.message).toBe("Your own server answers 401.");
  speak(() => "ko");
  expect(messageOf(error)).toBe("내 서버의 응답: 401.");
  expect(spoken(say`${say`The reader`} could not be prepared`)).toBe("독해 모델을 준비하지 못했어요");
});

test("what has no translation is said in English", () => {
  speak(() => "ko");
  const later = { template: "{1} of a later version: {0}", values: ["a", "b"] };
  expect([spoken(later), english(later)]).toEqual(Array(2).fill("b of a later version: a"));
  const stored = { code: "bad-file", message: "It is old.", remedy: "Renew it." } as const;
  expect([messageOf(stored), remedyOf(stored)]).toEqual(["It is old.", "Renew it."]);
  expect(messageOf(toPlainError(fromPlainError(stored)))).toBe("It is old.");
});

test("an error of a worker is said in Korean", async () => {
  const { port1, port2 } = new MessageChannel();
  serve({ read: (bytes: number) => readHeader(new Blob([new Uint8Array(bytes)]), { fileName: "x" }) }, port1);
  const worker = wrap<{ read(bytes: number): Promise<unknown> }>(port2);
  const error = await worker.read(3).then(() => null, toPlainError);
  port1.close();
  speak(() => "ko");
  expect(error).toMatchObject({ message: "Not a safetensors file: it has only 3 bytes.", where: "x" });
  expect(messageOf(error!)).toBe("safetensors 파일이 아니에요. 3바이트뿐이에요.");
  expect(remedyOf(error!)).toBe("파일이 손상됐거나 덜 받은 파일이에요. 다시 다운로드하세요.");
});
