import { describe, expect, test } from "vitest";
import { adapterTerms, Lexicon, packTerms } from "./lexicon.ts";
import { termsOf } from "./terms.ts";

const where = { fileName: "index" };

describe("terms", () => {
  test.each(["top hat", "top-hat", "tophat", "Top Hats"])("“%s” has the term tophat", (text) =>
    expect(termsOf(text, { pairs: true })).toContain("tophat"),
  );
  test("words that carry meaning, folded; no numbers, no pairs across punctuation", () => {
    expect([...termsOf("A Café in the 90s, 35 ROBOTS", { pairs: true })]).toEqual([
      "cafe",
      "90s",
      "robot",
      "35robot",
    ]);
  });
  test("unwanted uses are no terms of an adapter", () => {
    const terms = adapterTerms([
      { text: "clay render", source: "phrase" },
      { text: "tennis court", source: "notMeant" },
    ]);
    expect([...terms].sort()).toEqual(["clay", "clayrender", "render"]);
  });
});

describe("the lexicon", () => {
  const own = Array.from(
    { length: 500 },
    (_, i) =>
      new Set(["every", ...(i % 10 === 0 ? ["tenth"] : []), `own${i}`, ...(i === 300 ? ["émigré"] : [])]),
  );
  const lexicon = () => new Lexicon(packTerms(own), { adapterCount: own.length, ...where });
  const having = (words: Lexicon, term: string): number[] => {
    const found: number[] = [];
    words.each(term, (adapter) => found.push(adapter));
    return found;
  };

  test("finds what a scan finds", () => {
    for (const term of ["every", "tenth", "own0", "own499", "émigré", "absent", ""]) {
      const expected = own.flatMap((terms, i) => (terms.has(term) ? [i] : []));
      expect(having(lexicon(), term)).toEqual(expected);
      expect(lexicon().frequency(term)).toBe(expected.length);
    }
  });

  test("a term of every tenth adapter says nothing, that of a single one all", () => {
    expect(lexicon().rarity("every")).toBe(0);
    expect(lexicon().rarity("tenth")).toBe(0);
    expect(lexicon().rarity("own7")).toBe(1);
    expect(lexicon().rarity("absent")).toBeNull();
  });

  test("adapters come and go", () => {
    const words = lexicon();
    words.add(500, new Set(["own7", "new"]));
    expect(having(words, "own7")).toEqual([7, 500]);
    expect(words.rarity("new")).toBe(1);
    words.remove(500, new Set(["own7", "new"]));
    expect(having(words, "own7")).toEqual([7]);
    expect(words.rarity("new")).toBeNull();
  });

  test("postings of an adapter that is not there are refused", () => {
    const packed = packTerms(own);
    packed.postings.fill(0x7f);
    const words = new Lexicon(packed, { adapterCount: own.length, ...where });
    expect(() => having(words, "every")).toThrow("has an unknown adapter");
  });
});
