// Counts on a vocabulary of one-letter words, against the encoder's own chunks.
import { describe, expect, it } from "vitest";
import { chunkPrompt } from "./conditioning.ts";
import { countTokens, TokenCounter } from "./token-counter.ts";
import { ClipTokenizer } from "./tokenizer.ts";

const vocab = JSON.stringify(
  Object.fromEntries(
    [
      ...[..."abcdefghijklmnopqrstuvwxyz,*:"].map((letter) => `${letter}</w>`),
      "<|startoftext|>",
      "<|endoftext|>",
    ].map((token, id) => [token, id]),
  ),
);
const options = { tokenizer: new ClipTokenizer({ vocab, merges: "" }), length: 77, steps: 20 };
const words = (count: number): string => Array<string>(count).fill("a").join(" ");
const count = (prompt: string): string => {
  const { tokens, room } = countTokens(prompt, options);
  return `${tokens}/${room}`;
};

describe("tokens of a prompt", () => {
  it.each([
    ["", "0/75"],
    ["a b c", "3/75"],
    [words(75), "75/75"],
    [words(76), "76/150"],
    // A forced chunk fills the one before it.
    ["a BREAK b", "76/150"],
    ["a BREAK", "1/75"],
    // Weights and brackets are no words.
    ["(a:1.3) [b] ((c))", "3/75"],
    // Parts are encoded apart; the longest counts, without its weight.
    [`${words(70)} AND ${words(10)} :0.5`, "70/75"],
    // The longest text that a schedule gives.
    ["a [b:c d e:0.5]", "4/75"],
    ["[a|b c|d]", "2/75"],
    // Tags are no words.
    ["a <lora:clay:0.8> b", "2/75"],
    // 60 words, a comma and 20 words: 14 move behind the comma, so the first chunk counts as full.
    [`${words(60)} , ${words(20)}`, "95/150"],
  ])("%j has %s", (prompt, expected) => {
    expect(count(prompt)).toBe(expected);
  });

  it("has as much room as the encoder's chunks", () => {
    for (const prompt of ["", words(200), `${words(70)} , ${words(9)} BREAK ${words(80)}`])
      expect(countTokens(prompt, options).room).toBe(75 * chunkPrompt(prompt, options).length);
  });
});

describe("the counter", () => {
  const files = (more: readonly (readonly [string, Blob])[] = []) =>
    new Map([
      ["tokenizer/vocab.json", new Blob([vocab])],
      ["tokenizer/merges.txt", new Blob(["#version: 0.2\n"])],
      ...more,
    ] as const);

  it("counts with a pack's files, and its encoder's length", async () => {
    const counter = new TokenCounter();
    await expect(counter.count("a", { steps: 20 })).rejects.toThrow("The tokenizer is not loaded yet.");
    await counter.load(files());
    expect(await counter.count("a b", { steps: 20 })).toEqual({ tokens: 2, room: 75 });
    const config = new Blob([JSON.stringify({ max_position_embeddings: 10 })]);
    await counter.load(files([["text_encoder/config.json", config]]));
    expect(await counter.count(words(9), { steps: 20 })).toEqual({ tokens: 9, room: 16 });
  });

  it.each([
    ["3", "1/1"],
    ["2", "1/75"],
    ['"10"', "1/75"],
    ["{", "1/75"],
  ])("takes CLIP's length for one that leaves no room, or is none: %s", async (length, expected) => {
    const counter = new TokenCounter();
    const config = new Blob([`{"max_position_embeddings": ${length}}`]);
    await counter.load(files([["text_encoder/config.json", config]]));
    const { tokens, room } = await counter.count("a", { steps: 20 });
    expect(`${tokens}/${room}`).toBe(expected);
  });

  it("says which file is damaged", async () => {
    const damaged = new Map([["tokenizer/vocab.json", new Blob(["{"])]]);
    await expect(new TokenCounter().load(damaged)).rejects.toMatchObject({
      code: "bad-file",
      where: "tokenizer/vocab.json",
    });
  });
});
