import { expect, it } from "vitest";
import type { Reason } from "./reason.ts";
import { servedWords } from "./served-words.ts";

const task = (text: string, ...reasons: Reason[]) => ({
  text,
  start: 0,
  end: text.length,
  picks: reasons.map((reason, index) => ({ id: `${text} ${index}`, reason, similarity: 0.9, weight: 1 })),
});

it("of rules the words that match, of the reader those that it serves, of others the part", () => {
  const tasks = [
    task("a Lighthouse"),
    task("a zorblax fox", { kind: "named", words: "fox", source: "title", score: 1 }),
    task("synthwave city", { kind: "quoted", source: "tag", text: "synth wave", score: 0.9 }),
    task("Claymation look", "Made of clay."),
  ];
  const reading = { wanted: 0.9, nearest: null, task: null, reason: "" };
  const read = [
    { ...reading, id: "Claymation look 0", words: "zorblax", chosen: false },
    { ...reading, id: "synthwave city 0", words: "synthwave", chosen: true },
  ];
  expect([...servedWords({ tasks, read })]).toEqual(["fox", "synthwave", "claymation", "look"]);
});

it("a choice for the whole prompt serves no words", () => {
  const tasks = [task("", { kind: "ranked", place: 1, score: 0.5 })];
  expect([...servedWords({ tasks })]).toEqual([]);
});
