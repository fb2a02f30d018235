// BERT's pieces of words, each with its place in the text.
import { describe, expect, it } from "vitest";
import { WordPiece } from "./wordpiece.ts";

const vocabulary = ["[CLS]", "[SEP]", "[UNK]", "fox", "##es", "cafe", "snow", "##y", "-", "雪", "!"];
const file = {
  normalizer: { type: "BertNormalizer", lowercase: true },
  pre_tokenizer: { type: "BertPreTokenizer" },
  model: {
    type: "WordPiece",
    unk_token: "[UNK]",
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 6,
    vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
  },
};
const pieces = new WordPiece(file, "tokenizer.json");

/** Each token, and what it stands for in the text. */
function read(text: string): [string, string][] {
  const { ids, starts, ends } = pieces.encode(text);
  return ids.map((id, i) => [vocabulary[id]!, text.slice(starts[i], ends[i])]);
}

describe("WordPiece", () => {
  it("cuts words into the longest pieces it knows, each at its place", () => {
    expect(read(" Foxes\tsnowy")).toEqual([
      ["fox", "Fox"],
      ["##es", "es"],
      ["snow", "snow"],
      ["##y", "y"],
    ]);
    expect(pieces.encode("Foxes")).toEqual({ ids: [3, 4], starts: [0, 3], ends: [3, 5] });
  });

  it("reads accents as none, marks and ideographs alone, and nothing out of what is invisible", () => {
    expect(read("Café-fox!雪snow")).toEqual([
      ["cafe", "Café"],
      ["-", "-"],
      ["fox", "fox"],
      ["!", "!"],
      ["雪", "雪"],
      ["snow", "snow"],
    ]);
    expect(read("fo\u200bx cafe\u0301")).toEqual([
      ["fox", "fo\u200bx"],
      ["cafe", "cafe"],
    ]);
  });

  it("keeps a word that it cannot spell, or that is too long, as one unknown", () => {
    expect(read("bear foxesy snowyes fox")).toEqual([
      ["[UNK]", "bear"],
      ["fox", "fox"],
      ["##es", "es"],
      ["##y", "y"],
      ["[UNK]", "snowyes"],
      ["fox", "fox"],
    ]);
    expect(read("[CLS]")).toEqual([
      ["[UNK]", "["],
      ["[UNK]", "CLS"],
      ["[UNK]", "]"],
    ]);
  });

  it("refuses another kind of file, or one without its special tokens", () => {
    const open = (change: object) => () =>
      new WordPiece({ ...file, model: { ...file.model, ...change } }, "tokenizer.json");
    expect([pieces.cls, pieces.sep]).toEqual([0, 1]);
    expect(open({ type: "BPE" })).toThrow(
      "tokenizer.json is not a lower-case WordPiece tokenizer: model.type is wrong.",
    );
    expect(open({ vocab: { "[CLS]": 0, "[UNK]": 1 } })).toThrow("it has no [SEP].");
  });
});
