// What the network gets to read, in which batches, and how its answers come back: with a network that counts.
import { describe, expect, it } from "vitest";
import type { FileNetwork, NetworkInputs } from "../../runtime/file-network.ts";
import { Reader, readerFiles, type ReaderInput } from "./reader.ts";
import { WordPiece } from "./wordpiece.ts";

const words = "[PAD] [UNK] [CLS] [SEP] a red fox clay ink snow".split(" ");
const [, , cls, sep, a, red, fox, clay, ink, snow] = words.keys();
const tokenizer = new WordPiece(
  {
    normalizer: { type: "BertNormalizer", lowercase: true },
    pre_tokenizer: { type: "BertPreTokenizer" },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(words.map((word, id) => [word, id])),
    },
  },
  "tokenizer.json",
);

interface Row {
  readonly ids: readonly number[];
  readonly types: readonly number[];
}

/** `wantedOf`: logit of a row. A token's logit is its id. */
function reading(wantedOf: (ids: readonly number[]) => number = () => 0) {
  const batches: Row[][] = [];
  const network: FileNetwork = {
    async run({ input_ids, token_type_ids }: NetworkInputs, { shape: [rows = 0, length = 0] }) {
      const row = (values: NetworkInputs[string], at: number): number[] =>
        Array.from(values.subarray(at * length, (at + 1) * length), Number);
      const batch = Array.from({ length: rows }, (_, at) => ({
        ids: row(input_ids!, at),
        types: row(token_type_ids!, at),
      }));
      batches.push(batch);
      return {
        wanted: Float32Array.from(batch, ({ ids }) => wantedOf(ids)),
        spans: Float32Array.from(Array.from(input_ids!, Number)),
      };
    },
    async dispose() {},
  };
  return { batches, reader: new Reader(network, tokenizer) };
}
const whole = (text: string): ReaderInput => ({ text, spans: [null] });
const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

describe("read", () => {
  it("reads prompt and card as a pair, padded to a multiple of eight", async () => {
    const { batches, reader } = reading();
    await reader.read("red fox", [whole("clay"), whole("a clay, ink snow")]);
    expect(batches).toEqual([
      [
        {
          ids: [cls, red, fox, sep, clay, sep, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
          types: [0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        },
        {
          ids: [cls, red, fox, sep, a, clay, 1, ink, snow, sep, 0, 0, 0, 0, 0, 0],
          types: [0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0],
        },
      ],
    ]);
    await reader.read("fox", [whole("a clay ink")]);
    expect(batches[1]).toEqual([
      { ids: [cls, fox, sep, a, clay, ink, sep, 0], types: [0, 0, 0, 1, 1, 1, 1, 0] },
    ]);
  });

  it("returns probabilities in the order of the cards, for the tokens of the prompt alone", async () => {
    const { batches, reader } = reading((ids) => ids.filter((id) => id === clay).length - 1);
    const cards = ["clay clay clay", "ink", "clay"].map(whole);
    const readings = await reader.read("red fox", cards);
    expect(readings.map(({ wanted }) => wanted)).toEqual([2, -1, 0].map(sigmoid));
    for (const { serves } of readings) expect(serves).toEqual(Float32Array.of(sigmoid(red!), sigmoid(fox!)));
    expect(batches).toHaveLength(1);
  });

  it("reads four at once, those of like length together", async () => {
    const { batches, reader } = reading();
    const lengths = [9, 1, 8, 2, 7, 3];
    await reader.read(
      "fox",
      lengths.map((length) => whole("clay ".repeat(length))),
    );
    const read = batches.map((rows) => rows.map(({ ids }) => ids.filter((id) => id === clay).length));
    expect(read).toEqual([
      [1, 2, 3, 7],
      [8, 9],
    ]);
  });

  it("receives messages between batches, such as one that ends it", async () => {
    const controller = new AbortController();
    const { batches, reader } = reading();
    setTimeout(() => controller.abort(), 0);
    const cards = Array.from({ length: 400 }, (_, i) => whole("clay ".repeat(i % 70)));
    const read = reader.read("fox", cards, { signal: controller.signal });
    await expect(read).rejects.toMatchObject({ code: "cancelled" });
    expect(batches).toHaveLength(1);
  });

  it("reads 80 tokens of a card", async () => {
    const { batches, reader } = reading();
    await reader.read("fox", [whole("clay ".repeat(90))]);
    expect(batches[0]![0]!.ids.filter((id) => id === clay)).toHaveLength(80);
  });

  it("counts the window of a long prompt in which the card is wanted most, at its place", async () => {
    const prompt = `${"snow ".repeat(90)}red fox ${"snow ".repeat(40)}`; // windows: 0–96 and 64–132
    const spans = [
      { start: 0, end: 4 },
      { start: prompt.indexOf("fox"), end: prompt.indexOf("fox") + 3 },
    ];
    const { reader } = reading((ids) => (ids.filter((id) => id === snow).length > 80 ? -1 : 1)); // rather the second, with less snow
    const [{ wanted, serves } = { wanted: 0, serves: new Float32Array() }] = await reader.read(prompt, [
      { text: "ink", spans },
    ]);
    expect(wanted).toBe(sigmoid(1));
    expect(serves).toHaveLength(132);
    expect(serves[63]).toBe(0);
    expect(serves[64]).toBe(Math.fround(sigmoid(snow!)));
    expect(serves[91]).toBe(Math.fround(sigmoid(fox!)));
    expect(serves[131]).toBe(Math.fround(sigmoid(snow!)));
  });

  it("reads no pair twice, and forgets the one that is longest unused beyond 2,048", async () => {
    const { batches, reader } = reading();
    const count = (): number => batches.splice(0).flat().length;
    /** Different texts of few tokens: binary numbers in words. */
    const cards = Array.from({ length: 2_048 }, (_, i) =>
      whole([...i.toString(2)].map((digit) => (digit === "1" ? "ink" : "a")).join(" ")),
    );
    await reader.read("fox", cards);
    expect(count()).toBe(2_048);
    await reader.read("fox", cards.slice(0, 10)); // now the youngest
    expect(count()).toBe(0);
    await reader.read("red", cards.slice(0, 1)); // for it, the 11th is forgotten
    expect(count()).toBe(1);
    await reader.read("fox", cards.slice(0, 10));
    expect(count()).toBe(0);
    await reader.read("fox", cards.slice(10, 11));
    expect(count()).toBe(1);
  });

  it("stops between two batches when it is cancelled", async () => {
    const { batches, reader } = reading();
    const controller = new AbortController();
    const cards = ["a", "a a", "ink", "clay", "snow", "ink ink"].map(whole);
    const read = reader.read("fox", cards, { signal: controller.signal });
    controller.abort();
    await expect(read).rejects.toMatchObject({ code: "cancelled" });
    expect(batches).toHaveLength(1);
    await expect(reader.read("red", cards, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "cancelled",
    });
    expect(batches).toHaveLength(1);
  });
});

it("names the file that is missing", async () => {
  const names = Object.values(readerFiles);
  for (const [count, where] of names.entries()) {
    const files = new Map(names.slice(0, count).map((name) => [name, new Blob()]));
    const open = Reader.open(files, () => Promise.reject(new Error("unused")));
    await expect(open).rejects.toMatchObject({ code: "not-found", where });
  }
});
