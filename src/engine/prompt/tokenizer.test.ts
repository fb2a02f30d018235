// The tokenizer against OpenAI's CLIP tokenizer (reimplemented with the ftfy and regex packages by
// tests/fixtures/engine/make_tokenizer_goldens.py). The repository has a small vocabulary; CLIP's 49,408 tokens and 50,000
// strings are compared if STYLUS_DATA and STYLUS_TOKENIZER_REFERENCE are set.

import { existsSync, readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import golden from "../../../tests/fixtures/engine/goldens/tokenizer.json" with { type: "json" };
import { growth, linear, propertyRuns } from "../../../tests/fixtures/properties.ts";
import { cleanText } from "./text-cleaning.ts";
import { ClipTokenizer } from "./tokenizer.ts";

/** CLIP's vocabulary order: bytes, bytes that end a word, merges, start, end. */
function vocabularyOf(merges: readonly string[]): string {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const printable = bytes.filter(
    (byte) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174,
  );
  const base = [
    ...printable.map((byte) => String.fromCharCode(byte)),
    ...bytes.filter((byte) => !printable.includes(byte)).map((_, i) => String.fromCharCode(256 + i)),
  ];
  const tokens = [
    ...base,
    ...base.map((token) => `${token}</w>`),
    ...merges.map((merge) => merge.replace(" ", "")),
    "<|startoftext|>",
    "<|endoftext|>",
  ];
  return JSON.stringify(Object.fromEntries(tokens.map((token, id) => [token, id])));
}

const small = new ClipTokenizer({
  vocab: vocabularyOf(golden.merges),
  merges: `#version: 0.2\n${golden.merges.join("\n")}\n`,
});

/** Joins the pair of lowest rank at every place, again and again. */
function mergeSlowly(word: string, ranks: ReadonlyMap<string, number>): string[] {
  let symbols = [...word].map((letter, i, all) => (i === all.length - 1 ? `${letter}</w>` : letter));
  for (;;) {
    const pairs = symbols.slice(1).map((second, i) => `${symbols[i]} ${second}`);
    const best = pairs.filter((pair) => ranks.has(pair)).sort((a, b) => ranks.get(a)! - ranks.get(b)!)[0];
    if (best === undefined) return symbols;
    const joined: string[] = [];
    for (let i = 0; i < symbols.length; i++) {
      const merges = pairs[i] === best;
      joined.push(merges ? symbols[i]! + symbols[i + 1]! : symbols[i]!);
      if (merges) i += 1;
    }
    symbols = joined;
  }
}

describe("CLIP tokenizer", () => {
  it("passes over the first line that the tokenizers library writes", () => {
    const merges = `#version: 0.2 - Trained by \`huggingface/tokenizers\`\n${golden.merges.join("\n")}\n`;
    const other = new ClipTokenizer({ vocab: vocabularyOf(golden.merges), merges });
    expect(other.encode("a red fox")).toEqual(small.encode("a red fox"));
  });

  it(`gives CLIP's ids for ${golden.strings.length} strings`, () => {
    for (const [text, ids] of golden.strings)
      expect(small.encode(text as string), JSON.stringify(text)).toEqual(ids);
  });

  it("is sensitive: merges in a different order change ids", () => {
    const wrong = new ClipTokenizer({
      vocab: vocabularyOf(golden.merges),
      merges: golden.merges.toReversed().join("\n"),
    });
    const different = golden.strings.filter(
      ([text, ids]) => wrong.encode(text as string).join() !== (ids as number[]).join(),
    );
    expect(different.length).toBeGreaterThan(1);
  });

  it("merges as pass after pass over the word does, and in time that grows with its length", () => {
    const ranks = new Map(golden.merges.map((merge, rank) => [merge, rank]));
    const ids = JSON.parse(vocabularyOf(golden.merges)) as Record<string, number>;
    const letters = [...new Set(golden.merges.join("").replace("</w>", ""))].filter((letter) =>
      /[a-z]/.test(letter),
    );
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 60 }), (word) => {
        expect(small.encode(word.join(""))).toEqual(
          mergeSlowly(word.join(""), ranks).map((symbol) => ids[symbol]),
        );
      }),
      propertyRuns(500),
    );
    const random = (length: number): string =>
      Array.from({ length }, (_, i) => letters[(i * i * 7 + 3 * i) % letters.length]).join("");
    // A word once read is remembered, so that each begins with other letters.
    let count = 0;
    const read = (word: string): unknown => {
      count += 1;
      return small.encode(letters[count % letters.length]! + letters[(3 * count) % letters.length]! + word);
    };
    expect(growth(read, random)).toBeLessThan(linear);
  });

  it("merges overlapping pairs by their ranks, in whatever order they wait", () => {
    const pairs = ["a b", "b c", "c d", "d e", "e f", "f g</w>"];
    const tokens = [...pairs.join(" ").split(" "), ...pairs.map((pair) => pair.replace(" ", ""))];
    const ids = Object.fromEntries(
      [...tokens, "<|startoftext|>", "<|endoftext|>"].map((token, id) => [token, id]),
    );
    const orders = (rest: readonly string[]): string[][] =>
      rest.length === 0
        ? [[]]
        : rest.flatMap((one) =>
            orders(rest.filter((other) => other !== one)).map((order) => [one, ...order]),
          );
    for (const merges of orders(pairs)) {
      const tokenizer = new ClipTokenizer({ vocab: JSON.stringify(ids), merges: merges.join("\n") });
      const slow = mergeSlowly("abcdefg", new Map(merges.map((merge, rank) => [merge, rank])));
      expect(tokenizer.encode("abcdefg"), merges.join()).toEqual(slow.map((one) => ids[one]));
    }
  });

  it("merges by any list of merges as pass after pass does", () => {
    const letters = ["a", "b", "c"];
    const symbol = (list: readonly string[], at: number): string => list[at % list.length]!;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(99), fc.nat(99)), { maxLength: 25 }),
        fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 30 }),
        (picks, word) => {
          const starts = [...letters];
          const ends = letters.map((letter) => `${letter}</w>`);
          const merges: string[] = [];
          for (const [first, second] of picks) {
            const [a, b] = [symbol(starts, first), symbol([...starts, ...ends], second)];
            if (merges.includes(`${a} ${b}`)) continue;
            merges.push(`${a} ${b}`);
            if (!starts.includes(a + b) && !ends.includes(a + b))
              (b.endsWith("</w>") ? ends : starts).push(a + b);
          }
          const ids = Object.fromEntries(
            [...starts, ...ends, "<|startoftext|>", "<|endoftext|>"].map((token, id) => [token, id]),
          );
          const tokenizer = new ClipTokenizer({ vocab: JSON.stringify(ids), merges: merges.join("\n") });
          const slow = mergeSlowly(word.join(""), new Map(merges.map((merge, rank) => [merge, rank])));
          expect(tokenizer.encode(word.join(""))).toEqual(slow.map((one) => ids[one]));
        },
      ),
      propertyRuns(500),
    );
  });

  it("never throws and knows every byte", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        const ids = small.encode(text);
        expect(ids.every((id) => id >= 0 && id < small.vocabSize)).toBe(true);
      }),
      propertyRuns(500),
    );
  });

  it("returns the end token for text that a reduced vocabulary lacks", () => {
    const reduced = new ClipTokenizer({
      vocab: JSON.stringify({ "a</w>": 0, "<|startoftext|>": 1, "<|endoftext|>": 2 }),
      merges: "",
    });
    expect(reduced.encode("a b")).toEqual([0, 2]);
    expect(reduced.commaId).toBeNull();
  });

  it.each([
    ["vocab.json", { vocab: "{", merges: "" }],
    ["vocab.json", { vocab: '{"a":"b"}', merges: "" }],
    ["vocab.json", { vocab: "null", merges: "" }],
    ["vocab.json", { vocab: "[0, 1]", merges: "" }],
    ["vocab.json", { vocab: '{"a":0.5}', merges: "" }],
    ["vocab.json", { vocab: "{}", merges: "" }],
    ["vocab.json", { vocab: '{"a":1}', merges: "" }],
    ["merges.txt", { vocab: '{"<|startoftext|>":0,"<|endoftext|>":1}', merges: "a b c" }],
  ])("names %s if it is damaged", (name, files) => {
    expect(() => new ClipTokenizer(files)).toThrow(
      expect.objectContaining({ code: "bad-file", where: `tokenizer/${name}` }),
    );
  });

  const reference = process.env["STYLUS_TOKENIZER_REFERENCE"];
  const data = process.env["STYLUS_DATA"];
  const available = reference !== undefined && data !== undefined && existsSync(reference);
  it.skipIf(!available)(
    "equals CLIP on 50,000 strings (needs STYLUS_DATA and STYLUS_TOKENIZER_REFERENCE)",
    () => {
      const read = (name: string) => readFileSync(`${data}/clip_tokenizer/${name}`, "utf8");
      const tokenizer = new ClipTokenizer({ vocab: read("vocab.json"), merges: read("merges.txt") });
      const lines = readFileSync(reference!, "utf8").trimEnd().split("\n");
      const different = lines.filter((line) => {
        const [text, ids] = JSON.parse(line) as [string, number[]];
        return tokenizer.encode(text).join() !== ids.join();
      });
      expect(lines.length).toBeGreaterThan(50_000);
      expect(different).toEqual([]);
    },
  );
});

describe("text cleaning", () => {
  it.each([
    ["  A\t\n b ", "a b"],
    ["dog’s “coat”", 'dog\'s "coat"'],
    ["ﬁne ＡＢＣ", "fine abc"],
    ["&amp;amp; &#x1F600;", "& 😀"],
    ["&valueOf; &toString;", "&valueof; &tostring;"], // no entities, but properties of every object
    ["e\u0301", "é"],
    ["ĲĳŉǱǲǳǄǅǆǇǈǉǊǋǌ", "ijij'ndzdzdzdždždžljljljnjnjnj"],
    ["ﬀﬁﬂﬃﬄﬅﬆ", "fffiflffifflſtst"],
    ["\x80\x82\x8c\x8e\x91\x92\x93\x94\x96\x99\x9f", "€'œž''\"\"–™ÿ"],
    ["\x81\x8d\x8f\x90\x9d", "\x81\x8d\x8f\x90\x9d"],
    ["a\x00\x08\x0b\x0e\x1f\x7f\u206a\u206f\ufeff\ufff9\ufffcb", "ab"],
    ["a\x1b[1;31mred\x1b[0m", "ared"],
    ["a\r\nb\rc\u2028d\u2029e\u1680h", "a b c d e h"],
    ["\u3000！～\u201c\u201f\u2018\u201b\u02bc", "!~\"\"'''"],
    ["<b> &lt;", "<b> <"],
    ["&amp;lt;b", "<b"],
    ["&amp;amp;amp; amp", "& amp"], // as ftfy once, then twice
    ["<&amp;amp;amp;", "<&amp;"], // with markup, twice
  ])("%j becomes %j", (text, expected) => {
    expect(cleanText(text)).toBe(expected);
  });
});
