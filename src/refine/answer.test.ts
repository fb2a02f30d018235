// Answers are read strictly: what counts as one, and what each fault is called.
import { describe, expect, it } from "vitest";
import { answerFor } from "../../tests/fixtures/chat-server.ts";
import { readAnswer } from "./answer.ts";
import { rawCard } from "./raw-card.ts";
import { answerJsonSchema, bounds, checkAnswer, parseRefinedCards, withRefined } from "./refined-card.ts";

const raw = rawCard({ name: ["hero"], title: "Hero", triggers: ["red_coat", "armour"] });
const faults = (answer: string): readonly string[] => {
  const read = readAnswer(answer, raw);
  return "faults" in read ? read.faults : [];
};
const phrases = (count: number): string[] => Array.from({ length: count }, (_, i) => `phrase ${i}`);

describe("readAnswer", () => {
  it.each([
    ["plain JSON", answerFor("clay")],
    ["a code fence", `\`\`\`json\n${answerFor("clay")}\n\`\`\``],
    ["thinking before it", `<think>{"title": 1}</think>\n${answerFor("clay")}`],
    ["an end of thinking alone", `hm {}</think>${answerFor("clay")}`],
    ["a face in a phrase", answerFor("clay", { phrases: [...phrases(40), ">_<", "<3"] })],
    [
      "trigger words of the card, spelt with blanks",
      answerFor("clay", { triggerSets: [["red coat"], ["armour"]] }),
    ],
  ])("takes %s", (_, answer) => {
    expect(faults(answer)).toEqual([]);
  });

  it.each<[string, object, string]>([
    ["too few phrases", { phrases: phrases(39) }, "phrases must have 40 to 60 different entries, not 39"],
    [
      "repeated phrases",
      { phrases: [...phrases(39), "PHRASE 1"] },
      "phrases must have 40 to 60 different entries, not 39",
    ],
    [
      "a phrase that is a document",
      { phrases: [...phrases(40), "x".repeat(61)] },
      "phrases.40 is longer than 60 characters",
    ],
    ["mark-up", { title: "<lora:other:1>" }, "title has control characters or mark-up"],
    ["several lines", { description: "one\ntwo" }, "description has control characters or mark-up"],
    [
      "an unknown category",
      { category: "nice" },
      expect.stringContaining("category must be one of style, ") as string,
    ],
    ["a weight beyond the bounds", { weight: 21 }, "weight must be at most 20"],
    ["a further field", { url: "https://spam" }, "url is not a field"],
    [
      "an invented trigger word",
      { triggerSets: [["spam"]] },
      'triggerSets: "spam" does not stand in the card',
    ],
    [
      "a source that is ours",
      { weightSource: "suggested" },
      "weightSource must be author, samples or default",
    ],
  ])("names %s", (_, change, fault) => {
    expect(faults(answerFor("clay", change))).toEqual([fault]);
  });

  it("names a missing field, prose and a number", () => {
    expect(faults(answerFor("clay", { title: undefined }))).toEqual(["title is missing"]);
    expect(faults("Sure!")).toEqual([expect.stringMatching(/^it is not JSON/u)]);
    expect(faults("7")).toEqual(["The answer must be an object"]);
  });
});

it("the answer's schema has the same fields and bounds as JSON schema", () => {
  const { properties, required } = answerJsonSchema;
  const good = JSON.parse(answerFor("clay")) as object;
  expect(Object.keys(good).sort()).toEqual([...required].sort());
  expect(Object.keys(properties).sort()).toEqual([...required].sort());
  expect(properties.phrases).toMatchObject({
    minItems: 40,
    maxItems: 60,
    items: { maxLength: bounds.phrase },
  });
  for (const category of properties.category.enum) {
    expect(checkAnswer({ ...good, category }), category).toHaveProperty("card");
  }
});

it("takes hand-written cards with fewer phrases from files, and names file, card and field of a fault", () => {
  const card = JSON.parse(answerFor("clay", { phrases: ["plasticine"], notMeant: [] })) as object;
  expect(parseRefinedCards({ clay: card }, "x.json").get("clay")!.phrases).toEqual(["plasticine"]);
  expect(() => parseRefinedCards({ clay: { ...card, weight: "1" } }, "x.json")).toThrow(
    expect.objectContaining({ code: "bad-file", message: "x.json: clay.weight must be a number." }),
  );
});

it("puts the first trigger set to work and keeps the others as names", () => {
  const read = readAnswer(
    answerFor("Hero", { category: "eyes", triggerSets: [["red coat"], ["armour"]] }),
    raw,
  );
  if (!("card" in read)) throw new Error(read.faults.join());
  expect(withRefined(raw.card, read.card)).toMatchObject({
    title: "Refined Hero",
    triggerWords: ["red coat"],
    tags: ["armour"],
    refined: { category: "eyes", weight: 0.7 },
  });
});
