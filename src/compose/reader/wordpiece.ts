// BERT's tokenizer: lower case without accents, words and punctuation apart, then the longest pieces that the vocabulary knows. Every token
// keeps its place in the text. Reads tokenizer.json of Hugging Face; its special tokens are made by id only, never out of text.
import * as v from "valibot";
import { StylusError } from "../../shared/errors.ts";
import { say, type Saying } from "../../shared/saying.ts";

export interface Tokens {
  readonly ids: readonly number[];
  /** Where each token begins and ends in the text, UTF-16 units. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** Characters of a word, as they stand in the vocabulary, with their places in the text. */
interface Word {
  readonly characters: string[];
  readonly starts: number[];
  readonly ends: number[];
}

const fileSchema = v.object({
  normalizer: v.object({ type: v.literal("BertNormalizer"), lowercase: v.literal(true) }),
  pre_tokenizer: v.object({ type: v.literal("BertPreTokenizer") }),
  model: v.object({
    type: v.literal("WordPiece"),
    unk_token: v.string(),
    continuing_subword_prefix: v.string(),
    max_input_chars_per_word: v.number(),
    vocab: v.record(v.string(), v.number()),
  }),
});

const isSpace = (character: string): boolean => /^\p{White_Space}$/u.test(character);
/** Byte order marks, zero-width characters and the like; tabs and line ends are spaces. */
const isDropped = (character: string): boolean =>
  /^[\uFFFD\p{C}]$/u.test(character) && !/^[\t\n\r]$/.test(character);
const isPunctuation = (character: string): boolean => /^[!-/:-@[-`{-~\p{P}]$/u.test(character);
/** Each is a word of its own: these scripts put no spaces between words. */
const isIdeograph = (character: string): boolean =>
  /^[\u4E00-\u9FFF\u3400-\u4DBF\u{20000}-\u{2A6DF}\u{2A700}-\u{2B73F}\u{2B740}-\u{2B81F}\u{2B920}-\u{2CEAF}\uF900-\uFAFF\u{2F800}-\u{2FA1F}]$/u.test(
    character,
  );

function wordsOf(text: string): readonly Word[] {
  const words: Word[] = [];
  let open = false;
  const add = (character: string, place: { readonly start: number; readonly end: number }): void => {
    if (!open) words.push({ characters: [], starts: [], ends: [] });
    const { characters, starts, ends } = words.at(-1)!;
    characters.push(character);
    starts.push(place.start);
    ends.push(place.end);
    open = true;
  };
  let start = 0;
  for (const original of text) {
    const place = { start, end: start + original.length };
    start = place.end;
    if (isDropped(original)) continue;
    if (isSpace(original)) {
      open = false;
      continue;
    }
    const plain = original
      .normalize("NFD")
      .replace(/\p{Mn}/gu, "")
      .toLowerCase();
    for (const character of plain) {
      const alone = isPunctuation(character) || isIdeograph(original);
      if (alone) open = false;
      add(character, place);
      if (alone) open = false;
    }
  }
  return words;
}

export class WordPiece {
  readonly cls: number;
  readonly sep: number;
  readonly #vocabulary: ReadonlyMap<string, number>;
  readonly #prefix: string;
  readonly #unknown: number;
  readonly #longest: number;

  /** @throws StylusError (bad-file) when the file is no tokenizer of this kind */
  constructor(json: unknown, fileName: string) {
    const fault = (problem: Saying): StylusError =>
      new StylusError("bad-file", say`${fileName} is not a lower-case WordPiece tokenizer: ${problem}.`, {
        where: fileName,
        remedy: say`Download the pack again.`,
      });
    const parsed = v.safeParse(fileSchema, json, { abortEarly: true });
    if (!parsed.success) throw fault(say`${v.getDotPath(parsed.issues[0]) ?? say`the file`} is wrong`);
    const { model } = parsed.output;
    this.#vocabulary = new Map(Object.entries(model.vocab));
    const special = (token: string): number => {
      const id = this.#vocabulary.get(token);
      if (id === undefined) throw fault(say`it has no ${token}`);
      return id;
    };
    this.cls = special("[CLS]");
    this.sep = special("[SEP]");
    this.#unknown = special(model.unk_token);
    this.#prefix = model.continuing_subword_prefix;
    this.#longest = model.max_input_chars_per_word;
  }

  /** Tokens of a text, without special ones. */
  encode(text: string): Tokens {
    const tokens = { ids: [] as number[], starts: [] as number[], ends: [] as number[] };
    for (const word of wordsOf(text)) {
      const pieces = this.#pieces(word.characters) ?? [
        { id: this.#unknown, from: 0, to: word.characters.length },
      ];
      for (const { id, from, to } of pieces) {
        tokens.ids.push(id);
        tokens.starts.push(word.starts[from]!);
        tokens.ends.push(word.ends[to - 1]!);
      }
    }
    return tokens;
  }

  /** Null for a word that the vocabulary cannot spell. */
  #pieces(characters: readonly string[]): { id: number; from: number; to: number }[] | null {
    if (characters.length > this.#longest) return null;
    const pieces = [];
    for (let from = 0; from < characters.length;) {
      let to = characters.length;
      let id: number | undefined;
      for (; to > from; to--) {
        const text = characters.slice(from, to).join("");
        id = this.#vocabulary.get(from === 0 ? text : this.#prefix + text);
        if (id !== undefined) break;
      }
      if (id === undefined) return null;
      pieces.push({ id, from, to });
      from = to;
    }
    return pieces;
  }
}
