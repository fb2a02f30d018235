// Chunks, comma backtracking, emphasis and padding, on a vocabulary of one-letter words, with hand-counted expectations.

import { describe, expect, it } from "vitest";
import {
  applyEmphasis,
  chunkPrompt,
  type ChunkOptions,
  embedTokens,
  encodeTexts,
  type PromptChunk,
  type PromptEmbedding,
} from "./conditioning.ts";
import { ClipTokenizer } from "./tokenizer.ts";

const letters = [..."abcdefghijklmnopqrstuvwxyz,*"];
const vocab = Object.fromEntries(letters.map((letter, id) => [`${letter}</w>`, id]));
const tokenizer = new ClipTokenizer({
  vocab: JSON.stringify({ ...vocab, "<|startoftext|>": 28, "<|endoftext|>": 29 }),
  merges: "",
});
const [A, COMMA, START, END] = [0, 26, 28, 29];
const options: ChunkOptions = { tokenizer, length: 77 };

const words = (count: number, word = "a") => Array<string>(count).fill(word).join(" ");
const body = (chunk: PromptChunk) => chunk.tokens.slice(1, -1).filter((token) => token !== END);

describe("chunks", () => {
  it("an empty prompt is one chunk of padding", () => {
    for (const text of ["", "   ", "()"]) {
      const [chunk, ...rest] = chunkPrompt(text, options);
      expect(rest).toEqual([]);
      expect(chunk!.tokens).toEqual([START, ...Array<number>(76).fill(END)]);
      expect(chunk!.weights).toEqual(Array<number>(77).fill(1));
    }
  });

  it("75 words fit, the 76th starts another chunk", () => {
    expect(chunkPrompt(words(75), options).length).toBe(1);
    const chunks = chunkPrompt(words(76), options);
    expect(chunks.map((chunk) => body(chunk).length)).toEqual([75, 1]);
    expect(
      chunks.every(
        (chunk) => chunk.tokens.length === 77 && chunk.tokens[0] === START && chunk.tokens[76] === END,
      ),
    ).toBe(true);
  });

  it("moves the text after a comma up to 20 tokens back", () => {
    // 60 words, a comma (token 61), 20 words: the 76th token does not fit, so the 14 words after the comma move.
    const chunks = chunkPrompt(`${words(60)} , ${words(20, "b")}`, options);
    expect(chunks.map((chunk) => body(chunk).length)).toEqual([61, 20]);
    expect(body(chunks[0]!).at(-1)).toBe(COMMA);
  });

  it("ignores a comma further back", () => {
    // The comma is token 55; 75 - 54 = 21 > 20.
    const chunks = chunkPrompt(`${words(54)} , ${words(30, "b")}`, options);
    expect(chunks.map((chunk) => body(chunk).length)).toEqual([75, 10]);
  });

  it("counts a comma at exactly 20 tokens", () => {
    const chunks = chunkPrompt(`${words(55)} , ${words(30, "b")}`, options);
    expect(chunks.map((chunk) => body(chunk).length)).toEqual([56, 30]);
  });

  it("BREAK fills the chunk", () => {
    expect(chunkPrompt("a BREAK b", options).map(body)).toEqual([[A], [1]]);
    expect(chunkPrompt("a BREAK", options).length).toBe(1); // nothing opened, nothing added
  });

  it("keeps weights with their tokens when they move", () => {
    const chunks = chunkPrompt(`${words(70)} , (b b b b b b:1.5)`, options);
    expect(chunks[1]!.weights.slice(0, 8)).toEqual([1, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1]);
  });

  it("accepts 5,000 characters", () => {
    const chunks = chunkPrompt("a, ".repeat(1667), options);
    expect(chunks.flatMap(body).length).toBe(3334);
  });
});

describe("textual inversions", () => {
  const embedding: PromptEmbedding = {
    name: "x y",
    vectors: 3,
    values: Float32Array.of(101, 102, 103, 104, 105, 106),
  };
  const table = { width: 2, row: async (token: number) => Float32Array.of(2 * token, 2 * token + 1) };

  it("insert their vectors at their name", async () => {
    const [chunk] = chunkPrompt("a x y b", { ...options, embeddings: [embedding] });
    expect(chunk!.embeddings).toEqual([{ offset: 2, embedding }]);
    const rows = await embedTokens(chunk!, table);
    expect([...rows.subarray(0, 12)]).toEqual([56, 57, 0, 1, 101, 102, 103, 104, 105, 106, 2, 3]);
  });

  it("are found by their whole name, the longest first", () => {
    const found = (text: string) =>
      chunkPrompt(text, { ...options, embeddings: [short, embedding] })[0]!.embeddings.map(
        ({ offset, embedding: { name } }) => [offset, name],
      );
    const short = { name: "x", vectors: 1, values: Float32Array.of(7, 8) };
    expect(found("x y x b")).toEqual([
      [1, "x y"],
      [4, "x"],
    ]);
    expect(found("y b b y")).toEqual([]);
  });

  it("do not straddle chunks", () => {
    const chunks = chunkPrompt(`${words(73)} x y b`, { ...options, embeddings: [embedding] });
    expect(chunks.map(({ embeddings }) => embeddings.length)).toEqual([0, 1]);
    expect(chunks[1]!.embeddings[0]!.offset).toBe(1);
  });

  it("fill a chunk to its end, and are words where a whole chunk has no room for them", () => {
    const offsets = (text: string, vectors: number) =>
      chunkPrompt(text, { ...options, embeddings: [{ ...embedding, vectors }] }).map(({ embeddings }) =>
        embeddings.map(({ offset }) => offset),
      );
    expect(offsets(`${words(72)} x y`, 3)).toEqual([[73]]);
    expect(offsets("x y", 75)).toEqual([[1]]);
    expect(offsets("x y", 76)).toEqual([[]]);
  });

  it("without a word that the tokenizer knows are none", () => {
    expect(chunkPrompt("a b", { ...options, embeddings: [{ ...embedding, name: " " }] })).toEqual(
      chunkPrompt("a b", options),
    );
  });

  it("before a comma stay when what follows it moves", () => {
    const chunks = chunkPrompt(`${words(65)} x y , x y b b b b`, { ...options, embeddings: [embedding] });
    expect(chunks.map(({ embeddings }) => embeddings.map(({ offset }) => offset))).toEqual([[66], [1]]);
  });

  it("move with the text after a comma", () => {
    const chunks = chunkPrompt(`${words(68)} , x y b b b b`, { ...options, embeddings: [embedding] });
    expect(chunks[0]!.embeddings).toEqual([]);
    expect(chunks[1]!.embeddings[0]!.offset).toBe(1);
  });
});

describe("emphasis", () => {
  it("scales tokens and restores the mean", () => {
    const states = Float32Array.of(1, 2, 3, 4);
    applyEmphasis(states, [1, 2]); // scaled: 1 2 6 8, mean 4.25; the mean was 2.5
    const scale = 2.5 / 4.25;
    for (const [i, value] of [1, 2, 6, 8].entries()) expect(states[i]).toBeCloseTo(value * scale, 6);
  });

  it("has no effect if all weights are 1", () => {
    const states = Float32Array.of(0.1, 0.2, 0.3, 0.4);
    applyEmphasis(states, [1, 1]);
    expect(states).toEqual(Float32Array.of(0.1, 0.2, 0.3, 0.4));
  });

  it("survives weights of 0", () => {
    const states = Float32Array.of(1, 2);
    applyEmphasis(states, [0]);
    expect([...states]).toEqual([0, 0]);
  });
});

describe("encoding", () => {
  it("pads to the longest text and encodes each distinct chunk once", async () => {
    const table = { width: 2, row: async (token: number) => Float32Array.of(2 * token, 2 * token + 1) };
    const [emptyChunk] = chunkPrompt("", options);
    let calls = 0;
    const encode = async (rows: Float32Array<ArrayBuffer>) => {
      calls++;
      return rows.map((value) => value + 1000);
    };
    const texts = [chunkPrompt(words(80), options), chunkPrompt("b", options), chunkPrompt("b", options)];
    const [long, short, again] = await encodeTexts(texts, { table, encode, emptyChunk: emptyChunk! });
    expect([long!.tokens, short!.tokens]).toEqual([154, 154]);
    expect(calls).toBe(4); // two of the long text, "b", the empty chunk
    expect(again!.values).toEqual(short!.values);
    expect(short!.values[2]).toBe(1002);
    expect(short!.values[77 * 2 + 2]).toBe(1000 + END * 2);
  });
});
