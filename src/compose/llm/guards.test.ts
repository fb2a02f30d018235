import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { candidatesFor, card } from "../../../tests/fixtures/cards.ts";
import { hashedEmbedder } from "../../../tests/fixtures/hashed-embedder.ts";
import { answerSchema, composeFromAnswer, findTask, guardProposal, parseAnswer } from "./guards.ts";
import { presets } from "../plan/presets.ts";

const embed = (texts: readonly string[]) => hashedEmbedder.embed(texts, { kind: "query" });
const composer = { name: "test model", kind: "llm" } as const;

describe("reading answers", () => {
  const expected = [
    { text: "t-shirt", picks: [{ id: "9", reason: "fits" }] },
    { text: "black", picks: [] },
  ];
  test.each([
    ["JSON", `{"t-shirt": {"9": "fits"}, "black": {}}`],
    ["a code fence in prose", 'Here you are:\n```json\n{"t-shirt": {"9": "fits"}, "black": {}}\n```\nEnjoy!'],
    ["single quotes, trailing commas", `{'t-shirt': {'9': 'fits',}, 'black': {},}`],
    ["numeric keys and comments", `{"t-shirt": {9: "fits"}, # nothing for black\n "black": {}}`],
    [
      "the tasks form",
      `{"tasks": [{"text": "t-shirt", "adapters": [{"id": 9, "reason": "fits"}]}, {"text": "black", "adapters": []}]}`,
    ],
    ["an echoed prompt", `{"prompt": "a black t-shirt", "t-shirt": {"9": "fits"}, "black": {}}`],
  ])("%s", (_, answer) => expect(parseAnswer(answer)).toEqual(expected));

  test("lists of ids, escapes and quotes inside quotes", () => {
    expect(parseAnswer(`{"James Bond's car": [7, "8"], 'say \\'hi\\' \\u00e9': None}`)).toEqual([
      {
        text: "James Bond's car",
        picks: [
          { id: "7", reason: "" },
          { id: "8", reason: "" },
        ],
      },
      { text: "say 'hi' é", picks: [] },
    ]);
  });

  test.each(["", "I cannot help with that.", '{"a": ', '{"a": {"1": "x"', "{{{", "[1, 2]", "{".repeat(500)])(
    "what cannot be read is a clear error: %s",
    (answer) => expect(() => parseAnswer(answer)).toThrow(/composer's answer/),
  );

  test("never hangs or crashes on damaged answers", () => {
    const good = `{"tasks": [{"text": "t-shirt", "adapters": [{"id": 9, "reason": "it's \\"fine\\""}]}]}`;
    fc.assert(
      fc.property(fc.nat(good.length), fc.nat(good.length), fc.string({ maxLength: 5 }), (from, to, put) => {
        const damaged = good.slice(0, Math.min(from, to)) + put + good.slice(Math.max(from, to));
        try {
          parseAnswer(damaged);
        } catch (error) {
          expect(error).toMatchObject({ name: "StylusError", code: "bad-file" });
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("holding a proposal to the rules", () => {
  const prompt = "a unicorn and an octopus in candy land, clay render";
  const guard = async (proposal: Parameters<typeof guardProposal>[0], text = prompt) =>
    guardProposal(proposal, {
      prompt: text,
      candidates: await candidatesFor(text),
      preset: "balanced",
      embed,
      composer,
    });
  const picks = (...ids: string[]) => ids.map((id) => ({ id, reason: "because" }));

  test("a good proposal passes, with spans", async () => {
    const found = await guard([
      { text: "clay render", picks: picks("clay") },
      { text: "unicorn", picks: picks("unicorn") },
    ]);
    expect(found.tasks).toMatchObject([
      { text: "unicorn", start: 2, end: 9, picks: [{ id: "unicorn", reason: "because", weight: 0.8 }] },
      { text: "clay render", start: 40, end: 51, picks: [{ id: "clay" }] },
    ]);
    expect(found.composer).toEqual(composer);
  });

  test.each([
    ["invented ids", [{ text: "unicorn", picks: picks("pegasus") }], "pegasus", /not among the candidates/],
    ["invented tasks", [{ text: "dragon", picks: picks("clay") }], "clay", /“dragon” is not in the prompt/],
    ["an adapter used twice", [{ text: "clay render", picks: picks("clay", "clay") }], "clay", null],
    ["below τ", [{ text: "octopus", picks: picks("unicorn") }], "unicorn", /below the threshold/],
    [
      "another kind",
      [{ text: "octopus", picks: picks("clay") }],
      "clay",
      /is a style, but “octopus” names a thing/,
    ],
    [
      "overlapping tasks",
      [
        { text: "clay render", picks: [] },
        { text: "render", picks: picks("clay") },
      ],
      "clay",
      /overlaps/,
    ],
  ])("%s", async (_, proposal, id, reason) => {
    const found = await guard(proposal);
    const used = found.tasks.flatMap((task) => task.picks.map((pick) => pick.id));
    expect(used.filter((other) => other === id)).toHaveLength(reason ? 0 : 1);
    if (reason) expect(found.rejected.find((entry) => entry.id === id)?.reason).toMatch(reason);
  });

  test("what the prompt denies takes no adapter", async () => {
    const found = await guard([{ text: "clay render", picks: picks("clay") }], "a unicorn, no clay render");
    const reason = "negated: “clay render” is left to the base model as text";
    expect(found.tasks).toMatchObject([{ text: "clay render", picks: [], reason }]);
    expect(found.rejected).toEqual([{ id: "clay", reason }]);
  });

  test("caps per task and for styles", async () => {
    const cards = Array.from({ length: 6 }, (_, i) => card(`clay${i}`, "style", { title: "Clay Render" }));
    const text = "clay render, clay render of a fox";
    const candidates = await candidatesFor(text, cards);
    const proposal = [{ text: "clay render", picks: picks(...cards.map(({ id }) => id)) }];
    const found = await guardProposal(proposal, {
      prompt: text,
      candidates,
      preset: "paper",
      embed,
      composer,
    });
    expect(found.tasks[0]!.picks).toHaveLength(presets.paper.styles);
    expect(found.rejected[0]!.reason).toMatch(/2 styles already/);
  });

  test("catalogue numbers instead of ids", async () => {
    const candidates = await candidatesFor(prompt);
    const at = candidates.findIndex((entry) => entry.card.id === "unicorn");
    const found = await composeFromAnswer(`{"unicorn": {"${at}": "fits", "99": "no"}}`, {
      prompt,
      candidates,
      preset: "balanced",
      embed,
      composer,
      idsAreIndices: true,
    });
    expect(found.tasks[0]!.picks.map(({ id }) => id)).toEqual(["unicorn"]);
    expect(found.rejected).toEqual([{ id: "99", reason: "not among the candidates" }]);
  });

  test("the schema allows the candidates' ids only", async () => {
    const schema = JSON.stringify(answerSchema(await candidatesFor(prompt), { preset: "balanced" }));
    expect(schema).toContain('"enum":["');
    expect(JSON.parse(schema).properties.tasks.items.properties.adapters.maxItems).toBe(3);
  });
});

test("tasks are found word for word, across hyphens and plurals, or as the shortest stretch", () => {
  const prompt = "Two airplane shaped kites, flying through a blue sky";
  const found = (task: string): string | null => {
    const span = findTask(prompt, task);
    return span && prompt.slice(span.start, span.end);
  };
  expect(found("airplane-shaped kite")).toBe("airplane shaped kites");
  expect(found("BLUE SKY")).toBe("blue sky");
  expect(found("flying sky")).toBe("flying through a blue sky");
  expect(found("green sky")).toBeNull();
  expect(found("")).toBeNull();
});

const data = process.env["STYLUS_DATA"];
const files = ["stylus_coco_rank.csv", "stylus_parti_prompts.csv"].map((name) =>
  path.join(data ?? "", "prompts", name),
);
test.skipIf(!data || !existsSync(files[0]!))(
  "5,747 real composer answers are read and obey the rules (needs STYLUS_DATA)",
  async () => {
    let answers = 0;
    let adapters = 0;
    let largest = 0;
    for (const file of files) {
      for (const line of readFileSync(file, "utf8").split(/\r?\n/)) {
        const answer = /(\{.*\})/.exec(line)?.[1];
        if (!answer) continue;
        const proposal = parseAnswer(answer.replaceAll('""', '"'));
        const ids = proposal.flatMap(({ picks }) => picks.map(({ id }) => id));
        answers += 1;
        adapters += ids.length;
        largest = Math.max(largest, ids.length);
        if (answers % 25 > 0) continue;
        // Cards named after their task, so that τ lets them pass and the other rules show.
        const cards = [...new Set(ids)].map((id) =>
          card(id, "concept", {
            title: proposal.find(({ picks }) => picks.some((pick) => pick.id === id))!.text,
          }),
        );
        const prompt = line.replace(answer, "");
        const candidates = await candidatesFor(prompt, cards);
        const found = await guardProposal(proposal, {
          prompt,
          candidates,
          preset: "balanced",
          embed,
          composer,
        });
        const used = found.tasks.flatMap(({ picks }) => picks.map(({ id }) => id));
        expect(new Set(used).size).toBe(used.length);
        expect(Math.max(0, ...found.tasks.map(({ picks }) => picks.length))).toBeLessThanOrEqual(3);
        for (const { start, end, text } of found.tasks) expect(prompt.slice(start!, end!)).toBe(text);
      }
    }
    expect({ answers, adapters, largest }).toMatchInlineSnapshot(`
      {
        "adapters": 12310,
        "answers": 5747,
        "largest": 51,
      }
    `);
  },
);
