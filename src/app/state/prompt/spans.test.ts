import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { growth, linear, propertyRuns } from "../../../../tests/fixtures/properties.ts";
import { cutPrompt } from "./spans.ts";

const prompt = "a castle on a hill at night, clay render";
const task = (words: string) => {
  const start = prompt.indexOf(words);
  return { text: words, start, end: start + words.length };
};

const shown = (text: string, tasks: Parameters<typeof cutPrompt>[1]) =>
  cutPrompt(text, tasks, prompt)
    .map(({ text: words, task: index }) => (index === null ? words : `[${index}:${words}]`))
    .join("");

describe("cutPrompt", () => {
  it("marks the spans that were read", () => {
    expect(
      shown(prompt, [
        task("a castle on a hill"),
        task("clay render"),
        { text: "mood", start: null, end: null },
      ]),
    ).toBe("[0:a castle on a hill] at night, [1:clay render]");
  });
  it("finds the words again while the prompt is edited", () => {
    const tasks = [task("castle"), task("night")];
    expect(shown("an old castle, night sky", tasks)).toBe("an old [0:castle], [1:night] sky");
    expect(shown("a cat at midnight", tasks)).toBe("a cat at midnight");
  });
  it("drops overlaps", () => {
    expect(shown(prompt, [task("a castle on a hill"), task("hill at night")])).toBe(
      "[0:a castle on a hill] at night, clay render",
    );
  });
  it("never loses or adds a character", () => {
    const spans = fc.array(
      fc.record({ text: fc.string(), start: fc.option(fc.nat(30)), end: fc.option(fc.nat(30)) }),
    );
    fc.assert(
      fc.property(fc.string(), spans, fc.boolean(), (text, tasks, same) => {
        const pieces = cutPrompt(text, tasks, same ? text : "something else");
        expect(pieces.map((piece) => piece.text).join("")).toBe(text);
      }),
      propertyRuns(500),
    );
  });
  it("follows words that move, to the nearest place where they stand free", () => {
    const two = [task("castle"), task("clay render")];
    expect(shown("many towers, a castle on a hill at night, clay render", two)).toBe(
      "many towers, a [0:castle] on a hill at night, [1:clay render]",
    );
    const again = "a cat, castles, a cat, İstanbul, a cat";
    const second = { text: "cat", start: 18, end: 21 };
    expect(
      cutPrompt(`two, ${again}`, [second], again)
        .map(({ text, task: at }) => (at === null ? text : `[${text}]`))
        .join(""),
    ).toBe("two, a cat, castles, a [cat], İstanbul, a cat");
    expect(shown("A CASTLE, 城castle", [task("castle")])).toBe("A [0:CASTLE], 城castle");
  });
  it.each(["castle, ", "a castle on a hill, ", "aa, "])(
    "takes time in proportion to its length: %s",
    (piece) => {
      const tasks = (text: string) =>
        Array.from(text.matchAll(/[^, ][^,]*/g), ({ 0: words, index }) => ({
          text: words,
          start: index,
          end: index + words.length,
        }));
      const key = (text: string): unknown => cutPrompt(`x${text}y`, tasks(text), text);
      expect(growth(key, (length) => piece.repeat(length / piece.length))).toBeLessThan(linear);
    },
  );
});
