// Spans of picks become tasks of whole words; what is left is the base model's.
import { describe, expect, it } from "vitest";
import type { AdapterPick } from "../composition.ts";
import { readablePrompt } from "./readable-prompt.ts";
import { overlaps, promptWords, servedSpan, type Span, tasksOf } from "./tasks.ts";

/** One token a word or mark. */
function tokensOf(prompt: string) {
  const found = [...prompt.matchAll(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu)];
  return {
    ids: found.map(() => 1),
    starts: found.map(({ index }) => index),
    ends: found.map(({ 0: text, index }) => index + text.length),
  };
}

function spanOf(prompt: string, words: Record<string, number>, taken: Span[] = []): string | null {
  const tokens = tokensOf(prompt);
  const serves = Float32Array.from(
    tokens.starts,
    (start, i) => words[prompt.slice(start, tokens.ends[i])] ?? 0,
  );
  const served = new Set([...serves.keys()].filter((token) => serves[token]! > 0.5));
  const span = servedSpan(prompt, { words: promptWords(prompt), tokens, serves, served, taken });
  return span && prompt.slice(span.start, span.end);
}

describe("servedSpan", () => {
  it("joins neighbours, and words with a little between them", () => {
    expect(spanOf("a stained glass window at night", { stained: 0.9, glass: 0.9, window: 0.8 })).toBe(
      "stained glass window",
    );
    expect(spanOf("a poster in the deco style", { a: 0.9, poster: 0.9, style: 0.9, deco: 0.6 })).toBe(
      "poster in the deco",
    );
    expect(spanOf("an 8-bit fox", { "8": 0.9, bit: 0.9 })).toBe("8-bit");
  });

  it("starts the count of words between at zero after each served one, and ends at a mark", () => {
    expect(spanOf("red of the fox of the clay", { red: 0.9, fox: 0.9, clay: 0.9 })).toBe(
      "red of the fox of the clay",
    );
    expect(spanOf("fog, red clay", { fog: 0.9, red: 0.6, clay: 0.6 })).toBe("red clay");
    expect(spanOf("fog of the red hill", { fog: 0.6, hill: 0.9 })).toBe("hill");
  });

  it("takes the strongest of several places", () => {
    expect(spanOf("fog, a hill of red clay, fog", { fog: 0.6, red: 0.7, clay: 0.9 })).toBe("red clay");
    expect(spanOf("fog, clay", { fog: 0.75, clay: 0.75 })).toBe("fog"); // the first of equal ones
  });

  it("leaves the words of other spans alone", () => {
    const prompt = "pixel art castle";
    expect(spanOf(prompt, { art: 0.9, castle: 0.9 }, [{ start: 0, end: 9 }])).toBe("castle");
    expect(spanOf(prompt, { art: 0.9 }, [{ start: 0, end: 9 }])).toBeNull();
  });
});

describe("tasksOf", () => {
  const pick: AdapterPick = { id: "clay", reason: "", similarity: 0.9, weight: 0.8 };
  const tasks = (prompt: string, ...spans: string[]) => {
    const served = spans.map((text) => {
      const start = prompt.indexOf(text);
      return { span: { start, end: start + text.length }, picks: [pick] };
    });
    return tasksOf(prompt, { readable: readablePrompt(prompt).withDenied, served }).map(
      ({ text, picks, reason }) => [text, picks.length, ...(reason ? [reason] : [])],
    );
  };

  it("gives what no adapter serves to the base model, in the order of the prompt", () => {
    expect(tasks("a clay fox in the snow, 8k", "clay")).toEqual([
      ["clay", 1],
      ["fox", 0],
      ["in the snow", 0],
    ]);
  });

  it("leaves a task whole beside a span that only touches it", () => {
    expect(tasks("clay-fox, snow", "clay")).toEqual([
      ["clay", 1],
      ["fox", 0],
      ["snow", 0],
    ]);
    expect(overlaps({ start: 0, end: 4 }, { start: 4, end: 8 })).toBe(false);
    expect(overlaps({ start: 4, end: 8 }, { start: 0, end: 4 })).toBe(false);
    expect(overlaps({ start: 0, end: 5 }, { start: 4, end: 8 })).toBe(true);
  });

  it("says of a denied part that it is denied", () => {
    expect(tasks("a clay fox, no dragon", "clay fox")).toEqual([
      ["clay fox", 1],
      ["no dragon", 0, { kind: "denied", words: "no dragon" }],
    ]);
  });

  it("makes no task of a weight of nothing", () => {
    expect(tasks("a fox, (fog:0)")).toEqual([["fox", 0]]);
  });
});
