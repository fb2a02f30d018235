import { describe, expect, test } from "vitest";
import { card } from "../../../tests/fixtures/cards.ts";
import { readingCandidates } from "../../../tests/fixtures/reading-candidates.ts";
import { presets } from "../plan/presets.ts";
import type { Reason } from "../reason.ts";
import type { ProposedTask } from "./answer.ts";
import { findTask, guardProposal } from "./guards.ts";

const composer = { name: "test model", kind: "llm" } as const;
const prompt = "a unicorn and an octopus in candy land, clay render";
const guard = (proposal: readonly ProposedTask[], text = prompt) =>
  guardProposal(proposal, {
    prompt: text,
    candidates: readingCandidates(text),
    denied: new Map(),
    preset: "balanced",
    composer,
  });
const picks = (...ids: string[]) => ids.map((id) => ({ id, reason: "because" }));

describe("holding a proposal to the rules", () => {
  test("names six faults at most, each once", () => {
    const absent = Array.from({ length: 8 }, (_, i) => ({ text: `zebra${i}`, picks: [] }));
    expect(guard([absent[0]!, ...absent]).faults).toEqual(
      [0, 1, 2, 3, 4, 5].map((i) => `the task “zebra${i}” is not in the prompt`),
    );
  });

  test("a task without adapters may overlap another: nothing is lost by it", () => {
    const proposal = (ids: readonly string[]) => [
      { text: "clay render", picks: picks("clay") },
      { text: "clay", picks: picks(...ids) },
    ];
    expect(guard(proposal([])).faults).toEqual([]);
    expect(guard(proposal(["unicorn"])).faults).toEqual(["the task “clay” overlaps another task"]);
  });

  test("a good proposal passes, with spans, and the base model gets the rest", () => {
    const { composition, faults } = guard([
      { text: "clay render", picks: picks("clay") },
      { text: "unicorn", picks: picks("unicorn") },
    ]);
    expect(faults).toEqual([]);
    expect(composition.tasks).toMatchObject([
      {
        text: "unicorn",
        start: 2,
        end: 9,
        picks: [{ id: "unicorn", reason: "because", weight: 0.8, similarity: 0.9 }],
      },
      { text: "octopus", picks: [] },
      { text: "in candy land", picks: [] },
      { text: "clay render", start: 40, end: 51, picks: [{ id: "clay" }] },
    ]);
    expect(composition).toMatchObject({ composer, rejected: [] });
  });

  test.each<[string, ProposedTask[], string, Reason, RegExp | null]>([
    [
      "invented ids",
      [{ text: "unicorn", picks: picks("pegasus") }],
      "pegasus",
      { kind: "unknown" },
      /“pegasus” is not in the list/,
    ],
    [
      "invented tasks",
      [{ text: "dragon", picks: picks("clay") }],
      "clay",
      { kind: "absent", words: "dragon" },
      /“dragon” is not in the prompt/,
    ],
    [
      "an adapter far from the task",
      [{ text: "octopus", picks: picks("unicorn") }],
      "unicorn",
      { kind: "far", words: "octopus", score: 0, threshold: 0.7 },
      null,
    ],
    [
      "overlapping tasks",
      [
        { text: "clay render", picks: [] },
        { text: "render", picks: picks("clay") },
      ],
      "clay",
      { kind: "overlaps", words: "render" },
      /overlaps/,
    ],
  ])("%s", (_, proposal, id, reason, fault) => {
    const { composition, faults } = guard(proposal);
    expect(composition.tasks.flatMap((task) => task.picks)).toEqual([]);
    expect(composition.rejected).toEqual([{ id, reason }]);
    expect(faults).toEqual(fault ? [expect.stringMatching(fault)] : []);
  });

  test("an adapter is used once, and a task that is named twice is one", () => {
    const { composition, faults } = guard([
      { text: "clay render", picks: picks("clay") },
      { text: "clay render", picks: picks("clay") },
    ]);
    expect(composition.tasks.flatMap((task) => task.picks.map(({ id }) => id))).toEqual(["clay"]);
    expect({ rejected: composition.rejected, faults }).toEqual({ rejected: [], faults: [] });
  });

  test("the second of two tasks goes without an adapter that serves the first", () => {
    const { composition, faults } = guard([
      { text: "clay render", picks: picks("clay") },
      { text: "unicorn", picks: picks("clay", "unicorn") },
    ]);
    expect(composition.tasks.map((task) => task.picks.map(({ id }) => id))).toEqual([
      ["unicorn"],
      [],
      [],
      ["clay"],
    ]);
    expect({ rejected: composition.rejected, faults }).toEqual({ rejected: [], faults: [] });
  });

  test("what the prompt denies takes no adapter", () => {
    const { composition } = guard(
      [{ text: "clay render", picks: picks("clay") }],
      "a unicorn, no clay render",
    );
    const reason = { kind: "denied", words: "clay render" };
    expect(composition.tasks).toMatchObject([
      { text: "unicorn" },
      { picks: [], reason: { kind: "denied", words: "no clay render" } },
    ]);
    expect(composition.rejected).toEqual([{ id: "clay", reason }]);
  });

  test("caps per task and for styles", () => {
    const text = "clay render of a unicorn";
    const propose = (category: "style" | "concept", preset: "paper" | "balanced") => {
      const cards = Array.from({ length: 6 }, (_, i) => card(`clay${i}`, category, { title: "Clay Render" }));
      const proposal = [{ text: "clay render", picks: picks(...cards.map(({ id }) => id)) }];
      const candidates = readingCandidates(text, cards);
      return guardProposal(proposal, { prompt: text, candidates, denied: new Map(), preset, composer })
        .composition;
    };
    const styles = propose("style", "paper");
    expect(styles.tasks[0]!.picks).toHaveLength(presets.paper.styles);
    expect(styles.rejected[0]!.reason).toMatchObject({ kind: "styles", count: 2 });
    const things = propose("concept", "balanced");
    expect(things.tasks[0]!.picks).toHaveLength(presets.balanced.perTask);
    expect(things.rejected[0]!.reason).toMatchObject({ kind: "full", count: 3 });
  });
});

test("tasks are found word for word, across hyphens and plurals, or as the shortest stretch", () => {
  const text = "Two airplane shaped kites, flying through a blue sky";
  const found = (task: string): string | null => {
    const span = findTask(text, task);
    return span && text.slice(span.start, span.end);
  };
  expect(found("airplane-shaped kite")).toBe("airplane shaped kites");
  expect(found("BLUE SKY")).toBe("blue sky");
  expect(found("flying sky")).toBe("flying through a blue sky");
  expect(found("green sky")).toBeNull();
  expect(found("")).toBeNull();
  expect(found("the")).toBeNull();
  expect(findTask("a glass red, a red glass", "red glass")).toEqual({ start: 15, end: 24 });
});
