// Answers as models write them. Each row stands for its kind.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { propertyRuns } from "../../../tests/fixtures/properties.ts";
import { readAnswer } from "./answer.ts";

const expected = [
  { text: "t-shirt", picks: [{ id: "9", reason: "fits" }] },
  { text: "black", picks: [] },
];
const good = `{"tasks": [{"text": "t-shirt", "adapters": [{"id": "9", "reason": "fits"}]}, {"text": "black", "adapters": []}]}`;
const schema = `{"type": "object", "required": ["tasks"], "properties": {"tasks": {"type": "array", "items": {"type": "object"}}}}`;

describe("whole answers", () => {
  test.each([
    ["the schema's form", good],
    ["a number as id", good.replace(`"9"`, "9")],
    ["spaces around an id", good.replace(`"9"`, `" 9 "`)],
    ["a code fence in prose", `Here you are:\n\`\`\`json\n${good}\n\`\`\`\nEnjoy!`],
    ["prose with braces before it", `I use {clay} and [ink] here.\n${good}`],
    ["prose with braces behind it", `${good}\nNote: {x} stays out.`],
    ["thinking aloud", `<think>Maybe {"tasks": [{"text": "wrong", "adapters": []}]}</think>\n${good}`],
    ["the end of thinking only", `so {"no": 1}</think>${good}`],
    ["two blocks of thinking", `<think>a</think><thinking>b</thinking>${good}`],
    ["nothing thought", `<think>\n\n</think>\n\n${good}`],
    ["thinking behind it", `${good}\n<think>Was {"tasks": []} better?</think>\nYes.`],
    ["the end of thinking behind it", `${good}\n</think>\n`],
    [
      "thinking in other marks",
      `<|channel|>analysis<|message|>{"tasks": []}?<|channel|>final<|message|>${good}`,
    ],
    ["an echoed schema", `${schema}\n${good}`],
    ["a short echo of the schema", `{"type":"object"}\n${good}`],
    ["an echo and a line break that is spelled out", `{"type":"object"}\\n${good}`],
    ["an echo behind it", `${good}\n${schema}\n{"type":"object"}`],
    ["an echo in a code fence of its own", `\`\`\`json\n${schema}\n\`\`\`\n\`\`\`json\n${good}\n\`\`\``],
    ["an echo that breaks off", `${schema.slice(0, -1)}\n${good}`],
    ["an echo with the tasks in it", good.replace("{", `{"type": "object", `)],
    [
      "an echo of the form that was asked for",
      `{"tasks":[{"text":"words of the prompt","adapters":[{"id":"id of an adapter"}]}]}\n${good}`,
    ],
    [
      "a schema with its address before the reference's form",
      `{"$schema": "x", "properties": {"a": {}}}\n{"t-shirt": {"9": "fits"}, "black": {}}`,
    ],
    ["an echoed question", `{"prompt": "a black t-shirt", "adapters": [{"id": "1"}]}\n${good}`],
    ["a draft first", `{"tasks": [{"text": "wrong", "adapters": []}]}\nBetter:\n${good}`],
    ["a key beside the tasks", good.replace(/\}$/, `, "notes": "x"}`)],
    ["a key before the tasks", good.replace("{", `{"thoughts": "…", `)],
    ["a key within a task", good.replace(`"text": "black"`, `"kind": "colour", "text": "black"`)],
    ["keys within an adapter", good.replace(`"id"`, `"title": "T", "sure": 0.9, "id"`)],
    ["a list before the tasks", good.replace("{", `{"steps": ["split", {"words": 2}], `)],
    ["other tasks within a further key", good.replace(/\}$/, `, "notes": {"tasks": []}}`)],
    ["the key of the tasks twice", good.replace(`, {"text": "black"`, `], "tasks": [{"text": "black"`)],
    ["a call of a tool", `<tool_call>{"name": "choose", "arguments": ${good}}</tool_call>`],
    ["a list around it", `[${good}]`],
    ["an object around it", `{"answer": ${good}}`],
    ["the schema filled in", `{"type": "object", "properties": ${good}}`],
    ["the list alone", good.replace(`{"tasks": `, "").replace(/\}$/, "")],
    [
      "one object a line",
      `{"text": "t-shirt", "adapters": [{"id": 9, "reason": "fits"}]}\n{"text": "black", "adapters": []}`,
    ],
    ["the reference's form", `{"t-shirt": {"9": "fits"}, "black": {}}`],
    ["the reference's form in tasks", `{"tasks": {"t-shirt": {"9": "fits"}, "black": {}}}`],
    ["single quotes, trailing commas", `{'t-shirt': {'9': 'fits',}, 'black': {},}`],
    [
      "typographic quotes",
      `{“tasks”: [{“text”: “t-shirt”, “adapters”: [{“id”: “9”, “reason”: “fits”}]}, “black”]}`,
    ],
    ["numeric keys and comments", `{"t-shirt": {9: "fits"}, # nothing for black\n "black": {}}`],
    ["the prompt among the tasks", `{"prompt": "a black t-shirt", "t-shirt": {"9": "fits"}, "black": {}}`],
    [
      "adapters as one object",
      `{"tasks": [{"text": "t-shirt", "adapters": {"id": 9, "reason": "fits"}}, "black"]}`,
    ],
    ["adapters by id", `{"tasks": [{"text": "t-shirt", "adapters": {"9": "fits"}}, {"text": "black"}]}`],
    [
      "words for nothing",
      `{"tasks": [{"task": "t-shirt", "adapters": [{"id": 9, "reason": "fits"}]}, {"text": "black", "adapters": "none"}]}`,
    ],
    ["null for nothing", good.replace("[]", "null")],
    ["marks of the chat", `<|im_start|>assistant\n${good}<|im_end|>`],
  ])("%s", (_, answer) => expect(readAnswer(answer)).toEqual({ tasks: expected, faults: [] }));

  test("reasons end after 400 characters", () => {
    const { tasks } = readAnswer(JSON.stringify({ fox: { "1": "x".repeat(500) } }));
    expect(tasks![0]!.picks).toEqual([{ id: "1", reason: "x".repeat(400) }]);
  });

  test("reasons may be missing, or no text", () => {
    const answer = `{"tasks": [{"text": "fox", "adapters": [7, "8", {"id": "9", "reason": 3}]}]}`;
    const picks = ["7", "8", "9"].map((id) => ({ id, reason: "" }));
    expect(readAnswer(answer).tasks).toEqual([{ text: "fox", picks }]);
  });

  test("escapes, quotes inside quotes, and ids that no number holds", () => {
    const answer = `{"James Bond's car": [12345678901234567890], 'say \\'hi\\' \\u00e9\\ud83e\\udd8a': None}`;
    expect(readAnswer(answer).tasks).toEqual([
      { text: "James Bond's car", picks: [{ id: "12345678901234567890", reason: "" }] },
      { text: "say 'hi' é🦊", picks: [] },
    ]);
  });

  test("one task alone is one", () => {
    expect(readAnswer(`{"text": "fox", "adapters": ["1"]}`).tasks).toEqual([
      { text: "fox", picks: [{ id: "1", reason: "" }] },
    ]);
  });

  test("may have no tasks", () => {
    expect(readAnswer(`{"tasks": []}`)).toEqual({ tasks: [], faults: [] });
  });

  test("count at most 64 adapters of a task in any form, and 64 of all tasks", () => {
    const ids = Array.from({ length: 70 }, (_, i) => `k${i}`);
    const listed = JSON.stringify({ tasks: [{ text: "fox", adapters: ids }] });
    const mapped = JSON.stringify({ fox: Object.fromEntries(ids.map((id) => [id, ""])) });
    for (const answer of [listed, mapped])
      expect(readAnswer(answer).tasks![0]!.picks.map(({ id }) => id)).toEqual(ids.slice(0, 64));
    const texts = JSON.stringify({ tasks: ids.map((text) => ({ text, adapters: [] })) });
    const map = JSON.stringify(Object.fromEntries(ids.map((text) => [text, []])));
    for (const answer of [texts, map])
      expect(readAnswer(answer).tasks!.map(({ text }) => text)).toEqual(ids.slice(0, 64));
  });

  test("name every task without text", () => {
    const answer = JSON.stringify({ tasks: [{ text: " " }, "fox", {}, { text: 1 }, {}] });
    expect(readAnswer(answer)).toEqual({
      tasks: [{ text: "fox", picks: [] }],
      faults: [1, 3, 4].map((n) => `task ${n} has no "text"`),
    });
  });

  test("a task without text is named", () => {
    expect(readAnswer(`{"tasks": [{"adapters": ["1"]}, {"text": "fox", "adapters": []}]}`)).toEqual({
      tasks: [{ text: "fox", picks: [] }],
      faults: [`task 1 has no "text"`],
    });
  });
});

describe("answers that break off", () => {
  const [first] = expected;
  test.each([
    ["within a later task", good.slice(0, good.indexOf(`"black"`) + 3), [first]],
    [
      "within a reason",
      good.slice(0, good.indexOf("fits") + 2),
      [{ text: "t-shirt", picks: [{ id: "9", reason: "" }] }],
    ],
    ["within an id", good.slice(0, good.indexOf(`"9"`) + 2), [{ text: "t-shirt", picks: [] }]],
    ["within a number", `{"tasks": [{"text": "t-shirt", "adapters": [1`, [{ text: "t-shirt", picks: [] }]],
    ["behind the last task", good.slice(0, -2), expected],
    ["within a key beside the tasks", good.replace(/\}$/, `, "not`), expected],
    ["within a text beside the tasks", good.replace(/\}$/, `, "notes": "x`), expected],
    ["with dots in place of more", good.replace(/\]\}$/, ", ...]}"), expected],
    ["without the end of the list", good.replace(/\]\}$/, "}"), expected],
    ["a comma too few", good.replace("}]}, ", "}]} "), [first]],
  ])("%s", (_, answer, tasks) => {
    const read = readAnswer(answer);
    expect(read.tasks).toEqual(tasks);
    expect(read.faults[0]).toMatch(/^the JSON is not valid: /);
  });

  test("what is whole counts for more than what is cut", () => {
    expect(readAnswer(`${good}\n{"tasks": [{"text": "wrong"`).tasks).toEqual(expected);
  });

  test("tasks appear as they are written", () => {
    const counts = Array.from(good, (_, end) => readAnswer(good.slice(0, end)).tasks?.length ?? -1);
    expect([...new Set(counts)]).toEqual([-1, 0, 1, 2]);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
  });
});

test.each([
  ["", /no JSON object/],
  ["I cannot help with that.", /no JSON object/],
  ["<think>The fox {", /thinks aloud/],
  [`<think>a</think><think>${good}`, /thinks aloud/],
  [schema.slice(0, -20), /breaks off/],
  ['{"a": ', /breaks off/],
  ['{"a": {"1": "x"', /breaks off/],
  ["{{{", /breaks off|expected/],
  ["[1, 2]", /no JSON object/],
  [schema, /no JSON object/],
  ["{".repeat(500), /less nesting/],
  ["{".repeat(200_000), /far too long/],
])("what holds no answer says so: %.40s", (answer, fault) => {
  const { tasks, faults } = readAnswer(answer);
  expect(tasks).toBeNull();
  expect(faults[0]).toMatch(fault);
});

test("damaged answers are read without an error", () => {
  fc.assert(
    fc.property(fc.nat(good.length), fc.nat(good.length), fc.string({ maxLength: 5 }), (from, to, put) => {
      const damaged = good.slice(0, Math.min(from, to)) + put + good.slice(Math.max(from, to));
      const { tasks, faults } = readAnswer(damaged);
      for (const { text } of tasks ?? []) expect(typeof text).toBe("string");
      if (tasks === null) expect(faults).toHaveLength(1);
    }),
    propertyRuns(2000),
  );
});

const data = process.env["STYLUS_DATA"];
const files = ["stylus_coco_rank.csv", "stylus_parti_prompts.csv"].map((name) =>
  path.join(data ?? "", "prompts", name),
);
test.skipIf(!data || !existsSync(files[0]!))("5,747 real composer answers (needs STYLUS_DATA)", () => {
  const sums = { answers: 0, adapters: 0, largest: 0 };
  for (const file of files) {
    for (const line of readFileSync(file, "utf8").split(/\r?\n/)) {
      const answer = /(\{.*\})/.exec(line)?.[1];
      if (!answer) continue;
      const { tasks, faults } = readAnswer(answer.replaceAll('""', '"'));
      expect(faults, answer).toEqual([]);
      const count = tasks!.reduce((sum, { picks }) => sum + picks.length, 0);
      sums.answers += 1;
      sums.adapters += count;
      sums.largest = Math.max(sums.largest, count);
    }
  }
  expect(sums).toEqual({ answers: 5747, adapters: 12310, largest: 51 });
});
